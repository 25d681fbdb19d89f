// SPDX-License-Identifier: Apache-2.0
#include "core/grammar/number_state.h"

#include <algorithm>

namespace leyden {
namespace {

constexpr int kIntegerDigits = 15, kFractionDigits = 17, kExponentDigits = 2;

/// Digits that must still follow `magnitude` (whose sign is known) to come within the bounds, at
/// best.
uint64_t digits_missing(const GrammarNode& node, bool negative, uint64_t magnitude) {
  const int64_t low = negative ? -node.high : node.low, high = negative ? -node.low : node.high;
  if (high < 0) return kUnlimited;
  int64_t first = static_cast<int64_t>(magnitude), last = first;
  for (uint64_t k = 0; k <= kIntegerDigits && first <= high; ++k) {
    if (last >= low) return k;
    if (magnitude == 0) break;  // nothing follows a leading zero
    first *= 10;
    last = last * 10 + 9;
  }
  return kUnlimited;
}

/// The same with no digit written yet.
uint64_t digits_missing_from_nothing(const GrammarNode& node, bool negative) {
  uint64_t least = kUnlimited;
  for (uint64_t d = 0; d <= 9; ++d)
    least = std::min(least, add_counts(digits_missing(node, negative, d), 1));
  return least;
}

}  // namespace

std::optional<NumberState> NumberState::after(const GrammarNode& node, uint8_t byte) const {
  NumberState next = *this;
  const bool digit = byte >= '0' && byte <= '9';
  const auto digit_run = [&](Phase into, int limit) -> std::optional<NumberState> {
    if (!digit || (phase == into && digits >= limit)) return std::nullopt;
    next.digits = static_cast<uint8_t>(phase == into ? digits + 1 : 1);
    next.phase = into;
    return next;
  };
  const auto within = [&](std::optional<NumberState> state) -> std::optional<NumberState> {
    if (!state || !node.bounded) return state;
    return state->least(node) == kUnlimited ? std::nullopt : state;
  };
  switch (phase) {
    case kStart:
      if (byte == '-') {
        next.phase = kMinus;
        next.negative = true;
        return within(next);
      }
      [[fallthrough]];
    case kMinus:
      if (byte == '0') {
        next.phase = kZero;
        return within(next);
      }
      [[fallthrough]];
    case kDigits:
      if (digit) {
        std::optional<NumberState> state = digit_run(kDigits, kIntegerDigits);
        if (state && node.bounded)
          state->magnitude = magnitude * 10 + static_cast<uint64_t>(byte - '0');
        return within(state);
      }
      if (phase != kDigits) return std::nullopt;
      [[fallthrough]];
    case kZero:
    case kFraction:
      if (phase == kFraction && digit) return digit_run(kFraction, kFractionDigits);
      if (node.integer) return std::nullopt;
      next.digits = 0;
      if (byte == '.' && phase != kFraction) {
        next.phase = kPoint;
        return next;
      }
      if (byte == 'e' || byte == 'E') {
        next.phase = kE;
        return next;
      }
      return std::nullopt;
    case kPoint:
      return digit_run(kFraction, kFractionDigits);
    case kE:
      if (byte == '+' || byte == '-') {
        next.phase = kESign;
        return next;
      }
      [[fallthrough]];
    case kESign:
    case kExponent:
      return digit_run(kExponent, kExponentDigits);
  }
  return std::nullopt;
}

bool NumberState::complete(const GrammarNode& node) const {
  if (phase == kZero || phase == kDigits)
    return !node.bounded || digits_missing(node, negative, magnitude) == 0;
  return phase == kFraction || phase == kExponent;
}

uint64_t NumberState::least(const GrammarNode& node) const {
  if (!node.bounded) {
    switch (phase) {
      case kStart:
      case kMinus:
      case kPoint:
      case kE:
      case kESign:
        return 1;
      default:
        return 0;
    }
  }
  if (phase == kStart)
    return std::min(digits_missing_from_nothing(node, false),
                    add_counts(digits_missing_from_nothing(node, true), 1));
  if (phase == kMinus) return digits_missing_from_nothing(node, true);
  return digits_missing(node, negative, magnitude);
}

}  // namespace leyden
