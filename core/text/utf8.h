// SPDX-License-Identifier: Apache-2.0
// UTF-8, strictly: no surrogates, no overlong forms, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leyden {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

/// What stands at the beginning of some bytes.
enum class Utf8Kind {
  kCharacter,   ///< `bytes` bytes, one character
  kInvalid,     ///< `bytes` bytes, a maximal subpart: they become one U+FFFD
  kIncomplete,  ///< all bytes there are, a character so far: more may complete it
};
struct Utf8Step {
  Utf8Kind kind;
  size_t bytes;
};

/// Looks at the beginning of `text`, which is not empty.
Utf8Step utf8_step(std::string_view text);

/// The longest prefix that is valid UTF-8, in bytes.
size_t utf8_valid_prefix(std::string_view text);

/// `text` with one U+FFFD for each maximal subpart of anything invalid (Unicode 16, section 3.9).
std::string utf8_replace_invalid(std::string_view text);

struct Utf8Character {
  char32_t code_point;
  uint32_t bytes;
};

/// The character at `p`, inside a text known to be valid.
inline Utf8Character utf8_decode_valid(const char* p) {
  const auto byte = [p](int i) { return static_cast<uint32_t>(static_cast<unsigned char>(p[i])); };
  const uint32_t b0 = byte(0);
  if (b0 < 0x80) return {b0, 1};
  if (b0 < 0xE0) return {(b0 & 0x1Fu) << 6 | (byte(1) & 0x3Fu), 2};
  if (b0 < 0xF0) {
    return {(b0 & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu), 3};
  }
  return {(b0 & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu),
          4};
}

/// Appends a code point (a scalar value) to `out`.
void utf8_append(char32_t code_point, std::string* out);

}  // namespace leyden
