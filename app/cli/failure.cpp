// SPDX-License-Identifier: Apache-2.0
#include "app/cli/failure.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "app/cli/door.h"

namespace leyden_cli {

int exit_code(int32_t status) {
  switch (status) {
    case LEYDEN_OK: return 0;
    case LEYDEN_E_INVALID_ARGUMENT: return 2;
    case LEYDEN_E_NOT_FOUND: return 3;
    case LEYDEN_E_CORRUPT: return 4;
    case LEYDEN_E_UNSUPPORTED: return 5;
    case LEYDEN_E_OUT_OF_MEMORY: return 6;
    case LEYDEN_E_IO: return 7;
    case LEYDEN_E_CONTEXT_OVERFLOW: return 8;
    case LEYDEN_E_CANCELLED: return 9;
    case LEYDEN_E_BUSY: return 10;
    case LEYDEN_E_DEVICE_LOST: return 11;
    default: return 1;
  }
}

const char* exit_code_help() {
  return "Exit codes: 0 success, 1 internal error, 2 invalid argument, 3 not found, 4 corrupt input,\n"
         "5 unsupported, 6 out of memory, 7 input/output, 8 does not fit the context, 9 cancelled,\n"
         "10 busy, 11 device lost. Errors go to stderr; with --json as\n"
         "{\"error\": {\"code\": \"not_found\", \"message\": \"...\"}}.";
}

Failure bad_argument(std::string message) {
  return {LEYDEN_E_INVALID_ARGUMENT, std::move(message)};
}

Failure io_failure(std::string message) { return {LEYDEN_E_IO, std::move(message)}; }

Failure errno_failure(const std::string& path, const std::string& what) {
  const int number = errno;
  return {number == ENOENT || number == ENOTDIR ? LEYDEN_E_NOT_FOUND : LEYDEN_E_IO,
          fmt::format("{}: {}: {}", path, what, std::strerror(number))};
}

std::string in_quotes(const std::string& text, size_t limit) {
  std::string out = "'";
  for (size_t i = 0; i < text.size() && i < limit; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x7f) {
      out += text[i];
    } else {
      out += fmt::format("\\x{:02x}", c);
    }
  }
  return out + (text.size() > limit ? "...'" : "'");
}

}  // namespace leyden_cli
