// SPDX-License-Identifier: Apache-2.0
// Where the build tree has the host program and plugins; scratch files.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "plugins/host_paths.h"
#include "plugins/plugin_services.h"

namespace leyden::plugins {

inline HostPaths build_paths() {
  return {std::filesystem::path(LEYDEN_BUILD_DIR) / "bin" / "leyden-plugin-host",
          std::filesystem::path(LEYDEN_BUILD_DIR) / "lib" / "leyden" / "plugins"};
}

/// A folder of the test's own, removed at its end.
class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "leyden-plugins-XXXXXX").string();
    if (::mkdtemp(pattern.data())) folder_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path file(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Remembers what plugins logged and tried.
class RecordingServices : public PluginServices {
 public:
  void log(const Manifest&, int, const std::string& text) override {
    const std::lock_guard lock(mutex_);
    logged_.push_back(text);
  }
  void refused(const Manifest&, const std::string& what) override {
    const std::lock_guard lock(mutex_);
    refused_.push_back(what);
  }
  std::vector<std::string> logged() const {
    const std::lock_guard lock(mutex_);
    return logged_;
  }
  /// Whether something that begins like this was tried.
  bool was_refused(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& r : refused_) {
      if (r.starts_with(what)) return true;
    }
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> logged_, refused_;
};

}  // namespace leyden::plugins
