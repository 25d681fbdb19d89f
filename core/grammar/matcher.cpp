// SPDX-License-Identifier: Apache-2.0
#include "core/grammar/matcher.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/grammar/number_state.h"
#include "core/grammar/utf8_state.h"

namespace leyden {
namespace {

using Kind = GrammarNode::Kind;

// States of a kObject or kArray frame.
constexpr uint32_t kOpening = 0, kFirst = 1, kAfterValue = 2, kAfterComma = 3;
// States of a kString or kOtherKey frame, beside kInside + Utf8State.
constexpr uint32_t kQuote = 0, kEscape = 1, kHex = 2 /* .. 5: digits left - 1 */, kHexD = 6,
                   kColon = 7, kInside = 16;
// States of a kRepeat frame.
constexpr uint32_t kRepeatAfterChild = 1, kRepeatAfterSeparator = 2;

bool is_hex(uint8_t b) {
  return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
}

bool is_open(size_t i, uint64_t seen) { return (seen >> i & 1) == 0; }

/// Whether characters are counted at all; uncounted text has few states.
bool counts(const GrammarNode& node) { return node.min > 0 || node.max != kUnlimited; }

uint64_t count_one_more(const GrammarNode& node, uint64_t count) {
  if (!counts(node)) return 0;
  return node.max == kUnlimited ? std::min(count + 1, node.min) : count + 1;
}

}  // namespace

size_t Matcher::FrameHash::operator()(const Frame* f) const {
  uint64_t h = (uint64_t{f->node} << 32 | f->state) * 0x9E3779B97F4A7C15u;
  h = (h ^ f->data ^ h >> 29) * 0xBF58476D1CE4E5B9u;
  h = (h ^ reinterpret_cast<uintptr_t>(f->below) ^ h >> 32) * 0x94D049BB133111EBu;
  return h ^ h >> 31;
}

bool Matcher::FrameEqual::operator()(const Frame* a, const Frame* b) const {
  return a->node == b->node && a->state == b->state && a->data == b->data && a->below == b->below;
}

Matcher::Matcher(std::shared_ptr<const Grammar> grammar) : grammar_(std::move(grammar)) {
  push(grammar_->root(), nullptr);
  close_state();
}

const Matcher::Frame* Matcher::frame(NodeId node, uint32_t state, uint64_t data,
                                     const Frame* below) {
  Frame f{node, state, data, below, 0};
  if (const auto found = known_frames_.find(&f); found != known_frames_.end()) return found->second;
  f.least = add_counts(frame_least(f), below ? below->least : 0);
  frames_.push_back(f);
  known_frames_.emplace(&frames_.back(), &frames_.back());
  return &frames_.back();
}

uint64_t Matcher::object_least(const GrammarNode& node, uint32_t state, uint64_t seen) const {
  uint64_t missing = 0, n = 0, smallest = kUnlimited;
  if (node.other_entry >= 0) smallest = grammar_->at(static_cast<NodeId>(node.other_entry)).least;
  for (size_t i = 0; i < node.properties.size(); ++i) {
    if (!is_open(i, seen)) continue;
    const uint64_t least = grammar_->at(node.properties[i].entry).least;
    smallest = std::min(smallest, least);
    if (!node.properties[i].required) continue;
    ++n;
    missing = add_counts(missing, least);
  }
  const uint64_t entries = n > 0 ? add_counts(missing, n - 1) : 0;  // with the commas between
  switch (state) {
    case kOpening:
      return add_counts(entries, 2);
    case kFirst:
      return add_counts(entries, 1);
    case kAfterValue:
      return add_counts(entries, n > 0 ? 2 : 1);
    default:
      return add_counts(n > 0 ? entries : smallest, 2);  // a space, entries, the brace
  }
}

uint64_t Matcher::array_least(const GrammarNode& node, uint32_t state, uint64_t count) const {
  const uint64_t item = add_counts(grammar_->at(node.children[0]).least, 1);  // with a comma
  const uint64_t missing = node.min > count ? node.min - count : 0;
  switch (state) {
    case kOpening:
      return node.min == 0 ? 2 : add_counts(multiply_counts(node.min, item), 1);
    case kFirst:
      return node.min == 0 ? 1 : multiply_counts(node.min, item);
    case kAfterValue:
      return add_counts(multiply_counts(missing, item), 1);
    default:
      return add_counts(multiply_counts(std::max<uint64_t>(missing, 1), item), 1);
  }
}

uint64_t Matcher::frame_least(const Frame& f) const {
  const GrammarNode& n = grammar_->at(f.node);
  const uint64_t chars = n.min > f.data ? n.min - f.data : 0;
  switch (n.kind) {
    case Kind::kLiteral:
      return n.symbols.size() - f.state;
    case Kind::kSequence: {
      uint64_t sum = 0;
      for (size_t i = f.state; i < n.children.size(); ++i)
        sum = add_counts(sum, grammar_->at(n.children[i]).least);
      return sum;
    }
    case Kind::kRepeat:
      return f.state == kRepeatAfterSeparator ? grammar_->at(n.children[0]).least : 0;
    case Kind::kSpaced:
      return add_counts(n.least, 1);
    case Kind::kChoice:
      return n.least;
    case Kind::kString:
      if (f.state == kQuote) return add_counts(n.min, 2);
      if (f.state == kEscape) return add_counts(std::max<uint64_t>(chars, 1), 1);
      if (f.state >= kHex && f.state <= kHexD) {
        const uint64_t left = f.state == kHexD ? 3 : f.state - kHex + 1;
        return add_counts(std::max<uint64_t>(chars, 1), left);
      }
      if (const auto utf8 = static_cast<Utf8State>(f.state - kInside); utf8 != kUtf8Whole)
        return add_counts(std::max<uint64_t>(chars, 1), utf8_missing(utf8));
      return add_counts(chars, 1);
    case Kind::kRawText:
      if (const auto utf8 = static_cast<Utf8State>(f.state & 15); utf8 != kUtf8Whole)
        return add_counts(std::max<uint64_t>(chars, 1), utf8_missing(utf8) - 1);
      return chars;
    case Kind::kNumber:
      return NumberState::unpack(f.data).least(n);
    case Kind::kOtherKey:
      if (f.state == kQuote) return 4;
      if (f.state == kColon) return 1;
      // One more character makes it another name than all that are alive.
      return 2 + utf8_missing(static_cast<Utf8State>((f.state & 0xFFu) - kInside)) +
             (f.data != 0 ? 1u : 0u);
    case Kind::kObject:
      return object_least(n, f.state, f.data);
    case Kind::kArray:
      return array_least(n, f.state, f.data);
  }
  return 0;
}

// ---- what may come next
// --------------------------------------------------------------------------

void Matcher::push(NodeId id, const Frame* below) {
  const GrammarNode& node = grammar_->at(id);
  if (node.least == kUnlimited) return;
  switch (node.kind) {
    case Kind::kLiteral:
      return node.symbols.empty() ? resume(below) : add(frame(id, 0, 0, below));
    case Kind::kSequence:
      return sequence(id, 0, below);
    case Kind::kChoice: {
      const std::pair<NodeId, const Frame*> here{id, below};
      if (std::find(open_choices_.begin(), open_choices_.end(), here) != open_choices_.end())
        return;
      open_choices_.push_back(here);
      for (NodeId child : node.children) push(child, below);
      return;
    }
    case Kind::kRepeat:
      return push(node.children[0], frame(id, kRepeatAfterChild, 0, below));
    case Kind::kSpaced:
      add(frame(id, 0, 0, below));
      return push(node.children[0], below);
    case Kind::kRawText:
      if (node.max > 0) add(frame(id, kUtf8Whole, 0, below));
      if (node.min == 0) resume(below);
      return;
    case Kind::kNumber:
      return add(frame(id, 0, NumberState::start().pack(), below));
    case Kind::kString:
    case Kind::kOtherKey:
    case Kind::kObject:
    case Kind::kArray:
      return add(frame(id, 0, 0, below));
  }
}

void Matcher::sequence(NodeId id, uint32_t index, const Frame* below) {
  const GrammarNode& node = grammar_->at(id);
  if (index == node.children.size()) return resume(below);
  const bool last = index + 1 == node.children.size();
  push(node.children[index], last ? below : frame(id, index + 1, 0, below));
}

void Matcher::resume(const Frame* below) {
  if (!below) {
    open_accepts_ = true;
    return;
  }
  const GrammarNode& node = grammar_->at(below->node);
  switch (node.kind) {
    case Kind::kSequence:
      return sequence(below->node, below->state, below->below);
    case Kind::kRepeat: {
      const Frame* const again = frame(below->node, kRepeatAfterChild, 0, below->below);
      if (below->state == kRepeatAfterSeparator) return push(node.children[0], again);
      resume(below->below);
      if (node.children.size() == 1) return push(node.children[0], again);
      return push(node.children[1], frame(below->node, kRepeatAfterSeparator, 0, below->below));
    }
    default:
      return add(below);  // objects and arrays, behind a value
  }
}

void Matcher::add_keys(NodeId object, uint64_t seen, const Frame* below) {
  const GrammarNode& node = grammar_->at(object);
  for (size_t i = 0; i < node.properties.size(); ++i)
    if (is_open(i, seen))
      push(node.properties[i].entry, frame(object, kAfterValue, seen | uint64_t{1} << i, below));
  if (node.other_entry >= 0)
    push(static_cast<NodeId>(node.other_entry), frame(object, kAfterValue, seen, below));
}

void Matcher::add_item(NodeId array, uint64_t count, const Frame* below) {
  const GrammarNode& node = grammar_->at(array);
  const uint64_t now = node.max == kUnlimited ? std::min(count + 1, node.min) : count + 1;
  push(node.children[0], frame(array, kAfterValue, now, below));
}

// ---- one symbol
// ----------------------------------------------------------------------------------

void Matcher::step(const Frame& f, Symbol symbol) {
  const GrammarNode& node = grammar_->at(f.node);
  if (node.kind == Kind::kLiteral) {
    if (node.symbols[f.state] != symbol) return;
    if (f.state + 1 == node.symbols.size()) return resume(f.below);
    return add(frame(f.node, f.state + 1, 0, f.below));
  }
  if (symbol >= kControl) return;
  const auto byte = static_cast<uint8_t>(symbol);
  switch (node.kind) {
    case Kind::kSpaced:
      if (byte == ' ') push(node.children[0], f.below);
      return;
    case Kind::kNumber:
      if (const auto next = NumberState::unpack(f.data).after(node, byte)) {
        add(frame(f.node, 0, next->pack(), f.below));
        if (next->complete(node)) resume(f.below);
      }
      return;
    case Kind::kString:
      return step_string(f, node, byte);
    case Kind::kRawText:
      return step_raw(f, node, byte);
    case Kind::kObject:
      return step_object(f, node, byte);
    case Kind::kArray:
      return step_array(f, node, byte);
    case Kind::kOtherKey:
      return step_other_key(f, node, byte);
    default:
      return;
  }
}

void Matcher::step_string(const Frame& f, const GrammarNode& node, uint8_t byte) {
  const auto to = [&](uint32_t state, uint64_t count) {
    add(frame(f.node, state, count, f.below));
  };
  const uint64_t more = count_one_more(node, f.data);
  const bool room = node.max == kUnlimited || f.data < node.max;
  if (f.state == kQuote) {
    if (byte == '"') to(kInside, 0);
    return;
  }
  if (f.state == kEscape) {
    if (std::string_view("\"\\/bfnrt").find(static_cast<char>(byte)) != std::string_view::npos)
      return to(kInside, more);
    if (byte == 'u') to(kHex + 3, f.data);
    return;
  }
  if (f.state >= kHex && f.state <= kHexD) {
    if (!is_hex(byte)) return;
    if (f.state == kHexD) {  // \uD8xx to \uDFxx are halves of characters
      if (byte >= '0' && byte <= '7') to(kHex + 1, f.data);
      return;
    }
    if (f.state == kHex) return to(kInside, more);
    const bool first_d = f.state == kHex + 3 && (byte == 'd' || byte == 'D');
    return to(first_d ? kHexD : f.state - 1, f.data);
  }
  const auto utf8 = static_cast<Utf8State>(f.state - kInside);
  if (utf8 == kUtf8Whole) {
    if (byte == '"') {
      if (f.data >= node.min) resume(f.below);
      return;
    }
    if (byte < 0x20 || !room) return;
    if (byte == '\\') return to(kEscape, f.data);
  }
  const Utf8State next = utf8_after(utf8, byte);
  if (next == kUtf8Bad) return;
  to(kInside + next, next == kUtf8Whole ? more : f.data);
}

void Matcher::step_raw(const Frame& f, const GrammarNode& node, uint8_t byte) {
  // state: Utf8State in the low four bits, above them how much of node.symbols has just been seen.
  const auto utf8 = static_cast<Utf8State>(f.state & 15);
  if (node.one_line && byte == '\n') return;
  const Utf8State next = utf8_after(utf8, byte);
  if (next == kUtf8Bad) return;
  size_t seen = f.state >> 4;
  const std::vector<Symbol>& stop = node.symbols;
  if (!stop.empty()) {
    // The forbidden bytes begin with one that does not recur in them (a first byte of UTF-8).
    if (stop[seen] != byte) seen = 0;
    if (stop[seen] == byte) ++seen;
    if (seen == stop.size()) return;
  }
  const uint64_t count = next == kUtf8Whole ? count_one_more(node, f.data) : f.data;
  const bool full = node.max != kUnlimited && count >= node.max && next == kUtf8Whole;
  if (!full) add(frame(f.node, static_cast<uint32_t>(next | seen << 4), count, f.below));
  if (next == kUtf8Whole && count >= node.min) resume(f.below);
}

void Matcher::step_object(const Frame& f, const GrammarNode& node, uint8_t byte) {
  switch (f.state) {
    case kOpening:
      if (byte != '{') return;
      add(frame(f.node, kFirst, 0, f.below));
      return add_keys(f.node, 0, f.below);
    case kFirst:
    case kAfterValue: {
      if (byte == '}') {
        for (size_t i = 0; i < node.properties.size(); ++i)
          if (node.properties[i].required && is_open(i, f.data)) return;
        return resume(f.below);
      }
      if (byte != ',' || f.state == kFirst) return;
      const size_t before = open_.size();
      add_keys(f.node, f.data, f.below);
      if (open_.size() > before) add(frame(f.node, kAfterComma, f.data, f.below));
      return;
    }
    default:
      if (byte == ' ') add_keys(f.node, f.data, f.below);
  }
}

void Matcher::step_array(const Frame& f, const GrammarNode& node, uint8_t byte) {
  switch (f.state) {
    case kOpening:
      if (byte != '[') return;
      if (node.min == 0) add(frame(f.node, kFirst, 0, f.below));
      if (node.max > 0) add_item(f.node, 0, f.below);
      return;
    case kFirst:
    case kAfterValue: {
      if (byte == ']' && f.data >= node.min) return resume(f.below);
      if (byte != ',' || f.state == kFirst || (node.max != kUnlimited && f.data >= node.max))
        return;
      add(frame(f.node, kAfterComma, f.data, f.below));
      return add_item(f.node, f.data, f.below);
    }
    default:
      if (byte == ' ') add_item(f.node, f.data, f.below);
  }
}

void Matcher::step_other_key(const Frame& f, const GrammarNode& node, uint8_t byte) {
  // state: phase in the low byte, bytes so far above it; data: declared names that still
  // agree with all of them.
  const GrammarNode& object = grammar_->at(node.children[0]);
  const uint32_t phase = f.state & 0xFFu, length = f.state >> 8;
  if (phase == kColon) {
    if (byte == ':') resume(f.below);
    return;
  }
  if (phase == kQuote) {
    if (byte != '"') return;
    const size_t n = object.properties.size();
    const uint64_t all = n == 0 ? 0 : n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
    return add(frame(f.node, kInside, all, f.below));
  }
  const auto utf8 = static_cast<Utf8State>(phase - kInside);
  if (utf8 == kUtf8Whole && byte == '"') {
    for (size_t i = 0; i < object.properties.size(); ++i)
      if ((f.data >> i & 1) != 0 && object.properties[i].name.size() == length) return;
    return add(frame(f.node, kColon, 0, f.below));
  }
  if (utf8 == kUtf8Whole && (byte < 0x20 || byte == '\\')) return;
  const Utf8State next = utf8_after(utf8, byte);
  if (next == kUtf8Bad) return;
  uint64_t alive = 0;
  for (size_t i = 0; i < object.properties.size(); ++i) {
    const std::string& name = object.properties[i].name;
    if ((f.data >> i & 1) != 0 && length < name.size() &&
        static_cast<uint8_t>(name[length]) == byte)
      alive |= uint64_t{1} << i;
  }
  const uint32_t now = alive == 0 ? 0 : length + 1;  // once no name agrees, the length says nothing
  add(frame(f.node, kInside + next + (now << 8), alive, f.below));
}

int32_t Matcher::next(int32_t state, Symbol symbol) {
  State& from = states_[static_cast<size_t>(state)];
  if (symbol < kControl) {
    if (from.after_byte[symbol] != kUnknown) return from.after_byte[symbol];
  } else if (const auto found = from.after_control.find(symbol);
             found != from.after_control.end()) {
    return found->second;
  }
  for (const Frame* f : from.stacks) step(*f, symbol);
  const int32_t to = close_state();
  if (symbol < kControl) {
    from.after_byte[symbol] = to;
  } else {
    from.after_control[symbol] = to;
  }
  return to;
}

int32_t Matcher::close_state() {
  std::vector<const Frame*> stacks;
  stacks.swap(open_);
  open_choices_.clear();
  const bool accepting = std::exchange(open_accepts_, false);
  std::sort(stacks.begin(), stacks.end());
  stacks.erase(std::unique(stacks.begin(), stacks.end()), stacks.end());
  std::erase_if(stacks, [](const Frame* f) { return f->least == kUnlimited; });
  if (stacks.empty() && !accepting) return kDead;
  std::vector<const Frame*> key = stacks;
  if (accepting) key.push_back(nullptr);
  const auto [found, fresh] =
      known_states_.emplace(std::move(key), static_cast<int32_t>(states_.size()));
  if (!fresh) return found->second;
  State& made = states_.emplace_back();
  made.accepting = accepting;
  made.least = accepting ? 0 : kUnlimited;
  for (const Frame* f : stacks) made.least = std::min(made.least, f->least);
  made.stacks = std::move(stacks);
  made.after_byte.fill(kUnknown);
  return found->second;
}

}  // namespace leyden
