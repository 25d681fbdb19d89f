// SPDX-License-Identifier: Apache-2.0
// Character classes of Unicode 16.0, the version that Hugging Face's regex engine
// (Oniguruma 6.9.10) knows. They come from ICU, whatever its version, brought to 16.0: code points
// it does not know yet are added from a small list, code points assigned later count as unassigned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leyden {

inline constexpr uint8_t kUnicodeMajor = 16;

enum UnicodeClassBit : uint8_t {
  kLetter = 1,       ///< \p{L}
  kMark = 2,         ///< \p{M}
  kNumber = 4,       ///< \p{N}
  kPunctuation = 8,  ///< \p{P}
  kSymbol = 16,      ///< \p{S}
  kSpace = 32,       ///< White_Space, \s
  kWord = 64,        ///< \w as in UTS 18, with the joiners
};

/// The general category in Unicode 16.0, as ICU's UCharCategory. Slow: for building tables.
uint8_t unicode_category(char32_t c);

/// All classes in one compact table, built at the first get() (some 20 ms), then read-only.
class UnicodeClasses {
 public:
  static const UnicodeClasses& get();
  /// The bits of a scalar value.
  uint8_t of(char32_t c) const { return bits_[page_[c / kPageSize] + c % kPageSize]; }

 private:
  static constexpr size_t kPageSize = 256;
  UnicodeClasses();
  std::vector<uint32_t> page_;  // where the page of code point c begins in bits_
  std::vector<uint8_t> bits_;
};

}  // namespace leyden
