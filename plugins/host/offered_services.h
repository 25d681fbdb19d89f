// SPDX-License-Identifier: Apache-2.0
// The host services as a plugin gets them: structs of functions that ask the other side of the
// socket.
#pragma once

#include <string>

#include "plugins/host/channel.h"
#include "plugins/leyden_plugin.h"

namespace leyden::plugins {

/// Threads: everything the plugin can reach is thread-safe.
class OfferedServices {
 public:
  /// @param permissions  the manifest's; a service it does not name is NULL for the plugin
  OfferedServices(Channel& channel, const Json& permissions, std::string version);
  OfferedServices(const OfferedServices&) = delete;
  OfferedServices& operator=(const OfferedServices&) = delete;

  const leyden_host* host() const { return &host_; }
  Channel& channel() { return channel_; }
  const void* find(std::string_view id) const;

 private:
  Channel& channel_;
  Json permissions_;
  std::string version_;
  leyden_host host_{};
};

}  // namespace leyden::plugins
