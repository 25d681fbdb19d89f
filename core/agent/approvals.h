// SPDX-License-Identifier: Apache-2.0
// Who may call what: what the user has allowed so far, and when they must be asked again.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/tool_registry.h"
#include "core/agent/leaving.h"

namespace leyden {

enum class ApprovalScope : uint8_t {
  kDeny,
  kOnce,
  kSession,  ///< this tool, until these Approvals are gone
  kAlways,   ///< this tool, for good; the caller keeps the list
};

struct ApprovalRequest {
  const ToolInfo* tool = nullptr;
  std::string_view arguments;
  /// kAlways and kSession are no possible answers: the tool is destructive or reaches the network, or
  /// the call has words of the user's documents in it.
  bool once_only = false;
  /// The chat has read documents of the user's, and this tool could carry their words away.
  bool shares_library = false;
  std::string_view library_text;  ///< words of the user's documents in the arguments
  std::string_view hosts;         ///< machines that the arguments name
};
struct ApprovalAnswer {
  ApprovalScope scope = ApprovalScope::kDeny;
  std::string reason;  ///< of a denial; the model reads it
};
/// Asks the user. Called on the thread that runs the agent, one question at a time.
using ApproveFn = std::function<ApprovalAnswer(const ApprovalRequest&)>;

/// How one call was decided.
struct Decision {
  bool allowed = false;
  std::string how;     ///< "built in", "once", "session", "always", "denied"
  std::string reason;  ///< of a denial
};

/// What was allowed so far. Library tools (origin "library") need no asking. A grant is for a
/// tool's name and origin together, so that a stranger who takes a granted name does not inherit
/// it. Threads: every method is thread-safe.
class Approvals {
 public:
  /// Allows a tool for good, e.g. from a kept list. Tools that are destructive or reach the network
  /// are asked about every time nevertheless, and so is every call that would pass on words of the
  /// user's documents.
  void allow_always(std::string_view origin, std::string_view name);
  /// The granted tools, "origin/name", sorted: to be kept and given to allow_always again.
  std::set<std::string> always() const;

  /// Decides one call, asking where needed. Without `ask`, what would need asking is denied.
  /// @param leaving  what it would carry away
  Decision decide(const ToolInfo& tool, std::string_view arguments, const Leaving& leaving,
                  const ApproveFn& ask);

 private:
  mutable std::mutex mutex_;
  std::set<std::string> session_, always_;
};

}  // namespace leyden
