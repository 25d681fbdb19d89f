// SPDX-License-Identifier: Apache-2.0
// Errors as values. Every function that can fail returns Status or Result<T>; nothing throws between
// our own functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace leyden {

/// What went wrong, coarsely. Numbers are pinned: append, never renumber (they cross the C ABI).
enum class StatusCode : int32_t {
  kOk = 0,
  kInvalidArgument = -1,   ///< the caller asked for something that makes no sense
  kNotFound = -2,          ///< a file, tensor, id or object that must exist does not
  kCorrupt = -3,           ///< outside bytes contradict themselves or a checksum
  kUnsupported = -4,       ///< well formed, but not something this build can do
  kOutOfMemory = -5,       ///< host or device memory; the message says how much was asked
  kCancelled = -6,         ///< somebody asked us to stop
  kIo = -7,                ///< the operating system refused a read, write, open or sync
  kContextOverflow = -8,   ///< the tokens do not fit the model's context
  kBusy = -9,              ///< the object is in use by another call or process
  kDeviceLost = -10,       ///< a device failed; every later call answers this at once
  kInternal = -11,         ///< a bug of ours
};

/// The code's stable spelling, e.g. "invalid_argument".
const char* status_code_name(StatusCode code);

/// Success, or a code and one sentence: "<op or file>: <what was expected, what came>".
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  /// "corrupt: model.safetensors: header says ..." for logs.
  std::string to_string() const;
  /// The same error, with "<context>: " in front of its message. Success stays success.
  Status with_context(const std::string& context) const;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status invalid_argument(std::string m) { return {StatusCode::kInvalidArgument, std::move(m)}; }
inline Status not_found(std::string m) { return {StatusCode::kNotFound, std::move(m)}; }
inline Status corrupt(std::string m) { return {StatusCode::kCorrupt, std::move(m)}; }
inline Status unsupported(std::string m) { return {StatusCode::kUnsupported, std::move(m)}; }
inline Status out_of_memory(std::string m) { return {StatusCode::kOutOfMemory, std::move(m)}; }
inline Status cancelled(std::string m) { return {StatusCode::kCancelled, std::move(m)}; }
inline Status io_error(std::string m) { return {StatusCode::kIo, std::move(m)}; }
inline Status internal_error(std::string m) { return {StatusCode::kInternal, std::move(m)}; }

/// A value or the Status that explains why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {         // NOLINT(google-explicit-constructor)
    if (status_.ok()) status_ = internal_error("Result built from an ok Status");
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

namespace internal {
inline Status as_status(Status s) { return s; }
template <typename T>
Status as_status(Result<T> r) { return r.ok() ? Status() : r.status(); }
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}  // namespace internal

}  // namespace leyden

#define LEYDEN_CONCAT_INNER(a, b) a##b
#define LEYDEN_CONCAT(a, b) LEYDEN_CONCAT_INNER(a, b)

/// Returns the error of a Status or Result expression from the enclosing function.
#define LEYDEN_TRY(expression)                                                        \
  do {                                                                                \
    if (auto leyden_try_status = ::leyden::internal::as_status(expression);           \
        !leyden_try_status.ok())                                                      \
      return leyden_try_status;                                                       \
  } while (0)

/// LEYDEN_ASSIGN(auto x, f()): unwraps a Result into x or returns its error.
#define LEYDEN_ASSIGN(declaration, expression) \
  LEYDEN_ASSIGN_INNER(LEYDEN_CONCAT(leyden_result_, __LINE__), declaration, expression)
#define LEYDEN_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                                \
  if (!result.ok()) return result.status();                  \
  declaration = std::move(*result)

/// Guards against our own bugs; user input must never reach it. Aborts with file and line.
#define LEYDEN_CHECK(condition) \
  ((condition) ? void(0) : ::leyden::internal::check_failed(#condition, __FILE__, __LINE__))
