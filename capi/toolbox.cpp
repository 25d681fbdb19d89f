// SPDX-License-Identifier: Apache-2.0
#include "capi/toolbox.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/json_dump.h"
#include "core/agent/library_tools.h"

struct leyden_tool_reply {
  leyden::ToolResult result;
  bool given = false;
  [[no_unique_address]] leyden::capi::Alive<leyden_tool_reply> alive;
};

namespace leyden::capi {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLogged = 10000;

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace

Status Toolbox::add(std::shared_ptr<ToolRegistry> registry) {
  const std::vector<ToolInfo> infos = registry->list();
  std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const Entry& e : entries_) names.insert(e.info.name);
  for (const ToolInfo& info : infos) {
    if (!is_tool_name(info.name))
      return invalid_argument("tool name '" + info.name + "': expected 1 to 64 of a-z A-Z 0-9 _ -");
    if (!names.insert(info.name).second)
      return invalid_argument("tool '" + info.name + "': there is one with this name already");
    LEYDEN_TRY(check_tools({{info.name, info.description, info.parameters, {}}}));
  }
  for (const ToolInfo& info : infos) entries_.push_back({info, registry, true});
  return {};
}

Result<std::shared_ptr<MemoryLibrary>> Toolbox::documents() {
  {
    std::lock_guard lock(mutex_);
    if (memory_) return memory_;
  }
  auto library = std::make_shared<MemoryLibrary>();
  LEYDEN_TRY(add(std::make_shared<LibraryTools>(library, Profile::generic())));
  std::lock_guard lock(mutex_);
  memory_ = std::move(library);
  return memory_;
}

Status Toolbox::set_library(std::shared_ptr<Library> library) {
  LEYDEN_TRY(add(std::make_shared<LibraryTools>(library, Profile::generic())));
  std::lock_guard lock(mutex_);
  library_ = std::move(library);
  return {};
}

std::shared_ptr<Library> Toolbox::library() const {
  std::lock_guard lock(mutex_);
  return library_ ? library_ : memory_;
}

void Toolbox::set_choices(plugins::ChoicesByPlugin choices) {
  std::lock_guard lock(mutex_);
  choices_ = std::move(choices);
}

Status Toolbox::add_plugins(const plugins::HostPaths& paths, bool are_ours,
                            std::vector<std::string>* problems) {
  std::vector<plugins::Manifest> manifests = plugins::find_plugins(paths.plugins, problems);
  std::shared_ptr<Library> library;
  plugins::StartOptions start;
  start.host_program = paths.host_program;
  start.is_first_party = are_ours;
  plugins::ServiceOptions options;
  {
    std::lock_guard lock(mutex_);
    library = library_ ? library_ : memory_;
    options.choices = choices_;
  }
  options.library = library.get();
  const plugins::ChoicesByPlugin choices = options.choices;
  auto services = std::make_shared<plugins::StandardServices>(std::move(options));
  services->set_online(!offline());
  auto registry = std::make_shared<PluginRegistry>(std::move(library), services,
                                                   std::move(manifests), start, choices);
  problems->insert(problems->end(), registry->problems().begin(), registry->problems().end());
  LEYDEN_TRY(add(registry));
  std::lock_guard lock(mutex_);
  services->set_online(!offline_);
  services_.push_back(services);
  return {};
}

std::vector<ToolInfo> Toolbox::list() const {
  std::lock_guard lock(mutex_);
  std::vector<ToolInfo> out;
  for (const Entry& e : entries_)
    if (e.enabled) out.push_back(e.info);
  return out;
}

Result<ToolResult> Toolbox::call(std::string_view name, std::string_view arguments,
                                 const ToolContext& context) {
  std::shared_ptr<ToolRegistry> registry;
  {
    std::lock_guard lock(mutex_);
    for (const Entry& e : entries_)
      if (e.enabled && e.info.name == name) registry = e.registry;
  }
  if (!registry) return not_found("there is no tool '" + std::string(name) + "'");
  ToolContext own = context;
  own.offline |= offline();
  return registry->call(name, arguments, own);
}

Status Toolbox::set_enabled(std::string_view name, bool enabled) {
  std::lock_guard lock(mutex_);
  for (Entry& e : entries_) {
    if (e.info.name != name) continue;
    e.enabled = enabled;
    return {};
  }
  return not_found("there is no tool '" + std::string(name) + "'");
}

void Toolbox::set_offline(bool offline) {
  std::lock_guard lock(mutex_);
  offline_ = offline;
  for (const auto& weak : services_)
    if (const auto services = weak.lock()) services->set_online(!offline);
}

bool Toolbox::offline() const {
  std::lock_guard lock(mutex_);
  return offline_;
}

void Toolbox::note(const CallRecord& call) {
  std::lock_guard lock(mutex_);
  if (log_.size() >= kLogged) log_.erase(log_.begin(), log_.begin() + kLogged / 10);
  log_.push_back(call);
}

std::string Toolbox::list_json() const {
  const std::set<std::string> always = approvals_.always();
  std::lock_guard lock(mutex_);
  Json out = Json::array();
  for (const Entry& e : entries_) {
    const Json schema = Json::parse(e.info.parameters, nullptr, false);
    out.push_back({{"name", e.info.name},
                   {"description", e.info.description},
                   {"parameters", schema.is_discarded() ? Json::object() : schema},
                   {"origin", e.info.origin},
                   {"enabled", e.enabled},
                   {"always", always.contains(e.info.origin + "/" + e.info.name)},
                   {"read_only", e.info.hints.read_only},
                   {"destructive", e.info.hints.destructive},
                   {"network", e.info.hints.network}});
  }
  return dump_json(out);
}

std::string Toolbox::log_json() const {
  std::lock_guard lock(mutex_);
  Json out = Json::array();
  for (const CallRecord& c : log_) {
    out.push_back({{"begin_ms", c.begin_ms},
                   {"name", c.name},
                   {"origin", c.origin},
                   {"arguments", c.arguments},
                   {"decision", c.decision.how},
                   {"reason", c.decision.reason},
                   {"ok", c.ok},
                   {"result_bytes", c.result.size()},
                   {"hosts", c.hosts},
                   {"seconds", c.seconds}});
  }
  return dump_json(out);
}

Result<ToolResult> HostFunction::call(std::string_view name, std::string_view arguments,
                                      const ToolContext& context) {
  leyden_tool_call call{};
  call.struct_size = sizeof call;
  call.offline = context.offline ? 1 : 0;
  call.name = name.data();
  call.name_size = name.size();
  call.arguments = arguments.data();
  call.arguments_size = arguments.size();
  call.time_limit_s = context.time_limit_s;
  // Every CancelToken that comes through this door is the first member of a leyden_cancel.
  static_assert(std::is_standard_layout_v<leyden_cancel>);
  call.cancel = reinterpret_cast<const leyden_cancel*>(context.cancel);
  leyden_tool_reply reply;
  const int32_t status = call_(&call, &reply, user_data_);
  if (status != 0 && !reply.given)
    return tool_error("the tool failed with status " + std::to_string(status));
  if (status != 0) reply.result.is_error = true;
  return std::move(reply.result);
}

}  // namespace leyden::capi

void leyden_tool_reply_set(leyden_tool_reply* reply, const char* text, size_t text_size) {
  if (!reply || (!text && text_size > 0)) return;
  reply->alive.check("reply");
  try {
    reply->result.text.assign(text ? text : "", text_size);
    reply->given = true;
  } catch (...) {  // out of memory: the tool has answered nothing
  }
}
