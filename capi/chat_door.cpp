// SPDX-License-Identifier: Apache-2.0
// Chats over documents, and their answers.
#include <memory>
#include <string>
#include <utility>

#include "capi/answer_events.h"
#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/json_out.h"

using namespace leyden;
using namespace leyden::capi;

namespace {

const char* text_and_size(const std::string* text, size_t* size) {
  if (size) *size = text ? text->size() : 0;
  return text ? text->c_str() : "";
}

}  // namespace

leyden_status leyden_chat_create(leyden_chat** out, leyden_model* model, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("model", model));
    LEYDEN_ASSIGN(auto dialogue, Dialogue::create(model->opened->loaded));
    *out = new leyden_chat{model->opened, std::move(dialogue), nullptr};
    return {};
  });
}

void leyden_chat_destroy(leyden_chat* chat) { delete chat; }

leyden_status leyden_chat_add_document(size_t* out_index, leyden_chat* chat, const char* title,
                                       size_t title_size, const char* text, size_t text_size,
                                       leyden_error** error) {
  return guard(error, [&]() -> Status {
    if (out_index) *out_index = 0;
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view name, utf8_argument("title", title, title_size));
    LEYDEN_ASSIGN(const std::string_view body, utf8_argument("text", text, text_size));
    if (body.empty()) return invalid_argument("text: the document is empty");
    LEYDEN_ASSIGN(const size_t index, chat->saved ? chat->saved->add_text(name, body)
                                                  : chat->dialogue->add_document(name, body));
    if (out_index) *out_index = index;
    return {};
  });
}

leyden_status leyden_chat_set_system(leyden_chat* chat, const char* text, size_t text_size,
                                     leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view system, utf8_argument("text", text, text_size));
    return chat->saved ? chat->saved->set_system(system) : chat->dialogue->set_system(system);
  });
}

leyden_status leyden_chat_set_tools_json(leyden_chat* chat, const char* json, size_t json_size,
                                         leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_ASSIGN(std::vector<ToolSpec> tools, parse_tools(text));
    return chat->saved ? chat->saved->set_tools(std::move(tools))
                       : chat->dialogue->set_tools(std::move(tools));
  });
}

leyden_status leyden_chat_prefill(leyden_chat* chat, const leyden_run_options* options,
                                  leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    const ProgressFn progress = progress_function(o.on_progress, o.user_data);
    return chat->saved ? chat->saved->prefill(progress, cancel_token(o.cancel))
                       : chat->dialogue->prefill(progress, cancel_token(o.cancel));
  });
}

leyden_status leyden_chat_ask(leyden_answer** out, leyden_chat* chat, const char* question,
                              size_t question_size, const leyden_ask_options* options,
                              leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("question", question, question_size));
    return write_answer(out, chat, options, [&](const AskOptions& ask, const AnswerEventFn& events,
                                                const CancelToken* cancel, AnswerSaved* saved) {
      return chat->saved ? chat->saved->ask(text, ask, events, cancel, saved)
                         : chat->dialogue->ask(text, ask, events, cancel);
    });
  });
}

leyden_status leyden_chat_submit_tool_results_json(leyden_answer** out, leyden_chat* chat,
                                                   const char* json, size_t json_size,
                                                   const leyden_ask_options* options,
                                                   leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_ASSIGN(const std::vector<std::string> results, parse_string_list(text));
    return write_answer(out, chat, options, [&](const AskOptions& ask, const AnswerEventFn& events,
                                                const CancelToken* cancel, AnswerSaved* saved) {
      return chat->saved ? chat->saved->submit_tool_results(results, ask, events, cancel, saved)
                         : chat->dialogue->submit_tool_results(results, ask, events, cancel);
    });
  });
}

leyden_status leyden_chat_messages_json(leyden_string** out, leyden_chat* chat,
                                        leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    give(out, messages_json(chat->dialogue->messages()));
    return {};
  });
}

leyden_status leyden_chat_set_messages_json(leyden_chat* chat, const char* json, size_t json_size,
                                            leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("chat", chat));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_ASSIGN(std::vector<Message> messages, parse_messages(text));
    return chat->saved ? chat->saved->set_messages(std::move(messages))
                       : chat->dialogue->set_messages(std::move(messages));
  });
}

leyden_status leyden_chat_passages_json(leyden_string** out, leyden_chat* chat,
                                        leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    give(out, passages_json(chat->dialogue->passages()));
    return {};
  });
}

leyden_status leyden_chat_info_json(leyden_string** out, leyden_chat* chat, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("chat", chat));
    give(out, chat_info_json(*chat->dialogue));
    return {};
  });
}

const char* leyden_answer_text(const leyden_answer* answer, size_t* size) {
  return text_and_size(answer ? &answer->answer.text : nullptr, size);
}
const char* leyden_answer_thinking(const leyden_answer* answer, size_t* size) {
  return text_and_size(answer ? &answer->answer.thinking : nullptr, size);
}
const char* leyden_answer_finish_reason(const leyden_answer* answer, size_t* size) {
  return text_and_size(answer ? &answer->answer.finish_reason : nullptr, size);
}

leyden_status leyden_answer_json(leyden_string** out, const leyden_answer* answer,
                                 leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("answer", answer));
    give(out, answer->json);
    return {};
  });
}

void leyden_answer_destroy(leyden_answer* answer) { delete answer; }
