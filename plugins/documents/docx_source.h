// SPDX-License-Identifier: Apache-2.0
// DOCX: word/document.xml as flowing text. Tables are rows of tabs; footnotes follow the text.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "plugins/documents/flow_text.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

Result<std::unique_ptr<Source>> open_docx(const File& file, const Cancelled& cancelled);

/// The text of a document.xml. @param styles  word/styles.xml, or "": which styles are headings
Result<Flow> docx_text(const std::string& document, const std::string& styles);

}  // namespace leyden::documents
