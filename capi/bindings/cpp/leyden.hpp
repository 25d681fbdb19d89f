// SPDX-License-Identifier: Apache-2.0
// Leyden from C++17: one header over leyden.h. Objects own their handles and move; failures throw
// leyden::Error; texts come back as std::string.
//
//   leyden::Model model;                       // the default model
//   leyden::Chat chat(model);
//   chat.add_document("Log book", text);
//   chat.ask("When did the lamp go out?", {}, [](const leyden::Event& e) { std::cout << e.text; });
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
#include <utility>
#include <vector>

namespace leyden {

/// A failed call: LEYDEN_E_* and one sentence.
class Error : public std::runtime_error {
 public:
  Error(leyden_status code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  leyden_status code() const { return code_; }

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

/// Runs call(&string, &error) and copies the string.
template <typename Call>
std::string text(Call&& call) {
  Owned<leyden_string, leyden_string_destroy> string;
  leyden_error* error = nullptr;
  check(call(string.out(), &error), error);
  return {leyden_string_data(string.get()), leyden_string_size(string.get())};
}

}  // namespace detail

/// A flag that asks running calls to stop; request() from any thread.
class Cancel {
 public:
  Cancel() {
    leyden_error* error = nullptr;
    detail::check(leyden_cancel_create(handle_.out(), &error), error);
  }
  void request() { leyden_cancel_request(handle_.get()); }
  void reset() { leyden_cancel_reset(handle_.get()); }
  leyden_cancel* get() const { return handle_.get(); }

 private:
  detail::Owned<leyden_cancel, leyden_cancel_destroy> handle_;
};

inline std::string default_model_path() {
  return detail::text(
      [](leyden_string** out, leyden_error** e) { return leyden_default_model_path(out, e); });
}

/// The jar: conversations, documents, and what models have read. Any thread.
class Store {
 public:
  explicit Store(std::string_view folder = {}, std::string_view passphrase = {}) {
    leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
    options.passphrase = passphrase.empty() ? nullptr : passphrase.data();
    options.passphrase_size = passphrase.size();
    leyden_error* error = nullptr;
    detail::check(leyden_store_open(handle_.out(), folder.data(), folder.size(), &options, &error),
                  error);
  }
  /// A new conversation's id.
  std::int64_t create_session(std::string_view title) {
    std::int64_t id = 0;
    leyden_error* error = nullptr;
    detail::check(leyden_session_create(&id, get(), title.data(), title.size(), &error), error);
    return id;
  }
  /// Errors: LEYDEN_E_NOT_FOUND.
  std::int64_t find_session(std::string_view name) const {
    std::int64_t id = 0;
    leyden_error* error = nullptr;
    detail::check(leyden_session_find(&id, get(), name.data(), name.size(), &error), error);
    return id;
  }
  /// JSON, see leyden_store_sessions_json.
  std::string sessions_json(std::int64_t limit = 100, std::int64_t offset = 0) const {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_store_sessions_json(out, get(), limit, offset, e);
    });
  }
  leyden_store* get() const { return handle_.get(); }

 private:
  detail::Owned<leyden_store, leyden_store_destroy> handle_;
};

/// An opened model. Any thread; what was made from it keeps it alive.
class Model {
 public:
  explicit Model(std::string_view folder = {}, const leyden_model_options* options = nullptr) {
    const std::string path = folder.empty() ? default_model_path() : std::string(folder);
    leyden_error* error = nullptr;
    detail::check(leyden_model_open(handle_.out(), path.data(), path.size(), options, &error),
                  error);
  }
  std::string stats_json() const {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_model_stats_json(out, get(), e);
    });
  }
  leyden_model* get() const { return handle_.get(); }

 private:
  detail::Owned<leyden_model, leyden_model_destroy> handle_;
};

/// A stretch of an answer, or progress of reading. `kind` is LEYDEN_EVENT_*.
struct Event {
  leyden_event_kind kind = 0;
  std::string_view text, name;
  std::uint64_t done = 0, total = 0;
  double eta_s = -1;
};

struct AskOptions {
  bool thinking = false, evidence = false, constrain_references = false;
  std::int64_t max_tokens = 0;
  std::vector<std::string> stop;
  const leyden_sampling* sampling = nullptr;
  const Cancel* cancel = nullptr;
};

/// A finished answer; json is everything (leyden_answer_json).
struct Answer {
  std::string text, thinking, finish_reason, json;
};

