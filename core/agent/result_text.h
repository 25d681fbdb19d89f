// SPDX-License-Identifier: Apache-2.0
// A tool's result as the model reads it, in the words of the model's profile.
#pragma once

#include <string>
#include <vector>

#include "base/tool_registry.h"
#include "core/chat/profile.h"
#include "core/dialogue/dialogue.h"

namespace leyden {

/// A passage of a result under its number in the chat.
struct NumberedPassage {
  int reference = 0;
  ToolPassage passage;
};

/// Renders a result. Passages get the numbers from *next_reference on, which grows; they are
/// written as the profile's search_result or open_result, or as "[n] title, page p: text" without
/// those. Other text is foreign: it is cut at max_bytes, and fenced with the profile's
/// "foreign_result" words
/// ({tool}, {text}), or with built-in ones where there is no profile.
/// @param[out] numbered  the passages that were written, appended
ToolOutput render_result(const ToolInfo& tool, const ToolResult& result, const Profile& profile,
                         size_t max_bytes, int* next_reference,
                         std::vector<NumberedPassage>* numbered);

}  // namespace leyden
