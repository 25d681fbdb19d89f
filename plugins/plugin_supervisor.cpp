// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_supervisor.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace leyden::plugins {

void CrashHistory::crashed(Time now) {
  crashes_.push_back(now);
  while (now - crashes_.front() > kWindow) crashes_.pop_front();
  disabled_ = disabled_ || crashes_.size() >= kMaxCrashes;
  rest_until_ = now + (crashes_.size() == 1 ? std::chrono::milliseconds(250)
                                            : std::chrono::milliseconds(1000));
}

size_t CrashHistory::recent(Time now) const {
  return static_cast<size_t>(
      std::count_if(crashes_.begin(), crashes_.end(), [&](Time t) { return now - t <= kWindow; }));
}

PluginSupervisor::PluginSupervisor(Manifest manifest, StartOptions options,
                                   PluginServices& services)
    : manifest_(std::move(manifest)), options_(std::move(options)), services_(services) {}

/// Called with the mutex held: counts the end of a process that has not been counted.
void PluginSupervisor::note_end() {
  if (!process_ || process_->alive()) return;
  if (process_->crashed()) {
    last_crash_ = process_->ending();
    crashes_.crashed(std::chrono::steady_clock::now());
  }
  process_.reset();
}

Result<std::shared_ptr<PluginProcess>> PluginSupervisor::process() {
  const std::lock_guard lock(mutex_);
  note_end();
  if (process_) return process_;
  if (crashes_.disabled()) {
    return unsupported("plugin " + manifest_.id + ": disabled after " +
                       std::to_string(CrashHistory::kMaxCrashes) + " crashes in " +
                       std::to_string(CrashHistory::kWindow.count()) +
                       " minutes; the last: " + last_crash_);
  }
  std::this_thread::sleep_until(crashes_.rest_until());
  auto started = PluginProcess::start(manifest_, options_, services_);
  if (!started.ok()) {
    if (started.status().code() == StatusCode::kIo) {
      last_crash_ = started.status().message();
      crashes_.crashed(std::chrono::steady_clock::now());
    }
    return started.status();
  }
  process_ = std::move(*started);
  return process_;
}

std::string PluginSupervisor::state() const {
  const std::lock_guard lock(mutex_);
  if (process_ && process_->alive()) return "running";
  if (crashes_.disabled()) return "disabled";
  if ((process_ && process_->crashed()) || crashes_.recent(std::chrono::steady_clock::now()) > 0) {
    return "crashed";
  }
  return "stopped";
}

std::string PluginSupervisor::last_crash() const {
  const std::lock_guard lock(mutex_);
  return process_ && process_->crashed() ? process_->ending() : last_crash_;
}

void PluginSupervisor::enable() {
  const std::lock_guard lock(mutex_);
  note_end();
  crashes_.reset();
}

void PluginSupervisor::stop() {
  const std::lock_guard lock(mutex_);
  note_end();
  if (process_) options_.state = process_->quit();
  process_.reset();
}

}  // namespace leyden::plugins
