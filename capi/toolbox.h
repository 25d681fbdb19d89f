// SPDX-License-Identifier: Apache-2.0
// All tools of a toolbox as one registry: those of the library, host functions, plugins, MCP
// servers.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/tool_registry.h"
#include "capi/handles.h"
#include "core/agent/agent.h"
#include "core/agent/memory_library.h"
#include "plugins/host_paths.h"
#include "plugins/manifest.h"
#include "plugins/plugin_choices.h"
#include "plugins/plugin_tools.h"
#include "plugins/standard_services.h"

namespace leyden::capi {

/// Threads: thread-safe.
class Toolbox : public ToolRegistry {
 public:
  /// Tools of another registry, in its order, behind those already there.
  /// Errors: kInvalidArgument for a name that is taken or no tool's name.
  Status add(std::shared_ptr<ToolRegistry> registry);
  /// A library in memory, whose search and open tools are added when it is first asked for.
  /// Errors: kInvalidArgument when there is another library.
  Result<std::shared_ptr<MemoryLibrary>> documents();
  /// A library of the jar's, with its search and open tools.
  Status set_library(std::shared_ptr<Library> library);
  /// The library, whichever it is; null without one.
  std::shared_ptr<Library> library() const;
  /// What the user chose for plugins that are added from now on.
  void set_choices(plugins::ChoicesByPlugin choices);
  /// Tools of plugins. What could not be used is said in `problems`.
  /// @param are_ours  they came with this library
  Status add_plugins(const plugins::HostPaths& paths, bool are_ours,
                     std::vector<std::string>* problems);

  std::vector<ToolInfo> list() const override;  ///< the enabled ones
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override;

  /// Errors: kNotFound.
  Status set_enabled(std::string_view name, bool enabled);
  void set_offline(bool offline);
  bool offline() const;
  Approvals& approvals() { return approvals_; }
  /// Notes a call for the log; the oldest ones go first.
  void note(const CallRecord& call);

  std::string list_json() const;
  std::string log_json() const;

 private:
  struct Entry {
    ToolInfo info;
    std::shared_ptr<ToolRegistry> registry;
    bool enabled = true;
  };
  std::shared_ptr<Library> library_;  ///< the jar's; null without
  std::shared_ptr<MemoryLibrary> memory_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<CallRecord> log_;
  std::vector<std::weak_ptr<plugins::StandardServices>> services_;  ///< of plugins
  plugins::ChoicesByPlugin choices_;
  bool offline_ = false;
  Approvals approvals_;
};

/// Plugins and the services they were started with.
class PluginRegistry : public ToolRegistry {
 public:
  PluginRegistry(std::shared_ptr<Library> library,
                 std::shared_ptr<plugins::StandardServices> services,
                 std::vector<plugins::Manifest> manifests, const plugins::StartOptions& options,
                 const plugins::ChoicesByPlugin& choices)
      : library_(std::move(library)),
        services_(std::move(services)),
        tools_(std::move(manifests), options, *services_, choices) {}
  std::vector<ToolInfo> list() const override { return tools_.list(); }
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override {
    return tools_.call(name, arguments, context);
  }
  const std::vector<std::string>& problems() const { return tools_.problems(); }

 private:
  std::shared_ptr<Library> library_;  ///< in this order: what uses it ends first
  std::shared_ptr<plugins::StandardServices> services_;
  plugins::PluginTools tools_;
};

/// One function of the host program as a registry of one tool.
class HostFunction : public ToolRegistry {
 public:
  HostFunction(ToolInfo info, leyden_tool_fn call, void* user_data)
      : info_(std::move(info)), call_(call), user_data_(user_data) {}
  /// From here on the user data's life ends with this. @param free  may be null
  void own_user_data(leyden_free_fn free) { free_ = free; }
  ~HostFunction() override {
    if (free_) free_(user_data_);
  }
  std::vector<ToolInfo> list() const override { return {info_}; }
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override;

 private:
  ToolInfo info_;
  leyden_tool_fn call_;
  void* user_data_;
  leyden_free_fn free_ = nullptr;
};

}  // namespace leyden::capi

struct leyden_toolbox {
  std::shared_ptr<leyden::capi::Toolbox> toolbox;
  [[no_unique_address]] leyden::capi::Alive<leyden_toolbox> alive;
};
