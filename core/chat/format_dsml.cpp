// SPDX-License-Identifier: Apache-2.0
#include "core/chat/format_dsml.h"

#include "core/chat/json_text.h"
#include "core/chat/render_parts.h"

namespace leyden {
namespace {

/// "## Tools" through "</functions>\n".
Status render_tools(const DsmlPreamble& preamble, const std::vector<ToolSpec>& tools, Rendered* out) {
  const size_t begin = out->size();
  out->template_text(preamble.tools);
  for (size_t i = 0; i < tools.size(); ++i) {
    if (i > 0) out->template_text("\n");
    LEYDEN_ASSIGN(const std::string line, tools[i].to_json_line());
    out->text(line);
  }
  out->template_text("\n</functions>\n");
  out->add_span(SpanKind::kTools, 0, begin, out->size());
  return {};
}

Status render_response_format(const DsmlPreamble& preamble, const std::string& schema, Rendered* out) {
  LEYDEN_ASSIGN(const std::string line, python_json(schema));
  out->template_text(preamble.response_format);
  out->text(line);
  return {};
}

/// One system message: its text, then what hangs on it. `tools` is empty for all but the first.
Status render_system(const ChatTemplate& chat, const Message& m, const std::vector<ToolSpec>& tools,
                     Rendered* out) {
  out->text(m.content);
  if (!tools.empty()) {
    out->template_text("\n\n");
    LEYDEN_TRY(render_tools(chat.dsml, tools, out));
  }
  if (!m.response_format.empty()) {
    out->template_text("\n\n");
    LEYDEN_TRY(render_response_format(chat.dsml, m.response_format, out));
  }
  return {};
}

Status render_calls(const std::vector<ToolCall>& calls, Rendered* out) {
  out->template_text("\n\n<｜DSML｜function_calls>\n");
  for (size_t i = 0; i < calls.size(); ++i) {
    if (i > 0) out->template_text("\n");
    out->template_text("<｜DSML｜invoke name=\"");
    out->text(calls[i].name);
    out->template_text("\">\n");
    LEYDEN_ASSIGN(const auto members, python_json_members(calls[i].arguments));
    for (size_t k = 0; k < members.size(); ++k) {
      if (k > 0) out->template_text("\n");
      out->template_text("<｜DSML｜parameter name=\"");
      out->text(members[k].key);
      out->template_text(members[k].is_string ? "\" string=\"true\">" : "\" string=\"false\">");
      out->text(members[k].text);
      out->template_text("</｜DSML｜parameter>");
    }
    out->template_text("\n</｜DSML｜invoke>");
  }
  out->template_text("\n</｜DSML｜function_calls>");
  return {};
}

/// Position in its group of results, from 1, and the group's size.
std::pair<size_t, size_t> result_place(const std::vector<Message>& messages, size_t index) {
  size_t call = index;
  while (call > 0 && messages[call].role == Role::kTool) --call;
  return {index - call, messages[call].tool_calls.size()};
}

}  // namespace

Result<Rendered> render_dsml(const ChatTemplate& chat, const std::vector<Message>& messages,
                             const std::vector<ToolSpec>& tools, const RenderOptions& options) {
  LEYDEN_TRY(check_documents_fit(chat, messages, options));
  bool documents_wait = documents_in_first_user(chat, options);
  const bool gather_system = documents_wait;
  const std::vector<ToolSpec> no_tools;
  ptrdiff_t last_user = -1;
  const Message* tools_on = nullptr;  // the first system message, else a developer message
  for (size_t i = 0; i < messages.size(); ++i) {
    const Role role = messages[i].role;
    if (role == Role::kUser || role == Role::kDeveloper) last_user = static_cast<ptrdiff_t>(i);
    const bool holder = tools_on == nullptr || tools_on->role != Role::kSystem;
    if (holder && (role == Role::kSystem || role == Role::kDeveloper)) tools_on = &messages[i];
  }
  const auto mark = [&options](bool current) {
    return options.thinking && current ? token::kThink : token::kThinkEnd;
  };

  Rendered out;
  out.control(token::kBos);
  if (options.documents && !documents_wait) out.documents();
  Rendered system;  // with first_user all system text waits for the first question
  if (!tools.empty() && tools_on == nullptr) {
    LEYDEN_TRY(render_system(chat, Message{Role::kSystem}, tools, gather_system ? &system : &out));
  }
  if (gather_system) {
    for (size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].role != Role::kSystem) continue;
      if (system.size() > 0) system.template_text("\n\n");
      const size_t begin = system.size();
      LEYDEN_TRY(render_system(chat, messages[i], tools_on == &messages[i] ? tools : no_tools, &system));
      system.add_span(SpanKind::kMessage, i, begin, system.size());
    }
  }

  for (size_t i = 0; i < messages.size(); ++i) {
    const Message& m = messages[i];
    const auto index = static_cast<ptrdiff_t>(i);
    const std::vector<ToolSpec>& own_tools = tools_on == &m ? tools : no_tools;
    const size_t begin = out.size();
    switch (m.role) {
      case Role::kSystem:
        if (gather_system) continue;
        LEYDEN_TRY(render_system(chat, m, own_tools, &out));
        break;
      case Role::kDeveloper:
        out.control(token::kUser);
        LEYDEN_TRY(render_system(chat, Message{.role = m.role, .response_format = m.response_format},
                                 own_tools, &out));
        out.template_text("\n\n# The user's message is: ");
        out.text(m.content);
        out.control(token::kAssistant);
        out.control(mark(index == last_user));
        break;
      case Role::kUser:
        out.control(token::kUser);
        if (documents_wait) {
          out.documents();
          render_first_question(chat.profile, system, m, &out);
          documents_wait = false;
        } else {
          render_content(chat.profile, m, &out);
        }
        out.control(token::kAssistant);
        out.control(mark(index == last_user));
        break;
      case Role::kAssistant: {
        // A prefix without reasoning continues the reasoning itself.
        const bool open = m.prefix && m.reasoning.empty();
        if (options.thinking && index > last_user && !open) {
          out.text(m.reasoning);
          out.control(token::kThinkEnd);
        }
        render_answer(chat.profile, m.content, &out);
        if (!m.tool_calls.empty()) LEYDEN_TRY(render_calls(m.tool_calls, &out));
        if (!m.prefix || options.keep_prefix_end) out.control(token::kEos);
        break;
      }
      case Role::kTool: {
        const auto [place, count] = result_place(messages, i);
        if (place == 1) out.template_text("\n\n<function_results>");
        out.template_text("\n<result>");
        render_content(chat.profile, m, &out);
        out.template_text("</result>");
        if (place == count) {
          out.template_text("\n</function_results>\n\n");
          out.control(mark(index >= last_user));
        }
        break;
      }
    }
    out.add_span(SpanKind::kMessage, i, begin, out.size());
  }
  return out;
}

}  // namespace leyden
