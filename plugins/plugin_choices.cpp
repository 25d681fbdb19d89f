// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_choices.h"

#include <algorithm>

#include "base/json_dump.h"
#include "plugins/json_access.h"
#include "plugins/manifest.h"

namespace leyden::plugins {

namespace {

Status wrong(const std::string& field, const std::string& expected, const Json& found) {
  return invalid_argument("plugin settings: " + field + ": expected " + expected + ", found " +
                          dump_json(found).substr(0, 200));
}

Result<PluginChoices> choices_of(const std::string& id, const Json& json) {
  PluginChoices out;
  for (const auto& [key, value] : json.items()) {
    const std::string field = id + "." + key;
    if (key == "settings") {
      if (!value.is_object()) return wrong(field, "an object", value);
      out.settings = dump_json(value);
    } else if (key == "network") {
      if (!value.is_array()) return wrong(field, "a list of machines", value);
      for (const Json& machine : value) {
        if (!machine.is_string() || !is_machine(machine.get<std::string>()))
          return wrong(field, "a machine such as \"*.example.org\" or \"127.0.0.1:8888\"", machine);
        out.network.push_back(machine.get<std::string>());
      }
    } else if (key == "secrets") {
      if (!value.is_object()) return wrong(field, "an object", value);
      for (const auto& [name, secret] : value.items()) {
        if (!secret.is_string())  // what was found is not repeated: it may be a secret
          return invalid_argument("plugin settings: " + field + "." + name + ": expected a text");
        out.secrets[name] = secret.get<std::string>();
      }
    } else if (key == "in_process") {
      if (!value.is_boolean()) return wrong(field, "true or false", value);
      out.in_process = value.get<bool>();
    } else {
      return invalid_argument(
          "plugin settings: " + field +
          ": expected \"settings\", \"network\", \"secrets\" or \"in_process\"");
    }
  }
  return out;
}

}  // namespace

Result<ChoicesByPlugin> parse_choices(std::string_view text) {
  const Json json = parse_json(text);
  if (!json.is_object()) return invalid_argument("plugin settings: expected a JSON object");
  ChoicesByPlugin out;
  for (const auto& [id, value] : json.items()) {
    if (!value.is_object()) return wrong(id, "an object", value);
    LEYDEN_ASSIGN(out[id], choices_of(id, value));
  }
  return out;
}

std::string host_of(const std::string& machine) {
  const size_t colon = machine.rfind(':');
  // "[::1]:80" and "a:80" have a port, "[::1]" has none.
  const bool port = colon != std::string::npos && colon + 1 < machine.size() &&
                    machine.find_first_not_of("0123456789", colon + 1) == std::string::npos &&
                    (machine[0] != '[' || machine[colon - 1] == ']');
  return port ? machine.substr(0, colon) : machine;
}

}  // namespace leyden::plugins
