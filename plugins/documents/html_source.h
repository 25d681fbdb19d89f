// SPDX-License-Identifier: Apache-2.0
// HTML, and the XHTML chapters of EPUB, as flowing text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "plugins/documents/flow_text.h"
#include "plugins/documents/source.h"

struct GumboInternalNode;  // of gumbo.h

namespace leyden::documents {

struct HtmlText {
  std::string title, author;
  Flow flow;
};

/// Readable text of a page: paragraphs, list items, table rows with tabs; no scripts, styles or
/// hidden parts. Headings h1..h6 become the outline. @param html  UTF-8
HtmlText html_text(std::string_view html);

/// The same of a page that gumbo has parsed, without the elements that `leave_out`, which may be
/// empty, says yes to. @param document  GumboOutput::document
HtmlText tree_text(const GumboInternalNode* document,
                   const std::function<bool(const GumboInternalNode*)>& leave_out);

Result<std::unique_ptr<Source>> open_html(std::string_view bytes);

}  // namespace leyden::documents
