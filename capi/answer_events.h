// SPDX-License-Identifier: Apache-2.0
// What all calls share that write an answer: options in, events to the caller, the answer object out.
#pragma once

#include <memory>
#include <string>

#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/json_out.h"

namespace leyden::capi {

/// Core's event in the caller's terms. @param progress, text  where what core has otherwise lives
/// meanwhile
leyden_event event_to_c(const AnswerEvent& event, leyden_progress* progress, std::string* text);
/// The caller's event callback as core's; empty for NULL.
AnswerEventFn event_function(leyden_event_fn callback, void* user_data);

/// @param call  (AskOptions, AnswerEventFn, const CancelToken*, AnswerSaved*) -> Result<Answer>; it fills
///              what became of a saved chat's answer
template <typename Call>
Status write_answer(leyden_answer** out, leyden_chat* chat, const leyden_ask_options* options,
                    Call&& call) {
  LEYDEN_ASSIGN(const leyden_ask_options o, read_options("leyden_ask_options", options));
  LEYDEN_ASSIGN(const AskOptions ask, ask_options(o));
  auto answer = std::make_unique<leyden_answer>();
  AnswerSaved saved;
  LEYDEN_ASSIGN(answer->answer, call(ask, event_function(o.on_event, o.user_data),
                                     cancel_token(o.cancel), &saved));
  answer->json = answer_json(answer->answer, chat->dialogue->documents(), &saved);
  *out = answer.release();
  return {};
}

}  // namespace leyden::capi