/// Documents, history and what the model has read of them. One call at a time.
class Chat {
 public:
  using EventFn = std::function<void(const Event&)>;

  /// With a session of the model's store, a chat that is kept and comes back.
  explicit Chat(const Model& model, std::int64_t session = 0) {
    leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
    options.session = session;
    leyden_error* error = nullptr;
    detail::check(leyden_chat_open(handle_.out(), model.get(), &options, &error), error);
  }
  /// JSON, see leyden_chat_resume_json.
  std::string resume_json() {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_chat_resume_json(out, get(), e);
    });
  }
  std::size_t add_document(std::string_view title, std::string_view text) {
    std::size_t index = 0;
    leyden_error* error = nullptr;
    detail::check(leyden_chat_add_document(&index, get(), title.data(), title.size(), text.data(),
                                           text.size(), &error),
                  error);
    return index;
  }
  void set_system(std::string_view text) {
    leyden_error* error = nullptr;
    detail::check(leyden_chat_set_system(get(), text.data(), text.size(), &error), error);
  }
  void set_tools_json(std::string_view json) {
    leyden_error* error = nullptr;
    detail::check(leyden_chat_set_tools_json(get(), json.data(), json.size(), &error), error);
  }
  /// Events come on another thread, before ask() returns. What on_event throws ends the answer and
  /// is thrown here.
  Answer ask(std::string_view question, const AskOptions& options = {},
             const EventFn& on_event = {}) {
    return write(leyden_chat_ask, question, options, on_event);
  }
  /// `json` is a list of texts, one for each tool call of the last answer.
  Answer submit_tool_results_json(std::string_view json, const AskOptions& options = {},
                                  const EventFn& on_event = {}) {
    return write(leyden_chat_submit_tool_results_json, json, options, on_event);
  }
  std::string messages_json() {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_chat_messages_json(out, get(), e);
    });
  }
  leyden_chat* get() const { return handle_.get(); }

 private:
  struct Watch {
    const EventFn& on_event;
    leyden_cancel* cancel;
    std::exception_ptr thrown;
  };

  static void told(const leyden_event* event, void* data) {
    Watch& watch = *static_cast<Watch*>(data);
    Event e;
    e.kind = event->kind;
    e.text = {event->text, event->text_size};
    e.name = {event->name, event->name_size};
    if (event->progress) {
      e.done = event->progress->done;
      e.total = event->progress->total;
      e.eta_s = event->progress->eta_s;
    }
    try {
      if (!watch.thrown) watch.on_event(e);
    } catch (...) {
      watch.thrown = std::current_exception();
      leyden_cancel_request(watch.cancel);
    }
  }

  template <typename Function>
  Answer write(Function function, std::string_view text, const AskOptions& o,
               const EventFn& on_event) {
    const Cancel own;
    Watch watch{on_event, o.cancel ? o.cancel->get() : own.get(), nullptr};
    std::vector<leyden_text> stops;
    for (const std::string& s : o.stop) stops.push_back({s.data(), s.size()});
    leyden_ask_options options = LEYDEN_ASK_OPTIONS_INIT;
    options.thinking = o.thinking;
    options.evidence = o.evidence;
    options.constrain_references = o.constrain_references;
    options.max_tokens = o.max_tokens;
    options.stop = stops.empty() ? nullptr : stops.data();
    options.n_stop = stops.size();
    options.sampling = o.sampling;
    options.cancel = watch.cancel;
    if (on_event) {
      options.on_event = told;
      options.user_data = &watch;
    }
    detail::Owned<leyden_answer, leyden_answer_destroy> answer;
    leyden_error* error = nullptr;
    const leyden_status status =
        function(answer.out(), get(), text.data(), text.size(), &options, &error);
    if (watch.thrown) {
      leyden_error_destroy(error);
      std::rethrow_exception(watch.thrown);
    }
    detail::check(status, error);
    return {leyden_answer_text(answer.get(), nullptr),
            leyden_answer_thinking(answer.get(), nullptr),
            leyden_answer_finish_reason(answer.get(), nullptr),
            detail::text([&](leyden_string** out, leyden_error** e) {
              return leyden_answer_json(out, answer.get(), e);
            })};
  }

  detail::Owned<leyden_chat, leyden_chat_destroy> handle_;
};

}  // namespace leyden
