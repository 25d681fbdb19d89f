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
#include <memory>
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

/// JSON, see leyden_devices_json.
inline std::string devices_json() {
  return detail::text(
      [](leyden_string** out, leyden_error** e) { return leyden_devices_json(out, e); });
}

/// JSON, see leyden_plan_json. An empty folder is the default model.
inline std::string plan_json(std::string_view folder = {},
                             const leyden_plan_options* options = nullptr) {
  const std::string path = folder.empty() ? default_model_path() : std::string(folder);
  return detail::text([&](leyden_string** out, leyden_error** e) {
    return leyden_plan_json(out, path.data(), path.size(), options, e);
  });
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
  /// Adds a document, e.g. File::document_json; its id.
  std::int64_t add_document_json(std::string_view json) {
    std::int64_t id = 0;
    leyden_error* error = nullptr;
    detail::check(leyden_document_add_json(&id, get(), json.data(), json.size(), &error), error);
    return id;
  }
  /// JSON, see leyden_store_search_json.
  std::string search_json(std::string_view query, std::size_t limit = 0) const {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_store_search_json(out, get(), query.data(), query.size(), limit, e);
    });
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

/// A picture of a page: rows from the top, each pixel B, G, R, A, premultiplied.
class Image {
 public:
  explicit Image(leyden_image* handle) : handle_(handle) {}
  std::uint32_t width() const { return leyden_image_width(handle_.get()); }
  std::uint32_t height() const { return leyden_image_height(handle_.get()); }
  std::size_t stride() const { return leyden_image_stride(handle_.get()); }
  const std::uint8_t* data() const { return leyden_image_data(handle_.get()); }

 private:
  detail::Owned<leyden_image, leyden_image_destroy> handle_;
};

/// A document file, read in a sandboxed process. One call at a time.
class File {
 public:
  explicit File(std::string_view path, const leyden_file_options* options = nullptr) {
    leyden_error* error = nullptr;
    detail::check(leyden_file_open(handle_.out(), path.data(), path.size(), options, &error),
                  error);
  }
  /// JSON, see leyden_file_info_json.
  std::string info_json() {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_file_info_json(out, handle_.get(), e);
    });
  }
  /// JSON, see leyden_file_page_json.
  std::string page_json(std::uint32_t page) {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_file_page_json(out, handle_.get(), page, e);
    });
  }
  /// @param scale  pixels a point
  Image image(std::uint32_t page, double scale = 1) {
    leyden_image* image = nullptr;
    leyden_error* error = nullptr;
    detail::check(leyden_file_page_image(&image, handle_.get(), page, scale, &error), error);
    return Image(image);
  }
  /// All of it, as Store::add_document_json takes it.
  std::string document_json() {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_file_document_json(out, handle_.get(), e);
    });
  }

 private:
  detail::Owned<leyden_file, leyden_file_destroy> handle_;
};

/// A function of the program as a tool. parameters: a JSON Schema of an object; empty: none.
struct Tool {
  std::string name, description, parameters;
  leyden_tool_flags flags = 0;  ///< LEYDEN_TOOL_*
};

/// Tools for Chat::run. Any thread; must outlive the runs that use it.
class Toolbox {
 public:
  /// Takes the arguments as JSON. What it throws is a failure that the model reads.
  using ToolFn = std::function<std::string(std::string_view arguments)>;

