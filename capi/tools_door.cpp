// SPDX-License-Identifier: Apache-2.0
// Toolboxes, and chats that use them.
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/json_dump.h"
#include "capi/answer_events.h"
#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/json_out.h"
#include "capi/toolbox.h"
#include "core/agent/library_tools.h"
#include "plugins/host_paths.h"
#include "plugins/mcp/mcp_client.h"
#include "sessions/document_library.h"

using namespace leyden;
using namespace leyden::capi;

struct leyden_approval_answer {
  ApprovalAnswer answer;
  [[no_unique_address]] Alive<leyden_approval_answer> alive;
};

namespace {

using Json = nlohmann::ordered_json;

ApproveFn approve_function(const leyden_agent_options& o) {
  if (!o.approve) return {};
  return [approve = o.approve, data = o.approve_data](const ApprovalRequest& request) {
    const ToolInfo& tool = *request.tool;
    leyden_approval c{};
    c.struct_size = sizeof c;
    c.once_only = request.once_only ? 1 : 0;
    c.shares_library = request.shares_library ? 1 : 0;
    c.name = tool.name.c_str();
    c.origin = tool.origin.c_str();
    c.description = tool.description.c_str();
    c.arguments = request.arguments.data();
    c.arguments_size = request.arguments.size();
    c.library_text = request.library_text.data();
    c.library_text_size = request.library_text.size();
    c.hosts = request.hosts.data();
    c.hosts_size = request.hosts.size();
    if (tool.hints.read_only) c.flags |= LEYDEN_TOOL_READ_ONLY;
    if (tool.hints.destructive) c.flags |= LEYDEN_TOOL_DESTRUCTIVE;
    if (tool.hints.network) c.flags |= LEYDEN_TOOL_NETWORK;
    leyden_approval_answer answer;
    switch (approve(&c, &answer, data)) {
      case LEYDEN_APPROVE_ONCE:
        answer.answer.scope = ApprovalScope::kOnce;
        break;
      case LEYDEN_APPROVE_SESSION:
        answer.answer.scope = ApprovalScope::kSession;
        break;
      case LEYDEN_APPROVE_ALWAYS:
        answer.answer.scope = ApprovalScope::kAlways;
        break;
      default:
        answer.answer.scope = ApprovalScope::kDeny;
        break;
    }
    return std::move(answer.answer);
  };
}

AgentEventFn agent_events(Toolbox& toolbox, leyden_event_fn callback, void* user_data) {
  return [&toolbox, callback, user_data](const AgentEvent& event) {
    if (event.kind == AgentEvent::Kind::kToolResult) toolbox.note(*event.call);
    if (!callback) return;
    leyden_progress progress{};
    std::string text;
    leyden_event c{};
    c.struct_size = sizeof c;
    switch (event.kind) {
      case AgentEvent::Kind::kAnswer:
        c = event_to_c(*event.answer, &progress, &text);
        break;
      case AgentEvent::Kind::kStep:
        c.kind = LEYDEN_EVENT_STEP;
        progress = to_c(Progress{"step", "steps", static_cast<uint64_t>(event.step), 0});
        c.progress = &progress;
        break;
      case AgentEvent::Kind::kToolResult:
        c.kind = LEYDEN_EVENT_TOOL_RESULT;
        c.name = event.call->name.data();
        c.name_size = event.call->name.size();
        c.text = event.call->shown.data();
        c.text_size = event.call->shown.size();
        break;
    }
    callback(&c, user_data);
  };
}

/// A run in a chat that is kept in the jar: each of its turns is one of the saved chat.
class JarKeeper : public RunKeeper {
 public:
  explicit JarKeeper(SavedChat& chat) : chat_(chat) {}
  Result<Answer> turn(const std::vector<Message>& asked, const std::vector<CallRecord>& calls,
                      const AskOptions& options, const Call& call) override {
    std::vector<std::string> traces;
    for (const CallRecord& record : calls) traces.push_back(call_json(record));
    return chat_.turn(asked, options, call, &saved_, traces);
  }
  Status set_messages(std::vector<Message> messages) override {
    saved_ = {};
    return chat_.set_messages(std::move(messages));
  }
  const AnswerSaved& saved() const { return saved_; }  ///< of the last answer

