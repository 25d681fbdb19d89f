// SPDX-License-Identifier: Apache-2.0
#include "core/text/split_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "core/text/onig_pattern.h"
#include "core/text/unicode_class.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

// Old characters (Unicode 4 or before) of each category, with three and with four bytes of UTF-8.
struct StandIn {
  char32_t three, four;
};
StandIn stand_in(uint8_t category) {
  switch (category) {
    case U_UPPERCASE_LETTER:
      return {0x1E00, 0x10400};
    case U_LOWERCASE_LETTER:
      return {0x1E01, 0x10428};
    case U_MODIFIER_LETTER:
      return {0x0E46, 0x10780};
    case U_NON_SPACING_MARK:
      return {0x0941, 0x1D167};
    case U_COMBINING_SPACING_MARK:
      return {0x0903, 0x1D165};
    case U_ENCLOSING_MARK:
      return {0x20DD, 0x20DD};
    case U_DECIMAL_DIGIT_NUMBER:
      return {0x0966, 0x104A0};
    case U_LETTER_NUMBER:
      return {0x2160, 0x10140};
    case U_OTHER_NUMBER:
      return {0x2460, 0x10107};
    case U_DASH_PUNCTUATION:
      return {0x2010, 0x10EAD};
    case U_OTHER_PUNCTUATION:
      return {0x2020, 0x10100};
    case U_MATH_SYMBOL:
      return {0x2200, 0x1D6C1};
    case U_CURRENCY_SYMBOL:
      return {0x20A0, 0x1E2FF};
    case U_OTHER_SYMBOL:
      return {0x2600, 0x10137};
    case U_FORMAT_CHAR:
      return {0x200B, 0x1D173};
    default:
      return {0x0905, 0x10000};  // a letter without case
  }
}

struct Replacement {
  char32_t first, last, by;
};

// Every code point that this PCRE2 classes otherwise than Unicode 16.
std::vector<Replacement> find_replacements() {
  std::array<char, 64> version{};
  pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version.data());
  const int known = std::atoi(version.data());
  std::vector<Replacement> list;
  const auto add = [&list](char32_t c, char32_t by) {
    if (!list.empty() && list.back().last + 1 == c && list.back().by == by) {
      list.back().last = c;
    } else {
      list.push_back({c, c, by});
    }
  };
  for (char32_t c = 0x800; c < 0x110000; ++c) {
    const uint8_t category = unicode_category(c);
    if (c == 0x180E) {
      add(c, 0x200B);  // PCRE2's \s has it; White_Space has not since Unicode 6.3
    } else if (category == U_UNASSIGNED) {
      if (known > kUnicodeMajor) add(c, c < 0x10000 ? 0xFFFF : 0x1FFFF);
    } else {
      UVersionInfo age;
      u_charAge(static_cast<UChar32>(c), age);  // 0 for what only our own list knows
      const bool newer = age[0] == 0 || age[0] > known;
      if (!newer) continue;
      const StandIn by = stand_in(category);
      add(c, c < 0x10000 ? by.three : c >= 0x20000 ? 0x20000 : by.four);  // planes 2 and 3 are Han
    }
  }
  return list;
}

class Replacements {
 public:
  Replacements() : list_(find_replacements()), page_(0x110000 / 256, false) {
    for (const Replacement& r : list_) {
      for (char32_t p = r.first / 256; p <= r.last / 256; ++p) page_[p] = true;
    }
  }
  // What stands for c, or c.
  char32_t of(char32_t c) const {
    if (!page_[c / 256]) return c;
    const auto r = std::lower_bound(list_.begin(), list_.end(), c,
                                    [](const Replacement& x, char32_t v) { return x.last < v; });
    return r != list_.end() && c >= r->first ? r->by : c;
  }

 private:
  std::vector<Replacement> list_;
  std::vector<bool> page_;
};

const Replacements& replacements() {
  static const Replacements kReplacements;
  return kReplacements;
}

}  // namespace

struct SplitRegex::Code {
  pcre2_code* code = nullptr;
  ~Code() { pcre2_code_free(code); }
};

struct SplitRegex::Scratch::Memory {
  pcre2_match_data* match = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32 * 1024, 16 * 1024 * 1024, nullptr);
  Memory() { pcre2_jit_stack_assign(context, nullptr, stack); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    pcre2_jit_stack_free(stack);
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
  }
};

SplitRegex::Scratch::Scratch() = default;
SplitRegex::Scratch::~Scratch() = default;

SplitRegex::SplitRegex(std::unique_ptr<Code> code) : code_(std::move(code)) {}
SplitRegex::~SplitRegex() = default;

Result<std::shared_ptr<const SplitRegex>> SplitRegex::compile(std::string_view pattern) {
  LEYDEN_ASSIGN(const std::string translated, onig_to_pcre2(pattern));
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(context, 100);
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::make_unique<Code>();
  code->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                             PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
                             &error, &offset, context);
  pcre2_compile_context_free(context);
  if (code->code == nullptr) {
    std::array<unsigned char, 128> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return corrupt("regex \"" + std::string(pattern) + "\": expected it to compile, found: " +
                   reinterpret_cast<const char*>(text.data()));
  }
  pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE);  // without JIT it is slower, nothing else
  replacements();                                     // pay for the table now
  return std::shared_ptr<const SplitRegex>(new SplitRegex(std::move(code)));
}

std::string_view SplitRegex::subject(std::string_view text, std::string* storage) {
  const Replacements& table = replacements();
  bool copied = false;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const Utf8Character c = utf8_decode_valid(text.data() + i);
    const char32_t by = table.of(c.code_point);
    if (by != c.code_point) {
      std::string bytes;
      utf8_append(by, &bytes);
      if (!copied) storage->assign(text);
      copied = true;
      if (bytes.size() == c.bytes) storage->replace(i, c.bytes, bytes);
    }
    i += c.bytes;
  }
  return copied ? std::string_view(*storage) : text;
}

SplitRegex::Match SplitRegex::find(std::string_view subject, size_t from, Scratch* scratch) const {
  if (scratch->memory_ == nullptr) scratch->memory_ = std::make_unique<Scratch::Memory>();
  Scratch::Memory& m = *scratch->memory_;
  const auto run = [&](uint32_t options) {
    return pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(),
                       from, PCRE2_NO_UTF_CHECK | options, m.match, m.context);
  };
  int rc = run(0);
  if (rc == PCRE2_ERROR_JIT_STACKLIMIT) rc = run(PCRE2_NO_JIT);  // the interpreter uses the heap
  if (rc < 0) return {};
  const PCRE2_SIZE* range = pcre2_get_ovector_pointer(m.match);
  return {range[0], range[1], true};
}

}  // namespace leyden
