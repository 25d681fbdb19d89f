// SPDX-License-Identifier: Apache-2.0
// Between C++ and the C calls: errors, owned handles, cancelling, callbacks. Programs include
// leyden.hpp.
#pragma once

#ifndef LEYDEN_ENABLE_UNSTABLE
#define LEYDEN_ENABLE_UNSTABLE
#endif
#include <leyden/leyden.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace leyden {

/// A failed call: LEYDEN_E_* and one sentence.
class Error : public std::runtime_error {
 public:
  Error(leyden_status code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  leyden_status code() const { return code_; }
  /// Stable spelling, e.g. "not_found".
  std::string_view name() const { return leyden_status_name(code_); }

 private:
  leyden_status code_;
};

namespace detail {

inline void check(leyden_status status, leyden_error* error) {
  if (status == LEYDEN_OK) return;
  const std::string message = leyden_error_message(error, nullptr);
  leyden_error_destroy(error);
  throw Error(status, message);
}

/// Sole owner of a handle.
template <typename T, void (*Destroy)(T*)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(T* handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() { Destroy(handle_); }
  T* get() const { return handle_; }
  T** out() { return &handle_; }

 private:
  T* handle_ = nullptr;
};

/// Runs call(&error).
template <typename Call>
void done(Call&& call) {
  leyden_error* error = nullptr;
  const leyden_status status = call(&error);
  check(status, error);
}

/// Runs call(&number, &error).
template <typename T, typename Call>
T number(Call&& call) {
  T value{};
  done([&](leyden_error** error) { return call(&value, error); });
  return value;
}

/// Runs call(&string, &error) and copies the string.
template <typename Call>
std::string text(Call&& call) {
  Owned<leyden_string, leyden_string_destroy> string;
  done([&](leyden_error** error) { return call(string.out(), error); });
  return {leyden_string_data(string.get()), leyden_string_size(string.get())};
}

/// Runs call(&ids, &error) and copies the ids.
template <typename Call>
std::vector<std::int32_t> ids(Call&& call) {
  Owned<leyden_ids, leyden_ids_destroy> list;
  done([&](leyden_error** error) { return call(list.out(), error); });
  const std::int32_t* data = leyden_ids_data(list.get());
  return {data, data + leyden_ids_size(list.get())};
}

}  // namespace detail

/// A flag that asks running calls to stop; request() from any thread.
class Cancel {
 public:
  Cancel() {
    detail::done([&](leyden_error** e) { return leyden_cancel_create(handle_.out(), e); });
  }
  void request() { leyden_cancel_request(handle_.get()); }
  void reset() { leyden_cancel_reset(handle_.get()); }
  bool requested() const { return leyden_cancel_requested(handle_.get()) != 0; }
  leyden_cancel* get() const { return handle_.get(); }

 private:
  detail::Owned<leyden_cancel, leyden_cancel_destroy> handle_;
};

/// How far long work has come; eta_s is negative while unknown. `file`: which of several files is
/// being read; empty: there is none to tell of.
struct Progress {
  std::string_view phase, unit;
  std::uint64_t done = 0, total = 0;
  double eta_s = -1;
  std::string_view file;
  std::uint64_t file_number = 0, file_count = 0;
};

/// A stretch of an answer, or progress of reading. `kind` is LEYDEN_EVENT_*.
struct Event {
  leyden_event_kind kind = 0;
  std::string_view text, name;
  std::uint64_t done = 0, total = 0;
  double eta_s = -1;
};

/// Callbacks come on another thread than the caller's, before the call returns. What they throw
/// ends the call and is thrown there.
using ProgressFn = std::function<void(const Progress&)>;
using EventFn = std::function<void(const Event&)>;
/// Answers true to end the generation behind this token.
using TokenFn = std::function<bool(std::int32_t id, std::int64_t position)>;
/// Takes rows [first, first + n) of the logits, [n, vocab].
using LogitsFn = std::function<void(std::int64_t first, std::int64_t n, std::int64_t vocab,
                                    const float* logits)>;

/// What any long call may be given.
struct RunOptions {
  ProgressFn on_progress;
  const Cancel* cancel = nullptr;
};

namespace detail {

/// The callbacks of one call, in C's terms; its address is their user data.
class Watch {
 public:
  explicit Watch(const Cancel* cancel) : cancel_(cancel ? cancel : &own_) {}
  leyden_cancel* cancel() const { return cancel_->get(); }

  ProgressFn on_progress;
  EventFn on_event;
  TokenFn on_token;
  LogitsFn on_logits;

  leyden_progress_fn progress() const { return on_progress ? told_progress : nullptr; }
  leyden_event_fn event() const { return on_event ? told_event : nullptr; }
  leyden_token_fn token() const { return on_token ? told_token : nullptr; }
  leyden_logits_fn logits() const { return told_logits; }

  /// Runs call(), and throws what a callback threw meanwhile.
  template <typename Call>
  auto run(Call&& call) {
    try {
      if constexpr (std::is_void_v<decltype(call())>) {
        call();
        rethrow();
      } else {
        auto result = call();
        rethrow();
        return result;
      }
    } catch (const Error&) {
      rethrow();
      throw;
    }
  }

 private:
  template <typename Callback>
  bool guarded(Callback&& callback) {
    if (thrown_) return false;
    try {
      callback();
      return true;
    } catch (...) {
      thrown_ = std::current_exception();
      leyden_cancel_request(cancel());
      return false;
    }
  }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

  static void told_progress(const leyden_progress* p, void* data) {
    Watch& watch = *static_cast<Watch*>(data);
    watch.guarded([&] {
      watch.on_progress({p->phase, p->unit, p->done, p->total, p->eta_s, p->file ? p->file : "",
                         p->file_number, p->file_count});
    });
  }
  static void told_event(const leyden_event* event, void* data) {
    Watch& watch = *static_cast<Watch*>(data);
    Event e{event->kind, {event->text, event->text_size}, {event->name, event->name_size}};
    if (event->progress) {
      e.done = event->progress->done;
      e.total = event->progress->total;
      e.eta_s = event->progress->eta_s;
    }
    watch.guarded([&] { watch.on_event(e); });
  }
  static std::int32_t told_token(std::int32_t id, std::int64_t position, void* data) {
    Watch& watch = *static_cast<Watch*>(data);
    bool stop = false;
    return !watch.guarded([&] { stop = watch.on_token(id, position); }) || stop;
  }
  static leyden_status told_logits(std::int64_t first, std::int64_t n, std::int64_t vocab,
                                   const float* logits, void* data) {
    Watch& watch = *static_cast<Watch*>(data);
    return watch.guarded([&] { watch.on_logits(first, n, vocab, logits); }) ? LEYDEN_OK
                                                                            : LEYDEN_E_CANCELLED;
  }

  const Cancel own_;
  const Cancel* cancel_;
  std::exception_ptr thrown_;
};

/// The options of a long run, for call(options).
template <typename Call>
auto watched(const RunOptions& run, Call&& call) {
  Watch watch(run.cancel);
  watch.on_progress = run.on_progress;
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.on_progress = watch.progress();
  options.user_data = &watch;
  options.cancel = watch.cancel();
  return watch.run([&] { return call(&options); });
}

}  // namespace detail

}  // namespace leyden
