// SPDX-License-Identifier: Apache-2.0
// Reads leyden.json. Every error names file, field, what was expected and what was found.
#include <nlohmann/json.hpp>

#include "base/json_dump.h"
#include "base/text_file.h"
#include "core/chat/json_text.h"
#include "core/chat/profile.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;
constexpr uintmax_t kMaxFileBytes = 1 << 20;

/// What was found, short enough for a message.
std::string show(const Json& value) {
  std::string text = dump_json(value);
  return text.size() <= 60 ? text : std::string(value.type_name()) + " of " +
                                        std::to_string(text.size()) + " bytes";
}

/// One object of the file; hands out typed members and, at the end, complains about the rest.
class Reader {
 public:
  Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  Status expect_object() const {
    return object_.is_object() ? Status() : fail("", "an object", show(object_));
  }
  const Json* find(const std::string& key) {
    seen_.push_back(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  Status text(const std::string& key, std::string* out, bool required = false) {
    const Json* value = find(key);
    if (value == nullptr) return required ? fail(key, "a string", "nothing") : Status();
    if (!value->is_string()) return fail(key, "a string", show(*value));
    *out = value->get<std::string>();
    return {};
  }
  Status whole(const std::string& key, int low, int high, int* out) {
    const Json* value = find(key);
    if (value == nullptr) return {};
    const std::string expected =
        "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    if (!value->is_number_integer()) return fail(key, expected, show(*value));
    // Unsigned beyond the signed range compares as negative: out of range either way.
    const auto n = value->get<int64_t>();
    if (n < low || n > high) return fail(key, expected, show(*value));
    *out = static_cast<int>(n);
    return {};
  }
  /// A template: `needed` must be in it, and no other {word} than `known`.
  Status template_text(const std::string& key, const std::vector<std::string>& needed,
                       const std::vector<std::string>& known, std::string* out, bool required = false) {
    LEYDEN_TRY(text(key, out, required));
    if (object_.find(key) == object_.end()) return {};
    for (const std::string& name : needed) {
      if (out->find("{" + name + "}") == std::string::npos) {
        return fail(key, "a text with {" + name + "}", show(object_[key]));
      }
    }
    for (size_t at = out->find('{'); at != std::string::npos; at = out->find('{', at + 1)) {
      size_t end = at + 1;
      while (end < out->size() && (((*out)[end] >= 'a' && (*out)[end] <= 'z') || (*out)[end] == '_')) ++end;
      if (end == at + 1 || end == out->size() || (*out)[end] != '}') continue;
      const std::string name = out->substr(at + 1, end - at - 1);
      bool fine = false;
      for (const auto* list : {&needed, &known}) {
        for (const std::string& candidate : *list) fine = fine || candidate == name;
      }
      if (!fine) return fail(key, "no placeholder {" + name + "}", show(object_[key]));
    }
    return {};
  }
  Status finish() const {
    for (const auto& [key, value] : object_.items()) {
      bool known = key == "comment" || key.starts_with("x-");
      for (const std::string& name : seen_) known = known || name == key;
      if (!known) return fail(key.substr(0, 60), "no such name", show(value));
    }
    return {};
  }
  Status fail(const std::string& key, const std::string& expected, const std::string& found) const {
    const bool top = where_.ends_with(": ");
    const std::string path = where_ + (key.empty() || top ? "" : ".") + key;
    return corrupt(path + (path.ends_with(": ") ? "" : ": ") + "expected " + expected + ", found " + found);
  }
  std::string path(const std::string& key) const {
    return where_ + (where_.ends_with(": ") ? "" : ".") + key;
  }

 private:
  const Json& object_;
  std::string where_;
  std::vector<std::string> seen_;
};

Status read_document(const Json& json, const std::string& where, DocumentProfile* out) {
  using Layout = DocumentProfile::Layout;
  using Placement = DocumentProfile::Placement;
  Reader reader(json, where);
  LEYDEN_TRY(reader.expect_object());
  std::string layout, placement = "before_system";
  LEYDEN_TRY(reader.text("layout", &layout, true));
  if (layout != "passages" && layout != "plain") {
    return reader.fail("layout", "\"passages\" or \"plain\"", "\"" + layout.substr(0, 60) + "\"");
  }
  out->layout = layout == "plain" ? Layout::kPlain : Layout::kPassages;
  LEYDEN_TRY(reader.text("placement", &placement));
  if (placement != "before_system" && placement != "first_user") {
    return reader.fail("placement", "\"before_system\" or \"first_user\"",
                       "\"" + placement.substr(0, 60) + "\"");
  }
  out->placement = placement == "first_user" ? Placement::kFirstUser : Placement::kBeforeSystem;
  LEYDEN_TRY(reader.template_text("begin", {}, {"title"}, &out->begin, true));
  LEYDEN_TRY(reader.template_text("end", {}, {}, &out->end, true));
  LEYDEN_TRY(reader.template_text("title", {"title"}, {}, &out->title));
  std::string heading;
  LEYDEN_TRY(reader.template_text("heading", {}, {"title"}, &heading));
  if (json.contains("heading")) out->heading = heading;

  if (const Json* reference = reader.find("reference")) {
    Reader inner(*reference, reader.path("reference"));
    LEYDEN_TRY(inner.expect_object());
    LEYDEN_TRY(inner.template_text("pattern", {"n"}, {}, &out->reference, true));
    if (out->reference.find("{n}") != out->reference.rfind("{n}")) {
      return inner.fail("pattern", "{n} once", "\"" + out->reference.substr(0, 60) + "\"");
    }
    out->reference_count = 1024;
    LEYDEN_TRY(inner.whole("count", 1, 1000000, &out->reference_count));
    LEYDEN_TRY(inner.finish());
  }
  const bool passages = out->layout == Layout::kPassages;
  if (passages && out->reference.empty()) return reader.fail("reference", "an object", "nothing");
  LEYDEN_TRY(reader.template_text("passage", {"ref", "text"}, {"n", "sp"}, &out->passage, passages));
  if (const size_t at = out->passage.find("{text}");
      at != std::string::npos && at != out->passage.rfind("{text}")) {
    return reader.fail("passage", "{text} once", "\"" + out->passage.substr(0, 60) + "\"");
  }
  if (const Json* tokens = reader.find("passage_tokens")) {
    Reader inner(*tokens, reader.path("passage_tokens"));
    LEYDEN_TRY(inner.expect_object());
    LEYDEN_TRY(inner.whole("min", 1, 100000, &out->passage_tokens_min));
    LEYDEN_TRY(inner.whole("max", 1, 100000, &out->passage_tokens_max));
    if (out->passage_tokens_min > out->passage_tokens_max) {
      return inner.fail("min", "at most max", std::to_string(out->passage_tokens_min) + " > " +
                                                  std::to_string(out->passage_tokens_max));
    }
    LEYDEN_TRY(inner.finish());
  }
  LEYDEN_TRY(reader.template_text("question", {"question"}, {}, &out->question));
  if (out->placement != Placement::kFirstUser && reader.find("question") != nullptr) {
    return reader.fail("question", "it only with placement first_user", "placement before_system");
  }
  return reader.finish();
}

Status read_answer(const Json& json, const std::string& where, AnswerProfile* out) {
  Reader reader(json, where);
  LEYDEN_TRY(reader.expect_object());
  LEYDEN_TRY(reader.template_text("quote", {"text"}, {"ref", "n", "sp"}, &out->quote));
  LEYDEN_TRY(reader.template_text("value", {"value"}, {}, &out->value));
  if (const Json* refusal = reader.find("refusal")) {
    if (!refusal->is_array()) return reader.fail("refusal", "a list of strings", show(*refusal));
    for (const Json& sentence : *refusal) {
      if (!sentence.is_string() || sentence.get<std::string>().empty()) {
        return reader.fail("refusal", "a list of strings", show(sentence));
      }
      out->refusal.push_back(sentence.get<std::string>());
    }
  }
  return reader.finish();
}

/// How a model was shown one of the library's own tools.
Status read_library_tool(const Json& json, const std::string& where) {
  Reader reader(json, where);
  LEYDEN_TRY(reader.expect_object());
  std::string name, description;
  LEYDEN_TRY(reader.text("name", &name));
  LEYDEN_TRY(reader.text("description", &description));
  if (const Json* parameters = reader.find("parameters"); parameters && !parameters->is_object()) {
    return reader.fail("parameters", "an object", show(*parameters));
  }
  return reader.finish();
}

}  // namespace

Result<Profile> Profile::parse(std::string_view text, const std::string& file_name) {
  if (!json_depth_within(text, 64)) return corrupt(file_name + ": nested deeper than 64");
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return corrupt(file_name + ": not JSON");
  Reader reader(json, file_name + ": ");
  LEYDEN_TRY(reader.expect_object());
  const Json* version = reader.find("leyden_profile");
  if (version == nullptr || !version->is_number_integer()) {
    return reader.fail("leyden_profile", "1", version == nullptr ? "nothing" : show(*version));
  }
  if (*version != 1) {
    return unsupported(file_name + ": leyden_profile: this build reads version 1, found " + show(*version));
  }
  Profile profile = generic();
  profile.from_file = true;
  std::string format;
  LEYDEN_TRY(reader.text("chat_format", &format));
  if (json.contains("chat_format")) {
    profile.chat_format = chat_format_from_name(format);
    if (!profile.chat_format) {
      return reader.fail("chat_format", "\"v3.2-exp\" or \"v3.2\"", "\"" + format.substr(0, 60) + "\"");
    }
  }
  if (const Json* document = reader.find("document")) {
    profile.document = DocumentProfile();
    LEYDEN_TRY(read_document(*document, reader.path("document"), &profile.document));
  }
  if (const Json* answer = reader.find("answer")) {
    LEYDEN_TRY(read_answer(*answer, reader.path("answer"), &profile.answer));
  }
  if (const Json* tools = reader.find("tools")) {
    LEYDEN_ASSIGN(profile.tools, ToolPrompt::parse(tools->dump(), reader.path("tools")));
  }
  if (const Json* tasks = reader.find("tasks")) {
    Reader inner(*tasks, reader.path("tasks"));
    LEYDEN_TRY(inner.expect_object());
    for (const auto& [name, value] : tasks->items()) {
      if (name == "cite") {
        LEYDEN_TRY(inner.template_text(name, {"question"}, {}, &profile.tasks[name]));
      } else if (name == "search_tool" || name == "open_tool") {
        LEYDEN_TRY(read_library_tool(value, inner.path(name)));
        profile.tasks[name] = value.dump();
      } else if (value.is_string()) {
        profile.tasks[name] = value.get<std::string>();
      } else if (value.is_object()) {
        profile.tasks[name] = value.dump();
      } else {
        return inner.fail(name.substr(0, 60), "a string or an object", show(value));
      }
    }
  }
  reader.find("notes");  // for people
  LEYDEN_TRY(reader.finish());
  return profile;
}

Result<Profile> Profile::load(const std::filesystem::path& dir) {
  const auto text = read_text_file(dir / "leyden.json", kMaxFileBytes);
  if (text.ok()) return parse(*text, "leyden.json");
  if (text.status().code() == StatusCode::kNotFound) return generic();
  return text.status();
}

}  // namespace leyden
