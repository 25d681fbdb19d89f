// SPDX-License-Identifier: Apache-2.0
#include "plugins/manifest.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <system_error>

#include "base/json_dump.h"
#include "base/text_file.h"

namespace leyden::plugins {

namespace {

namespace fs = std::filesystem;
constexpr uint64_t kMaxManifest = 256 << 10;

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kWord =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

bool is_id(std::string_view id) {
  size_t parts = 0;
  for (size_t begin = 0; begin <= id.size(); ++parts) {
    const size_t dot = std::min(id.find('.', begin), id.size());
    const std::string_view part = id.substr(begin, dot - begin);
    if (part.empty() || !all_of(part, "abcdefghijklmnopqrstuvwxyz0123456789_-")) return false;
    begin = dot + 1;
  }
  return parts >= 2 && id.size() <= 128;
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name[0] != '.' &&
         all_of(name, std::string(kWord) + ".+");
}

/// Collects what is wrong with one object: unknown keys, wrong types, bad values.
class FieldReader {
 public:
  FieldReader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  void text(const char* key, std::string& out, bool required) {
    const Json* value = take(key);
    if (!value) {
      if (required) fail(key, "is missing");
    } else if (!value->is_string()) {
      fail(key, "is not a string");
    } else {
      out = value->get<std::string>();
    }
  }
  void flag(const char* key, bool& out) {
    const Json* value = take(key);
    if (!value) return;
    if (!value->is_boolean()) return fail(key, "is not true or false");
    out = value->get<bool>();
  }
  template <typename Check>
  void list(const char* key, std::vector<std::string>& out, Check&& good, const char* kind) {
    const Json* value = take(key);
    if (!value) return;
    if (!value->is_array()) return fail(key, "is not a list");
    for (const Json& element : *value) {
      if (!element.is_string() || !good(element.get<std::string>())) {
        return fail(key, "has " + dump_json(element) + ", which is no " + kind);
      }
      out.push_back(element.get<std::string>());
    }
    if (std::set<std::string>(out.begin(), out.end()).size() != out.size())
      fail(key, "names one twice");
  }
  void number(const char* key, double low, double high, double& out) {
    const Json* value = take(key);
    if (!value) return;
    if (!value->is_number()) return fail(key, "is not a number");
    const double number = value->get<double>();
    if (!(number >= low && number <= high)) {
      return fail(key, "is " + dump_json(*value) + ", expected " + std::to_string(int64_t(low)) +
                           " to " + std::to_string(int64_t(high)));
    }
    out = number;
  }
  const Json* take(const char* key) {
    seen_.insert(key);
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
  }
  void fail(const std::string& key, const std::string& what) {
    if (problem_.empty()) problem_ = where_ + ": \"" + key + "\" " + what;
  }
  /// A key nobody asked for is an error: a misspelt permission must not pass unnoticed.
  Status finish() {
    for (const auto& [key, value] : object_.items()) {
      if (!seen_.contains(key)) fail(key, "is no field of a manifest");
    }
    return problem_.empty() ? Status() : corrupt(problem_);
  }

 private:
  const Json& object_;
  std::string where_;
  std::set<std::string> seen_;
  std::string problem_;
};

bool not_empty(std::string_view text) { return !text.empty() && text.size() <= 64; }

}  // namespace

bool is_machine(std::string_view host) {
  if (host == "*") return true;
  if (host.starts_with("*.")) host.remove_prefix(2);
  return !host.empty() && host.size() <= 253 &&
         all_of(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]");
}

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && all_of(name, kWord);
}

