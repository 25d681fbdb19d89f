// SPDX-License-Identifier: Apache-2.0
// The plugin's side of the socket: loads the object, offers the host's services to it, and does
// what comes in until it is told to quit. In a process of its own (host_main.cpp), or on threads of
// the program that uses it (plugin_process.cpp).
//
//   in   start (given)  call  cancel  open  page  image  close  settings  answer  ping  quit
//   out  ready | failed  result  progress  log  ask  pong
#pragma once

#include <filesystem>

#include "plugins/json_access.h"

namespace leyden::plugins {

enum class Home {
  kOwnProcess,    ///< which ends with the other side, whatever the plugin is doing
  kOthersProcess  ///< all threads have ended when serve_plugin() returns; a plugin finishes its calls
                  ///< on the threads they came on
};

/// Serves the plugin of a folder over a socket. @param start  the start message
/// (plugin_process.cpp) Returns the process's exit code.
int serve_plugin(int socket, const std::filesystem::path& folder, const Json& start, Home home);

}  // namespace leyden::plugins
