// SPDX-License-Identifier: Apache-2.0
// How this program gives up. A Failure is thrown and caught once, in main(); CLI11 throws its own
// errors to the same place. Nothing is thrown through the C door: callbacks note and cancel instead.
#pragma once

#include <cstdint>
#include <string>

namespace leyden_cli {

struct Failure {
  int32_t status;  ///< LEYDEN_E_*
  std::string message;
};

/// 1..99; the table stands in `leyden --help`.
int exit_code(int32_t status);
/// That table.
const char* exit_code_help();

Failure bad_argument(std::string message);
Failure io_failure(std::string message);
/// "path: what: No such file or directory", from errno; kNotFound where that is the reason.
Failure errno_failure(const std::string& path, const std::string& what);

/// `text` fit for a message: quotes, at most `limit` bytes, unprintable bytes as \xNN.
std::string in_quotes(const std::string& text, size_t limit = 40);

}  // namespace leyden_cli
