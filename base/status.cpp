// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <cstdio>
#include <cstdlib>

namespace leyden {

const char* status_code_name(StatusCode code) {
  switch (code) {
    case StatusCode::kOk: return "ok";
    case StatusCode::kInvalidArgument: return "invalid_argument";
    case StatusCode::kNotFound: return "not_found";
    case StatusCode::kCorrupt: return "corrupt";
    case StatusCode::kUnsupported: return "unsupported";
    case StatusCode::kOutOfMemory: return "out_of_memory";
    case StatusCode::kCancelled: return "cancelled";
    case StatusCode::kIo: return "io";
    case StatusCode::kContextOverflow: return "context_overflow";
    case StatusCode::kBusy: return "busy";
    case StatusCode::kDeviceLost: return "device_lost";
    case StatusCode::kInternal: return "internal";
  }
  return "unknown";
}

std::string Status::to_string() const {
  return ok() ? "ok" : std::string(status_code_name(code_)) + ": " + message_;
}

Status Status::with_context(const std::string& context) const {
  return ok() ? *this : Status(code_, context + ": " + message_);
}

namespace internal {
void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "leyden: internal check failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}
}  // namespace internal

}  // namespace leyden
