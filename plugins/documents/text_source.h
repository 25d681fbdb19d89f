// SPDX-License-Identifier: Apache-2.0
// Plain text and Markdown. Markdown stays as it is written: the model reads it well.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "plugins/documents/flow_text.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

Result<std::unique_ptr<Source>> open_text(std::string_view bytes, bool markdown);

/// Headings of Markdown: "# ..." and underlined ones, outside fenced code.
std::vector<FlowHeading> markdown_headings(std::string_view text);

}  // namespace leyden::documents
