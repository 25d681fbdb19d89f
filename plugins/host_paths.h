// SPDX-License-Identifier: Apache-2.0
// Where the host program and the plugins are that came with this library. The build tree and an
// install look alike:
//
//   <prefix>/lib[/<arch>]/libleyden.so        <prefix>/bin/leyden-plugin-host
//   <prefix>/lib[/<arch>]/leyden/plugins/<name>/plugin.json
#pragma once

#include <filesystem>

#include "base/status.h"

namespace leyden::plugins {

struct HostPaths {
  std::filesystem::path host_program;
  std::filesystem::path plugins;  ///< the folder of the plugins that ship
};

/// @param library_folder  where libleyden.so lies
/// Errors: kNotFound, naming the places.
Result<HostPaths> find_host_paths(const std::filesystem::path& library_folder);

}  // namespace leyden::plugins
