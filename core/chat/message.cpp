// SPDX-License-Identifier: Apache-2.0
#include "core/chat/message.h"

#include <set>

#include "core/chat/json_text.h"

namespace leyden {
namespace {

constexpr size_t kMaxNameBytes = 128;

Status check_calls(const Message& message, const std::string& where) {
  for (size_t i = 0; i < message.tool_calls.size(); ++i) {
    const ToolCall& call = message.tool_calls[i];
    const std::string at = where + "tool call " + std::to_string(i) + ": ";
    if (!is_plain_name(call.name)) {
      return invalid_argument(at + "name: expected 1 to 128 bytes without white space, quotes or angle "
                              "brackets, got '" + call.name.substr(0, 80) + "'");
    }
    LEYDEN_TRY(internal::as_status(python_json_members(call.arguments))
                   .with_context(at + "arguments"));
  }
  return {};
}

}  // namespace

const char* role_name(Role role) {
  switch (role) {
    case Role::kSystem: return "system";
    case Role::kDeveloper: return "developer";
    case Role::kUser: return "user";
    case Role::kAssistant: return "assistant";
    case Role::kTool: return "tool";
  }
  return "unknown";
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  if (name.find("｜") != std::string_view::npos) return false;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u == 0x7f || c == '"' || c == '<' || c == '>') return false;
  }
  return true;
}

Result<std::string> ToolSpec::to_json_line() const {
  if (!function_json.empty()) return python_json(function_json);
  LEYDEN_ASSIGN(const std::string schema, python_json(parameters.empty() ? "{}" : parameters));
  return "{\"name\": " + python_json_string(name) +
         ", \"description\": " + python_json_string(description) + ", \"parameters\": " + schema + "}";
}

Status check_messages(const std::vector<Message>& messages, const MessageRules& rules) {
  if (messages.empty()) return invalid_argument("messages: expected at least one, got none");
  // Tool results must answer the calls right before them, one each, in order.
  size_t open_calls = 0;
  bool results_allowed = false;
  size_t turns = 0;  // user and developer messages so far
  size_t last_turn = messages.size();
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == Role::kUser || messages[i].role == Role::kDeveloper) last_turn = i;
  }
  for (size_t i = 0; i < messages.size(); ++i) {
    const Message& m = messages[i];
    const std::string where = "message " + std::to_string(i) + " (" + role_name(m.role) + "): ";
    const bool last = i + 1 == messages.size();
    if (m.role != Role::kAssistant) {
      if (!m.tool_calls.empty()) return invalid_argument(where + "only assistant messages have tool calls");
      if (m.prefix) return invalid_argument(where + "only an assistant message can be a prefix");
      if (!m.reasoning.empty()) return invalid_argument(where + "only assistant messages have reasoning");
    }
    if (!m.response_format.empty()) {
      if (m.role != Role::kSystem && m.role != Role::kDeveloper) {
        return invalid_argument(where + "response_format belongs to a system message");
      }
      if (!rules.dsml) return invalid_argument(where + "response_format: this model's format has none");
      LEYDEN_TRY(internal::as_status(python_json(m.response_format)).with_context(where + "response_format"));
    }
    if (m.role == Role::kTool) {
      if (!results_allowed) return invalid_argument(where + "a tool result must follow the call it answers");
      if (open_calls == 0) return invalid_argument(where + "more results than calls");
      --open_calls;
      if (last && open_calls > 0) {
        return invalid_argument(where + std::to_string(open_calls) + " tool call(s) without a result");
      }
      continue;
    }
    if (open_calls > 0 && m.role != Role::kSystem) {
      return invalid_argument(where + std::to_string(open_calls) +
                              " tool call(s) before it have no result");
    }
    if (rules.dsml && open_calls > 0) {
      return invalid_argument(where + "stands between tool calls and their results");
    }
    if (m.role == Role::kSystem) continue;
    results_allowed = false;
    if (m.role == Role::kDeveloper || m.role == Role::kUser) ++turns;
    if (m.role == Role::kDeveloper) {
      if (!rules.dsml) return unsupported(where + "this model's format has no developer role");
      if (m.content.empty()) return invalid_argument(where + "content is empty");
      if (turns > 1 || last_turn != i) {
        return unsupported(where + "a developer message can only be the single question of a chat");
      }
    }
    if (m.role != Role::kAssistant) continue;
    LEYDEN_TRY(check_calls(m, where));
    if (m.prefix && !last) return invalid_argument(where + "a prefix must be the last message");
    if (m.prefix && !m.tool_calls.empty()) return invalid_argument(where + "a prefix cannot have tool calls");
    if (rules.dsml && rules.thinking && last_turn != messages.size() && i > last_turn && !m.prefix &&
        m.reasoning.empty() && m.tool_calls.empty()) {
      return invalid_argument(where + "in thinking mode it needs reasoning_content or tool calls");
    }
    open_calls = m.tool_calls.size();
    results_allowed = !m.tool_calls.empty();
    if (last && rules.generation && !m.prefix) {
      return invalid_argument(where + (m.tool_calls.empty()
                                           ? "nothing to answer: the last message is the assistant's"
                                           : "the tool calls have no results"));
    }
  }
  return {};
}

Status check_tools(const std::vector<ToolSpec>& tools) {
  std::set<std::string> seen;
  for (size_t i = 0; i < tools.size(); ++i) {
    const std::string where = "tool " + std::to_string(i) + " (" + tools[i].name.substr(0, 80) + "): ";
    if (!is_plain_name(tools[i].name)) {
      return invalid_argument(where + "name: expected 1 to 128 bytes without white space, quotes or angle "
                              "brackets");
    }
    if (!seen.insert(tools[i].name).second) return invalid_argument(where + "name is taken");
    if (!tools[i].parameters.empty()) {
      LEYDEN_TRY(internal::as_status(python_json_members(tools[i].parameters))
                     .with_context(where + "parameters"));
    }
    LEYDEN_TRY(internal::as_status(tools[i].to_json_line()).with_context(where + "function"));
  }
  return {};
}

}  // namespace leyden
