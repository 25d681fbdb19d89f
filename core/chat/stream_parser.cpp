// SPDX-License-Identifier: Apache-2.0
#include "core/chat/stream_parser.h"

#include "core/chat/stream_scan.h"

namespace leyden {

std::unique_ptr<StreamParser> make_stream_parser(ChatFormat format, bool thinking) {
  return format == ChatFormat::kV32 ? make_stream_parser_dsml(thinking) : make_stream_parser_v31(thinking);
}

void collect(const StreamEvent& event, ParsedAnswer* answer) {
  Message& message = answer->message;
  message.role = Role::kAssistant;
  switch (event.kind) {
    case StreamEventKind::kThinking: message.reasoning += event.text; break;
    case StreamEventKind::kText: message.content += event.text; break;
    case StreamEventKind::kToolCall: message.tool_calls.push_back(event.call); break;
    case StreamEventKind::kMalformedCall:
      message.content += event.raw;
      answer->malformed.push_back(event);
      break;
    case StreamEventKind::kTruncatedCall:
      message.content += event.raw;
      answer->truncated_call = true;
      break;
    case StreamEventKind::kMarker:
      if (event.raw == token::kThinkEnd && event.reason.empty()) answer->thinking_closed = true;
      break;
  }
  if (!event.reason.empty() && event.kind != StreamEventKind::kMalformedCall) {
    answer->notices.push_back(event.reason);
  }
}

ParsedAnswer parse_answer(ChatFormat format, bool thinking, std::string_view text, StreamEnd end) {
  const std::unique_ptr<StreamParser> parser = make_stream_parser(format, thinking);
  std::vector<StreamEvent> events;
  parser->push(text, &events);
  parser->finish(end, &events);
  ParsedAnswer answer;
  answer.message.role = Role::kAssistant;
  for (const StreamEvent& event : events) collect(event, &answer);
  return answer;
}

}  // namespace leyden
