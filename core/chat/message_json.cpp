// SPDX-License-Identifier: Apache-2.0
// The chat API's JSON spelling of messages and tools.
#include <nlohmann/json.hpp>

#include "base/json_dump.h"
#include "core/chat/json_text.h"
#include "core/chat/message.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

Result<Json> parse_list(std::string_view text, const char* what) {
  if (!json_depth_within(text, kMaxJsonDepth)) {
    return invalid_argument(std::string(what) + ": nested deeper than " +
                            std::to_string(kMaxJsonDepth));
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return invalid_argument(std::string(what) + ": not JSON");
  if (!json.is_array()) {
    return invalid_argument(std::string(what) + ": expected a list, got " + json.type_name());
  }
  return json;
}

/// A string member; absent gives "". JSON text members may be objects, too.
Status read_text(const Json& object, const char* key, bool json_text, const std::string& where,
                 std::string* out) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) {
    *out = found->get<std::string>();
    return {};
  }
  if (json_text && found->is_object()) {
    *out = dump_json(*found);
    return {};
  }
  return invalid_argument(where + key + ": expected a string" + (json_text ? " or an object" : "") +
                          ", got " + found->type_name());
}

/// A string, or a list of {"type": "text", "text": ...} parts.
Status read_content(const Json& object, const std::string& where, Message* message) {
  const auto found = object.find("content");
  const bool needed = message->role == Role::kUser || message->role == Role::kTool;
  if (found == object.end() || found->is_null()) {
    return needed ? invalid_argument(where + "content: expected a string, got nothing") : Status();
  }
  if (found->is_string()) {
    message->content = found->get<std::string>();
    return {};
  }
  if (!found->is_array()) {
    return invalid_argument(where + "content: expected a string, got " + found->type_name());
  }
  for (const Json& part : *found) {
    if (!part.is_object() || part.value("type", Json()) != "text" || !part.contains("text") ||
        !part["text"].is_string()) {
      return invalid_argument(where + "content: only parts of type text can be read");
    }
    message->content += part["text"].get<std::string>();
  }
  return {};
}

Status read_calls(const Json& object, const std::string& where, Message* message) {
  const auto calls = object.find("tool_calls");
  if (calls == object.end() || calls->is_null()) return {};
  if (!calls->is_array()) return invalid_argument(where + "tool_calls: expected a list");
  for (const Json& entry : *calls) {
    if (!entry.is_object()) return invalid_argument(where + "tool_calls: expected objects");
    const Json& function = entry.contains("function") ? entry["function"] : entry;
    if (!function.is_object()) return invalid_argument(where + "tool_calls: function: expected an object");
    ToolCall call;
    LEYDEN_TRY(read_text(function, "name", false, where + "tool_calls: ", &call.name));
    LEYDEN_TRY(read_text(function, "arguments", true, where + "tool_calls: ", &call.arguments));
    if (const auto given = function.find("arguments"); given != function.end() && given->is_object()) {
      LEYDEN_ASSIGN(call.arguments, python_json(call.arguments));
    }
    if (call.arguments.empty()) call.arguments = "{}";
    message->tool_calls.push_back(std::move(call));
  }
  return {};
}

Result<Role> read_role(const Json& object, const std::string& where) {
  std::string name;
  LEYDEN_TRY(read_text(object, "role", false, where, &name));
  for (const Role role :
       {Role::kSystem, Role::kDeveloper, Role::kUser, Role::kAssistant, Role::kTool}) {
    if (name == role_name(role)) return role;
  }
  return invalid_argument(where + "role: expected system, developer, user, assistant or tool, got '" +
                          name.substr(0, 40) + "'");
}

}  // namespace

Result<std::vector<Message>> parse_messages(std::string_view text) {
  LEYDEN_ASSIGN(const Json list, parse_list(text, "messages"));
  std::vector<Message> messages;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string where = "message " + std::to_string(i) + ": ";
    if (!list[i].is_object()) return invalid_argument(where + "expected an object");
    Message message;
    LEYDEN_ASSIGN(message.role, read_role(list[i], where));
    LEYDEN_TRY(read_content(list[i], where, &message));
    LEYDEN_TRY(read_text(list[i], "reasoning_content", false, where, &message.reasoning));
    LEYDEN_TRY(read_text(list[i], "response_format", true, where, &message.response_format));
    LEYDEN_TRY(read_calls(list[i], where, &message));
    if (const auto prefix = list[i].find("prefix"); prefix != list[i].end() && !prefix->is_null()) {
      if (!prefix->is_boolean()) return invalid_argument(where + "prefix: expected true or false");
      message.prefix = prefix->get<bool>();
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<std::vector<ToolSpec>> parse_tools(std::string_view text) {
  LEYDEN_ASSIGN(const Json list, parse_list(text, "tools"));
  std::vector<ToolSpec> tools;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string where = "tool " + std::to_string(i) + ": ";
    if (!list[i].is_object()) return invalid_argument(where + "expected an object");
    const Json& function = list[i].contains("function") ? list[i]["function"] : list[i];
    if (!function.is_object()) return invalid_argument(where + "function: expected an object");
    ToolSpec tool;
    LEYDEN_TRY(read_text(function, "name", false, where, &tool.name));
    LEYDEN_TRY(read_text(function, "description", false, where, &tool.description));
    LEYDEN_TRY(read_text(function, "parameters", true, where, &tool.parameters));
    tool.function_json = dump_json(function);
    tools.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace leyden
