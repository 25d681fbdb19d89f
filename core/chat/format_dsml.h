// SPDX-License-Identifier: Apache-2.0
// The V3.2 format: system text in place, calls and results as DSML blocks of text, reasoning kept
// within one user turn and left out of earlier ones.
#pragma once

#include "core/chat/format.h"

namespace leyden {

/// Renders messages that check_messages() and check_tools() have accepted. Reasoning of turns before
/// the last user message is never rendered, as in the published encoder.
/// Errors: kInvalidArgument when documents are asked for and no user turn can hold them.
Result<Rendered> render_dsml(const ChatTemplate& chat, const std::vector<Message>& messages,
                             const std::vector<ToolSpec>& tools, const RenderOptions& options);

}  // namespace leyden