Result<Manifest> parse_manifest(std::string_view text, const std::string& where) {
  const Json json = parse_json(text);
  if (!json.is_object()) return corrupt(where + ": expected a JSON object");
  if (const int64_t version = int_field(json, "leyden_plugin"); version != 1) {
    return unsupported(where + ": \"leyden_plugin\" is " + std::to_string(version) +
                       ", this version reads 1");
  }
  Manifest m;
  FieldReader fields(json, where);
  fields.take("leyden_plugin");
  fields.text("id", m.id, true);
  fields.text("name", m.name, true);
  fields.text("version", m.version, true);
  fields.text("description", m.description, false);
  fields.text("license", m.license, false);
  fields.text("library", m.library, true);
  fields.list("tools", m.tools, is_tool_name, "tool name");
  fields.list(
      "reads", m.reads,
      [](std::string_view e) { return !e.empty() && e.size() <= 16 && all_of(e, kLower); },
      "file extension");
  if (!is_id(m.id))
    fields.fail("id", "is \"" + m.id + "\", expected something like org.example.name");
  if (!is_file_name(m.library)) fields.fail("library", "is no plain file name");
  if (const Json* permissions = fields.take("permissions")) {
    if (!permissions->is_object()) return corrupt(where + ": \"permissions\" is no object");
    FieldReader p(*permissions, where + ": permissions");
    p.list("network", m.permissions.network, is_machine, "host name");
    p.list("programs", m.permissions.programs, is_file_name, "program name");
    p.list("secrets", m.permissions.secrets, not_empty, "name");
    p.flag("library", m.permissions.library);
    p.flag("files", m.permissions.files);
    p.flag("storage", m.permissions.storage);
    p.flag("ask_user", m.permissions.ask_user);
    LEYDEN_TRY(p.finish());
  }
  if (const Json* limits = fields.take("limits")) {
    if (!limits->is_object()) return corrupt(where + ": \"limits\" is no object");
    FieldReader l(*limits, where + ": limits");
    double memory = m.memory_mib;
    l.number("memory_mib", 64, 4096, memory);
    l.number("call_seconds", 1, 3600, m.call_seconds);
    LEYDEN_TRY(l.finish());
    m.memory_mib = static_cast<uint32_t>(memory);
  }
  LEYDEN_TRY(fields.finish());
  return m;
}

Result<Manifest> read_manifest(const fs::path& folder) {
  const fs::path file = folder / "plugin.json";
  LEYDEN_ASSIGN(const std::string text, read_text_file(file, kMaxManifest));
  LEYDEN_ASSIGN(Manifest manifest, parse_manifest(text, file.string()));
  std::error_code error;
  manifest.folder = fs::canonical(folder, error);
  if (error) return io_error(folder.string() + ": " + error.message());
  return manifest;
}

Json permissions_json(const Permissions& p) {
  return {{"network", p.network},  {"programs", p.programs}, {"secrets", p.secrets},
          {"library", p.library},  {"files", p.files},       {"storage", p.storage},
          {"ask_user", p.ask_user}};
}

Json manifest_json(const Manifest& m) {
  return {{"id", m.id},
          {"name", m.name},
          {"version", m.version},
          {"description", m.description},
          {"license", m.license},
          {"folder", m.folder.string()},
          {"tools", m.tools},
          {"reads", m.reads},
          {"permissions", permissions_json(m.permissions)},
          {"limits", {{"memory_mib", m.memory_mib}, {"call_seconds", m.call_seconds}}}};
}

std::vector<Manifest> find_plugins(const fs::path& folder, std::vector<std::string>* problems) {
  std::vector<Manifest> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.is_directory(error) || !fs::is_regular_file(entry.path() / "plugin.json", error)) {
      continue;
    }
    auto manifest = read_manifest(entry.path());
    if (manifest.ok()) {
      out.push_back(std::move(*manifest));
    } else if (problems) {
      problems->push_back(manifest.status().message());
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Manifest& a, const Manifest& b) { return a.id < b.id; });
  for (size_t i = 1; i < out.size();) {
    if (out[i].id != out[i - 1].id) {
      ++i;
      continue;
    }
    if (problems) problems->push_back(out[i].folder.string() + ": id " + out[i].id + " is taken");
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return out;
}

}  // namespace leyden::plugins
