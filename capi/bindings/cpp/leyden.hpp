// SPDX-License-Identifier: Apache-2.0
// Leyden from C++17: all of leyden.h, header only. Objects own their handles and move; failures
// throw leyden::Error; texts come back as std::string. Methods that go by rule are in handles.hpp.
//
//   leyden::Model model;                       // the default model
//   leyden::Chat chat(model);
//   chat.add_document("Log book", text);
//   chat.ask("When did the lamp go out?", {}, [](const leyden::Event& e) { std::cout << e.text; });
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <leyden/handles.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leyden {

/// Of the library that runs, e.g. "0.1.0".
inline std::string_view version() { return leyden_version(); }
/// Its number in the SONAME.
inline std::uint32_t abi() { return leyden_abi(); }
/// Whether it has a feature, e.g. "chat/evidence".
inline bool has(const std::string& feature) { return leyden_has(feature.c_str()) != 0; }

/// JSON, see leyden_plan_json. An empty folder is the default model.
inline std::string plan_json(std::string_view folder = {},
                             const leyden_plan_options* options = nullptr) {
  const std::string path = folder.empty() ? default_model_path() : std::string(folder);
  return detail::text([&](leyden_string** out, leyden_error** error) {
    return leyden_plan_json(out, path.data(), path.size(), options, error);
  });
}

struct StoreOptions {
  std::string_view passphrase;  ///< encrypts a new store, opens an encrypted one
  bool read_only = false;
  std::uint64_t quota_bytes = 0;  ///< most bytes of KV kept; 0: no limit
};

namespace detail {

inline leyden_store_options c_options(const StoreOptions& o) {
  leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
  options.read_only = o.read_only;
  options.passphrase = o.passphrase.empty() ? nullptr : o.passphrase.data();
  options.passphrase_size = o.passphrase.size();
  options.quota_bytes = o.quota_bytes;
  return options;
}

inline leyden_text c_text(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace detail

/// Rebuilds a store that nobody has open: JSON, see leyden_store_repair_json.
inline std::string repair_store_json(std::string_view folder, const StoreOptions& o = {}) {
  const leyden_store_options options = detail::c_options(o);
  return detail::text([&](leyden_string** out, leyden_error** error) {
    return leyden_store_repair_json(out, folder.data(), folder.size(), &options, error);
  });
}

/// The jar: conversations, documents, and what models have read. Any thread.
class Store : public detail::StoreHandle {
 public:
  /// Opens or makes a folder; an empty one is the user's own jar.
  explicit Store(std::string_view folder = {}, const StoreOptions& o = {}) {
    const leyden_store_options options = detail::c_options(o);
    detail::done([&](leyden_error** error) {
      return leyden_store_open(handle_.out(), folder.data(), folder.size(), &options, error);
    });
  }
};

/// A vocabulary with its rules. Immutable; any thread.
class Tokenizer : public detail::TokenizerHandle {
 public:
  explicit Tokenizer(leyden_tokenizer* handle) : TokenizerHandle(handle) {}
  /// Reads a model folder's tokenizer.json and no weights.
  explicit Tokenizer(std::string_view folder) {
    detail::done([&](leyden_error** error) {
      return leyden_tokenizer_open(handle_.out(), folder.data(), folder.size(), error);
    });
  }
};

struct ModelOptions {
  leyden_precision precision = LEYDEN_PRECISION_DEFAULT;
  leyden_attention attention = LEYDEN_ATTENTION_DEFAULT;
  leyden_attention_form form = LEYDEN_FORM_AUTO;
  std::int32_t threads = 0;  ///< 0: one per core
  std::int64_t chunk_tokens = 0;
  std::uint64_t kv_bytes = 0;
  std::uint64_t store_bytes = 0;
  std::string_view chat_format;
  std::string_view device;  ///< "cpu", "cuda", "cuda:N"; empty: cpu
  const Store* store = nullptr;
  ProgressFn on_progress;
  const Cancel* cancel = nullptr;
};

/// How the next token is chosen; all zero: always the likeliest.
struct Sampling {
  float temperature = 0, top_p = 0;
  std::int32_t top_k = 0;
  float min_p = 0, repetition_penalty = 0, presence_penalty = 0, frequency_penalty = 0;
  std::uint64_t seed = 0;
  std::vector<leyden_logit_bias> logit_bias;
};

namespace detail {

inline leyden_sampling c_options(const Sampling& s) {
  leyden_sampling options = LEYDEN_SAMPLING_INIT;
  options.temperature = s.temperature;
  options.top_p = s.top_p;
  options.top_k = s.top_k;
  options.min_p = s.min_p;
  options.repetition_penalty = s.repetition_penalty;
  options.presence_penalty = s.presence_penalty;
  options.frequency_penalty = s.frequency_penalty;
  options.seed = s.seed;
  options.logit_bias = s.logit_bias.empty() ? nullptr : s.logit_bias.data();
  options.n_logit_bias = s.logit_bias.size();
  return options;
}

}  // namespace detail

struct GenerateOptions {
  std::int64_t max_tokens = 0;
  std::vector<std::int32_t> stop_ids;
  Sampling sampling;
  TokenFn on_token;
  ProgressFn on_progress;
  const Cancel* cancel = nullptr;
};

/// json is everything (leyden_generation_json).
struct Generation {
  std::vector<std::int32_t> ids;
  std::string json;
};

/// An opened model. Any thread; what was made from it keeps it alive.
class Model : public detail::ModelHandle {
 public:
  /// An empty folder is the default model.
  explicit Model(std::string_view folder = {}, const ModelOptions& o = {}) {
    const std::string path = folder.empty() ? default_model_path() : std::string(folder);
    detail::Watch watch(o.cancel);
    watch.on_progress = o.on_progress;
    leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
    options.precision = o.precision;
    options.attention = o.attention;
    options.form = o.form;
    options.threads = o.threads;
    options.chunk_tokens = o.chunk_tokens;
    options.kv_bytes = o.kv_bytes;
    options.store_bytes = o.store_bytes;
    options.chat_format = o.chat_format.empty() ? nullptr : o.chat_format.data();
    options.chat_format_size = o.chat_format.size();
    options.device = o.device.empty() ? nullptr : o.device.data();
    options.device_size = o.device.size();
    options.store = o.store ? o.store->get() : nullptr;
    options.on_progress = watch.progress();
    options.user_data = &watch;
    options.cancel = watch.cancel();
    watch.run([&] {
      detail::done([&](leyden_error** error) {
        return leyden_model_open(handle_.out(), path.data(), path.size(), &options, error);
      });
    });
  }
  Tokenizer tokenizer() const {
    return Tokenizer(
        detail::number<leyden_tokenizer*>([&](leyden_tokenizer** out, leyden_error** e) {
          return leyden_model_tokenizer(out, get(), e);
        }));
  }
  /// Continues token ids.
  Generation generate(const std::vector<std::int32_t>& ids, const GenerateOptions& o = {}) {
    detail::Watch watch(o.cancel);
    watch.on_token = o.on_token;
    watch.on_progress = o.on_progress;
    const leyden_sampling sampling = detail::c_options(o.sampling);
    leyden_generate_options options = LEYDEN_GENERATE_OPTIONS_INIT;
    options.sampling = &sampling;
    options.max_tokens = o.max_tokens;
    options.stop_ids = o.stop_ids.empty() ? nullptr : o.stop_ids.data();
    options.n_stop_ids = o.stop_ids.size();
    options.on_token = watch.token();
    options.on_progress = watch.progress();
    options.user_data = &watch;
    options.cancel = watch.cancel();
    detail::Owned<leyden_generation, leyden_generation_destroy> made;
    watch.run([&] {
      detail::done([&](leyden_error** error) {
        return leyden_model_generate(made.out(), get(), ids.data(), ids.size(), &options, error);
      });
    });
    std::size_t n = 0;
    const std::int32_t* data = leyden_generation_ids(made.get(), &n);
    return {{data, data + n}, detail::text([&](leyden_string** out, leyden_error** error) {
              return leyden_generation_json(out, made.get(), error);
            })};
  }
  /// Logits of every position, teacher-forced.
  void logits(const std::vector<std::int32_t>& ids, LogitsFn take, const RunOptions& run = {}) {
    detail::Watch watch(run.cancel);
    watch.on_logits = std::move(take);
    watch.on_progress = run.on_progress;
    leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
    options.on_progress = watch.progress();
    options.user_data = &watch;
    options.cancel = watch.cancel();
    watch.run([&] {
      detail::done([&](leyden_error** error) {
        return leyden_model_logits(get(), ids.data(), ids.size(), watch.logits(), &watch, &options,
                                   error);
      });
    });
  }
};

/// A picture of a page: rows from the top, each pixel B, G, R, A, premultiplied.
class Image : public detail::ImageHandle {
 public:
  explicit Image(leyden_image* handle) : ImageHandle(handle) {}
  const std::uint8_t* data() const { return leyden_image_data(get()); }
};

/// A document file, read in a sandboxed process. One call at a time.
class File : public detail::FileHandle {
 public:
  /// What the options point to must outlive the file.
  explicit File(std::string_view path, const leyden_file_options* options = nullptr) {
    detail::done([&](leyden_error** error) {
      return leyden_file_open(handle_.out(), path.data(), path.size(), options, error);
    });
  }
  /// @param scale  pixels a point
  Image image(std::uint32_t page, double scale = 1) {
    return Image(detail::number<leyden_image*>([&](leyden_image** out, leyden_error** error) {
      return leyden_file_page_image(out, get(), page, scale, error);
    }));
  }
};

/// A function of the program as a tool. parameters: a JSON Schema of an object; empty: none.
struct Tool {
  std::string name, description, parameters;
  leyden_tool_flags flags = 0;  ///< LEYDEN_TOOL_*
};

/// Answers LEYDEN_APPROVE_*; with a denial, `why` is what the model reads.
using ApproveFn = std::function<std::int32_t(const leyden_approval& approval, std::string& why)>;

namespace detail {

/// An ApproveFn in C's terms. What it throws denies the call, and is thrown behind it.
struct Asked {
  const ApproveFn& approve;
  std::exception_ptr thrown;

  explicit Asked(const ApproveFn& function) : approve(function) {}
  leyden_approve_fn function() const { return approve ? ask : nullptr; }
  void rethrow() const {
    if (thrown) std::rethrow_exception(thrown);
  }
  static std::int32_t ask(const leyden_approval* approval, leyden_approval_answer* answer,
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
};

}  // namespace detail

/// One call of a function of the program, while it runs. arguments: JSON; offline: open no socket.
struct ToolCall {
  std::string_view name, arguments;
  bool offline = false;
  double time_limit_s = 0;
  const leyden_cancel* cancel = nullptr;
  /// Whether to stop.
  bool cancelled() const { return leyden_cancel_requested(cancel) != 0; }
};

/// Tools for Chat::run. Any thread; must outlive the runs that use it.
class Toolbox : public detail::ToolboxHandle {
 public:
  /// What it throws is a failure that the model reads.
  using ToolFn = std::function<std::string(const ToolCall&)>;

  /// With a store, its documents are the library that the tools search and open read.
  explicit Toolbox(const Store* store = nullptr, bool offline = false) {
    leyden_toolbox_options options = LEYDEN_TOOLBOX_OPTIONS_INIT;
    options.offline = offline;
    options.store = store ? store->get() : nullptr;
    detail::done([&](leyden_error** error) {
      return leyden_toolbox_create(handle_.out(), &options, error);
    });
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
    detail::done([&](leyden_error** error) {
      return leyden_toolbox_add_function(
          get(), &desc, called, kept.get(), [](void* data) { delete static_cast<ToolFn*>(data); },
          error);
    });
    kept.release();  // the toolbox's now
  }
  /// Connects to an MCP server, see leyden_toolbox_add_mcp_json. `approve` is asked first.
  void add_mcp_json(std::string_view server, const ApproveFn& approve) {
    detail::Asked asked(approve);
    leyden_error* error = nullptr;
    const leyden_status status = leyden_toolbox_add_mcp_json(get(), server.data(), server.size(),
                                                             asked.function(), &asked, &error);
    if (asked.thrown) leyden_error_destroy(error);
    asked.rethrow();
    detail::check(status, error);
  }

 private:
  static std::int32_t called(const leyden_tool_call* call, leyden_tool_reply* reply, void* data) {
    std::string text;
    std::int32_t failed = 0;
    try {
      text = (*static_cast<ToolFn*>(data))({{call->name, call->name_size},
                                            {call->arguments, call->arguments_size},
                                            call->offline != 0,
                                            call->time_limit_s,
                                            call->cancel});
    } catch (const std::exception& e) {
      text = e.what();
      failed = 1;
    } catch (...) {
      failed = 1;
    }
    leyden_tool_reply_set(reply, text.data(), text.size());
    return failed;
  }
};

/// Where Chat::run ends; 0 is the default of each.
struct RunLimits {
  std::int32_t max_steps = 0;
  double max_seconds = 0, tool_seconds = 0;
  std::int64_t max_tokens = 0;  ///< of all steps together
};

/// How ask() reads a library.
struct ReadingOptions {
  leyden_reading_mode mode = LEYDEN_READING_AUTO;
  std::int64_t context_tokens = 0;  ///< of one prompt with its answer; 0: what fits
};

struct AskOptions {
  bool thinking = false;
  std::uint8_t evidence = 0;  ///< 1: note where attention looked; 2: tell it while writing, too
  bool constrain_references = false, clamp_quotes = false;
  std::int64_t max_tokens = 0;
  std::vector<std::string> stop;
  Sampling sampling;
  std::string schema;  ///< a JSON Schema the answer satisfies; empty: free
  const Cancel* cancel = nullptr;
  RunLimits limits;        ///< of Chat::run
  ReadingOptions reading;  ///< of ask() over a library
};

/// A finished answer; json is everything (leyden_answer_json).
struct Answer {
  std::string text, thinking, finish_reason, json;
};

namespace detail {

/// One call that writes an answer: its options and callbacks in C's terms.
template <typename Call>
Answer write_answer(const AskOptions& o, const EventFn& on_event, Call&& call) {
  Watch watch(o.cancel);
  watch.on_event = on_event;
  std::vector<leyden_text> stops;
  for (const std::string& s : o.stop) stops.push_back(c_text(s));
  const leyden_sampling sampling = c_options(o.sampling);
  leyden_ask_options options = LEYDEN_ASK_OPTIONS_INIT;
  options.thinking = o.thinking;
  options.evidence = o.evidence;
  options.constrain_references = o.constrain_references;
  options.clamp_quotes = o.clamp_quotes;
  options.max_tokens = o.max_tokens;
  options.stop = stops.empty() ? nullptr : stops.data();
  options.n_stop = stops.size();
  options.sampling = &sampling;
  options.on_event = watch.event();
  options.user_data = &watch;
  options.cancel = watch.cancel();
  options.schema = o.schema.empty() ? nullptr : o.schema.data();
  options.schema_size = o.schema.size();
  Owned<leyden_answer, leyden_answer_destroy> answer;
  watch.run([&] {
    done([&](leyden_error** error) { return call(answer.out(), &options, error); });
  });
  return {leyden_answer_text(answer.get(), nullptr),
          leyden_answer_thinking(answer.get(), nullptr),
          leyden_answer_finish_reason(answer.get(), nullptr),
          text([&](leyden_string** out, leyden_error** error) {
            return leyden_answer_json(out, answer.get(), error);
          })};
}

}  // namespace detail

/// A question over all documents of the toolbox's library, however many; options.reading says how. json has
/// "reading" (leyden_toolbox_ask).
inline Answer ask(const Toolbox& library, const Model& model, std::string_view question,
                  const AskOptions& options = {}, const EventFn& on_event = {}) {
  return detail::write_answer(
      options, on_event,
      [&](leyden_answer** out, const leyden_ask_options* ask, leyden_error** error) {
        leyden_reading_options reading = LEYDEN_READING_OPTIONS_INIT;
        reading.mode = options.reading.mode;
        reading.context_tokens = options.reading.context_tokens;
        reading.ask = ask;
        return leyden_toolbox_ask(out, library.get(), model.get(), question.data(), question.size(),
                                  &reading, error);
      });
}

/// Documents, history and what the model has read of them. One call at a time.
class Chat : public detail::ChatHandle {
 public:
  /// With a session of the model's store, a chat that is kept and comes back.
  explicit Chat(const Model& model, std::int64_t session = 0, const RunOptions& run = {}) {
    detail::watched(run, [&](const leyden_run_options* watched) {
      leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
      options.session = session;
      options.on_progress = watched->on_progress;
      options.user_data = watched->user_data;
      options.cancel = watched->cancel;
      detail::done([&](leyden_error** error) {
        return leyden_chat_open(handle_.out(), model.get(), &options, error);
      });
    });
  }
  Answer ask(std::string_view question, const AskOptions& options = {},
             const EventFn& on_event = {}) {
    return write_text(leyden_chat_ask, question, options, on_event);
  }
  /// `json` is a list of texts, one for each tool call of the last answer.
  Answer submit_tool_results_json(std::string_view json, const AskOptions& options = {},
                                  const EventFn& on_event = {}) {
    return write_text(leyden_chat_submit_tool_results_json, json, options, on_event);
  }
  /// Writes the last answer anew; a kept chat keeps the old one beside it.
  Answer answer_again(const AskOptions& options = {}, const EventFn& on_event = {}) {
    return detail::write_answer(options, on_event,
                 [&](leyden_answer** out, const leyden_ask_options* ask, leyden_error** error) {
                   return leyden_chat_answer_again(out, get(), ask, error);
                 });
  }
  /// Goes on with an answer of a kept chat that was interrupted or reached its limit.
  Answer go_on(const AskOptions& options = {}, const EventFn& on_event = {}) {
    return detail::write_answer(options, on_event,
                 [&](leyden_answer** out, const leyden_ask_options* ask, leyden_error** error) {
                   return leyden_chat_continue(out, get(), ask, error);
                 });
  }
  /// ask() with tools; approve comes on this thread, without one only the library's own tools run.
  /// What it throws is thrown here, and the call is denied.
  Answer run(std::string_view question, const Toolbox& toolbox, const ApproveFn& approve,
             const AskOptions& options = {}, const EventFn& on_event = {}) {
    detail::Asked asked(approve);
    Answer answer =
        detail::write_answer(options, on_event,
              [&](leyden_answer** out, const leyden_ask_options* ask, leyden_error** error) {
                leyden_agent_options agent = LEYDEN_AGENT_OPTIONS_INIT;
                agent.ask = ask;
                agent.max_steps = options.limits.max_steps;
                agent.max_seconds = options.limits.max_seconds;
                agent.max_tokens = options.limits.max_tokens;
                agent.tool_seconds = options.limits.tool_seconds;
                agent.approve = asked.function();
                agent.approve_data = &asked;
                return leyden_chat_run(out, get(), toolbox.get(), question.data(), question.size(),
                                       &agent, error);
              });
    asked.rethrow();
    return answer;
  }

 private:
  template <typename Function>
  Answer write_text(const Function& function, std::string_view text, const AskOptions& options,
                    const EventFn& on_event) {
    return detail::write_answer(options, on_event,
                 [&](leyden_answer** out, const leyden_ask_options* ask, leyden_error** error) {
                   return function(out, get(), text.data(), text.size(), ask, error);
                 });
  }
};

}  // namespace leyden
