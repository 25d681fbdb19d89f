// SPDX-License-Identifier: Apache-2.0
// One running plugin, seen from the program that uses it: starts leyden-plugin-host, talks to it,
// and makes sure that whatever happens in there ends as an error here. One that came with this
// library can also be run by a thread of this process, over the same socket: without walls, so a
// crash is ours, and one that does not stop when told to is left behind.
//
//   starting -> ready -> (calls) -> quitting -> gone
//        └──────────┴────────────────────────> gone (crashed, killed, lied)
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "plugins/manifest.h"
#include "plugins/plugin_services.h"
#include "plugins/wire.h"

namespace leyden::plugins {

struct StartOptions {
  std::filesystem::path host_program;  ///< leyden-plugin-host
  bool allow_unsandboxed = false;  ///< where the system has no namespaces, run with rlimits only
  double start_seconds = 20;
  double grace_seconds = 2;       ///< between a cancel and the kill
  double heartbeat_seconds = 10;  ///< silence after which a process counts as hung
  std::string state;              ///< what an earlier process saved
  std::string settings;           ///< of the plugin, a JSON object; empty: none
  bool show_stderr = false;       ///< the plugin's stderr goes to ours
  bool is_first_party = false;    ///< came with this library
  bool in_process = false;        ///< only what is first party and reads no documents
};

/// A request to the plugin.
struct PluginRequest {
  Json header;  ///< with "op"; "id" is added
  std::string_view payload;
  int file = -1;        ///< handed over, stays the caller's
  double seconds = 60;  ///< then it is cancelled, and soon killed
  const CancelToken* cancel = nullptr;
  ProgressFn progress;
  std::vector<std::string>* hosts = nullptr;  ///< machines connected to for this call; may be null
};

struct OfferedTool {
  std::string name, description, parameters;
  uint32_t flags = 0;  ///< LEYDEN_TOOL_*
};

/// Threads: every method is thread-safe.
class PluginProcess {
 public:
  /// Returns when the plugin has loaded and told what it offers.
  /// @param services  must outlive this.
  /// Errors: kUnsupported (no sandbox here, not for in_process, another ABI), kCorrupt (manifest and
  /// code disagree; object not loadable), kIo (crashed, too slow), kNotFound (no host program).
  static Result<std::unique_ptr<PluginProcess>> start(const Manifest& manifest,
                                                      const StartOptions& options,
                                                      PluginServices& services);
  ~PluginProcess();
  PluginProcess(const PluginProcess&) = delete;
  PluginProcess& operator=(const PluginProcess&) = delete;

  const std::vector<OfferedTool>& tools() const;
  const std::string& settings_schema() const;

  /// Errors: the plugin's own; kCancelled; kIo when it crashed, hung or was too slow.
  Result<WireMessage> call(const PluginRequest& request);

  bool alive() const;
  /// Whether it ended on its own or had to be killed. False while alive and after an orderly end.
  bool crashed() const;
  /// How it ended, e.g. "crashed (SIGSEGV)"; "" while alive.
  std::string ending() const;
  /// What the sandbox refused so far, first 50.
  std::vector<std::string> refusals() const;
  /// True when it runs without namespaces, or in this process.
  bool unsandboxed() const;
  /// Asks it to save its state and end; kills it when it does not. Returns the state.
  std::string quit();

 private:
  struct Impl;
  explicit PluginProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leyden::plugins
