// SPDX-License-Identifier: Apache-2.0
#include "core/text/onig_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace leyden {
namespace {

// The members of \w in a class: UTS 18, where the symbols are circled letters (alphabetic). Outside
// of classes Oniguruma takes the superscripts and fractions of Latin-1 in as well (measured).
constexpr std::string_view kWordMembers =
    "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{24B6}-\\x{24E9}\\x{1F130}-\\x{1F149}"
    "\\x{1F150}-\\x{1F169}\\x{1F170}-\\x{1F189}";
constexpr std::string_view kBareWordMembers = "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";

constexpr auto kCategories = std::to_array<std::string_view>(
    {"C",  "Cc", "Cf", "Cn", "Co", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",
     "Mc", "Me", "Mn", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Pe", "Pf",
     "Pi", "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs"});
constexpr auto kScripts = std::to_array<std::string_view>(
    {"Arabic",    "Armenian", "Bengali",  "Bopomofo", "Cyrillic", "Devanagari", "Ethiopic",
     "Georgian",  "Greek",    "Gujarati", "Gurmukhi", "Han",      "Hangul",     "Hebrew",
     "Hiragana",  "Kannada",  "Katakana", "Khmer",    "Lao",      "Latin",      "Malayalam",
     "Mongolian", "Myanmar",  "Sinhala",  "Tamil",    "Telugu",   "Thai",       "Tibetan"});

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

class Translator {
 public:
  explicit Translator(std::string_view pattern) : p_(pattern) {}

  Result<std::string> run() {
    while (i_ < p_.size()) LEYDEN_TRY(element());
    return std::move(out_);
  }

 private:
  char peek(size_t ahead = 0) const { return i_ + ahead < p_.size() ? p_[i_ + ahead] : '\0'; }
  void copy(size_t n) {
    out_ += p_.substr(i_, n);
    i_ += n;
  }
  void replace(size_t n, std::string_view by) {
    out_ += by;
    i_ += n;
  }
  Status refuse(const std::string& what) const {
    return unsupported("regex \"" + std::string(p_) + "\", offset " + std::to_string(i_) +
                       ": expected a construct that means the same in Oniguruma and PCRE2, found " +
                       what);
  }

  Status element() {
    switch (peek()) {
      case '[':
        return char_class();
      case '(':
        return group();
      case '\\':
        return escape(false);
      case '{':
        return interval();
      case '*':
      case '+':
      case '?':
        copy(1);
        if (peek() == '+' || peek() == '?') copy(1);
        if (peek() == '*' || peek() == '+' || peek() == '?') return refuse("a third quantifier");
        return {};
      case '\0':
        return refuse("a NUL character");
      default:
        copy(1);
        return {};
    }
  }

  Status group() {
    if (peek(1) == '*') return refuse("(*...)");
    if (peek(1) != '?') {
      copy(1);
      return {};
    }
    for (const std::string_view head : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"}) {
      if (p_.substr(i_, head.size()) == head) {
        copy(head.size());
        return {};
      }
    }
    for (const std::string_view head : {"(?i:", "(?-i:"}) {
      if (p_.substr(i_, head.size()) == head) {
        copy(head.size());
        return {};
      }
    }
    return refuse("the group " + std::string(p_.substr(i_, 4)) + "...");
  }

  // {n} {n,} {n,m} {,m}; anything else in braces is literal in both.
  Status interval() {
    size_t j = i_ + 1;
    const size_t low = j;
    while (j < p_.size() && is_digit(p_[j])) ++j;
    const bool has_low = j > low;
    const bool comma = j < p_.size() && p_[j] == ',';
    const size_t high = j += comma ? 1 : 0;
    while (j < p_.size() && is_digit(p_[j])) ++j;
    const bool has_high = comma && j > high;
    if (j >= p_.size() || p_[j] != '}' || (!has_low && !has_high)) return refuse("a bare {");
    const char after = j + 1 < p_.size() ? p_[j + 1] : '\0';
    if (after == '+' || after == '*' || (after == '?' && !comma)) {
      return refuse(std::string("an interval followed by ") + after);
    }
    if (!has_low) replace(1, "{0");
    copy(j + 1 - i_);
    if (after == '?') copy(1);
    return {};
  }

