// SPDX-License-Identifier: Apache-2.0
// PDF. Structure (pages, outline, labels, title) comes from libqpdf in this process; text with
// places and pictures from Poppler's programs, each run for a few pages. Poppler has Debian's
// security support, which QtPdf's PDFium does not, and gives a rectangle for every word; being GPL,
// it is run and not linked.
#pragma once

#include <memory>
#include <string_view>

#include "base/status.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

Result<std::unique_ptr<Source>> open_pdf(const File& file);

/// Pages of `pdftotext -bbox-layout`. Words in reading order: a space between words, a line break
/// between lines, an empty line between blocks; words cut by a hyphen at a line's end are joined. A
/// run of Han characters becomes one word each, its box divided evenly.
Result<std::vector<Page>> parse_bbox_layout(std::string_view xhtml);

}  // namespace leyden::documents
