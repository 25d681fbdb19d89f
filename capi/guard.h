// SPDX-License-Identifier: Apache-2.0
// What every function at the C door shares: errors out, exceptions stopped, arguments checked,
// options read however long their struct is.
//
//   leyden_status leyden_thing_make(leyden_thing** out, const char* name, size_t size, leyden_error** e) {
//     return guard(e, [&]() -> Status {
//       LEYDEN_TRY(clear(out));
//       LEYDEN_ASSIGN(const std::string_view text, utf8_argument("name", name, size));
//       ...
//     });
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/status.h"
#include "capi/handles.h"

namespace leyden::capi {

/// Puts an error object into *error (where the caller wants one) and answers its status.
leyden_status report(leyden_error** error, const Status& status) noexcept;

/// Runs one function's body. Nothing that is thrown leaves it.
template <typename Body>
leyden_status guard(leyden_error** error, Body&& body) noexcept {
  if (error) *error = nullptr;
  try {
    return report(error, body());
  } catch (const std::bad_alloc&) {
    return report(error, Status(StatusCode::kOutOfMemory, {}));
  } catch (const std::exception& e) {
    try {
      return report(error, internal_error(std::string("unexpected exception: ") + e.what()));
    } catch (...) {
    }
  } catch (...) {
  }
  return report(error, Status(StatusCode::kInternal, {}));
}

/// Sets a required out-parameter to NULL or 0.
template <typename T>
Status clear(T* out) {
  if (!out) return invalid_argument("out is NULL");
  *out = T{};
  return {};
}

/// A required handle or struct. A handle that was destroyed stops a build that checks (handle_check.h).
template <typename T>
Status required(const char* name, const T* pointer) {
  if (!pointer) return invalid_argument(std::string(name) + " is NULL");
  if constexpr (requires { pointer->alive; }) pointer->alive.check(name);
  return {};
}

/// (pointer, bytes) as a view. Errors: NULL with a size.
Result<std::string_view> bytes_argument(const char* name, const char* data, size_t size);
/// The same, and valid UTF-8.
Result<std::string_view> utf8_argument(const char* name, const char* data, size_t size);

/// Answers kUnsupported when any byte of a newer caller's tail is set.
Status check_struct(const char* name, const void* options, uint32_t caller_size, size_t own_size);

/// The caller's options as this build knows them: what its struct is too short for is zero.
template <typename T>
Result<T> read_options(const char* name, const T* options) {
  T own{};
  own.struct_size = sizeof(T);
  if (!options) return own;
  const uint32_t size = options->struct_size;
  LEYDEN_TRY(check_struct(name, options, size, sizeof(T)));
  std::memcpy(static_cast<void*>(&own), options, size < sizeof(T) ? size : sizeof(T));
  own.struct_size = sizeof(T);
  return own;
}

template <typename T>
void init_options(T* options, size_t size) {
  if (!options || size < sizeof(uint32_t)) return;
  std::memset(static_cast<void*>(options), 0, size);
  options->struct_size = static_cast<uint32_t>(size);
}

/// The C callback as core's; empty for NULL.
ProgressFn progress_function(leyden_progress_fn callback, void* user_data);
/// Core's progress in the caller's terms.
leyden_progress to_c(const Progress& progress);

/// Copies text into an owned string object.
void give(leyden_string** out, std::string text);

}  // namespace leyden::capi
