// SPDX-License-Identifier: Apache-2.0
#include "core/text/byte_symbols.h"

#include <array>
#include <cstdint>

#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr char32_t kEndOfSymbols = 0x100 + 68;

struct Symbols {
  std::array<std::string, 256> of_byte;
  std::array<int16_t, kEndOfSymbols> byte_of;  // by code point; -1: no symbol
};

Symbols make_symbols() {
  Symbols s;
  s.byte_of.fill(-1);
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool itself = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    const char32_t c = itself ? static_cast<char32_t>(byte) : next++;
    utf8_append(c, &s.of_byte[static_cast<size_t>(byte)]);
    s.byte_of[c] = static_cast<int16_t>(byte);
  }
  return s;
}

const Symbols& symbols() {
  static const Symbols kSymbols = make_symbols();
  return kSymbols;
}

}  // namespace

const std::string& byte_symbol(unsigned char byte) { return symbols().of_byte[byte]; }

std::optional<std::string> bytes_of_symbols(std::string_view text) {
  const Symbols& s = symbols();
  std::string bytes;
  for (size_t i = 0; i < text.size();) {
    const Utf8Character c = utf8_decode_valid(text.data() + i);
    if (c.code_point >= kEndOfSymbols || s.byte_of[c.code_point] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(s.byte_of[c.code_point]));
    i += c.bytes;
  }
  return bytes;
}

}  // namespace leyden
