// SPDX-License-Identifier: Apache-2.0
// The walls around a plugin's process. Namespaces are made with unshare() directly and not with
// bubblewrap: nothing to install, no second program between us and the child, and every step that
// fails has a name.
//
//   host (outside)        reads the policy, unshares user, mount, pid, net, ipc, uts; forks;
//   watches
//     └ plugin (pid 1)    enter_sandbox(): a new root on tmpfs with /usr/lib, fonts and the
//     plugin's own
//                         folder, all read-only; 64 MiB of /tmp; no /proc, no /home; no
//                         capabilities; rlimits; system calls filtered (syscall_filter.h)
//
// When the plugin's process ends the kernel ends everything it started: it is pid 1 of its
// namespace.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "plugins/wire.h"

namespace leyden::plugins {

struct SandboxPolicy {
  std::filesystem::path plugin_folder;
  std::vector<std::string> programs;  ///< of /usr/bin, that it may run
  uint64_t memory_bytes = 0;
  bool namespaces = true;  ///< false: rlimits and the system call filter only
};

constexpr const char* kPluginMount = "/plugin";

/// Leaves the caller's namespaces; the next fork() is pid 1 of the new ones. Single-threaded
/// callers. Errors: kUnsupported, saying which step the system refused.
Status leave_namespaces();

/// In the forked child: file system, rlimits, capabilities. Only descriptors stay as they are.
Status enter_sandbox(const SandboxPolicy& policy);

/// Where the plugin's folder is seen from inside.
std::filesystem::path plugin_folder_inside(const SandboxPolicy& policy);

}  // namespace leyden::plugins
