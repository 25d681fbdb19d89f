// SPDX-License-Identifier: Apache-2.0
// How far a JSON number has come, in one word.
#pragma once

#include <cstdint>
#include <optional>

#include "core/grammar/grammar.h"

namespace leyden {

/// Numbers have at most 15 digits before the point, 17 behind it and 2 in the exponent: any reader
/// takes them. A bounded integer only grows where some value within its bounds can still come.
struct NumberState {
  enum Phase : uint8_t { kStart, kMinus, kZero, kDigits, kPoint, kFraction, kE, kESign, kExponent };
  Phase phase = kStart;
  bool negative = false;
  uint8_t digits = 0;      ///< of the present run
  uint64_t magnitude = 0;  ///< of a bounded integer so far

  static NumberState start() { return {}; }
  uint64_t pack() const {
    return uint64_t{phase} | uint64_t{negative} << 4 | uint64_t{digits} << 5 | magnitude << 10;
  }
  static NumberState unpack(uint64_t word) {
    return {static_cast<Phase>(word & 15), (word >> 4 & 1) != 0,
            static_cast<uint8_t>(word >> 5 & 31), word >> 10};
  }

  /// The state after one more byte, or nothing where it may not stand.
  std::optional<NumberState> after(const GrammarNode& node, uint8_t byte) const;
  /// Whether the number may end here.
  bool complete(const GrammarNode& node) const;
  /// Fewest bytes that complete it; kUnlimited when none do.
  uint64_t least(const GrammarNode& node) const;
};

}  // namespace leyden
