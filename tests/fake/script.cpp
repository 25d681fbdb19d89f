// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include <initializer_list>
#include <string_view>
#include <utility>

#include "core/model/json_fields.h"

namespace leyden {
namespace {

using nlohmann::json;

constexpr int64_t kLongest = 3'600'000;  // an hour, in ms
constexpr uint64_t kMostBytes = 16 << 20;

/// A typing mistake must not pass as a default.
Status check_names(const JsonFields& fields, const json& object,
                   std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.items()) {
    bool found = name == "comment";
    for (const std::string_view k : known) found = found || name == k;
    if (!found) return fields.corrupt_field(name.c_str(), "no field of this name");
  }
  return {};
}

Result<std::optional<ScriptedFailure>> read_failure(const JsonFields& fields) {
  LEYDEN_ASSIGN(const std::string name, fields.string_or_empty("fail"));
  LEYDEN_ASSIGN(std::string message, fields.string_or_empty("message"));
  if (name.empty()) return std::optional<ScriptedFailure>();
  for (int32_t code = -1; code >= static_cast<int32_t>(StatusCode::kInternal); --code) {
    if (name != status_code_name(static_cast<StatusCode>(code))) continue;
    if (message.empty()) message = "engine: " + name + ", as the script says";
    return std::optional(
        ScriptedFailure{Status(static_cast<StatusCode>(code), std::move(message))});
  }
  return fields.corrupt_field("fail", "the name of a status, e.g. out_of_memory");
}

Result<ScriptedPrefill> read_prefill(const JsonFields& parent, const std::string& prefix,
                                     ScriptedPrefill out) {
  const json* object = parent.find("prefill");
  if (!object) return out;
  if (!object->is_object()) return parent.corrupt_field("prefill", "an object");
  const JsonFields fields(*object, parent.file(), prefix + "prefill.");
  LEYDEN_TRY(check_names(fields, *object, {"tokens_per_s", "fail_at", "fail", "message"}));
  LEYDEN_ASSIGN(out.tokens_per_s, fields.number_or("tokens_per_s", 0, 1e9, out.tokens_per_s));
  LEYDEN_ASSIGN(out.fail_at, fields.integer_or("fail_at", 0, 1 << 30, out.fail_at));
  if (fields.has("fail")) {
    LEYDEN_ASSIGN(out.fail, read_failure(fields));
  }
  return out;
}

/// Tool calls as the model of this chat format writes them: what a rendered history message has
/// behind its header.
Result<std::string> written_calls(const ChatTemplate& chat, std::vector<ToolCall> calls) {
  std::vector<Message> messages(2);
  messages[0].content = "?";
  messages[1].role = Role::kAssistant;
  messages[1].tool_calls = std::move(calls);
  RenderOptions options;
  options.add_generation_prompt = false;
  LEYDEN_ASSIGN(const Rendered rendered, render_chat(chat, messages, {}, options));
  std::string text = rendered.to_string();
  if (const size_t header = text.rfind(token::kThinkEnd); header != std::string::npos)
    text.erase(0, header + token::kThinkEnd.size());
  if (text.ends_with(token::kEos)) text.resize(text.size() - token::kEos.size());
  return text;
}

Result<std::vector<ToolCall>> read_calls(const JsonFields& fields, const json& list) {
  std::vector<ToolCall> calls;
  if (!list.is_array()) return fields.corrupt_field("tool_calls", "a list");
  for (const json& item : list) {
    if (!item.is_object() || !item.contains("name") || !item["name"].is_string() ||
        !item.contains("arguments"))
      return fields.corrupt_field("tool_calls", "objects with name and arguments");
    const json& arguments = item["arguments"];
    calls.push_back({item["name"].get<std::string>(),
                     arguments.is_string() ? arguments.get<std::string>() : arguments.dump()});
  }
  return calls;
}

Result<ScriptStep> read_step(const JsonFields& fields, const json& object,
                             const ChatTemplate& chat) {
  LEYDEN_TRY(check_names(
      fields, object,
      {"thinking", "text", "tool_calls", "wait_ms", "evidence", "fail", "message", "kill"}));
  ScriptStep step;
  if (fields.has("thinking")) {
    step.kind = ScriptStep::Kind::kThinking;
    LEYDEN_ASSIGN(step.text, fields.string_or_empty("thinking"));
  } else if (fields.has("text")) {
    LEYDEN_ASSIGN(step.text, fields.string_or_empty("text"));
  } else if (const json* calls = fields.find("tool_calls")) {
    LEYDEN_ASSIGN(std::vector<ToolCall> list, read_calls(fields, *calls));
    LEYDEN_ASSIGN(step.text, written_calls(chat, std::move(list)));
  } else if (fields.has("wait_ms")) {
    step.kind = ScriptStep::Kind::kWait;
    LEYDEN_ASSIGN(step.wait_ms, fields.integer("wait_ms", 0, kLongest));
  } else if (const json* shares = fields.find("evidence")) {
    step.kind = ScriptStep::Kind::kEvidence;
    if (!shares->is_object()) return fields.corrupt_field("evidence", "an object");
    for (const auto& [passage, share] : shares->items()) {
      const bool number = !passage.empty() && passage.size() < 7 &&
                          passage.find_first_not_of("0123456789") == std::string::npos;
      if (!number || !share.is_number())
        return fields.corrupt_field("evidence", "passage numbers with the mass on them");
      step.shares[std::stoul(passage)] = share.get<float>();
    }
  } else if (fields.has("fail")) {
    step.kind = ScriptStep::Kind::kFail;
    LEYDEN_ASSIGN(step.fail, read_failure(fields));
  } else if (fields.has("kill")) {
    step.kind = ScriptStep::Kind::kKill;
  } else {
    return fields.corrupt_field(
        "steps", "one of thinking, text, tool_calls, wait_ms, evidence, fail and kill in each");
  }
  return step;
}

}  // namespace

