// SPDX-License-Identifier: Apache-2.0
// HTML, and the XHTML chapters of EPUB, as flowing text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "plugins/documents/flow_text.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

struct HtmlText {
  std::string title, author;
  Flow flow;
};

/// Readable text of a page: paragraphs, list items, table rows with tabs; no scripts, styles or
/// hidden parts. Headings h1..h6 become the outline. @param html  UTF-8
HtmlText html_text(std::string_view html);

Result<std::unique_ptr<Source>> open_html(std::string_view bytes);

}  // namespace leyden::documents
