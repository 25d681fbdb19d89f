// SPDX-License-Identifier: Apache-2.0
// The tools of plugins, as the agent loop sees them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tool_registry.h"
#include "plugins/plugin_choices.h"
#include "plugins/plugin_supervisor.h"

namespace leyden::plugins {

/// Calls one tool of a running plugin. Errors: kCancelled. Everything else that goes wrong, a crash
/// included, is a result that the model and the user can read.
Result<ToolResult> call_tool(PluginProcess& process, const Manifest& manifest,
                             std::string_view tool, std::string_view arguments,
                             const ToolContext& context);

/// All tools of a set of plugins. A plugin that does not start, or offers a name that is taken, is
/// named in problems() and its tools are not listed.
class PluginTools : public ToolRegistry {
 public:
  /// Starts each plugin that has tools, to ask what they are. One whose network is what the user
  /// names stays out while no machine is named. @param services  must outlive this
  PluginTools(std::vector<Manifest> manifests, const StartOptions& options,
              PluginServices& services, const ChoicesByPlugin& choices = {});

  std::vector<ToolInfo> list() const override;
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override;
  const std::vector<std::string>& problems() const { return problems_; }
  /// {"id", "state", "tools", ...} of each plugin, as the user decides by it.
  Json plugins_json() const;

 private:
  struct Entry {
    ToolInfo info;
    PluginSupervisor* plugin;
  };
  std::vector<std::unique_ptr<PluginSupervisor>> plugins_;
  std::vector<Entry> tools_;
  std::vector<std::string> problems_;
};

}  // namespace leyden::plugins
