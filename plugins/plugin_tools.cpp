// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_tools.h"

#include <algorithm>
#include <utility>

#include "plugins/leyden_plugin.h"

namespace leyden::plugins {

namespace {

ToolHints hints_of(uint32_t flags, const Manifest& manifest) {
  ToolHints hints;
  hints.read_only = (flags & LEYDEN_TOOL_READ_ONLY) != 0;
  hints.destructive = (flags & LEYDEN_TOOL_DESTRUCTIVE) != 0;
  // What the tool says of itself is not believed where the manifest allows more.
  hints.network = (flags & LEYDEN_TOOL_NETWORK) != 0 || !manifest.permissions.network.empty();
  return hints;
}

/// Without a machine the user named it could reach nothing.
bool needs_named_machines(const Manifest& manifest) {
  return manifest.permissions.network == std::vector<std::string>{"*"};
}

}  // namespace

Result<ToolResult> call_tool(PluginProcess& process, const Manifest& manifest,
                             std::string_view tool, std::string_view arguments,
                             const ToolContext& context) {
  PluginRequest request;
  request.header = {{"op", "call"}, {"tool", std::string(tool)}};
  request.payload = arguments;
  request.seconds = std::min(context.time_limit_s, manifest.call_seconds);
  request.cancel = context.cancel;
  request.progress = context.progress;
  ToolResult result;
  request.hosts = &result.hosts;
  auto reply = process.call(request);
  const auto failed = [&](std::string why) {
    ToolResult error = tool_error(std::move(why));
    error.hosts = std::move(result.hosts);
    return error;
  };
  if (!reply.ok()) {
    if (reply.status().code() == StatusCode::kCancelled) return reply.status();
    return failed(reply.status().message());
  }
  const auto text_bytes = static_cast<uint64_t>(int_field(reply->header, "text_bytes"));
  if (text_bytes > reply->payload.size()) {
    return failed("plugin " + manifest.id + ": its answer is cut short");
  }
  result.text = reply->payload.substr(0, text_bytes);
  result.structured = reply->payload.substr(text_bytes);
  if (const size_t good = valid_utf8_bytes(result.text); good != result.text.size()) {
    return failed("plugin " + manifest.id + ": its answer is not UTF-8 at byte " +
                  std::to_string(good));
  }
  if (!result.structured.empty() && !parse_json(result.structured).is_object()) {
    return failed("plugin " + manifest.id + ": its structured answer is no JSON object");
  }
  return result;
}

PluginTools::PluginTools(std::vector<Manifest> manifests, const StartOptions& options,
                         PluginServices& services, const ChoicesByPlugin& choices) {
  for (Manifest& manifest : manifests) {
    if (manifest.tools.empty()) continue;
    const auto chosen = choices.find(manifest.id);
    const bool named = chosen != choices.end() && !chosen->second.network.empty();
    if (needs_named_machines(manifest) && !named) continue;
    StartOptions own = options;
    if (chosen != choices.end()) {
      own.settings = chosen->second.settings;
      own.in_process = chosen->second.in_process;
    }
    auto plugin = std::make_unique<PluginSupervisor>(std::move(manifest), std::move(own), services);
    auto process = plugin->process();
    if (!process.ok()) {
      problems_.push_back(process.status().message());
    } else {
      for (const OfferedTool& tool : (*process)->tools()) {
        if (std::any_of(tools_.begin(), tools_.end(),
                        [&](const Entry& e) { return e.info.name == tool.name; })) {
          problems_.push_back("plugin " + plugin->manifest().id + ": there is a tool " + tool.name +
                              " already");
          continue;
        }
        tools_.push_back(
            {{tool.name, tool.description, tool.parameters, "plugin " + plugin->manifest().id,
              hints_of(tool.flags, plugin->manifest())},
             plugin.get()});
      }
    }
    plugins_.push_back(std::move(plugin));
  }
}

std::vector<ToolInfo> PluginTools::list() const {
  std::vector<ToolInfo> out;
  for (const Entry& entry : tools_) out.push_back(entry.info);
  return out;
}

Result<ToolResult> PluginTools::call(std::string_view name, std::string_view arguments,
                                     const ToolContext& context) {
  const auto entry = std::find_if(tools_.begin(), tools_.end(),
                                  [&](const Entry& e) { return e.info.name == name; });
  if (entry == tools_.end()) return not_found("no tool " + std::string(name));
  if (context.offline && entry->info.hints.network) {
    return tool_error("the network is switched off, and " + std::string(name) + " needs it");
  }
  auto process = entry->plugin->process();
  if (!process.ok()) return tool_error(process.status().message());
  return call_tool(**process, entry->plugin->manifest(), name, arguments, context);
}

Json PluginTools::plugins_json() const {
  Json out = Json::array();
  for (const auto& plugin : plugins_) {
    Json about = manifest_json(plugin->manifest());
    about["state"] = plugin->state();
    about["last_crash"] = plugin->last_crash();
    out.push_back(std::move(about));
  }
  return out;
}

}  // namespace leyden::plugins
