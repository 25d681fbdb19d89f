// SPDX-License-Identifier: Apache-2.0
#include "plugins/mcp/mcp_client.h"

#include <algorithm>

namespace leyden::mcp {
namespace {

constexpr size_t kMaxTools = 1000;
constexpr int kMethodNotFound = -32601, kUnsupportedRevision = -32022;
constexpr double kProbeSeconds = 5;

/// `server-tool` in the letters a tool's name may have.
std::string tool_name(const std::string& server, const std::string& tool) {
  std::string out = server + "-" + tool;
  for (char& c : out) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!good) c = '_';
  }
  return out.substr(0, 64);
}

Json client_info() { return {{"name", "leyden"}, {"version", "0.1.0"}}; }

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag(const Json& object, const char* key, bool otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Status read_pairs(const Json& object, const char* key,
                  std::vector<std::pair<std::string, std::string>>* out) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (!found->is_object())
    return invalid_argument(std::string("mcp: ") + key + ": expected an object of strings");
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string())
      return invalid_argument(std::string("mcp: ") + key + "." + name + ": expected a string");
    const std::string text = value.get<std::string>();
    if ((name + text).find_first_of(std::string("\r\n\0", 3)) != std::string::npos)
      return invalid_argument(std::string("mcp: ") + key + "." + name +
                              ": a line break or NUL in it");
    out->emplace_back(name, text);
  }
  return {};
}

}  // namespace

Result<ServerOptions> parse_server(std::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object()) return invalid_argument("mcp: expected a JSON object");
  for (const auto& [key, value] : json.items())
    if (key != "name" && key != "command" && key != "env" && key != "sandbox" && key != "network" &&
        key != "url" && key != "headers")
      return invalid_argument("mcp: unknown name '" + key.substr(0, 60) + "'");
  ServerOptions out;
  out.name = json.contains("name") ? text_of(json["name"]) : "";
  const bool plain = std::all_of(out.name.begin(), out.name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
  if (out.name.empty() || out.name.size() > 30 || !plain)
    return invalid_argument("mcp: name: expected 1 to 30 of a-z A-Z 0-9 _ -");
  if (json.contains("url") == json.contains("command"))
    return invalid_argument("mcp: expected either command or url");
  if (json.contains("url")) {
    out.local = false;
    out.http.url = text_of(json["url"]);
    LEYDEN_TRY(read_pairs(json, "headers", &out.http.headers));
    return out;
  }
  if (!json["command"].is_array())
    return invalid_argument("mcp: command: expected a list of strings");
  for (const Json& word : json["command"]) {
    if (!word.is_string()) return invalid_argument("mcp: command: expected a list of strings");
    out.process.command.push_back(word.get<std::string>());
  }
  if (out.process.command.empty()) return invalid_argument("mcp: command: expected a program");
  LEYDEN_TRY(read_pairs(json, "env", &out.process.environment));
  out.process.sandbox = flag(json, "sandbox", true);
  out.process.network = flag(json, "network", false);
  return out;
}

Result<std::shared_ptr<McpTools>> McpTools::connect(const ServerOptions& options,
                                                    const CancelToken* cancel) {
  std::shared_ptr<McpTools> tools(new McpTools);
  tools->options_ = options;
  if (options.local) {
    LEYDEN_ASSIGN(tools->transport_, start_process(options.process));
  } else {
    LEYDEN_ASSIGN(tools->transport_, open_http(options.http));
  }
  LEYDEN_TRY(tools->agree(cancel));
  LEYDEN_TRY(tools->list_tools(cancel));
  return tools;
}

Result<RpcReply> McpTools::request(const std::string& method, Json params, double time_limit_s,
                                   const CancelToken* cancel, const std::string& tool) {
  std::vector<std::pair<std::string, std::string>> headers;
  if (!revision_.empty()) headers.emplace_back("MCP-Protocol-Version", revision_);
  if (stateless_) {
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", revision_},
                       {"io.modelcontextprotocol/clientCapabilities", Json::object()},
                       {"io.modelcontextprotocol/clientInfo", client_info()}};
    headers.emplace_back("Mcp-Method", method);
    if (!tool.empty()) headers.emplace_back("Mcp-Name", tool);
  }
  return transport_->request(method, params, time_limit_s, cancel, headers);
}

Status McpTools::agree(const CancelToken* cancel) {
  stateless_ = true;
  revision_ = kStatelessRevision;
  const Result<RpcReply> discovered = request(
      "server/discover", Json::object(), std::min(kProbeSeconds, options_.start_seconds), cancel);
  if (discovered.ok() && !discovered->error) {
    const Json versions = discovered->result.is_object()
                              ? discovered->result.value("supportedVersions", Json::array())
                              : Json::array();
    if (std::find(versions.begin(), versions.end(), Json(kStatelessRevision)) != versions.end())
      return {};
    return unsupported("mcp: " + transport_->description() + " supports " + versions.dump() +
                       ", not " + kStatelessRevision);
  }
  if (!discovered.ok() && discovered.status().code() == StatusCode::kCancelled)
    return discovered.status();
  if (discovered.ok() && discovered->error->code == kUnsupportedRevision)
    return unsupported("mcp: " + transport_->description() + ": " + discovered->error->message);
  stateless_ = false;
  revision_.clear();
  // Servers before the stateless revision may end on a request they do not expect: start those
  // again.
  const Status shaken = agree_on_handshake(cancel);
  if (shaken.ok() || shaken.code() == StatusCode::kCancelled || !options_.local) return shaken;
  LEYDEN_ASSIGN(transport_, start_process(options_.process));
  return agree_on_handshake(cancel);
}

