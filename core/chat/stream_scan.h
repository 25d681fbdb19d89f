// SPDX-License-Identifier: Apache-2.0
// Looks for markers in text that is still arriving.
#pragma once

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/stream_parser.h"

namespace leyden {

/// How a text that may go on compares with a literal it should begin with.
enum class LiteralMatch : uint8_t { kNo, kPartial, kFull };
inline LiteralMatch match_literal(std::string_view text, std::string_view literal) {
  if (text.starts_with(literal)) return LiteralMatch::kFull;
  return literal.starts_with(text) ? LiteralMatch::kPartial : LiteralMatch::kNo;
}

/// The text that has come and is not consumed.
class ScanBuffer {
 public:
  struct Hit {
    std::string text;         ///< consumed: everything in front that is surely no marker
    std::string_view marker;  ///< consumed, too; empty when none is complete yet
  };

  void push(std::string_view chunk) {
    // Consumed text goes when it is the larger part, so that each byte is moved at most once.
    if (begin_ > data_.size() / 2) {
      data_.erase(0, begin_);
      begin_ = 0;
    }
    data_ += chunk;
  }
  std::string_view rest() const { return std::string_view(data_).substr(begin_); }
  std::string take(size_t n) {
    std::string out = data_.substr(begin_, n);
    begin_ += out.size();
    return out;
  }
  std::string take_all() { return take(data_.size()); }

  /// Consumes up to and with the first marker; without one, up to the first place where a marker may
  /// be in the making. Earlier entries win where several fit.
  Hit scan(std::initializer_list<std::string_view> markers) {
    const std::string_view text = rest();
    for (size_t at = 0; at < text.size(); ++at) {
      bool partial = false;
      for (const std::string_view marker : markers) {
        if (text[at] != marker[0]) continue;
        const LiteralMatch match = match_literal(text.substr(at), marker);
        if (match == LiteralMatch::kFull && !partial) {
          Hit hit{take(at), marker};
          begin_ += marker.size();
          return hit;
        }
        partial = partial || match == LiteralMatch::kPartial;
      }
      if (partial) return {take(at), {}};
    }
    return {take_all(), {}};
  }

 private:
  std::string data_;
  size_t begin_ = 0;
};

/// The parts of a parser that do not depend on the format.
class StreamParserBase : public StreamParser {
 protected:
  using Events = std::vector<StreamEvent>;

  static void emit_text(StreamEventKind kind, std::string text, Events* events, std::string reason = {}) {
    if (text.empty()) return;
    StreamEvent event;
    event.kind = kind;
    event.raw = text;
    event.text = std::move(text);
    event.reason = std::move(reason);
    events->push_back(std::move(event));
  }
  /// Raw events; an empty `raw` is emitted only with a reason.
  static void emit_raw(StreamEventKind kind, std::string raw, Events* events, std::string reason = {}) {
    if (raw.empty() && reason.empty()) return;
    StreamEvent event;
    event.kind = kind;
    event.raw = std::move(raw);
    event.reason = std::move(reason);
    events->push_back(std::move(event));
  }
  /// Text behind a call block: white space at first is structure, the rest is in the wrong place,
  /// which is said once.
  void emit_after_block(std::string text, Events* events) {
    if (!misplaced_) {
      const size_t first = text.find_first_not_of(" \t\r\n");
      emit_raw(StreamEventKind::kMarker, text.substr(0, first), events);
      if (first == std::string::npos) return;
      text.erase(0, first);
    }
    emit_text(StreamEventKind::kText, std::move(text), events,
              misplaced_ ? "" : "text after the call block");
    misplaced_ = true;
  }
  /// Everything behind the end mark; nothing a model should do.
  void emit_after_end(Events* events) {
    if (buffer_.rest().empty()) return;
    emit_raw(StreamEventKind::kMarker, buffer_.take_all(), events,
             after_end_ ? "" : "after the end of the turn");
    after_end_ = true;
  }

  bool misplaced_ = false;  // emit_after_block() has complained; a new block sets it back
  bool after_end_ = false;
  ScanBuffer buffer_;
};

std::unique_ptr<StreamParser> make_stream_parser_v31(bool thinking);
std::unique_ptr<StreamParser> make_stream_parser_dsml(bool thinking);

}  // namespace leyden