 private:
  SavedChat& chat_;
  AnswerSaved saved_;
};

Result<AgentOptions> agent_options(const leyden_agent_options& o, const leyden_ask_options& ask) {
  AgentOptions out;
  LEYDEN_ASSIGN(out.ask, ask_options(ask));
  if (o.max_steps < 0 || o.max_seconds < 0 || o.max_tokens < 0 || o.tool_seconds < 0)
    return invalid_argument("leyden_agent_options: a limit is negative");
  if (o.max_steps > 0) out.max_steps = o.max_steps;
  if (o.max_seconds > 0) out.max_seconds = o.max_seconds;
  if (o.tool_seconds > 0) out.tool_seconds = o.tool_seconds;
  out.max_tokens = o.max_tokens;
  return out;
}

Result<std::vector<PageText>> parse_pages(std::string_view json) {
  const Json list = Json::parse(json.begin(), json.end(), nullptr, false);
  if (!list.is_array()) return invalid_argument("pages: expected a JSON list");
  std::vector<PageText> pages;
  for (const Json& one : list) {
    const bool good = one.is_object() && one.contains("text") && one["text"].is_string() &&
                      (!one.contains("label") || one["label"].is_string());
    if (!good)
      return invalid_argument("pages: element " + std::to_string(pages.size()) +
                              ": expected {\"label\", \"text\"}, both strings");
    pages.push_back({one.value("label", std::string()), one["text"].get<std::string>()});
  }
  return pages;
}

}  // namespace

void leyden_toolbox_options_init(leyden_toolbox_options* options, size_t size) {
  init_options(options, size);
}
void leyden_tool_desc_init(leyden_tool_desc* desc, size_t size) { init_options(desc, size); }
void leyden_agent_options_init(leyden_agent_options* options, size_t size) {
  init_options(options, size);
}

leyden_status leyden_toolbox_create(leyden_toolbox** out, const leyden_toolbox_options* options,
                                    leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const leyden_toolbox_options o, read_options("leyden_toolbox_options", options));
    auto toolbox = std::make_shared<Toolbox>();
    toolbox->set_offline(o.offline != 0);
    if (o.store) {
      LEYDEN_TRY(required("store", o.store));
      LEYDEN_TRY(toolbox->set_library(std::make_shared<DocumentLibrary>(o.store->store)));
    }
    *out = new leyden_toolbox{std::move(toolbox), {}};
    return {};
  });
}

void leyden_toolbox_destroy(leyden_toolbox* toolbox) { delete toolbox; }

leyden_status leyden_toolbox_add_document_json(leyden_toolbox* toolbox, const char* title,
                                               size_t title_size, const char* pages_json,
                                               size_t pages_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view name, utf8_argument("title", title, title_size));
    LEYDEN_ASSIGN(const std::string_view json, utf8_argument("pages", pages_json, pages_size));
    LEYDEN_ASSIGN(std::vector<PageText> pages, parse_pages(json));
    LEYDEN_ASSIGN(const std::shared_ptr<MemoryLibrary> library, toolbox->toolbox->documents());
    library->add(std::string(name), std::move(pages));
    return {};
  });
}

leyden_status leyden_toolbox_add_function(leyden_toolbox* toolbox, const leyden_tool_desc* desc,
                                          leyden_tool_fn call, void* user_data,
                                          leyden_free_fn user_data_free, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_TRY(required("desc", desc));
    if (!call) return invalid_argument("call is NULL");
    LEYDEN_ASSIGN(const leyden_tool_desc d, read_options("leyden_tool_desc", desc));
    ToolInfo info;
    LEYDEN_ASSIGN(info.name, utf8_argument("name", d.name, d.name_size));
    LEYDEN_ASSIGN(info.description,
                  utf8_argument("description", d.description, d.description_size));
    LEYDEN_ASSIGN(info.parameters, utf8_argument("parameters", d.parameters, d.parameters_size));
    if (info.parameters.empty()) info.parameters = R"({"type": "object", "properties": {}})";
    info.origin = "host";
    info.hints.read_only = (d.flags & LEYDEN_TOOL_READ_ONLY) != 0;
    info.hints.destructive = (d.flags & LEYDEN_TOOL_DESTRUCTIVE) != 0;
    info.hints.network = (d.flags & LEYDEN_TOOL_NETWORK) != 0;
    auto function = std::make_shared<HostFunction>(std::move(info), call, user_data);
    LEYDEN_TRY(toolbox->toolbox->add(function));
    function->own_user_data(user_data_free);
    return {};
  });
}

