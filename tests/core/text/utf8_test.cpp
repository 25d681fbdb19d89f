// SPDX-License-Identifier: Apache-2.0
#include "core/text/utf8.h"

#include <gtest/gtest.h>

#include "core/text/byte_symbols.h"
#include "core/text/unicode_class.h"

namespace leyden {
namespace {

// "\xFF" in, one U+FFFD out, written as R here.
std::string repaired(std::string_view text) {
  std::string out = utf8_replace_invalid(text);
  for (size_t i; (i = out.find(kReplacementCharacter)) != std::string::npos;)
    out.replace(i, 3, "R");
  return out;
}

TEST(Utf8, ReplacesEachMaximalSubpartAsPythonDoes) {
  EXPECT_EQ(repaired(""), "");
  EXPECT_EQ(repaired("caf\xC3\xA9"), "café");
  EXPECT_EQ(repaired("\x80"), "R");
  EXPECT_EQ(repaired("a\xFF\xFE\x62"), "aRRb");
  EXPECT_EQ(repaired("\xC0\xAF"), "RR");            // overlong
  EXPECT_EQ(repaired("\xE0\x80\xAF"), "RRR");       // overlong
  EXPECT_EQ(repaired("\xED\xA0\x80"), "RRR");       // a surrogate
  EXPECT_EQ(repaired("\xF4\x90\x80\x80"), "RRRR");  // above U+10FFFF
  EXPECT_EQ(repaired("\xF8\x88\x80\x80\x80"), "RRRRR");
  EXPECT_EQ(repaired("\xE4\xB8"), "R");  // the end came too early
  EXPECT_EQ(repaired("\xE4\xB8"
                     "a"),
            "Ra");
  EXPECT_EQ(repaired("\xF0\x9F\x98\xC3\xA9"), "Ré");
  EXPECT_EQ(repaired("\xF0\xF0\x9F\x98\x80"), "R\xF0\x9F\x98\x80");
  EXPECT_EQ(repaired("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "RRRRA");  // Unicode, table 3-11
}

TEST(Utf8, TellsIncompleteFromInvalid) {
  EXPECT_EQ(utf8_step("\xF0\x9F\x98").kind, Utf8Kind::kIncomplete);
  EXPECT_EQ(utf8_step("\xF0\x9F\x98").bytes, 3u);
  EXPECT_EQ(utf8_step("\xE0\x9F").kind, Utf8Kind::kInvalid);
  EXPECT_EQ(utf8_step("\xE0\x9F").bytes, 1u);
  EXPECT_EQ(utf8_step("\xE4\xB8x").kind, Utf8Kind::kInvalid);
  EXPECT_EQ(utf8_step("\xE4\xB8x").bytes, 2u);
  EXPECT_EQ(utf8_valid_prefix("01234567\xC3\xA9\xE4"), 10u);
}

TEST(Utf8, EveryScalarValueComesBack) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string s;
    utf8_append(c, &s);
    ASSERT_EQ(utf8_valid_prefix(s), s.size());
    const Utf8Character back = utf8_decode_valid(s.data());
    ASSERT_EQ(back.code_point, c);
    ASSERT_EQ(back.bytes, s.size());
    for (size_t n = 1; n < s.size(); ++n) {
      ASSERT_EQ(utf8_step(std::string_view(s).substr(0, n)).kind, Utf8Kind::kIncomplete);
    }
  }
}

TEST(ByteSymbols, AreGpt2s) {
  EXPECT_EQ(byte_symbol(' '), "Ġ");
  EXPECT_EQ(byte_symbol('\n'), "Ċ");
  EXPECT_EQ(byte_symbol('A'), "A");
  EXPECT_EQ(byte_symbol(0x00), "Ā");
  EXPECT_EQ(byte_symbol(0xAD), "Ń");  // the 68th
  EXPECT_EQ(byte_symbol(0xFF), "ÿ");
  for (int byte = 0; byte < 256; ++byte) {
    const auto b = static_cast<unsigned char>(byte);
    EXPECT_EQ(bytes_of_symbols(byte_symbol(b)), std::string(1, static_cast<char>(b)));
  }
  EXPECT_FALSE(bytes_of_symbols("<｜User｜>").has_value());
}

TEST(UnicodeClasses, AreThoseOfUnicode16) {
  const UnicodeClasses& classes = UnicodeClasses::get();
  size_t letters = 0;
  size_t marks = 0;
  size_t numbers = 0;
  size_t punctuation = 0;
  size_t symbols = 0;
  size_t spaces = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const uint8_t bits = classes.of(c);
    letters += (bits & kLetter) != 0;
    marks += (bits & kMark) != 0;
    numbers += (bits & kNumber) != 0;
    punctuation += (bits & kPunctuation) != 0;
    symbols += (bits & kSymbol) != 0;
    spaces += (bits & kSpace) != 0;
  }
  // Counted in Hugging Face tokenizers 0.23.3, which agrees on every single code point.
  EXPECT_EQ(letters, 141028u);
  EXPECT_EQ(marks, 2501u);
  EXPECT_EQ(numbers, 1911u);
  EXPECT_EQ(punctuation, 855u);
  EXPECT_EQ(symbols, 8514u);
  EXPECT_EQ(spaces, 25u);
  EXPECT_EQ(classes.of(0x1C89), kLetter | kWord);  // new in 16.0
  EXPECT_EQ(classes.of(0x180E), 0);                // no space since 6.3
}

}  // namespace
}  // namespace leyden
