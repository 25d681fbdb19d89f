// SPDX-License-Identifier: Apache-2.0
// What a chat is made of before it becomes a prompt: messages, tools, tool calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden {

enum class Role : uint8_t { kSystem, kDeveloper, kUser, kAssistant, kTool };

/// "system", "developer", "user", "assistant", "tool".
const char* role_name(Role role);

/// One call a model made. `arguments` is JSON text of an object, as in chat APIs; key order matters.
struct ToolCall {
  std::string name;
  std::string arguments;
};

/// One tool the model may call. `parameters` is the JSON schema of its arguments, as text.
struct ToolSpec {
  std::string name;
  std::string description;
  std::string parameters;
  /// The whole function object as JSON, when the caller has it; keeps foreign keys and their order.
  std::string function_json;

  /// The function object as one line of JSON, in Python's default style (key order kept).
  /// Errors: kInvalidArgument when a JSON text does not parse.
  Result<std::string> to_json_line() const;
};

struct Message {
  Role role = Role::kUser;
  std::string content;
  std::string reasoning;              ///< assistant only; V3.2-Exp never renders it
  std::vector<ToolCall> tool_calls;   ///< assistant only; an empty list is the same as none
  bool prefix = false;                ///< assistant, last: the model continues this text
  std::string response_format;        ///< system and developer, V3.2 only: JSON schema text
  /// User and tool: the profile's passage references in the content become their tokens. For texts
  /// the runtime wrote itself (tasks, search results); never for what a user or a foreign tool wrote.
  bool references = false;
};

/// What validation must know of the prompt that is going to be rendered.
struct MessageRules {
  bool dsml = false;      ///< V3.2 instead of V3.2-Exp
  bool thinking = false;
  bool generation = true; ///< a generation prompt follows the last message
};

/// Rejects what no prompt can be rendered for, naming the message ("message 3 (tool): ...").
/// Errors: kInvalidArgument; kUnsupported for developer messages in longer histories.
Status check_messages(const std::vector<Message>& messages, const MessageRules& rules);
/// Whether a tool may have this name: it stands unescaped between markers and must not look like one.
bool is_plain_name(std::string_view name);
/// Tool names are unique, printable, without quotes or angle brackets; schemas are JSON objects.
Status check_tools(const std::vector<ToolSpec>& tools);

/// Reads a chat API's message list: [{"role", "content", "reasoning_content", "tool_calls":
/// [{"function": {"name", "arguments"}}], "prefix", "response_format"}]. `arguments` may be a string
/// or an object, `content` a string, null where that has a meaning, or a list of text parts.
/// Errors: kInvalidArgument with message number and field.
Result<std::vector<Message>> parse_messages(std::string_view json);
/// Reads [{"type": "function", "function": {...}}] or a list of bare function objects.
Result<std::vector<ToolSpec>> parse_tools(std::string_view json);

}  // namespace leyden
