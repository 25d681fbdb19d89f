// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_services.h"

#include <algorithm>
#include <utility>

namespace leyden::plugins {

namespace {

Status missing(const char* what) {
  return unsupported(std::string(what) + " is not available here");
}

Status not_permitted(const Manifest& plugin, const char* permission) {
  return unsupported(plugin.id + ": its manifest does not ask for \"" + permission + "\"");
}

Result<std::string> done(const Status& status) {
  if (!status.ok()) return status;
  return std::string();
}

Result<std::string> storage(PluginServices& services, const Manifest& plugin, const Json& request,
                            const std::string& payload) {
  for (const char* verb : {"get", "put", "remove"}) {
    const std::string key = text_field(request, verb);
    if (key.empty()) continue;
    if (!is_tool_name(key)) return invalid_argument("storage: \"" + key + "\" is no key");
    const std::string_view what = verb;
    if (what == "get") return services.stored(plugin, key);
    if (what == "remove") return done(services.store(plugin, key, std::nullopt));
    if (payload.size() > (1 << 20)) return invalid_argument("storage: more than one MiB");
    return done(services.store(plugin, key, payload));
  }
  return invalid_argument("storage: no key");
}

Result<std::string> answer(PluginServices& services, const Manifest& plugin,
                           const WireMessage& question, const CancelToken* cancel,
                           std::vector<std::string>* contacted, Fd* file) {
  const std::string service = text_field(question.header, "service");
  const auto it = question.header.find("request");
  const Json request = it != question.header.end() && it->is_object() ? *it : Json::object();
  const Permissions& may = plugin.permissions;
  if (service == "http") {
    if (may.network.empty()) return not_permitted(plugin, "network");
    return services.http(plugin, request, cancel, contacted);
  }
  if (service == "files") {
    if (!may.files) return not_permitted(plugin, "files");
    LEYDEN_ASSIGN(*file, services.open_granted(plugin, text_field(request, "grant")));
    return std::string();
  }
  if (service == "library") {
    if (!may.library) return not_permitted(plugin, "library");
    const int64_t limit = std::clamp<int64_t>(int_field(request, "limit", 10), 1, 100);
    return services.search_library(plugin, text_field(request, "query"),
                                   static_cast<uint32_t>(limit));
  }
  if (service == "storage") {
    if (!may.storage) return not_permitted(plugin, "storage");
    return storage(services, plugin, request, question.payload);
  }
  if (service == "secrets") {
    const std::string name = text_field(request, "name");
    if (std::find(may.secrets.begin(), may.secrets.end(), name) == may.secrets.end()) {
      return not_permitted(plugin, "secrets");
    }
    return services.secret(plugin, name);
  }
  if (service == "ask_user") {
    if (!may.ask_user) return not_permitted(plugin, "ask_user");
    return services.ask_user(plugin, request, cancel);
  }
  return unsupported("no service \"" + service + "\"");
}

}  // namespace

void PluginServices::log(const Manifest&, int, const std::string&) {}
void PluginServices::refused(const Manifest&, const std::string&) {}
Result<std::string> PluginServices::http(const Manifest&, const Json&, const CancelToken*,
                                         std::vector<std::string>*) {
  return missing("the network");
}
Result<Fd> PluginServices::open_granted(const Manifest&, const std::string& grant) {
  return not_found("no file is granted as \"" + grant + "\"");
}
Result<std::string> PluginServices::search_library(const Manifest&, const std::string&, uint32_t) {
  return missing("the library");
}
Result<std::string> PluginServices::stored(const Manifest&, const std::string&) {
  return missing("storage");
}
Status PluginServices::store(const Manifest&, const std::string&, std::optional<std::string>) {
  return missing("storage");
}
Result<std::string> PluginServices::secret(const Manifest&, const std::string&) {
  return missing("a place for secrets");
}
Result<std::string> PluginServices::ask_user(const Manifest&, const Json&, const CancelToken*) {
  return missing("a user to ask");
}

WireMessage answer_question(PluginServices& services, const Manifest& plugin,
                            const WireMessage& question, const CancelToken* cancel,
                            std::vector<std::string>* contacted) {
  WireMessage out;
  auto result = answer(services, plugin, question, cancel, contacted, &out.file);
  const Status status = result.ok() ? Status() : result.status();
  out.header = {{"op", "answer"},
                {"n", int_field(question.header, "n")},
                {"status", static_cast<int>(status.code())},
                {"message", status.message().substr(0, 4000)}};
  if (result.ok()) out.payload = std::move(*result);
  return out;
}

}  // namespace leyden::plugins
