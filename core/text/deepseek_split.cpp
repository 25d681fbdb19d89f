// SPDX-License-Identifier: Apache-2.0
#include "core/text/deepseek_split.h"

#include <array>

#include "core/text/unicode_class.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr std::array<std::string_view, 3> kPatterns = {
    R"(\p{N}{1,3})",
    "[一-龥\xE3\x81\x80-ゟ゠-ヿ]+",  // U+3040 is unassigned: spelt as bytes
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
    "[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| "
    "?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"};

constexpr uint8_t kWordPart = kLetter | kMark;
constexpr uint8_t kMarkPart = kPunctuation | kSymbol;

bool is_cjk_run(char32_t c) { return c - 0x4E00u <= 0x9FA5u - 0x4E00u || c - 0x3040u < 0xC0u; }
bool is_ascii_letter(char32_t c) { return (c | 0x20u) - 'a' < 26u; }
bool is_break(char32_t c) { return c == '\n' || c == '\r'; }

// A character with its class; at the end of a window: no bytes, no class, code point 0.
struct Char {
  char32_t code = 0;
  uint32_t bytes = 0;
  uint8_t bits = 0;
};

class Matcher {
 public:
  Matcher(std::string_view text, PieceSink* sink)
      : p_(text.data()), size_(text.size()), sink_(sink) {}

  void run() {
    size_t i = 0;
    while (i < size_) {
      Char c = at(i, size_);
      const size_t begin = i;
      if (c.bits & kNumber) {  // R1; R2 and R3 leave numbers alone
        for (int n = 0; n < 3 && (c.bits & kNumber); ++n) {
          i += c.bytes;
          c = at(i, size_);
        }
        emit(begin, i);
      } else if (is_cjk_run(c.code)) {  // R2
        while (c.bytes > 0 && is_cjk_run(c.code)) {
          i += c.bytes;
          c = at(i, size_);
        }
        window(begin, i);
      } else {
        while (c.bytes > 0 && !(c.bits & kNumber) && !is_cjk_run(c.code)) {
          i += c.bytes;
          c = at(i, size_);
        }
        window(begin, i);
      }
    }
  }

 private:
  Char at(size_t i, size_t end) const {
    if (i >= end) return {};
    const Utf8Character c = utf8_decode_valid(p_ + i);
    return {c.code_point, c.bytes, classes_.of(c.code_point)};
  }
  void emit(size_t begin, size_t end) {
    if (begin < end) sink_->piece({p_ + begin, end - begin});
  }

  // R3 on [i, end): what no alternative matches stays together as a piece of its own.
  void window(size_t i, size_t end) {
    size_t pending = i;
    while (i < end) {
      const Char c = at(i, end);
      const size_t stop = match(i, end, c);
      if (stop == i) {
        i += c.bytes;
        continue;
      }
      emit(pending, i);
      emit(i, stop);
      pending = i = stop;
    }
    emit(pending, end);
  }

  // The end of the match at i, or i. The alternatives are tried in the order of the pattern.
  size_t match(size_t i, size_t end, const Char& c) const {
    const Char next = at(i + c.bytes, end);
    if ((c.bits & kMarkPart) && c.code < 0x80 && is_ascii_letter(next.code)) {  // [!"#...][A-Za-z]+
      i += 2;
      while (i < end && is_ascii_letter(static_cast<unsigned char>(p_[i]))) ++i;
      return i;
    }
    // [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+ : a mark may be prefix or word, the extent is the same.
    if (c.bits & kWordPart) return skip(i + c.bytes, end, kWordPart);
    if ((next.bits & kWordPart) && !(c.bits & kMarkPart) && !is_break(c.code)) {
      return skip(i + c.bytes + next.bytes, end, kWordPart);
    }
    if ((c.bits & kMarkPart) ||
        (c.code == ' ' && (next.bits & kMarkPart))) {  // ` ?[\p{P}\p{S}]+[\r\n]*`
      i = skip(i + c.bytes, end, kMarkPart);
      while (i < end && is_break(static_cast<unsigned char>(p_[i]))) ++i;
      return i;
    }
    return (c.bits & kSpace) ? white_space(i, end, c) : i;
  }

  // \s*[\r\n]+ up to the last line break of the run; else \s+(?!\S): the run without its last
  // character, unless the window ends with it; else \s+.
  size_t white_space(size_t i, size_t end, Char c) const {
    const size_t begin = i;
    size_t last_break = begin;
    size_t last = begin;  // where the run's last character begins
    while (c.bits & kSpace) {
      last = i;
      i += c.bytes;
      if (is_break(c.code)) last_break = i;
      c = at(i, end);
    }
    if (last_break > begin) return last_break;
    return i == end || last == begin ? i : last;
  }

  size_t skip(size_t i, size_t end, uint8_t bits) const {
    for (Char c = at(i, end); c.bits & bits; c = at(i, end)) i += c.bytes;
    return i;
  }

  const UnicodeClasses& classes_ = UnicodeClasses::get();
  const char* p_;
  size_t size_;
  PieceSink* sink_;
};

}  // namespace

std::span<const std::string_view> deepseek_patterns() { return kPatterns; }

void deepseek_split(std::string_view text, PieceSink* sink) { Matcher(text, sink).run(); }

}  // namespace leyden
