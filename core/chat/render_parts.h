// SPDX-License-Identifier: Apache-2.0
// What both formats render in the same way.
#pragma once

#include <string_view>
#include <vector>

#include "core/chat/format.h"

namespace leyden {

/// Template stretches as template text, the others as plain text.
void render_parts(const std::vector<TemplatePart>& parts, Rendered* out);

/// An assistant's own words: the profile's references in them become their tokens again, nothing else.
void render_answer(const Profile& profile, std::string_view content, Rendered* out);

/// The content of a user or tool message: text, and references where the message says so.
void render_content(const Profile& profile, const Message& message, Rendered* out);

/// True when the documents stand behind the first user mark.
bool documents_in_first_user(const ChatTemplate& chat, const RenderOptions& options);

/// Errors: kInvalidArgument unless the first message that is not system text is the user's.
Status check_documents_fit(const ChatTemplate& chat, const std::vector<Message>& messages,
                           const RenderOptions& options);

/// The first user turn behind the documents: `system` (already rendered, may be empty), the question.
void render_first_question(const Profile& profile, const Rendered& system, const Message& question,
                           Rendered* out);

}  // namespace leyden
