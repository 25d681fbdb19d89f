// SPDX-License-Identifier: Apache-2.0
// What plugins may ask of the program they serve. Each method is one host service of
// leyden_plugin.h; whoever runs plugins implements those it has. The default of each says that it
// is not there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "plugins/manifest.h"
#include "plugins/wire.h"

namespace leyden::plugins {

/// Threads: every method may be called from several threads at once.
class PluginServices {
 public:
  virtual ~PluginServices() = default;
  /// @param level  LEYDEN_LOG_*
  virtual void log(const Manifest& plugin, int level, const std::string& text);
  /// Something was tried that the sandbox does not allow, e.g. "socket(AF_INET)".
  virtual void refused(const Manifest& plugin, const std::string& what);
  /// @param request  as leyden_host_http::fetch. Returns its result JSON.
  /// @param[out] contacted  may be null; machines a connection was tried to, also when it failed
  virtual Result<std::string> http(const Manifest& plugin, const Json& request,
                                   const CancelToken* cancel, std::vector<std::string>* contacted);
  virtual Result<Fd> open_granted(const Manifest& plugin, const std::string& grant);
  virtual Result<std::string> search_library(const Manifest& plugin, const std::string& query,
                                             uint32_t limit);
  virtual Result<std::string> stored(const Manifest& plugin, const std::string& key);
  /// nullopt removes.
  virtual Status store(const Manifest& plugin, const std::string& key,
                       std::optional<std::string> value);
  virtual Result<std::string> secret(const Manifest& plugin, const std::string& name);
  virtual Result<std::string> ask_user(const Manifest& plugin, const Json& request,
                                       const CancelToken* cancel);
};

/// Does what an "ask" message of the plugin wants, permissions checked. Returns the answer's header
/// ({"status", "message"}) and payload, and a file where one is handed over.
/// @param[out] contacted  as of PluginServices::http
WireMessage answer_question(PluginServices& services, const Manifest& plugin,
                            const WireMessage& question, const CancelToken* cancel,
                            std::vector<std::string>* contacted);

}  // namespace leyden::plugins
