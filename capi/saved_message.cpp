// SPDX-License-Identifier: Apache-2.0
#include "capi/saved_message.h"

#include <nlohmann/json.hpp>

#include "base/json_dump.h"
#include "capi/json_out.h"

namespace leyden::capi {

namespace {

using Json = nlohmann::ordered_json;

Json calls_json(const std::vector<ToolCall>& calls) {
  Json out = Json::array();
  for (const ToolCall& call : calls)
    out.push_back({{"type", "function"},
                   {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  return out;
}

bool role_from(const std::string& name, Role* role) {
  for (const Role r : {Role::kSystem, Role::kDeveloper, Role::kUser, Role::kAssistant, Role::kTool}) {
    if (name != role_name(r)) continue;
    *role = r;
    return true;
  }
  return false;
}

Json answer_extra(bool thinking, const SamplerState& sampler) {
  return {{"mode", {{"thinking", thinking}}},
          {"sampler", {{"seed", sampler.seed}, {"step", sampler.step}}}};
}

}  // namespace

StoredMessage stored_message(const Message& message, const std::string& call_trace) {
  StoredMessage out;
  out.role = role_name(message.role);
  out.text = message.content;
  out.thinking = message.reasoning;
  Json extra = Json::object();
  if (!message.tool_calls.empty()) extra["tool_calls"] = calls_json(message.tool_calls);
  if (message.references) extra["references"] = true;
  if (message.prefix) extra["prefix"] = true;
  if (!message.response_format.empty()) extra["response_format"] = message.response_format;
  if (!call_trace.empty()) extra["call"] = Json::parse(call_trace);
  out.extra_json = dump_json(extra);
  return out;
}

Result<Message> core_message(const StoredMessage& stored) {
  const std::string where = "message " + std::to_string(stored.id) + ": ";
  Message out;
  if (!role_from(stored.role, &out.role)) return corrupt(where + "role '" + stored.role + "'");
  out.content = stored.text;
  if (out.role == Role::kAssistant) out.reasoning = stored.thinking;
  const Json extra = Json::parse(stored.extra_json, nullptr, false);
  if (!extra.is_object()) return corrupt(where + "its details are no JSON object");
  try {
    if (const auto calls = extra.find("tool_calls"); calls != extra.end()) {
      for (const Json& call : *calls) {
        const Json& function = call.at("function");
        out.tool_calls.push_back({function.at("name").get<std::string>(),
                                  function.at("arguments").get<std::string>()});
      }
    }
    out.references = extra.value("references", false);
    out.prefix = extra.value("prefix", false);
    out.response_format = extra.value("response_format", std::string());
  } catch (const Json::exception& e) {
    return corrupt(where + "its details: " + e.what());
  }
  return out;
}

std::string streaming_extra(bool thinking, const SamplerState& sampler) {
  return dump_json(answer_extra(thinking, sampler));
}

std::string finished_extra(const Answer& answer, const std::vector<Dialogue::Document>& documents,
                           bool thinking, const SamplerState& sampler) {
  Json extra = Json::parse(answer_json(answer, documents));
  extra.erase("text");
  extra.erase("thinking");
  extra.update(answer_extra(thinking, sampler));
  return dump_json(extra);
}

AnswerMode answer_mode(const StoredMessage& stored) {
  AnswerMode out;
  const Json extra = Json::parse(stored.extra_json, nullptr, false);
  if (!extra.is_object()) return out;
  if (const auto mode = extra.find("mode"); mode != extra.end() && mode->is_object())
    if (const auto thinking = mode->find("thinking"); thinking != mode->end() && thinking->is_boolean())
      out.thinking = thinking->get<bool>();
  if (const auto reason = extra.find("finish_reason"); reason != extra.end() && reason->is_string())
    out.finish_reason = reason->get<std::string>();
  return out;
}

std::string tools_json(const std::vector<ToolSpec>& tools) {
  Json out = Json::array();
  for (const ToolSpec& tool : tools) {
    Json function;
    if (!tool.function_json.empty()) {
      function = Json::parse(tool.function_json, nullptr, false);
    } else {
      function = {{"name", tool.name}, {"description", tool.description}};
      Json parameters = Json::parse(tool.parameters, nullptr, false);
      if (!parameters.is_discarded()) function["parameters"] = std::move(parameters);
    }
    out.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return dump_json(out);
}

}  // namespace leyden::capi