Status McpTools::agree_on_handshake(const CancelToken* cancel) {
  LEYDEN_ASSIGN(const RpcReply reply, request("initialize",
                                              {{"protocolVersion", kHandshakeRevision},
                                               {"capabilities", Json::object()},
                                               {"clientInfo", client_info()}},
                                              options_.start_seconds, cancel));
  if (reply.error)
    return unsupported("mcp: " + transport_->description() +
                       ": initialize: " + reply.error->message);
  revision_ =
      reply.result.is_object() ? text_of(reply.result.value("protocolVersion", Json())) : "";
  if (revision_.empty())
    return corrupt("mcp: " + transport_->description() + ": initialize: no protocolVersion");
  return transport_->notify("notifications/initialized", Json::object());
}

Status McpTools::list_tools(const CancelToken* cancel) {
  Json params = Json::object();
  do {
    LEYDEN_ASSIGN(const RpcReply reply,
                  request("tools/list", params, options_.start_seconds, cancel));
    if (reply.error && reply.error->code == kMethodNotFound) return {};  // a server without tools
    if (reply.error)
      return io_error("mcp: " + transport_->description() +
                      ": tools/list: " + reply.error->message);
    const Json& result = reply.result;
    if (!result.is_object() || !result.contains("tools") || !result["tools"].is_array())
      return corrupt("mcp: " + transport_->description() +
                     ": tools/list: expected {\"tools\": [...]}");
    for (const Json& tool : result["tools"]) {
      const std::string name = tool.is_object() ? text_of(tool.value("name", Json())) : "";
      if (name.empty())
        return corrupt("mcp: " + transport_->description() + ": a tool without a name");
      ToolInfo info;
      info.name = tool_name(options_.name, name);
      info.description = text_of(tool.value("description", Json()));
      const Json schema = tool.value("inputSchema", Json::object());
      info.parameters =
          schema.is_object() && !schema.empty() ? schema.dump() : R"({"type": "object"})";
      info.origin = "mcp " + options_.name;
      const Json hints = tool.value("annotations", Json::object());
      info.hints.read_only = hints.is_object() && flag(hints, "readOnlyHint", false);
      info.hints.destructive =
          !info.hints.read_only && !(hints.is_object() && !flag(hints, "destructiveHint", true));
      info.hints.network = !options_.local || !options_.process.sandbox || options_.process.network;
      const bool twice = std::any_of(tools_.begin(), tools_.end(),
                                     [&](const ToolInfo& t) { return t.name == info.name; });
      if (twice)
        return corrupt("mcp: " + transport_->description() + ": two tools would be called " +
                       info.name);
      tools_.push_back(std::move(info));
      names_.push_back(name);
      if (tools_.size() > kMaxTools)
        return corrupt("mcp: " + transport_->description() + ": more than 1,000 tools");
    }
    params = Json::object();
    if (const std::string cursor = text_of(result.value("nextCursor", Json())); !cursor.empty())
      params["cursor"] = cursor;
  } while (params.contains("cursor"));
  // A stable order, whatever the server's: the announcement is part of every prompt's prefix.
  std::vector<size_t> order(tools_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return tools_[a].name < tools_[b].name; });
  std::vector<ToolInfo> tools;
  std::vector<std::string> names;
  for (size_t i : order) {
    tools.push_back(std::move(tools_[i]));
    names.push_back(std::move(names_[i]));
  }
  tools_ = std::move(tools);
  names_ = std::move(names);
  return {};
}

Result<ToolResult> McpTools::call(std::string_view name, std::string_view arguments,
                                  const ToolContext& context) {
  const auto tool =
      std::find_if(tools_.begin(), tools_.end(), [&](const ToolInfo& t) { return t.name == name; });
  if (tool == tools_.end()) return not_found("mcp: no tool '" + std::string(name) + "'");
  if (context.offline && tool->hints.network) return tool_error("the runtime is offline");
  const Json json = Json::parse(arguments.begin(), arguments.end(), nullptr, false);
  if (!json.is_object()) return tool_error("the arguments are no JSON object");
  const std::string& own_name = names_[static_cast<size_t>(tool - tools_.begin())];
  const Result<RpcReply> reply = request("tools/call", {{"name", own_name}, {"arguments", json}},
                                         context.time_limit_s, context.cancel, own_name);
  ToolResult result;
  if (!reply.ok()) {
    if (reply.status().code() == StatusCode::kCancelled) return reply.status();
    result = tool_error(reply.status().message());
  } else if (reply->error) {
    result = tool_error(reply->error->message);
  } else {
    result = result_of(reply->result);
  }
  if (const std::string host = transport_->host(); !host.empty()) result.hosts.push_back(host);
  return result;
}

ToolResult McpTools::result_of(const Json& json) const {
  if (!json.is_object()) return tool_error("the server's answer is no object");
  if (text_of(json.value("resultType", Json("complete"))) == "input_required")
    return tool_error("the server asks for further input, which is not supported");
  ToolResult result;
  result.is_error = flag(json, "isError", false);
  if (const auto content = json.find("content"); content != json.end() && content->is_array()) {
    for (const Json& part : *content) {
      if (!part.is_object()) continue;
      const std::string type = text_of(part.value("type", Json()));
      if (!result.text.empty()) result.text += '\n';
      if (type == "text") {
        result.text += text_of(part.value("text", Json()));
      } else if (type == "resource" && part.contains("resource") && part["resource"].is_object() &&
                 part["resource"].contains("text")) {
        result.text += text_of(part["resource"]["text"]);
      } else if (type == "resource_link") {
        result.text += text_of(part.value("uri", Json()));
      } else {
        result.text += "[" + type + " content, left out]";
      }
    }
  }
  if (const auto structured = json.find("structuredContent"); structured != json.end())
    result.structured = structured->dump();
  return result;
}

}  // namespace leyden::mcp
