// SPDX-License-Identifier: Apache-2.0
// JSON-RPC 2.0 to an MCP server, over one of its two transports.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"

namespace leyden::mcp {

using Json = nlohmann::ordered_json;

/// An error the server answered with.
struct RpcError {
  int code = 0;
  std::string message;
  Json data;
};
/// What came back: a result, or an error of the server's.
struct RpcReply {
  Json result;
  std::optional<RpcError> error;
};

/// Threads: thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends a request and waits for its reply.
  /// @param headers  for transports that have them: name and value
  /// Errors: kCancelled, kIo (the server is gone, the time is over), kCorrupt (no JSON-RPC, too
  /// large).
  virtual Result<RpcReply> request(
      const std::string& method, const Json& params, double time_limit_s, const CancelToken* cancel,
      const std::vector<std::pair<std::string, std::string>>& headers) = 0;
  /// Sends a notification; nothing comes back.
  virtual Status notify(const std::string& method, const Json& params) = 0;
  /// For people: the command, or the address.
  virtual std::string description() const = 0;
  /// The machine that is talked to; empty for a local program.
  virtual std::string host() const { return {}; }
};

/// A message larger than this is not read.
inline constexpr size_t kMaxMessageBytes = 16u << 20;

struct ProcessOptions {
  std::vector<std::string> command;  ///< program and arguments
  std::vector<std::pair<std::string, std::string>>
      environment;  ///< beside PATH, HOME, LANG, TMPDIR
  /// In bubblewrap: the system, what the command names and what its program is made of can be read; an
  /// empty /tmp and an empty home can be written; nothing else is there, no other program's socket either.
  bool sandbox = true;
  bool network = false;  ///< the sandbox keeps the network
};
/// The command line as it is really run, sandbox included.
/// Errors: kInvalidArgument for an empty command; kUnsupported when bubblewrap is not installed.
Result<std::vector<std::string>> process_command(const ProcessOptions& options);
/// Starts a local server that speaks over its stdin and stdout. Errors: kNotFound, kIo.
Result<std::unique_ptr<Transport>> start_process(const ProcessOptions& options);

struct HttpOptions {
  std::string url;                                           ///< http:// or https://
  std::vector<std::pair<std::string, std::string>> headers;  ///< e.g. Authorization
};
/// A server over streamable HTTP. Nothing is sent before the first request.
/// Errors: kInvalidArgument for another scheme.
Result<std::unique_ptr<Transport>> open_http(const HttpOptions& options);

/// Reads a JSON-RPC reply. Errors: kCorrupt.
Result<RpcReply> parse_reply(const Json& message);

}  // namespace leyden::mcp
