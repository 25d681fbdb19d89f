// SPDX-License-Identifier: Apache-2.0
// The parser for V3.2 output. Structure is text, so every step may have to wait for more of it.
//
//   kThinking --</think>--> kText --opener--> kBlockHead --> kInvokes --invoke--> kInvokeHead
//                                                             ^   |                   |
//                             kAfter <------- block end ------|---+                   v
//                                                             +----- invoke end --- kParameters
//                                                                                  |        ^
//                                                            kParameterHead <------+        |
//                                                                  +---> kValue --- end ----+
//   a mismatch anywhere --> kBroken: the rest of the block is one malformed call
#include <set>

#include "core/chat/json_text.h"
#include "core/chat/stream_scan.h"

namespace leyden {
namespace {

constexpr std::string_view kOpener = "\n\n<｜DSML｜function_calls";
constexpr std::string_view kBareOpener = "<｜DSML｜function_calls";
constexpr std::string_view kBlockEnd = "</｜DSML｜function_calls>";
constexpr std::string_view kInvoke = "<｜DSML｜invoke";
constexpr std::string_view kInvokeEnd = "</｜DSML｜invoke>";
constexpr std::string_view kParameter = "<｜DSML｜parameter";
constexpr std::string_view kParameterEnd = "</｜DSML｜parameter>";
constexpr size_t kMaxNameBytes = 4096;

class DsmlParser : public StreamParserBase {
 public:
  explicit DsmlParser(bool thinking) : state_(thinking ? State::kThinking : State::kText) {}

  void push(std::string_view chunk, Events* events) override {
    buffer_.push(chunk);
    while (step(events)) {
    }
  }

  void finish(StreamEnd end, Events* events) override {
    const bool cut = end == StreamEnd::kLength;
    std::string rest = buffer_.take_all();
    switch (state_) {
      case State::kThinking:
        emit_text(StreamEventKind::kThinking, std::move(rest), events);
        if (!cut) emit_raw(StreamEventKind::kMarker, {}, events, kThinkingOpen);
        break;
      case State::kText: emit_text(StreamEventKind::kText, std::move(rest), events); break;
      case State::kAfter: emit_after_block(std::move(rest), events); break;
      case State::kDone: break;  // push() has taken everything
      default:
        // Between two calls there is nothing to lose but the end of the block.
        if (state_ == State::kInvokes && rest.empty()) {
          if (!cut) emit_raw(StreamEventKind::kMarker, {}, events, "the call block is not closed");
          break;
        }
        raw_ += rest;
        if (cut) {
          emit_raw(StreamEventKind::kTruncatedCall, std::move(raw_), events);
        } else {
          malformed(state_ == State::kBroken ? reason_ : "the turn ended inside a call", events);
        }
    }
    raw_.clear();
    state_ = State::kDone;
  }

 private:
  enum class State : uint8_t {
    kThinking, kText, kBlockHead, kInvokes, kInvokeHead, kParameters, kParameterHead, kValue,
    kBroken, kAfter, kDone
  };
  static constexpr const char* kThinkingOpen = "the reasoning was not closed";

  bool step(Events* events) {
    switch (state_) {
      case State::kThinking: return thinking(events);
      case State::kText: case State::kAfter: return text(events);
      case State::kBlockHead: return block_head(events);
      case State::kInvokes: return invokes(events);
      case State::kInvokeHead: return invoke_head();
      case State::kParameters: return parameters(events);
      case State::kParameterHead: return parameter_head();
      case State::kValue: return value();
      case State::kBroken: return broken(events);
      case State::kDone:
        emit_after_end(events);
        return false;
    }
    return false;
  }

  bool thinking(Events* events) {
    auto [text, marker] = buffer_.scan({token::kThinkEnd, kOpener, token::kEos});
    emit_text(StreamEventKind::kThinking, std::move(text), events);
    if (marker.empty()) return false;
    if (marker == kOpener) {
      raw_ = kOpener;
      return fail("a call block inside the reasoning", State::kThinking);
    }
    const bool end = marker == token::kEos;
    emit_raw(StreamEventKind::kMarker, std::string(marker), events, end ? kThinkingOpen : "");
    state_ = end ? State::kDone : State::kText;
    return true;
  }

