// SPDX-License-Identifier: Apache-2.0
#include "capi/answer_events.h"

namespace leyden::capi {
leyden_event event_to_c(const AnswerEvent& event, leyden_progress* progress, std::string* text) {
  leyden_event out{};
  out.struct_size = sizeof out;
  out.text = event.text.data();
  out.text_size = event.text.size();
  switch (event.kind) {
    case AnswerEvent::Kind::kPrefill:
      out.kind = LEYDEN_EVENT_PREFILL;
      *progress = to_c(event.progress);
      out.progress = progress;
      break;
    case AnswerEvent::Kind::kThinking: out.kind = LEYDEN_EVENT_THINKING; break;
    case AnswerEvent::Kind::kText: out.kind = LEYDEN_EVENT_TEXT; break;
    case AnswerEvent::Kind::kToolCall:
      out.kind = LEYDEN_EVENT_TOOL_CALL;
      if (event.call) {
        out.name = event.call->name.data();
        out.name_size = event.call->name.size();
        out.text = event.call->arguments.data();
        out.text_size = event.call->arguments.size();
      }
      break;
    case AnswerEvent::Kind::kMalformedCall:
      out.kind = LEYDEN_EVENT_MALFORMED_CALL;
      out.name = event.reason.data();
      out.name_size = event.reason.size();
      break;
    case AnswerEvent::Kind::kEvidence:
      out.kind = LEYDEN_EVENT_EVIDENCE;
      *text = evidence_json(event.evidence);
      out.text = text->data();
      out.text_size = text->size();
      break;
  }
  return out;
}

AnswerEventFn event_function(leyden_event_fn callback, void* user_data) {
  if (!callback) return {};
  return [callback, user_data](const AnswerEvent& event) {
    leyden_progress progress{};
    std::string text;
    const leyden_event c = event_to_c(event, &progress, &text);
    callback(&c, user_data);
  };
}

}  // namespace leyden::capi
