// SPDX-License-Identifier: Apache-2.0
#include "core/chat/tool_prompt.h"

#include <nlohmann/json.hpp>

#include "core/chat/json_text.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

/// "a, b, c": the names of a schema's properties.
std::string parameter_names(const ToolSpec& tool) {
  if (!json_depth_within(tool.parameters, kMaxJsonDepth)) return {};
  const Json schema = Json::parse(tool.parameters, nullptr, false);
  if (!schema.is_object()) return {};
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return {};
  std::string names;
  for (const auto& [name, value] : properties->items()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

ToolPrompt ToolPrompt::built_in() {
  ToolPrompt prompt;
  prompt.preamble = "## Tools\nThese tools are at your disposal:\n\n";
  prompt.tool = "### {name}\nDescription: {description}\n\nParameters: {parameters}\n";
  prompt.separator = "\n";
  prompt.postamble =
      "\nWhoever calls a tool writes the call exactly like this line:\n"
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments"
      "<｜tool▁call▁end｜>{{additional_tool_calls}}<｜tool▁calls▁end｜>\n\n"
      "Where:\n"
      "- `tool_call_name` is one of the tool names above\n"
      "- `tool_call_arguments` is a JSON object that fits the parameters of that tool\n"
      "- further calls follow at once, nothing stands between two calls\n";
  prompt.degraded = true;
  return prompt;
}

Result<ToolPrompt> ToolPrompt::parse(std::string_view text, const std::string& file_name) {
  if (!json_depth_within(text, kMaxJsonDepth))
    return corrupt(file_name + ": nested deeper than " + std::to_string(kMaxJsonDepth));
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return corrupt(file_name + ": not JSON");
  if (!json.is_object()) return corrupt(file_name + ": expected an object, found " + json.type_name());
  ToolPrompt prompt;
  for (const auto& [key, value] : json.items()) {
    if (key == "comment" || key.starts_with("x-")) continue;
    std::string* target = key == "preamble"    ? &prompt.preamble
                          : key == "tool"      ? &prompt.tool
                          : key == "postamble" ? &prompt.postamble
                          : key == "separator" ? &prompt.separator
                                               : nullptr;
    if (target == nullptr) return corrupt(file_name + ": " + key + ": unknown name");
    if (!value.is_string()) {
      return corrupt(file_name + ": " + key + ": expected a string, found " + value.type_name());
    }
    *target = value.get<std::string>();
  }
  if (prompt.tool.find("{name}") == std::string::npos &&
      prompt.tool.find("{json}") == std::string::npos) {
    return corrupt(file_name + ": tool: expected a text with {name} or {json}, found '" +
                   prompt.tool.substr(0, 60) + "'");
  }
  return prompt;
}

std::vector<TemplatePart> fill_template(std::string_view text,
                                        const std::vector<std::string_view>& names,
                                        const std::vector<std::string_view>& values) {
  std::vector<TemplatePart> parts;
  std::string literal;
  for (size_t at = 0; at < text.size();) {
    size_t length = 0;
    size_t which = 0;
    if (text[at] == '{') {
      for (size_t i = 0; i < names.size() && length == 0; ++i) {
        const std::string_view name = names[i];
        if (text.substr(at + 1, name.size()) == name && text.substr(at + 1 + name.size(), 1) == "}") {
          length = name.size() + 2;
          which = i;
        }
      }
    }
    if (length == 0) {
      literal += text[at++];
      continue;
    }
    if (!literal.empty()) parts.push_back({std::move(literal), false});
    literal.clear();
    parts.push_back({std::string(values[which]), true});
    at += length;
  }
  if (!literal.empty()) parts.push_back({std::move(literal), false});
  return parts;
}

Result<std::vector<TemplatePart>> announce_tools(const ToolPrompt& tool_prompt,
                                                 const std::vector<ToolSpec>& tools) {
  std::vector<TemplatePart> parts;
  parts.push_back({tool_prompt.preamble, false});
  for (size_t i = 0; i < tools.size(); ++i) {
    const ToolSpec& tool = tools[i];
    LEYDEN_ASSIGN(const std::string json, tool.to_json_line());
    LEYDEN_ASSIGN(const std::string schema,
                  python_json(tool.parameters.empty() ? "{}" : tool.parameters));
    const std::string names = parameter_names(tool);
    if (i > 0) parts.push_back({tool_prompt.separator, false});
    for (TemplatePart& part :
         fill_template(tool_prompt.tool, {"name", "description", "parameters", "parameter_names", "json"},
                       {tool.name, tool.description, schema, names, json})) {
      parts.push_back(std::move(part));
    }
  }
  parts.push_back({tool_prompt.postamble, false});
  return parts;
}

}  // namespace leyden
