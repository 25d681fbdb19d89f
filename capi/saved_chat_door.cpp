// SPDX-License-Identifier: Apache-2.0
// Chats that are kept in the jar.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/json_dump.h"
#include "capi/answer_events.h"
#include "capi/guard.h"

using namespace leyden;
using namespace leyden::capi;

namespace {

using Json = nlohmann::ordered_json;

Status required_saved(const leyden_chat* chat) {
  LEYDEN_TRY(required("chat", chat));
  return chat->saved ? Status() : invalid_argument("the chat is not saved: it was opened without a session");
}

Result<std::string> context_json(const leyden_chat& chat, std::string_view draft) {
  const Dialogue& d = *chat.dialogue;
  const int64_t max_context = chat.opened->loaded->model().config().max_seq_len;
  LEYDEN_ASSIGN(const Prompt prompt, d.prompt(draft));
  const auto size = [](const TokenRange& range) { return static_cast<int64_t>(range.size()); };
  const size_t first = d.system().empty() ? 0 : 1;
  int64_t history = 0, thinking = 0, tool_results = 0;
  LEYDEN_ASSIGN(const auto tokenizer, chat.opened->loaded->tokenizer());
  const bool reasoning_is_read = chat.opened->loaded->chat_template().format == ChatFormat::kV32;
  for (size_t i = 0; i < d.messages().size(); ++i) {
    const Message& m = d.messages()[i];
    const int64_t all = size(prompt.messages[first + i]);
    int64_t reasoning = 0;
    if (reasoning_is_read && !m.reasoning.empty())
      reasoning = std::min(all, static_cast<int64_t>(
                                    tokenizer->encode(m.reasoning, AddedTokens::kIgnore).size()));
    thinking += reasoning;
    (m.role == Role::kTool ? tool_results : history) += all - reasoning;
  }
  Json documents = Json::array();
  for (size_t i = 0; i < d.documents().size(); ++i) {
    Json one = {{"document", Json()}, {"title", d.documents()[i].title}};
    if (chat.saved) one["document"] = chat.saved->documents()[i];
    one["tokens"] = size(prompt.documents[i]);
    documents.push_back(std::move(one));
  }
  const int64_t reserve = std::min<int64_t>(4096, max_context / 8);
  Json out = {{"max_context", max_context}};
  out["system"] = first == 1 ? size(prompt.messages[0]) : 0;
  out["tools"] = size(prompt.tools);
  out["documents"] = std::move(documents);
  out["history"] = history;
  out["thinking"] = thinking;
  out["tool_results"] = tool_results;
  out["draft"] = draft.empty() ? 0 : size(prompt.messages.back());
  out["reserve"] = reserve;
  out["free"] = max_context - static_cast<int64_t>(prompt.ids.size()) - reserve;
  return dump_json(out);
}

}  // namespace

void leyden_chat_options_init(leyden_chat_options* options, size_t size) { init_options(options, size); }

leyden_status leyden_chat_open(leyden_chat** out, leyden_model* model,
                               const leyden_chat_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("model", model));
    LEYDEN_ASSIGN(const leyden_chat_options o, read_options("leyden_chat_options", options));
    if (o.session < 0)
      return invalid_argument("session: expected 0 or an id, found " + std::to_string(o.session));
    if (o.session != 0 && !model->opened->jar)
      return invalid_argument("session " + std::to_string(o.session) +
                              ": the model was opened without a store");
    auto chat = std::make_unique<leyden_chat>();
    chat->opened = model->opened;
    LEYDEN_ASSIGN(chat->dialogue, Dialogue::create(model->opened->loaded));
    if (o.session != 0) {
      LEYDEN_ASSIGN(chat->saved,
                    SavedChat::open(*model->opened->jar, *model->opened->loaded, *chat->dialogue,
                                    o.session, progress_function(o.on_progress, o.user_data),
                                    cancel_token(o.cancel)));
    }
    *out = chat.release();
    return {};
  });
}

int64_t leyden_chat_session(const leyden_chat* chat) {
  return chat && chat->saved ? chat->saved->session() : 0;
}

leyden_status leyden_chat_resume_json(leyden_string** out, leyden_chat* chat, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    const ResumeReport r = chat->saved ? chat->saved->resumed() : ResumeReport();
    give(out, dump_json(Json{{"kind", r.kind},
                             {"restored_tokens", r.restored_tokens},
                             {"restore_s", r.restore_s},
                             {"decision", r.decision},
                             {"reason", r.reason},
                             {"notices", r.notices}}));
    return {};
  });
}

leyden_status leyden_chat_verify_json(leyden_string** out, leyden_chat* chat,
                                      const leyden_run_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    if (chat->dialogue->n_tokens() == 0)
      return not_found("verify: the chat has read nothing, or nothing of it came back");
    LEYDEN_ASSIGN(const VerifyReport r,
                  chat->opened->loaded->engine().verify(chat->dialogue->sequence(),
                                                        progress_function(o.on_progress, o.user_data),
                                                        cancel_token(o.cancel)));
    Json json = {{"same", r.holds()},
                 {"promise", r.bits_promised ? "bits" : "closeness"},
                 {"tokens", r.tokens}};
    json["first_difference"] = r.first_difference < 0 ? Json() : Json(r.first_difference);
    json["mean_kl"] = r.measured ? Json(r.mean_kl) : Json();
    json["top1_equal"] = r.measured ? Json(r.top1_equal) : Json();
    give(out, dump_json(json));
    return {};
  });
}

leyden_status leyden_chat_add_stored_document(size_t* out_index, leyden_chat* chat, int64_t document,
                                              leyden_error** error) {
  return guard(error, [&]() -> Status {
    if (out_index) *out_index = 0;
    LEYDEN_TRY(required_saved(chat));
    LEYDEN_ASSIGN(const size_t index, chat->saved->add_document(document, {}, nullptr));
    if (out_index) *out_index = index;
    return {};
  });
}

leyden_status leyden_chat_go_to(leyden_chat* chat, int64_t message, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required_saved(chat));
    if (message < 0)
      return invalid_argument("message: expected 0 or an id, found " + std::to_string(message));
    return chat->saved->go_to(message);
  });
}

leyden_status leyden_chat_answer_again(leyden_answer** out, leyden_chat* chat,
                                       const leyden_ask_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    return write_answer(out, chat, options, [&](const AskOptions& ask, const AnswerEventFn& events,
                                                const CancelToken* cancel, AnswerSaved* saved) {
      return chat->saved ? chat->saved->answer_again(ask, events, cancel, saved)
                         : chat->dialogue->answer_again(ask, events, cancel);
    });
  });
}

leyden_status leyden_chat_continue(leyden_answer** out, leyden_chat* chat,
                                   const leyden_ask_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required_saved(chat));
    return write_answer(out, chat, options, [&](const AskOptions& ask, const AnswerEventFn& events,
                                                const CancelToken* cancel, AnswerSaved* saved) {
      return chat->saved->continue_answer(ask, events, cancel, saved);
    });
  });
}

leyden_status leyden_chat_context_json(leyden_string** out, leyden_chat* chat, const char* draft,
                                       size_t draft_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("draft", draft, draft_size));
    LEYDEN_ASSIGN(std::string json, context_json(*chat, text));
    give(out, std::move(json));
    return {};
  });
}