Result<Script> Script::load(const std::filesystem::path& path, const ChatTemplate& chat) {
  LEYDEN_ASSIGN(const std::string text, read_text_file(path, kMostBytes));
  LEYDEN_ASSIGN(const json root, parse_json_object(text, path.string()));
  const JsonFields fields(root, path.string());
  LEYDEN_TRY(check_names(fields, root, {"open", "prefill", "token_ms", "answers"}));
  Script script;
  if (const json* open = fields.find("open")) {
    if (!open->is_object()) return fields.corrupt_field("open", "an object");
    const JsonFields inner(*open, path.string(), "open.");
    LEYDEN_TRY(check_names(inner, *open, {"ms", "fail", "message"}));
    LEYDEN_ASSIGN(script.open_ms, inner.integer_or("ms", 0, kLongest, 0));
    LEYDEN_ASSIGN(script.open_fail, read_failure(inner));
  }
  LEYDEN_ASSIGN(const ScriptedPrefill prefill, read_prefill(fields, "", {}));
  LEYDEN_ASSIGN(const double token_ms, fields.number_or("token_ms", 0, 1e6, 0));

  const json* answers = fields.find("answers");
  if (!answers || !answers->is_array()) return fields.corrupt_field("answers", "a list");
  for (size_t i = 0; i < answers->size(); ++i) {
    const json& object = (*answers)[i];
    const std::string prefix = "answers[" + std::to_string(i) + "].";
    if (!object.is_object()) return fields.corrupt_field("answers", "objects");
    const JsonFields a(object, path.string(), prefix);
    LEYDEN_TRY(check_names(a, object, {"when", "times", "prefill", "token_ms", "steps"}));
    ScriptedAnswer answer;
    LEYDEN_ASSIGN(answer.when, a.string_or_empty("when"));
    LEYDEN_ASSIGN(answer.times, a.integer_or("times", 0, 1 << 30, 0));
    LEYDEN_ASSIGN(answer.token_ms, a.number_or("token_ms", 0, 1e6, token_ms));
    LEYDEN_ASSIGN(answer.prefill, read_prefill(a, prefix, prefill));
    const json* steps = a.find("steps");
    if (!steps || !steps->is_array()) return a.corrupt_field("steps", "a list");
    for (size_t k = 0; k < steps->size(); ++k) {
      if (!(*steps)[k].is_object()) return a.corrupt_field("steps", "objects");
      const JsonFields step((*steps)[k], path.string(),
                            prefix + "steps[" + std::to_string(k) + "].");
      LEYDEN_ASSIGN(ScriptStep read, read_step(step, (*steps)[k], chat));
      answer.steps.push_back(std::move(read));
    }
    script.answers.push_back(std::move(answer));
  }
  return script;
}

}  // namespace leyden
