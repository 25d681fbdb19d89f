// SPDX-License-Identifier: Apache-2.0
#include "core/chat/render_parts.h"

namespace leyden {

void render_parts(const std::vector<TemplatePart>& parts, Rendered* out) {
  for (const TemplatePart& part : parts) {
    if (part.from_user) {
      out->text(part.text);
    } else {
      out->template_text(part.text);
    }
  }
}

void render_answer(const Profile& profile, std::string_view content, Rendered* out) {
  const std::string& pattern = profile.document.reference;
  const std::string_view lead = std::string_view(pattern).substr(0, pattern.find("{n}"));
  if (lead.empty()) {
    out->text(content);
    return;
  }
  size_t start = 0;
  for (size_t at = content.find(lead); at != std::string_view::npos;) {
    const auto [number, length] = profile.match_reference(content.substr(at));
    if (number >= 0) {
      out->text(content.substr(start, at - start));
      out->soft_control(content.substr(at, length));
      start = at + length;
    }
    at = content.find(lead, at + (number >= 0 ? length : lead.size()));
  }
  out->text(content.substr(start));
}

void render_content(const Profile& profile, const Message& message, Rendered* out) {
  if (message.references) {
    render_answer(profile, message.content, out);
  } else {
    out->text(message.content);
  }
}

bool documents_in_first_user(const ChatTemplate& chat, const RenderOptions& options) {
  return options.documents &&
         chat.profile.document.placement == DocumentProfile::Placement::kFirstUser;
}

Status check_documents_fit(const ChatTemplate& chat, const std::vector<Message>& messages,
                           const RenderOptions& options) {
  if (!documents_in_first_user(chat, options)) return {};
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == Role::kSystem) continue;
    if (messages[i].role == Role::kUser) return {};
    return invalid_argument("message " + std::to_string(i) + " (" + role_name(messages[i].role) +
                            "): with documents, the first turn must be the user's");
  }
  return invalid_argument("messages: with documents, expected a user message, got none");
}

void render_first_question(const Profile& profile, const Rendered& system, const Message& question,
                           Rendered* out) {
  if (system.size() > 0) {
    out->template_text("\n");
    out->append(system);
  }
  for (const TemplatePart& part : fill_template(profile.document.question, {"question"}, {""})) {
    if (part.from_user) {
      render_content(profile, question, out);
    } else {
      out->template_text(part.text);
    }
  }
}

}  // namespace leyden
