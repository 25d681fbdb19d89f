// SPDX-License-Identifier: Apache-2.0
// Any bytes, in any chunks: nothing lost, the same events however the text is cut.
#include <cstdlib>

#include "core/chat/stream_parser.h"

namespace {

/// Events without the accidents of chunking: neighbouring deltas and markers of one kind joined.
std::string outline(const std::vector<leyden::StreamEvent>& events) {
  std::string out;
  char last = 0;
  for (const leyden::StreamEvent& event : events) {
    const char kind = static_cast<char>('a' + static_cast<int>(event.kind));
    const bool call = event.kind == leyden::StreamEventKind::kToolCall ||
                      event.kind == leyden::StreamEventKind::kMalformedCall ||
                      event.kind == leyden::StreamEventKind::kTruncatedCall;
    if (kind != last || call) out += '\n' + std::string(1, kind);
    last = kind;
    out += event.raw;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  if (size < 2) return 0;
  const ChatFormat format = (data[0] & 1) != 0 ? ChatFormat::kV32 : ChatFormat::kV32Exp;
  const bool thinking = (data[0] & 2) != 0;
  const StreamEnd end = (data[0] & 4) != 0 ? StreamEnd::kLength : StreamEnd::kEndOfTurn;
  const size_t step = 1 + data[1] % 16;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  std::vector<StreamEvent> whole, cut;
  const auto a = make_stream_parser(format, thinking);
  a->push(text, &whole);
  a->finish(end, &whole);
  const auto b = make_stream_parser(format, thinking);
  for (size_t at = 0; at < text.size(); at += step) b->push(text.substr(at, step), &cut);
  b->finish(end, &cut);

  std::string raw;
  for (const StreamEvent& event : whole) raw += event.raw;
  if (raw != text || outline(whole) != outline(cut)) std::abort();
  return 0;
}
