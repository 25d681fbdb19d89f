// SPDX-License-Identifier: Apache-2.0
// An MCP server as tools. Speaks revision 2026-07-28 (no handshake: server/discover, and what used
// to be negotiated in every request's _meta) and those before it (initialize); which one is found
// out once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/tool_registry.h"
#include "plugins/mcp/json_rpc.h"

namespace leyden::mcp {

inline constexpr const char* kStatelessRevision = "2026-07-28";
inline constexpr const char* kHandshakeRevision = "2025-11-25";

struct ServerOptions {
  std::string name;   ///< of the server, for origin and tool names
  bool local = true;  ///< process, else http
  ProcessOptions process;
  HttpOptions http;
  double start_seconds = 20;  ///< for each of the first exchanges
};

/// Reads {"name", "command": [...], "env": {...}, "sandbox": true, "network": false} or {"name",
/// "url", "headers": {...}}. Unknown names are errors. Errors: kInvalidArgument.
Result<ServerOptions> parse_server(std::string_view json);

/// Threads: thread-safe.
class McpTools : public ToolRegistry {
 public:
  /// Connects, learns the revision, lists the tools. A server that says nothing of a tool counts as
  /// one that may destroy something; one that is not shut off from the network, as one that uses
  /// it. Errors: those of the transport; kUnsupported for a server without a revision in common.
  static Result<std::shared_ptr<McpTools>> connect(const ServerOptions& options,
                                                   const CancelToken* cancel = nullptr);

  std::vector<ToolInfo> list() const override { return tools_; }
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override;

  const std::string& revision() const { return revision_; }

 private:
  McpTools() = default;
  Status agree(const CancelToken* cancel);
  Status agree_on_handshake(const CancelToken* cancel);
  Status list_tools(const CancelToken* cancel);
  Result<RpcReply> request(const std::string& method, Json params, double time_limit_s,
                           const CancelToken* cancel, const std::string& tool = {});
  ToolResult result_of(const Json& result) const;

  ServerOptions options_;
  std::unique_ptr<Transport> transport_;
  std::string revision_;
  bool stateless_ = false;
  std::vector<ToolInfo> tools_;
  std::vector<std::string> names_;  ///< the server's own, beside tools_
};

}  // namespace leyden::mcp
