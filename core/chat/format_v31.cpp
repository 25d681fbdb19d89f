// SPDX-License-Identifier: Apache-2.0
#include "core/chat/format_v31.h"

#include "core/chat/render_parts.h"

namespace leyden {
namespace {

/// All system texts, wherever they stand, and the tools, joined by blank lines.
Result<Rendered> system_text(const ChatTemplate& chat, const std::vector<Message>& messages,
                             const std::vector<ToolSpec>& tools) {
  Rendered out;
  bool first = true;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role != Role::kSystem) continue;
    if (!first) out.template_text("\n\n");
    first = false;
    const size_t begin = out.size();
    out.text(messages[i].content);
    out.add_span(SpanKind::kMessage, i, begin, out.size());
  }
  if (!tools.empty()) {
    const ToolPrompt& words = chat.profile.tools ? *chat.profile.tools : chat.tool_prompt;
    // A profile's words may bring the blank line themselves.
    if (out.size() > 0 && !words.preamble.starts_with('\n')) out.template_text("\n\n");
    const size_t begin = out.size();
    LEYDEN_ASSIGN(const auto parts, announce_tools(words, tools));
    render_parts(parts, &out);
    out.add_span(SpanKind::kTools, 0, begin, out.size());
  }
  return out;
}

/// What a finished turn keeps: everything behind its first `</think>`.
std::string_view without_reasoning(std::string_view content) {
  const size_t at = content.find(token::kThinkEnd);
  return at == std::string_view::npos ? content : content.substr(at + token::kThinkEnd.size());
}

void render_calls(const Message& m, Rendered* out) {
  out->control(token::kCallsBegin);
  for (const ToolCall& call : m.tool_calls) {
    out->control(token::kCallBegin);
    out->text(call.name);
    out->control(token::kSep);
    out->text(call.arguments);
    out->control(token::kCallEnd);
  }
  out->control(token::kCallsEnd);
  out->control(token::kEos);
}

}  // namespace

Result<Rendered> render_v31(const ChatTemplate& chat, const std::vector<Message>& messages,
                            const std::vector<ToolSpec>& tools, const RenderOptions& options) {
  LEYDEN_TRY(check_documents_fit(chat, messages, options));
  LEYDEN_ASSIGN(const Rendered system, system_text(chat, messages, tools));
  bool documents_wait = documents_in_first_user(chat, options);
  Rendered out;
  out.control(token::kBos);
  if (options.documents && !documents_wait) out.documents();
  if (!documents_wait) out.append(system);

  bool last_user = false;  // the previous turn was the user's
  bool in_tool = false;    // the previous turn was a tool result
  bool prefixed = false;
  bool only_system = false;
  for (const Message& m : messages) only_system = only_system || m.role == Role::kSystem;

  for (size_t i = 0; i < messages.size(); ++i) {
    const Message& m = messages[i];
    if (m.role == Role::kSystem) continue;
    const size_t begin = out.size();
    if (m.role == Role::kUser) {
      out.control(token::kUser);
      if (documents_wait) {
        out.documents();
        render_first_question(chat.profile, system, m, &out);
        documents_wait = false;
      } else {
        render_content(chat.profile, m, &out);
      }
      last_user = true;
      in_tool = false;
    } else if (m.role == Role::kTool) {
      out.control(token::kOutputBegin);
      render_content(chat.profile, m, &out);
      out.control(token::kOutputEnd);
      last_user = false;
      in_tool = true;
    } else if (!m.tool_calls.empty()) {
      if (last_user || only_system) {
        out.control(token::kAssistant);
        out.control(token::kThinkEnd);
      }
      render_answer(chat.profile, m.content, &out);
      render_calls(m, &out);
      last_user = in_tool = false;
    } else {
      const bool open_thinking = last_user && m.prefix && options.thinking;
      if (last_user) {
        out.control(token::kAssistant);
        out.control(open_thinking ? token::kThink : token::kThinkEnd);
      }
      if (open_thinking && !m.reasoning.empty()) {
        out.text(m.reasoning);
        out.control(token::kThinkEnd);
      }
      render_answer(chat.profile, in_tool ? std::string_view(m.content) : without_reasoning(m.content),
                    &out);
      if (!m.prefix || options.keep_prefix_end) out.control(token::kEos);
      prefixed = prefixed || m.prefix;
      last_user = in_tool = false;
    }
    only_system = false;
    out.add_span(SpanKind::kMessage, i, begin, out.size());
  }
  if (options.add_generation_prompt && !in_tool && (last_user || only_system || !prefixed)) {
    out.control(token::kAssistant);
    out.control(options.thinking ? token::kThink : token::kThinkEnd);
  }
  return out;
}

}  // namespace leyden
