// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/answer_writer.h"

#include <algorithm>

namespace leyden {
namespace {

/// Length of the longest end of `text` that a stop string begins with.
size_t possible_stop(std::string_view text, const std::vector<std::string>& stop) {
  size_t longest = 0;
  for (const std::string& s : stop) {
    for (size_t n = std::min(s.size() - 1, text.size()); n > longest; --n)
      if (text.substr(text.size() - n) == std::string_view(s).substr(0, n)) {
        longest = n;
        break;
      }
  }
  return longest;
}

}  // namespace

AnswerWriter::AnswerWriter(std::shared_ptr<const Tokenizer> tokenizer, ChatFormat format,
                           bool thinking, std::vector<std::string> stop, const AnswerEventFn& events)
    : decoder_(std::move(tokenizer)),
      parser_(make_stream_parser(format, thinking)),
      stop_(std::move(stop)),
      events_(events) {
  std::erase_if(stop_, [](const std::string& s) { return s.empty(); });
}

bool AnswerWriter::push(int32_t token) {
  // Ids without a token are masked before sampling, so decoding cannot fail here.
  if (Result<std::string> text = decoder_.push(token); text.ok()) feed(*text);
  text_end_.push_back(text().size());
  return !hit_stop_;
}

void AnswerWriter::feed(std::string_view text) {
  held_ += text;
  size_t end = std::string::npos;
  for (const std::string& s : stop_) end = std::min(end, held_.find(s));
  hit_stop_ = end != std::string::npos;
  if (!hit_stop_) end = held_.size() - possible_stop(held_, stop_);
  std::vector<StreamEvent> events;
  parser_->push(std::string_view(held_).substr(0, end), &events);
  held_.erase(0, end);
  emit(events);
}

void AnswerWriter::finish(StreamEnd end) {
  if (!hit_stop_) {
    const std::string rest = held_ + decoder_.finish();
    std::vector<StreamEvent> events;
    parser_->push(rest, &events);
    emit(events);
  }
  std::vector<StreamEvent> events;
  parser_->finish(hit_stop_ ? StreamEnd::kLength : end, &events);
  emit(events);
}

void AnswerWriter::emit(const std::vector<StreamEvent>& events) {
  for (const StreamEvent& e : events) {
    const size_t before = parsed_.message.content.size();
    collect(e, &parsed_);
    if (!events_) continue;
    AnswerEvent out;
    switch (e.kind) {
      case StreamEventKind::kThinking:
        out.kind = AnswerEvent::Kind::kThinking;
        out.text = e.text;
        break;
      case StreamEventKind::kText:
      case StreamEventKind::kTruncatedCall:
        out.kind = AnswerEvent::Kind::kText;
        out.text = std::string_view(parsed_.message.content).substr(before);
        break;
      case StreamEventKind::kToolCall:
        out.kind = AnswerEvent::Kind::kToolCall;
        out.call = &e.call;
        break;
      case StreamEventKind::kMalformedCall:
        out.kind = AnswerEvent::Kind::kMalformedCall;
        out.text = e.raw;
        out.reason = e.reason;
        break;
      case StreamEventKind::kMarker: continue;
    }
    if (out.call || !out.text.empty()) events_(out);
  }
}

std::pair<size_t, size_t> AnswerWriter::tokens_of(size_t begin, size_t end) const {
  const auto first = std::upper_bound(text_end_.begin(), text_end_.end(), begin);
  const auto last = std::lower_bound(first, text_end_.end(), end);
  const auto n = [&](auto it) { return static_cast<size_t>(it - text_end_.begin()); };
  return {n(first), std::min(n(last) + 1, text_end_.size())};
}

}  // namespace leyden
