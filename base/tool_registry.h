// SPDX-License-Identifier: Apache-2.0
// The interface through which the agent loop sees tools, whoever brings them: plugins, MCP servers,
// host functions, the library. Core calls it, the other rooms implement it, capi joins them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"

namespace leyden {

/// What a tool says about itself; the user decides by it. Nobody checks the claims.
struct ToolHints {
  bool read_only = false;    ///< changes nothing outside
  bool destructive = false;  ///< may remove or overwrite something
  bool network = false;      ///< talks to other machines
};

struct ToolInfo {
  std::string name;  ///< ^[a-zA-Z0-9_-]{1,64}$, unique within a registry
  std::string description;
  std::string parameters;  ///< JSON Schema of the arguments, an object, as text
  std::string origin;      ///< who brings it: "library", "host", "plugin <id>", "mcp <server>"
  ToolHints hints;
};

/// A stretch of a document of the user's that a tool found. Unlike other results, which are fenced
/// as foreign text, these can be numbered, quoted and checked.
struct ToolPassage {
  int64_t document = 0;  ///< the library's id; 0: none
  std::string title;
  std::string label;            ///< of the document's part, e.g. "p. 12"
  uint32_t page = 1;            ///< from 1: the part's number
  uint64_t begin = 0, end = 0;  ///< bytes of the part's text
  std::string text;             ///< the part's text [begin, end)
};

/// What a call came to. A tool that fails is a result too: the model reads `text` and may do
/// better.
struct ToolResult {
  bool is_error = false;
  std::string text;
  std::string structured;             ///< JSON, beside the text; empty without
  std::vector<ToolPassage> passages;  ///< in place of the text, where the tool read the library
  bool whole_page = false;            ///< the passages are one page, in order
  std::vector<std::string> hosts;     ///< machines that were talked to
};

struct ToolContext {
  const CancelToken* cancel = nullptr;  ///< polled by the tool; may be null
  ProgressFn progress;                  ///< may be empty; may be called from any thread
  double time_limit_s = 60;             ///< the tool gives up after this
  bool offline = false;                 ///< no socket may be opened for this call
};

/// Threads: every method is thread-safe; several calls run side by side.
class ToolRegistry {
 public:
  virtual ~ToolRegistry() = default;
  /// The tools, always in the same order: their announcement stands in front of every turn.
  virtual std::vector<ToolInfo> list() const = 0;
  /// Calls one. `arguments` is the text of a JSON object.
  /// Errors: kNotFound for a name that is not in the list, kCancelled. What goes wrong in the tool
  /// itself, time-outs included, is a ToolResult with is_error.
  virtual Result<ToolResult> call(std::string_view name, std::string_view arguments,
                                  const ToolContext& context) = 0;
};

/// A failed call as the model reads it.
inline ToolResult tool_error(std::string text) {
  ToolResult result;
  result.is_error = true;
  result.text = std::move(text);
  return result;
}

}  // namespace leyden
