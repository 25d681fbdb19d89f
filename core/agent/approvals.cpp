// SPDX-License-Identifier: Apache-2.0
#include "core/agent/approvals.h"

namespace leyden {
namespace {

std::string key_of(std::string_view origin, std::string_view name) {
  return std::string(origin) + "/" + std::string(name);
}

}  // namespace

void Approvals::allow_always(std::string_view origin, std::string_view name) {
  std::lock_guard lock(mutex_);
  always_.insert(key_of(origin, name));
}

std::set<std::string> Approvals::always() const {
  std::lock_guard lock(mutex_);
  return always_;
}

Decision Approvals::decide(const ToolInfo& tool, std::string_view arguments,
                           const Leaving& leaving, const ApproveFn& ask) {
  if (tool.origin == "library") return {true, "built in", {}};
  const std::string key = key_of(tool.origin, tool.name);
  const bool once_only = tool.hints.destructive || tool.hints.network || !leaving.text.empty();
  if (!once_only) {
    std::lock_guard lock(mutex_);
    if (always_.contains(key)) return {true, "always", {}};
    if (session_.contains(key)) return {true, "session", {}};
  }
  if (!ask) return {false, "denied", "nobody is there to approve the call"};
  ApprovalRequest request;
  request.tool = &tool;
  request.arguments = arguments;
  request.once_only = once_only;
  // A foreign program without a network of its own may still pass on what it is told.
  request.shares_library =
      !leaving.text.empty() || (leaving.library_in_context && tool.hints.network);
  request.library_text = leaving.text;
  request.hosts = leaving.hosts;
  const ApprovalAnswer answer = ask(request);
  if (answer.scope == ApprovalScope::kDeny)
    return {false, "denied", answer.reason.empty() ? "the user said no" : answer.reason};
  if (once_only || answer.scope == ApprovalScope::kOnce) return {true, "once", {}};
  std::lock_guard lock(mutex_);
  if (answer.scope == ApprovalScope::kAlways) {
    always_.insert(key);
    return {true, "always", {}};
  }
  session_.insert(key);
  return {true, "session", {}};
}

}  // namespace leyden
