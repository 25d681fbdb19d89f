// SPDX-License-Identifier: Apache-2.0
// The V3.1 / V3.2-Exp template: system text first, `</think>` after every finished turn, special
// tokens around calls and results.
#pragma once

#include "core/chat/format.h"

namespace leyden {

/// Renders messages that check_messages() and check_tools() have accepted.
/// Errors: kInvalidArgument when documents are asked for and no user turn can hold them.
Result<Rendered> render_v31(const ChatTemplate& chat, const std::vector<Message>& messages,
                            const std::vector<ToolSpec>& tools, const RenderOptions& options);

}  // namespace leyden
