// SPDX-License-Identifier: Apache-2.0
// Turns generated tokens into an Answer as they come: decoding, stop strings, stream parsing, and
// which token wrote which part of the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/stream_parser.h"
#include "core/dialogue/dialogue.h"

namespace leyden {

/// Threads: one at a time.
class AnswerWriter {
 public:
  AnswerWriter(std::shared_ptr<const Tokenizer> tokenizer, ChatFormat format, bool thinking,
               std::vector<std::string> stop, const AnswerEventFn& events);

  /// Adds a token. False when a stop string was reached: the text ends before it.
  bool push(int32_t token);
  /// The end of generation; flushes what was held back.
  void finish(StreamEnd end);

  bool hit_stop() const { return hit_stop_; }
  /// What was written, as a history message and in parts.
  const ParsedAnswer& parsed() const { return parsed_; }
  const std::string& text() const { return parsed_.message.content; }
  /// Tokens [first, last) that wrote the bytes [begin, end) of text().
  std::pair<size_t, size_t> tokens_of(size_t begin, size_t end) const;

 private:
  void feed(std::string_view text);
  void emit(const std::vector<StreamEvent>& events);

  StreamDecoder decoder_;
  std::unique_ptr<StreamParser> parser_;
  std::vector<std::string> stop_;
  const AnswerEventFn& events_;
  ParsedAnswer parsed_;
  std::string held_;                  ///< may be the beginning of a stop string
  std::vector<size_t> text_end_;      ///< size of text() after each token
  bool hit_stop_ = false;
};

}  // namespace leyden