leyden_status leyden_toolbox_add_mcp_json(leyden_toolbox* toolbox, const char* json,
                                          size_t json_size, leyden_approve_fn approve,
                                          void* approve_data, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_ASSIGN(const mcp::ServerOptions server, mcp::parse_server(text));
    ToolInfo start;
    start.name = server.name;
    start.origin = "mcp " + server.name;
    start.hints.network = !server.local || !server.process.sandbox || server.process.network;
    if (toolbox->toolbox->offline() && start.hints.network)
      return unsupported("mcp: " + server.name +
                         " reaches the network, and the toolbox is offline");
    std::string shown;  // exactly what would be run, or asked
    if (server.local) {
      start.description = "start a local MCP server";
      LEYDEN_ASSIGN(const std::vector<std::string> command, mcp::process_command(server.process));
      shown = Json(command).dump();
    } else {
      start.description = "connect to an MCP server";
      shown = Json(server.http.url).dump();
    }
    leyden_agent_options options{};
    options.approve = approve;
    options.approve_data = approve_data;
    Approvals first;
    const Decision decision = first.decide(start, shown, {}, approve_function(options));
    if (!decision.allowed)
      return Status(StatusCode::kCancelled,
                    "mcp: " + server.name + " was not started: " + decision.reason);
    LEYDEN_ASSIGN(std::shared_ptr<mcp::McpTools> tools, mcp::McpTools::connect(server));
    return toolbox->toolbox->add(std::move(tools));
  });
}

leyden_status leyden_toolbox_set_plugin_settings_json(leyden_toolbox* toolbox, const char* json,
                                                      size_t json_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_ASSIGN(plugins::ChoicesByPlugin choices, plugins::parse_choices(text));
    toolbox->toolbox->set_choices(std::move(choices));
    return {};
  });
}

leyden_status leyden_toolbox_add_plugins(leyden_string** out_problems, leyden_toolbox* toolbox,
                                         const char* folder, size_t folder_size,
                                         leyden_error** error) {
  return guard(error, [&]() -> Status {
    if (out_problems) *out_problems = nullptr;
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(plugins::HostPaths paths, plugins::find_host_paths(library_folder()));
    if (folder) {
      LEYDEN_ASSIGN(paths.plugins, folder_argument(folder, folder_size));
      std::error_code problem;
      if (!std::filesystem::is_directory(paths.plugins, problem))
        return not_found(paths.plugins.string() + ": no such folder");
    }
    std::vector<std::string> problems;
    LEYDEN_TRY(toolbox->toolbox->add_plugins(paths, folder == nullptr, &problems));
    if (out_problems) give(out_problems, dump_json(Json(problems)));
    return {};
  });
}

leyden_status leyden_toolbox_list_json(leyden_string** out, const leyden_toolbox* toolbox,
                                       leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("toolbox", toolbox));
    give(out, toolbox->toolbox->list_json());
    return {};
  });
}

leyden_status leyden_toolbox_log_json(leyden_string** out, const leyden_toolbox* toolbox,
                                      leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("toolbox", toolbox));
    give(out, toolbox->toolbox->log_json());
    return {};
  });
}

leyden_status leyden_toolbox_set_enabled(leyden_toolbox* toolbox, const char* name,
                                         size_t name_size, int32_t enabled, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("name", name, name_size));
    return toolbox->toolbox->set_enabled(text, enabled != 0);
  });
}

