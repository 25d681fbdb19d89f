// SPDX-License-Identifier: Apache-2.0
// Which format a file has, and its reader.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/status.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

enum class Format { kNone, kPdf, kDocx, kEpub, kHtml, kMarkdown, kText };

/// By the first bytes; where those leave a choice, by the extension.
Format guess_format(const File& file, std::span<const uint8_t> head);

Result<std::unique_ptr<Source>> open_source(const File& file, Format format,
                                            const Cancelled& cancelled);

}  // namespace leyden::documents
