// SPDX-License-Identifier: Apache-2.0
#include "plugins/host_paths.h"

#include <string>
#include <system_error>

namespace leyden::plugins {

namespace fs = std::filesystem;

Result<HostPaths> find_host_paths(const fs::path& library_folder) {
  HostPaths paths;
  std::error_code error;
  std::string tried;
  // The second is for a library in a folder of its own beside lib, such as a test's.
  for (const char* way : {"leyden/plugins", "../../lib/leyden/plugins"}) {
    const fs::path folder = (library_folder / way).lexically_normal();
    if (paths.plugins.empty() && fs::is_directory(folder, error)) paths.plugins = folder;
    tried += (tried.empty() ? "" : " or ") + folder.string();
  }
  if (paths.plugins.empty()) return not_found("plugins: expected a folder " + tried);
  tried.clear();
  for (const char* way : {"../bin", "../../bin"}) {
    const fs::path program = (library_folder / way / "leyden-plugin-host").lexically_normal();
    if (fs::is_regular_file(program, error)) {
      paths.host_program = program;
      return paths;
    }
    tried += (tried.empty() ? "" : " or ") + program.string();
  }
  return not_found("plugin host: expected " + tried);
}

}  // namespace leyden::plugins
