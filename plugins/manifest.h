// SPDX-License-Identifier: Apache-2.0
// plugin.json: who a plugin is, what it provides and what it may do. Read before any of its code
// runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "plugins/json_access.h"

namespace leyden::plugins {

/// What the plugin may do; whatever is not named, it may not.
struct Permissions {
  /// Host names, "*.example.org" for all below; "*" stands for the machines the user names.
  std::vector<std::string> network;
  std::vector<std::string> programs;  ///< names of programs in /usr/bin it may run
  std::vector<std::string> secrets;   ///< names of secrets it may ask for
  bool library = false;               ///< search the user's documents
  bool files = false;                 ///< open files granted for a call
  bool storage = false;               ///< keep small values
  bool ask_user = false;

  bool operator==(const Permissions&) const = default;
};

struct Manifest {
  std::filesystem::path folder;  ///< where plugin.json lies
  std::string id;                ///< ^[a-z0-9]+(\.[a-z0-9_-]+)+$
  std::string name, version, description, license;
  std::string library;             ///< the shared object's file name, in the folder
  std::vector<std::string> tools;  ///< names; exactly these may be offered
  std::vector<std::string> reads;  ///< file extensions without dot; not empty: it is a reader
  Permissions permissions;
  uint32_t memory_mib = 1024;  ///< address space of each of its processes
  double call_seconds = 60;    ///< a call that takes longer is stopped
};

/// @param where  for messages. Errors: kCorrupt, naming the field; kUnsupported for another
/// version.
Result<Manifest> parse_manifest(std::string_view json, const std::string& where);
/// Reads <folder>/plugin.json.
Result<Manifest> read_manifest(const std::filesystem::path& folder);
/// The manifest as JSON for people who decide: {"id", "name", ..., "permissions": {...}}.
Json manifest_json(const Manifest& manifest);
Json permissions_json(const Permissions& permissions);
/// "api.example.org", "*.example.org", "127.0.0.1:8888", "*".
bool is_machine(std::string_view host);
/// ^[a-zA-Z0-9_-]{1,64}$
bool is_tool_name(std::string_view name);

/// All plugins directly below a folder, by id. Folders without plugin.json are passed over; one
/// whose manifest is unsound is named in `problems`. A missing folder has no plugins.
std::vector<Manifest> find_plugins(const std::filesystem::path& folder,
                                   std::vector<std::string>* problems);

}  // namespace leyden::plugins
