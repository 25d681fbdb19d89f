// SPDX-License-Identifier: Apache-2.0
// Keeps one plugin running: starts it when it is needed, again after a crash but not at once, and
// no more when it crashes too often.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"
#include "plugins/plugin_process.h"

namespace leyden::plugins {

/// When a crashed plugin may run again. A crash counts for ten minutes; the third disables.
class CrashHistory {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr size_t kMaxCrashes = 3;
  static constexpr std::chrono::minutes kWindow{10};

  void crashed(Time now);
  /// Whether it is disabled. Time alone does not lift that: reset() does.
  bool disabled() const { return disabled_; }
  /// Until then it should rest: 0.25 s after the first crash, one second after the second.
  Time rest_until() const { return rest_until_; }
  size_t recent(Time now) const;
  void reset() { *this = CrashHistory(); }

 private:
  std::deque<Time> crashes_;
  Time rest_until_{};
  bool disabled_ = false;
};

/// Threads: every method is thread-safe.
class PluginSupervisor {
 public:
  /// @param services  must outlive this
  PluginSupervisor(Manifest manifest, StartOptions options, PluginServices& services);

  const Manifest& manifest() const { return manifest_; }
  /// The running process, started if need be; waits while it rests after a crash.
  /// Errors: those of PluginProcess::start; kUnsupported while disabled, saying what happened last.
  Result<std::shared_ptr<PluginProcess>> process();
  /// "stopped", "running", "crashed" or "disabled".
  std::string state() const;
  /// How the last process that crashed ended; "" when none did.
  std::string last_crash() const;
  /// Takes a disabling back.
  void enable();
  /// Ends the process, if any; its state is kept for the next.
  void stop();

 private:
  void note_end();

  const Manifest manifest_;
  StartOptions options_;
  PluginServices& services_;
  mutable std::mutex mutex_;
  std::shared_ptr<PluginProcess> process_;
  CrashHistory crashes_;
  std::string last_crash_;
};

}  // namespace leyden::plugins