  explicit Toolbox(const leyden_toolbox_options* options = nullptr) {
    leyden_error* error = nullptr;
    detail::check(leyden_toolbox_create(handle_.out(), options, &error), error);
  }
  void add_function(const Tool& tool, ToolFn function) {
    leyden_tool_desc desc = LEYDEN_TOOL_DESC_INIT;
    desc.flags = tool.flags;
    desc.name = tool.name.data();
    desc.name_size = tool.name.size();
    desc.description = tool.description.data();
    desc.description_size = tool.description.size();
    desc.parameters = tool.parameters.empty() ? nullptr : tool.parameters.data();
    desc.parameters_size = tool.parameters.size();
    auto kept = std::make_unique<ToolFn>(std::move(function));
    leyden_error* error = nullptr;
    detail::check(leyden_toolbox_add_function(
                      get(), &desc, called, kept.get(),
                      [](void* data) { delete static_cast<ToolFn*>(data); }, &error),
                  error);
    kept.release();  // the toolbox's now
  }
  /// A JSON list of texts: the plugins that could not be used, and why.
  std::string add_plugins(std::string_view folder = {}) {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_toolbox_add_plugins(out, get(), folder.data(), folder.size(), e);
    });
  }
  /// @param pages  [{"label", "text"}]
  void add_document_json(std::string_view title, std::string_view pages) {
    leyden_error* error = nullptr;
    detail::check(leyden_toolbox_add_document_json(get(), title.data(), title.size(), pages.data(),
                                                   pages.size(), &error),
                  error);
  }
  /// JSON, see leyden_toolbox_call_json.
  std::string call_json(std::string_view name, std::string_view arguments) {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_toolbox_call_json(out, get(), name.data(), name.size(), arguments.data(),
                                      arguments.size(), nullptr, e);
    });
  }
  std::string list_json() const {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_toolbox_list_json(out, get(), e);
    });
  }
  std::string log_json() const {
    return detail::text([&](leyden_string** out, leyden_error** e) {
      return leyden_toolbox_log_json(out, get(), e);
    });
  }
  void set_enabled(std::string_view name, bool enabled) {
    leyden_error* error = nullptr;
    detail::check(leyden_toolbox_set_enabled(get(), name.data(), name.size(), enabled, &error),
                  error);
  }
  void set_offline(bool offline) {
    leyden_error* error = nullptr;
    detail::check(leyden_toolbox_set_offline(get(), offline, &error), error);
  }
  leyden_toolbox* get() const { return handle_.get(); }

 private:
  static std::int32_t called(const leyden_tool_call* call, leyden_tool_reply* reply, void* data) {
    std::string text;
    std::int32_t failed = 0;
    try {
      text = (*static_cast<ToolFn*>(data))({call->arguments, call->arguments_size});
    } catch (const std::exception& e) {
      text = e.what();
      failed = 1;
    } catch (...) {
      failed = 1;
    }
    leyden_tool_reply_set(reply, text.data(), text.size());
    return failed;
  }

  detail::Owned<leyden_toolbox, leyden_toolbox_destroy> handle_;
};

/// Answers LEYDEN_APPROVE_*; with a denial, `why` is what the model reads.
using ApproveFn = std::function<std::int32_t(const leyden_approval& approval, std::string& why)>;

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
  /// ask() with tools; approve comes on this thread, without one only the library's own tools run.
  /// What it throws is thrown here, and the call is denied.
  Answer run(std::string_view question, const Toolbox& toolbox, const ApproveFn& approve,
             const AskOptions& options = {}, const EventFn& on_event = {}) {
    Asked asked{approve, nullptr};
    const auto call = [&](leyden_answer** out, leyden_chat* chat, const char* text,
                          std::size_t size, const leyden_ask_options* ask, leyden_error** error) {
      leyden_agent_options agent = LEYDEN_AGENT_OPTIONS_INIT;
      agent.ask = ask;
      agent.approve = approve ? ask_user : nullptr;
      agent.approve_data = &asked;
      return leyden_chat_run(out, chat, toolbox.get(), text, size, &agent, error);
    };
    Answer answer = write(call, question, options, on_event);
    if (asked.thrown) std::rethrow_exception(asked.thrown);
    return answer;
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

  struct Asked {
    const ApproveFn& approve;
    std::exception_ptr thrown;
  };

  static std::int32_t ask_user(const leyden_approval* approval, leyden_approval_answer* answer,
                               void* data) {
    Asked& asked = *static_cast<Asked*>(data);
    try {
      std::string why;
      const std::int32_t scope = asked.approve(*approval, why);
      leyden_approval_deny_reason(answer, why.data(), why.size());
      return scope;
    } catch (...) {
      asked.thrown = std::current_exception();
      return LEYDEN_APPROVE_DENY;
    }
  }

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
  Answer write(const Function& function, std::string_view text, const AskOptions& o,
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