  bool text(Events* events) {
    auto [text, marker] =
        buffer_.scan({kOpener, kBareOpener, token::kThinkEnd, token::kEos, token::kDsml});
    if (state_ == State::kText) {
      emit_text(StreamEventKind::kText, std::move(text), events);
    } else {
      emit_after_block(std::move(text), events);
    }
    if (marker.empty()) return false;
    if (marker == kOpener) {
      raw_ = kOpener;
      state_ = State::kBlockHead;
    } else if (marker == kBareOpener) {
      raw_ = kBareOpener;
      return fail("the call block does not follow an empty line", State::kAfter);
    } else if (marker == token::kDsml) {
      emit_text(StreamEventKind::kText, std::string(marker), events, "a stray DSML mark");
    } else if (marker == token::kThinkEnd) {
      emit_raw(StreamEventKind::kMarker, std::string(marker), events, "a stray </think>");
    } else {
      emit_raw(StreamEventKind::kMarker, std::string(marker), events);
      state_ = State::kDone;
    }
    return true;
  }

  bool block_head(Events* events) {
    switch (match_literal(buffer_.rest(), ">\n")) {
      case LiteralMatch::kPartial: return false;
      case LiteralMatch::kNo: return fail("expected > and a line feed behind function_calls");
      case LiteralMatch::kFull: break;
    }
    emit_raw(StreamEventKind::kMarker, raw_ + buffer_.take(2), events);
    raw_.clear();
    first_ = true;
    misplaced_ = false;
    state_ = State::kInvokes;
    return true;
  }

  /// Consumes the separator (a line feed unless this is the first item) and one of two literals.
  /// @return the literal, "" while undecided, or kMismatch
  std::string_view next_item(std::string_view begin, std::string_view end, std::string* consumed) {
    bool partial = false;
    for (const std::string_view literal : {begin, end}) {
      // An empty list may have its line feed or not.
      for (const bool feed : {false, true}) {
        if (!feed && !first_) continue;
        if (feed && first_ && literal == begin) continue;
        if (feed && first_ && state_ == State::kInvokes) continue;
        const std::string wanted = (feed ? "\n" : "") + std::string(literal);
        const LiteralMatch match = match_literal(buffer_.rest(), wanted);
        if (match == LiteralMatch::kFull) {
          *consumed = buffer_.take(wanted.size());
          return literal;
        }
        partial = partial || match == LiteralMatch::kPartial;
      }
    }
    return partial ? std::string_view() : kMismatch;
  }

  bool invokes(Events* events) {
    std::string consumed;
    const std::string_view item = next_item(kInvoke, kBlockEnd, &consumed);
    if (item.empty()) return false;
    if (item == kMismatch) return fail("expected an invoke or the end of function_calls");
    if (item == kBlockEnd) {
      emit_raw(StreamEventKind::kMarker, std::move(consumed), events,
               first_ ? "a call block without a call" : "");
      state_ = State::kAfter;
      return true;
    }
    if (consumed[0] == '\n') emit_raw(StreamEventKind::kMarker, "\n", events);
    raw_ = kInvoke;
    name_.clear();
    arguments_.clear();
    keys_.clear();
    problem_.clear();
    state_ = State::kInvokeHead;
    return true;
  }

  bool invoke_head() {
    static constexpr std::string_view kName = " name=\"";
    const std::string_view rest = buffer_.rest();
    const LiteralMatch match = match_literal(rest, kName);
    if (match == LiteralMatch::kNo) return fail("expected name=\"...\" in invoke");
    if (match == LiteralMatch::kPartial) return false;
    const size_t quote = rest.find('"', kName.size());
    if (quote == std::string_view::npos) {
      return rest.size() > kMaxNameBytes ? fail("the name in invoke does not end") : false;
    }
    const LiteralMatch tail = match_literal(rest.substr(quote), "\">\n");
    if (tail == LiteralMatch::kNo) return fail("expected > and a line feed behind the name in invoke");
    if (tail == LiteralMatch::kPartial) return false;
    name_ = rest.substr(kName.size(), quote - kName.size());
    raw_ += buffer_.take(quote + 3);
    first_ = true;
    state_ = State::kParameters;
    return true;
  }

  bool parameters(Events* events) {
    std::string consumed;
    const std::string_view item = next_item(kParameter, kInvokeEnd, &consumed);
    if (item.empty()) return false;
    if (item == kMismatch) return fail("expected a parameter or the end of invoke");
    raw_ += consumed;
    if (item == kParameter) {
      state_ = State::kParameterHead;
      return true;
    }
    complete(events);
    first_ = false;
    state_ = State::kInvokes;
    return true;
  }

