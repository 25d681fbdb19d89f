// SPDX-License-Identifier: Apache-2.0
// Valid UTF-8, byte by byte.
#pragma once

#include <cstdint>

namespace leyden {

/// Where in a character the bytes so far end. kUtf8Whole: between characters.
enum Utf8State : uint8_t {
  kUtf8Whole,
  kUtf8One,  ///< one more continuation byte
  kUtf8Two,
  kUtf8Three,
  kUtf8AfterE0,
  kUtf8AfterEd,
  kUtf8AfterF0,
  kUtf8AfterF4,
  kUtf8Bad,
};

/// The state after `byte`.
inline Utf8State utf8_after(Utf8State state, uint8_t byte) {
  const bool continues = (byte & 0xC0u) == 0x80u;
  switch (state) {
    case kUtf8Whole:
      if (byte < 0x80) return kUtf8Whole;
      if (byte >= 0xC2 && byte <= 0xDF) return kUtf8One;
      if (byte == 0xE0) return kUtf8AfterE0;
      if (byte == 0xED) return kUtf8AfterEd;
      if (byte >= 0xE1 && byte <= 0xEF) return kUtf8Two;
      if (byte == 0xF0) return kUtf8AfterF0;
      if (byte == 0xF4) return kUtf8AfterF4;
      return byte >= 0xF1 && byte <= 0xF3 ? kUtf8Three : kUtf8Bad;
    case kUtf8One:
      return continues ? kUtf8Whole : kUtf8Bad;
    case kUtf8Two:
      return continues ? kUtf8One : kUtf8Bad;
    case kUtf8Three:
      return continues ? kUtf8Two : kUtf8Bad;
    case kUtf8AfterE0:
      return byte >= 0xA0 && byte <= 0xBF ? kUtf8One : kUtf8Bad;
    case kUtf8AfterEd:
      return byte >= 0x80 && byte <= 0x9F ? kUtf8One : kUtf8Bad;
    case kUtf8AfterF0:
      return byte >= 0x90 && byte <= 0xBF ? kUtf8Two : kUtf8Bad;
    case kUtf8AfterF4:
      return byte >= 0x80 && byte <= 0x8F ? kUtf8Two : kUtf8Bad;
    case kUtf8Bad:
      break;
  }
  return kUtf8Bad;
}

/// Continuation bytes that are missing.
inline uint64_t utf8_missing(Utf8State state) {
  switch (state) {
    case kUtf8One:
      return 1;
    case kUtf8Two:
    case kUtf8AfterE0:
    case kUtf8AfterEd:
      return 2;
    case kUtf8Three:
    case kUtf8AfterF0:
    case kUtf8AfterF4:
      return 3;
    default:
      return 0;
  }
}

}  // namespace leyden
