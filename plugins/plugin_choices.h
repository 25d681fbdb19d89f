// SPDX-License-Identifier: Apache-2.0
// What the user chose for each plugin: its settings, the machines it may talk to, its secrets.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden::plugins {

struct PluginChoices {
  std::string settings;              ///< a JSON object for leyden_settings::apply; empty: none
  std::vector<std::string> network;  ///< what "*" of the manifest's network stands for
  std::map<std::string, std::string> secrets;
  bool in_process = false;  ///< no walls: only for plugins that came with this library
};

/// By plugin id.
using ChoicesByPlugin = std::map<std::string, PluginChoices>;

/// Reads {"<plugin id>": {"settings": {...}, "network": ["*.example.org", "127.0.0.1:8888"],
/// "secrets": {"name": "value"}, "in_process": false}}. A machine with its port may be a private
/// one; "*" is any public one. Errors: kInvalidArgument, naming the field.
Result<ChoicesByPlugin> parse_choices(std::string_view json);

/// A machine of a list as it is compared: without the port.
std::string host_of(const std::string& machine);

}  // namespace leyden::plugins
