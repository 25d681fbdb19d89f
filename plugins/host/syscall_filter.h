// SPDX-License-Identifier: Apache-2.0
// Which system calls a plugin may make. What ordinary computing needs is allowed; the rest answers
// EPERM. A few, those an intruder would try, first go to the watching host, which refuses and
// reports them.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "plugins/wire.h"

namespace leyden::plugins {

struct FilterPolicy {
  bool may_run_programs = false;
  bool watch_files =
      true;  ///< opens are seen (and allowed: the file system has only what is shown)
};

/// Puts the filter on this process, and everything it starts. Single-threaded callers.
/// Returns the descriptor on which the host is asked. Errors: kUnsupported.
Result<Fd> filter_system_calls(const FilterPolicy& policy);

/// Answers one waiting question on the descriptor. What was tried, such as "socket(AF_INET)", is
/// reported before the call is answered, so that the report is there before what follows from it.
void answer_system_call(int listener, const std::function<void(const std::string&)>& report);

}  // namespace leyden::plugins
