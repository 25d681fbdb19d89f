// SPDX-License-Identifier: Apache-2.0
// leyden mcp: the user's library for other programs, as an MCP server on stdin and stdout. Both
// eras: the handshake of the revisions before 2026-07-28, and server/discover from it on.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/line_reader.h"
#include "app/cli/paged_file.h"
#include "app/cli/store_arguments.h"

namespace leyden_cli {

namespace {

constexpr const char* kStateless = "2026-07-28";
constexpr std::array<const char*, 4> kHandshake{"2025-11-25", "2025-06-18", "2025-03-26",
                                                "2024-11-05"};
constexpr size_t kMaxLine = 16u << 20;

constexpr int kParseError = -32700, kInvalidRequest = -32600, kMethodNotFound = -32601,
              kInvalidParams = -32602, kUnsupportedRevision = -32022;

struct RpcFailure {
  int code;
  std::string message;
  Json data;
};

std::string text_member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class McpServer {
 public:
  explicit McpServer(Toolbox toolbox) : toolbox_(std::move(toolbox)) {}

  /// Answers lines until stdin ends.
  void serve() {
    LineReader lines;
    while (const std::optional<std::string> next = lines.next()) {
      const std::string& line = *next;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      if (line.size() > kMaxLine) {
        reply(nullptr, RpcFailure{kInvalidRequest, "the message is larger than 16 MiB", {}});
        continue;
      }
      const Json message = Json::parse(line, nullptr, false);
      if (message.is_discarded()) {
        reply(nullptr, RpcFailure{kParseError, "not JSON", {}});
      } else if (message.is_object()) {
        take(message);
      } else {
        reply(nullptr, RpcFailure{kInvalidRequest, "expected one JSON-RPC object", {}});
      }
    }
  }

 private:
  void take(const Json& message) {
    const auto id = message.find("id");
    const std::string method = text_member(message, "method");
    if (method.empty()) {
      if (id != message.end() && !message.contains("result") && !message.contains("error"))
        reply(*id, RpcFailure{kInvalidRequest, "no method", {}});
      return;
    }
    if (id == message.end())
      return;  // notifications: nothing here runs long enough to be cancelled
    try {
      const Json params = message.value("params", Json::object());
      if (!params.is_object()) throw RpcFailure{kInvalidParams, "params: expected an object", {}};
      const bool stateless = check_revision(params, method);
      Json result = answer(method, params);
      if (stateless) {
        result["resultType"] = "complete";
        if (method == "tools/list" || method == "server/discover") {
          result["ttlMs"] = 0;
          result["cacheScope"] = "private";
        }
        result["_meta"] = {{"io.modelcontextprotocol/serverInfo", info()}};
      }
      write({{"jsonrpc", "2.0"}, {"id", *id}, {"result", std::move(result)}});
    } catch (const RpcFailure& f) {
      reply(*id, f);
    } catch (const Failure& f) {
      reply(*id, RpcFailure{-32603, f.message, {}});
    }
  }

  /// True for a request of the stateless revision.
  static bool check_revision(const Json& params, const std::string& method) {
    const Json meta = params.value("_meta", Json::object());
    const std::string revision = meta.is_object()
                                     ? text_member(meta, "io.modelcontextprotocol/protocolVersion")
                                     : std::string();
    if (revision.empty()) {
      if (method == "server/discover")
        throw RpcFailure{kInvalidParams, "_meta: no io.modelcontextprotocol/protocolVersion", {}};
      return false;
    }
    if (revision != kStateless)
      throw RpcFailure{kUnsupportedRevision,
                       "unsupported protocol version",
                       {{"supported", {kStateless}}, {"requested", revision}}};
    return true;
  }

  static Json info() {
    return {{"name", "leyden"}, {"title", "Leyden library"}, {"version", leyden_version()}};
  }

  Json answer(const std::string& method, const Json& params) {
    if (method == "initialize") {
      const std::string wanted = text_member(params, "protocolVersion");
      const bool known =
          std::find(kHandshake.begin(), kHandshake.end(), wanted) != kHandshake.end();
      return {{"protocolVersion", known ? wanted : std::string(kHandshake[0])},
              {"capabilities", {{"tools", Json::object()}}},
              {"serverInfo", info()}};
    }
    if (method == "server/discover")
      return {{"supportedVersions", {kStateless}},
              {"capabilities", {{"tools", Json::object()}}},
              {"serverInfo", info()}};
    if (method == "ping") return Json::object();
    if (method == "tools/list") return {{"tools", tools()}};
    if (method == "tools/call") return call(params);
    throw RpcFailure{kMethodNotFound, "no method '" + method.substr(0, 60) + "'", {}};
  }

  Json tools() const {
    const Json list = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
      return leyden_toolbox_list_json(out, toolbox_.get(), error);
    }));
    Json out = Json::array();
    for (const Json& t : list) {
      out.push_back({{"name", t.at("name")},
                     {"description", t.at("description")},
                     {"inputSchema", t.at("parameters")},
                     {"annotations", {{"readOnlyHint", true}, {"openWorldHint", false}}}});
    }
    return out;
  }

  Json call(const Json& params) {
    const std::string name = text_member(params, "name");
    const Json arguments = params.value("arguments", Json::object());
    const std::string text = arguments.dump();
    std::string made;
    try {
      made = made_text([&](leyden_string** out, leyden_error** error) {
        return leyden_toolbox_call_json(out, toolbox_.get(), name.data(), name.size(), text.data(),
                                        text.size(), nullptr, error);
      });
    } catch (const Failure& f) {
      throw RpcFailure{kInvalidParams, f.message, {}};
    }
    const Json result = Json::parse(made);
    std::string shown = result.at("text").get<std::string>();
    for (const Json& p : result.at("passages")) {
      if (!shown.empty()) shown += "\n\n";
      shown += "# " + p.at("title").get<std::string>() + " (page " +
               std::to_string(p.at("page").get<uint32_t>()) + ")\n" +
               p.at("text").get<std::string>();
    }
    if (shown.empty()) shown = "No results.";
    Json out = {{"content", {{{"type", "text"}, {"text", shown}}}},
                {"isError", result.at("is_error")}};
    if (!result.at("passages").empty())
      out["structuredContent"] = {{"passages", result.at("passages")}};
    return out;
  }

  void reply(const Json& id, const RpcFailure& f) {
    Json error = {{"code", f.code}, {"message", f.message}};
    if (!f.data.is_null()) error["data"] = f.data;
    write({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
  }

  static void write(const Json& message) {
    print(message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    flush_output();
  }

  Toolbox toolbox_;
};

struct McpArguments {
  StoreArguments store;
  std::vector<std::string> files;
};

}  // namespace

void add_mcp(CLI::App& app, Console& console) {
  CLI::App* command =
      add_command(app, console, "mcp", "Serve your library to other programs over MCP",
                  "  leyden mcp --library a.txt\n"
                  "Without --library the documents of the store are served. "
                  "Speaks the Model Context Protocol on stdin and stdout, revisions 2024-11-05 to "
                  "2026-07-28. Opens no\n"
                  "socket and writes nothing.");
  auto args = std::make_shared<McpArguments>();
  args->store.add_to(command);
  command->add_option("--library", args->files, "A file to serve instead. May be given again")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->callback([args, &console] {
    Store store;
    if (args->files.empty()) store = args->store.open_existing(console, true);
    McpServer(open_library(store.get(), args->files)).serve();
  });
}

}  // namespace leyden_cli