  static std::string bare_word(std::string head) {
    return head.append(kWordMembers).append(kBareWordMembers).append("]");
  }

  Status escape(bool in_class) {
    const char c = peek(1);
    if (c == '\0') return refuse("a trailing \\");
    if (c == 'p' || c == 'P') return property();
    if (c == 'x') return hex(2, peek(2) == '{');
    if (c == 'u') {
      if (peek(2) == '{') return refuse("\\u{");
      return hex(4, false);
    }
    if (c == 'v') {
      replace(2, "\\x{B}");
    } else if (c == 'w') {
      replace(2, in_class ? std::string(kWordMembers) : bare_word("["));
    } else if (c == 'W') {
      if (in_class) return refuse("\\W inside a class");
      replace(2, bare_word("[^"));
    } else if (std::string_view("nrtfaedDsS").find(c) != std::string_view::npos) {
      copy(2);
    } else if (!in_class && (c == 'A' || c == 'z')) {
      copy(2);
    } else if (std::isalnum(static_cast<unsigned char>(c)) ||
               static_cast<unsigned char>(c) >= 0x80) {
      return refuse(std::string("\\") + c);
    } else {
      copy(2);
    }
    return {};
  }

  Status hex(size_t max_digits, bool braces) {
    const size_t from = i_ + 2 + (braces ? 1 : 0);
    size_t j = from;
    while (j < p_.size() && is_hex(p_[j]) && j - from < (braces ? 6 : max_digits)) ++j;
    const size_t digits = j - from;
    const bool closed = !braces || (j < p_.size() && p_[j] == '}');
    if (digits == 0 || !closed || (max_digits == 4 && digits != 4)) return refuse("a bad escape");
    const std::string value(p_.substr(from, digits));
    // Above 7F, \xHH is a raw byte in Oniguruma, not a character.
    if (!braces && max_digits == 2 && digits == 2 && value[0] >= '8') return refuse("\\x" + value);
    replace(j + (braces ? 1 : 0) - i_, "\\x{" + value + "}");
    return {};
  }

  Status property() {
    const size_t close = p_.find('}', i_);
    if (peek(2) != '{' || close == std::string_view::npos) return refuse("\\p without {...}");
    std::string_view name = p_.substr(i_ + 3, close - i_ - 3);
    bool negative = peek(1) == 'P';
    if (!name.empty() && name[0] == '^') {
      negative = !negative;
      name.remove_prefix(1);
    }
    const bool script = std::find(kScripts.begin(), kScripts.end(), name) != kScripts.end();
    if (!script && std::find(kCategories.begin(), kCategories.end(), name) == kCategories.end()) {
      return refuse("the property " + std::string(name));
    }
    replace(close + 1 - i_, std::string(negative ? "\\P{" : "\\p{") + (script ? "sc:" : "") +
                                std::string(name) + "}");
    return {};
  }

  Status char_class() {
    copy(1);
    if (peek() == '^') copy(1);
    if (peek() == ']') return refuse("a class that begins with ]");
    while (peek() != ']') {
      if (i_ >= p_.size()) return refuse("a class without ]");
      if (peek() == '[') return refuse("[ inside a class");
      if (peek() == '&' && peek(1) == '&') return refuse("&& inside a class");
      if (peek() == '\0') return refuse("a NUL character");
      if (peek() == '\\') {
        LEYDEN_TRY(escape(true));
      } else {
        copy(1);
      }
    }
    copy(1);
    return {};
  }

  std::string_view p_;
  size_t i_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> onig_to_pcre2(std::string_view pattern) { return Translator(pattern).run(); }

}  // namespace leyden