leyden_status leyden_toolbox_set_offline(leyden_toolbox* toolbox, int32_t offline,
                                         leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    toolbox->toolbox->set_offline(offline != 0);
    return {};
  });
}

leyden_status leyden_toolbox_allow_always(leyden_toolbox* toolbox, const char* origin,
                                          size_t origin_size, const char* name, size_t name_size,
                                          leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view from, utf8_argument("origin", origin, origin_size));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("name", name, name_size));
    toolbox->toolbox->approvals().allow_always(from, text);
    return {};
  });
}

leyden_status leyden_toolbox_call_json(leyden_string** out, leyden_toolbox* toolbox,
                                       const char* name, size_t name_size, const char* arguments,
                                       size_t arguments_size, const leyden_run_options* options,
                                       leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view tool, utf8_argument("name", name, name_size));
    LEYDEN_ASSIGN(const std::string_view json,
                  utf8_argument("arguments", arguments, arguments_size));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    ToolContext context;
    context.cancel = cancel_token(o.cancel);
    context.progress = progress_function(o.on_progress, o.user_data);
    LEYDEN_ASSIGN(const ToolResult result, toolbox->toolbox->call(tool, json, context));
    Json passages = Json::array();
    for (const ToolPassage& p : result.passages)
      passages.push_back({{"document", p.document},
                          {"title", p.title},
                          {"label", p.label},
                          {"page", p.page},
                          {"begin", p.begin},
                          {"end", p.end},
                          {"text", p.text}});
    const Json all = {{"is_error", result.is_error},
                      {"text", result.text},
                      {"structured", result.structured},
                      {"passages", std::move(passages)},
                      {"hosts", result.hosts}};
    give(out, dump_json(all));
    return {};
  });
}

void leyden_approval_deny_reason(leyden_approval_answer* answer, const char* text,
                                 size_t text_size) {
  if (!answer || (!text && text_size > 0)) return;
  answer->alive.check("answer");
  try {
    answer->answer.reason.assign(text ? text : "", text_size);
  } catch (...) {  // out of memory: a denial without its reason
  }
}

leyden_status leyden_chat_run(leyden_answer** out, leyden_chat* chat, leyden_toolbox* toolbox,
                              const char* question, size_t question_size,
                              const leyden_agent_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("question", question, question_size));
    LEYDEN_ASSIGN(const leyden_agent_options o, read_options("leyden_agent_options", options));
    LEYDEN_ASSIGN(const leyden_ask_options ask, read_options("leyden_ask_options", o.ask));
    LEYDEN_ASSIGN(AgentOptions agent, agent_options(o, ask));
    Toolbox& tools = *toolbox->toolbox;
    agent.offline = tools.offline();
    agent.ask.over_library = tools.library() != nullptr;
    std::vector<ToolSpec> specs = tool_specs(tools.list());
    LEYDEN_TRY(chat->saved ? chat->saved->set_tools(std::move(specs))
                           : chat->dialogue->set_tools(std::move(specs)));
    std::optional<JarKeeper> keeper;
    if (chat->saved) keeper.emplace(*chat->saved);
    auto answer = std::make_unique<leyden_answer>();
    LEYDEN_ASSIGN(
        AgentRun run,
        run_agent(*chat->dialogue, tools, tools.approvals(), text, agent, approve_function(o),
                  agent_events(tools, ask.on_event, ask.user_data), cancel_token(ask.cancel),
                  keeper ? &*keeper : nullptr));
    AnswerSaved saved = keeper ? keeper->saved() : AnswerSaved();
    const std::string how = run_json(run);
    if (keeper && run.stopped != "cancelled")
      if (const Status kept = chat->saved->note_run(how); !kept.ok())
        saved.note += (saved.note.empty() ? "" : "; ") +
                      ("what the run read is not kept: " + kept.message());
    Json json = Json::parse(answer_json(run.answer, chat->dialogue->documents(), &saved));
    json["run"] = Json::parse(how);
    answer->answer = std::move(run.answer);
    answer->json = dump_json(json);
    *out = answer.release();
    return {};
  });
}