  bool parameter_head() {
    static constexpr std::string_view kName = " name=\"";
    static constexpr std::string_view kString = "\" string=\"";
    const std::string_view rest = buffer_.rest();
    const LiteralMatch match = match_literal(rest, kName);
    if (match == LiteralMatch::kNo) return fail("expected name=\"...\" in parameter");
    if (match == LiteralMatch::kPartial) return false;
    const size_t at = rest.find(kString, kName.size());
    if (at == std::string_view::npos) {
      return rest.size() > kMaxNameBytes ? fail("expected string=\"...\" behind the name in parameter")
                                         : false;
    }
    const std::string_view tail = rest.substr(at + kString.size());
    for (const std::string_view literal : {"true\">", "false\">"}) {
      const LiteralMatch end = match_literal(tail, literal);
      if (end == LiteralMatch::kNo) continue;
      if (end == LiteralMatch::kPartial) return false;
      key_ = rest.substr(kName.size(), at - kName.size());
      is_string_ = literal[0] == 't';
      value_.clear();
      raw_ += buffer_.take(at + kString.size() + literal.size());
      state_ = State::kValue;
      return true;
    }
    return fail("expected string=\"true\" or string=\"false\" in parameter");
  }

  bool value() {
    auto [text, marker] = buffer_.scan({kParameterEnd, token::kEos});
    raw_ += text;
    value_ += text;
    if (marker.empty()) return false;
    if (marker == token::kEos) {
      eos_waits_ = true;
      return fail("the turn ended inside a parameter");
    }
    raw_ += marker;
    if (!keys_.insert(key_).second && problem_.empty()) {
      problem_ = "parameter '" + key_.substr(0, 60) + "' comes twice";
    }
    if (!is_string_ && problem_.empty()) {
      if (const auto json = python_json(value_); !json.ok()) {
        problem_ = "parameter '" + key_.substr(0, 60) + "': " + json.status().message();
      }
    }
    arguments_ += (arguments_.empty() ? "" : ", ") + python_json_string(key_) + ": " +
                  (is_string_ ? python_json_string(value_) : value_);
    first_ = false;
    state_ = State::kParameters;
    return true;
  }

  void complete(Events* events) {
    if (problem_.empty() && !is_plain_name(name_)) {
      problem_ = "'" + name_.substr(0, 60) + "' cannot be a tool's name";
    }
    if (!problem_.empty()) {
      malformed(problem_, events);
      return;
    }
    StreamEvent event;
    event.kind = StreamEventKind::kToolCall;
    event.call = {name_, "{" + arguments_ + "}"};
    event.raw = std::move(raw_);
    raw_.clear();
    events->push_back(std::move(event));
  }

  /// From here to the end of the block there is no structure to be trusted.
  bool fail(const char* reason, State resume = State::kAfter) {
    reason_ = reason;
    resume_ = resume;
    state_ = State::kBroken;
    return true;
  }

  bool broken(Events* events) {
    std::string_view marker = token::kEos;
    if (!eos_waits_) {
      auto [text, found] = buffer_.scan({kBlockEnd, token::kEos});
      raw_ += text;
      if (found.empty()) return false;
      marker = found;
    }
    eos_waits_ = false;
    const bool end = marker == token::kEos;
    if (!end) raw_ += marker;
    malformed(reason_, events);
    state_ = resume_;
    if (end) {
      emit_raw(StreamEventKind::kMarker, std::string(marker), events);
      state_ = State::kDone;
    }
    return true;
  }

  void malformed(std::string reason, Events* events) {
    emit_raw(StreamEventKind::kMalformedCall, std::move(raw_), events, std::move(reason));
    raw_.clear();
  }

  static constexpr std::string_view kMismatch = "?";

  State state_;
  State resume_ = State::kAfter;  // behind a broken block
  std::string reason_;            // why it is broken
  bool eos_waits_ = false;        // the end mark was consumed and has no event yet
  bool first_ = true;             // no invoke in this block, no parameter in this invoke yet
  std::string raw_;               // what the event in the making will stand for
  std::string name_, key_, value_;
  bool is_string_ = false;
  std::string arguments_;         // members so far, without braces
  std::set<std::string> keys_;
  std::string problem_;           // the first thing wrong with this call's meaning
};

}  // namespace

std::unique_ptr<StreamParser> make_stream_parser_dsml(bool thinking) {
  return std::make_unique<DsmlParser>(thinking);
}

}  // namespace leyden
