// SPDX-License-Identifier: Apache-2.0
// The parser for V3.1 / V3.2-Exp output.
//
//   kThinking --</think>--> kText --calls begin--> kCalls --call begin--> kName --sep--> kArguments
//                             |                     ^  |                                     |
//                             |                     +--|------------- call end --------------+
//                             |                        +--calls end--> kAfter
//                             +--call begin (without a block)--> kLoose --call end--> kText
//   any --end of sentence--> kDone
#include "core/chat/json_text.h"
#include "core/chat/stream_scan.h"

namespace leyden {
namespace {

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class V31Parser : public StreamParserBase {
 public:
  explicit V31Parser(bool thinking) : state_(thinking ? State::kThinking : State::kText) {}

  void push(std::string_view chunk, Events* events) override {
    buffer_.push(chunk);
    while (step(events)) {
    }
  }

  void finish(StreamEnd end, Events* events) override {
    const bool cut = end == StreamEnd::kLength;
    std::string rest = buffer_.take_all();
    switch (state_) {
      case State::kThinking: emit_text(StreamEventKind::kThinking, std::move(rest), events); break;
      case State::kText: emit_text(StreamEventKind::kText, std::move(rest), events); break;
      case State::kAfter: emit_after_block(std::move(rest), events); break;
      case State::kDone: break;  // push() has taken everything
      case State::kCalls:
        raw_ += rest;
        if (cut && !only_spaces(raw_)) {
          emit_raw(StreamEventKind::kTruncatedCall, std::move(raw_), events);
        } else {
          flush_between(events);
          if (!cut && !any_call_) emit_raw(StreamEventKind::kMarker, {}, events, kEmptyBlock);
        }
        break;
      case State::kName: case State::kArguments: case State::kLoose:
        raw_ += rest;
        if (cut) {
          emit_raw(StreamEventKind::kTruncatedCall, std::move(raw_), events);
        } else {
          malformed("the turn ended inside a call", events);
        }
        break;
    }
    raw_.clear();
    state_ = State::kDone;
  }

 private:
  enum class State : uint8_t { kThinking, kText, kCalls, kName, kArguments, kLoose, kAfter, kDone };
  static constexpr const char* kEmptyBlock = "a call block without a call";

  static bool only_spaces(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
  }

  /// Handles one stretch and its marker; false when more text is needed.
  bool step(Events* events) {
    switch (state_) {
      case State::kThinking: {
        auto [text, marker] = buffer_.scan({token::kThinkEnd, token::kEos});
        emit_text(StreamEventKind::kThinking, std::move(text), events);
        if (marker == token::kThinkEnd) state_ = State::kText;
        return structure(marker, events);
      }
      case State::kText: case State::kAfter: {
        auto [text, marker] = scan_all();
        if (state_ == State::kText) {
          emit_text(StreamEventKind::kText, std::move(text), events);
        } else {
          emit_after_block(std::move(text), events);
        }
        return in_text(marker, events);
      }
      case State::kCalls: {
        auto [text, marker] = scan_all();
        raw_ += text;
        if (marker.empty()) return false;
        flush_between(events);
        return in_calls(marker, events);
      }
      case State::kName: case State::kArguments: {
        const bool name = state_ == State::kName;
        auto [text, marker] =
            name ? buffer_.scan({token::kSep, token::kCallEnd, token::kCallBegin, token::kCallsBegin,
                                 token::kCallsEnd, token::kEos})
                 : buffer_.scan({token::kCallEnd, token::kCallBegin, token::kCallsBegin, token::kCallsEnd,
                                 token::kEos});
        raw_ += text;
        (name ? name_ : arguments_) += text;
        return marker.empty() ? false : in_call(marker, events);
      }
      case State::kLoose: {
        auto [text, marker] =
            buffer_.scan({token::kCallEnd, token::kCallsBegin, token::kCallsEnd, token::kEos});
        raw_ += text;
        if (marker.empty()) return false;
        const bool own = marker == token::kCallEnd;
        if (own) raw_ += marker;
        malformed("a call outside of a call block", events);
        state_ = State::kText;
        return own || in_text(marker, events);
      }
      case State::kDone:
        emit_after_end(events);
        return false;
    }
    return false;
  }

  ScanBuffer::Hit scan_all() {
    return buffer_.scan({token::kCallsBegin, token::kCallsEnd, token::kCallBegin, token::kCallEnd,
                         token::kSep, token::kThinkEnd, token::kOutputBegin, token::kOutputEnd, token::kEos});
  }

  bool structure(std::string_view marker, Events* events, const char* reason = "") {
    if (marker.empty()) return false;
    emit_raw(StreamEventKind::kMarker, std::string(marker), events, reason);
    if (marker == token::kEos) state_ = State::kDone;
    return true;
  }

  bool in_text(std::string_view marker, Events* events) {
    if (marker == token::kCallsBegin) {
      state_ = State::kCalls;
      any_call_ = misplaced_ = false;
      return structure(marker, events);
    }
    if (marker == token::kCallBegin) {
      raw_ = marker;
      state_ = State::kLoose;
      return true;
    }
    const bool stray = marker != token::kEos;
    return structure(marker, events,
                     !stray ? "" : marker == token::kThinkEnd ? "a stray </think>" : "a stray call marker");
  }

  bool in_calls(std::string_view marker, Events* events) {
    if (marker == token::kCallBegin) {
      begin_call();
      return true;
    }
    if (marker == token::kCallsEnd) {
      state_ = State::kAfter;
      return structure(marker, events, any_call_ ? "" : kEmptyBlock);
    }
    if (marker == token::kEos) return structure(marker, events, any_call_ ? "" : kEmptyBlock);
    return structure(marker, events, "a stray marker between calls");
  }

  bool in_call(std::string_view marker, Events* events) {
    if (marker == token::kSep) {
      raw_ += marker;
      state_ = State::kArguments;
      return true;
    }
    const bool name = state_ == State::kName;
    state_ = State::kCalls;
    if (marker == token::kCallEnd) {
      raw_ += marker;
      if (name) {
        malformed("no arguments after the name", events);
      } else {
        complete(events);
      }
      return true;
    }
    malformed(name ? "the name is not followed by a separator" : "the arguments are not closed", events);
    return in_calls(marker, events);
  }

  void begin_call() {
    raw_ = token::kCallBegin;
    name_.clear();
    arguments_.clear();
    state_ = State::kName;
  }

  void complete(Events* events) {
    StreamEvent event;
    event.kind = StreamEventKind::kToolCall;
    event.call = {trimmed(name_), trimmed(arguments_)};
    if (!is_plain_name(event.call.name)) {
      malformed("'" + event.call.name.substr(0, 60) + "' cannot be a tool's name", events);
      return;
    }
    if (const auto members = python_json_members(event.call.arguments); !members.ok()) {
      malformed("arguments: " + members.status().message(), events);
      return;
    }
    event.raw = std::move(raw_);
    raw_.clear();
    any_call_ = true;
    events->push_back(std::move(event));
  }

  void malformed(std::string reason, Events* events) {
    any_call_ = true;
    emit_raw(StreamEventKind::kMalformedCall, std::move(raw_), events, std::move(reason));
    raw_.clear();
  }

  /// What stood between two calls.
  void flush_between(Events* events) {
    if (only_spaces(raw_)) {
      emit_raw(StreamEventKind::kMarker, std::move(raw_), events);
    } else {
      malformed("text between calls", events);
    }
    raw_.clear();
  }

  State state_;
  std::string raw_;        // of the call in the making, or the text between calls
  std::string name_;
  std::string arguments_;
  bool any_call_ = false;  // this block has a call, well formed or not
};

}  // namespace

std::unique_ptr<StreamParser> make_stream_parser_v31(bool thinking) {
  return std::make_unique<V31Parser>(thinking);
}

}  // namespace leyden
