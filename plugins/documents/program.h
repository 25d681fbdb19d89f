// SPDX-License-Identifier: Apache-2.0
// Running one of the programs the manifest names. It inherits the sandbox.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

/// Runs /usr/bin/<arguments[0]> with `input` as its standard input, and returns what it writes.
/// Errors: kOutOfMemory (more than max_output), kCancelled, kCorrupt (it failed: its first
/// message), kIo (cannot be started).
Result<std::string> run_program(const std::vector<std::string>& arguments, int input,
                                size_t max_output, const Cancelled& cancelled);

}  // namespace leyden::documents
