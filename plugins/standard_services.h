// SPDX-License-Identifier: Apache-2.0
// The host services as a program with a library, a data folder and perhaps a network gives them.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/library.h"
#include "plugins/plugin_choices.h"
#include "plugins/plugin_services.h"

namespace leyden::plugins {

/// Something a plugin did or tried, for the log the user can look at.
struct PluginEvent {
  std::string plugin;  ///< its id
  std::string kind;    ///< "log", "refused", "http"
  std::string text;    ///< the message, what was refused, or the machines that were talked to
};

struct ServiceOptions {
  Library* library = nullptr;                        ///< must outlive the services; nullptr: none
  std::filesystem::path storage_folder;              ///< empty: no storage
  ChoicesByPlugin choices;                           ///< what the user chose for each plugin
  std::function<void(const PluginEvent&)> on_event;  ///< may be empty; from any thread
};

/// Threads: every method is thread-safe.
class StandardServices : public PluginServices {
 public:
  explicit StandardServices(ServiceOptions options) : options_(std::move(options)) {}

  /// The switch that binds every plugin. Off at first: a plugin reaches no network.
  void set_online(bool online) { online_ = online; }

  void log(const Manifest& plugin, int level, const std::string& text) override;
  void refused(const Manifest& plugin, const std::string& what) override;
  Result<std::string> http(const Manifest& plugin, const Json& request, const CancelToken* cancel,
                           std::vector<std::string>* contacted) override;
  Result<std::string> search_library(const Manifest& plugin, const std::string& query,
                                     uint32_t limit) override;
  Result<std::string> stored(const Manifest& plugin, const std::string& key) override;
  Status store(const Manifest& plugin, const std::string& key,
               std::optional<std::string> value) override;
  Result<std::string> secret(const Manifest& plugin, const std::string& name) override;

 private:
  /// The user's choices for a plugin; nullptr without any.
  const PluginChoices* choices_of(const Manifest& plugin) const;
  void note(const Manifest& plugin, const char* kind, std::string text) const;
  std::filesystem::path folder_of(const Manifest& plugin) const;

  ServiceOptions options_;
  std::atomic<bool> online_{false};
  std::mutex storage_mutex_;
};

}  // namespace leyden::plugins
