// SPDX-License-Identifier: Apache-2.0
// lines -> paragraphs -> sentences, each step one pass over the bytes.
#include "core/chat/sentences.h"

#include <array>

#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr size_t kMaxSentence = 480;   // bytes
constexpr size_t kMinCut = 150;        // a forced cut comes no earlier
constexpr size_t kMinEnglish = 25;     // shorter sentences take the next one along
constexpr size_t kMinChinese = 36;     // 12 characters
constexpr size_t kMinTail = 20;        // a shorter end of a paragraph joins the sentence before

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alpha(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

/// The character at text[at] and its length; any byte that is not UTF-8 stands for itself.
Utf8Character at_character(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {byte, 1};
  const Utf8Step step = utf8_step(text.substr(at, 4));
  if (step.kind != Utf8Kind::kCharacter) return {0xFFFD, 1};
  return utf8_decode_valid(text.data() + at);
}

/// Han, kana, their punctuation, full-width forms.
bool is_unspaced(char32_t c) {
  return (c >= 0x2E80 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x20000 && c <= 0x3FFFF);
}
bool is_chinese_end(char32_t c) {
  return c == U'。' || c == U'！' || c == U'？' || c == U'；' || c == U'｡';
}
bool is_closer(char32_t c) {
  switch (c) {
    case '"': case '\'': case ')': case ']': case U'”': case U'’': case U'»':
    case U'」': case U'』': case U'）': case U'》': case U'】':
      return true;
    default:
      return false;
  }
}

/// Whether the word that ends in front of the full stop at `dot` usually goes on.
bool is_abbreviation(std::string_view text, size_t begin, size_t dot) {
  size_t start = dot;
  while (start > begin && dot - start < 12 && (is_alpha(text[start - 1]) || text[start - 1] == '.')) --start;
  const std::string_view word = text.substr(start, dot - start);
  if (word.size() == 1 && is_upper(word[0])) return true;
  static constexpr std::array<std::string_view, 32> kWords = {
      "e.g", "i.e", "etc", "vs",  "cf",  "Mr",  "Mrs", "Ms",  "Dr",  "St",  "No",
      "Nos", "Fig", "al",  "approx", "resp", "viz", "Sec", "Ch", "Vol", "Inc", "Ltd",
      "Jr",  "Sr",  "Prof", "Gen", "Art", "Eq", "ca",  "pp",  "ed",  "Co"};
  for (const std::string_view known : kWords) {
    if (word == known) return true;
  }
  return false;
}

/// End of the sentence whose end mark stands at `at` (length `bytes`), or 0 when it goes on.
size_t sentence_end(std::string_view text, size_t begin, size_t stop, size_t at, Utf8Character mark) {
  size_t end = at + mark.bytes;
  while (end < stop) {
    const Utf8Character next = at_character(text, end);
    if (!is_closer(next.code_point) && !is_chinese_end(next.code_point)) break;
    end += next.bytes;
  }
  if (is_chinese_end(mark.code_point)) return end - begin >= kMinChinese ? end : 0;
  if (end - begin < kMinEnglish || end >= stop || !is_space(text[end])) return 0;
  size_t next = end;
  while (next < stop && is_space(text[next])) ++next;
  if (next < stop && text[next] >= 'a' && text[next] <= 'z') return 0;
  if (mark.code_point == '.' && is_abbreviation(text, begin, at)) return 0;
  return end;
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  std::vector<Sentence> run() {
    size_t paragraph = text_.size();  // where the open one begins; text_.size() = none
    for (size_t line = 0; line < text_.size();) {
      const size_t feed = text_.find('\n', line);
      const size_t end = feed == std::string_view::npos ? text_.size() : feed;
      size_t first = line;
      while (first < end && is_space(text_[first])) ++first;
      const std::string_view trimmed = text_.substr(first, end - first);
      const bool fence = trimmed.starts_with("```");
      const size_t marks = in_code_ ? 0 : heading_marks(trimmed);
      const bool alone = trimmed.empty() || fence || in_code_ || marks > 0 || is_list_item(trimmed);
      if (alone && paragraph < text_.size()) {
        split_paragraph(paragraph, line);
        paragraph = text_.size();
      }
      if (marks > 0) {
        add_heading(first + marks, end);
      } else if (!trimmed.empty() && paragraph == text_.size()) {
        paragraph = first;
      }
      if (fence) in_code_ = !in_code_;
      line = end + 1;
    }
    if (paragraph < text_.size()) split_paragraph(paragraph, text_.size());
    return std::move(out_);
  }

 private:
  /// Bytes of "## " in front of a heading's text, 0 when the line is none.
  static size_t heading_marks(std::string_view line) {
    size_t n = 0;
    while (n < line.size() && line[n] == '#') ++n;
    if (n == 0 || n > 6 || n >= line.size() || (line[n] != ' ' && line[n] != '\t')) return 0;
    return n;
  }
  static bool is_list_item(std::string_view line) {
    if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ")) return true;
    if (line.starts_with("• ")) return true;
    size_t n = 0;
    while (n < line.size() && n < 4 && is_digit(line[n])) ++n;
    return n > 0 && n + 1 < line.size() && (line[n] == '.' || line[n] == ')') && line[n + 1] == ' ';
  }

  void add_heading(size_t begin, size_t end) {
    trim(&begin, &end);
    while (end > begin && text_[end - 1] == '#') --end;  // "## Title ##"
    trim(&begin, &end);
    if (begin == end) return;
    // A line that goes on for ever is no heading.
    if (end - begin > kMaxSentence) {
      split_paragraph(begin, end);
      return;
    }
    out_.push_back({begin, end, true, true});
  }

  void split_paragraph(size_t begin, size_t stop) {
    trim(&begin, &stop);
    if (begin == stop) return;
    const size_t first = out_.size();
    size_t comma = 0, space = 0;  // places for a forced cut, 0 = none yet
    for (size_t at = begin; at < stop;) {
      const Utf8Character c = at_character(text_, at);
      size_t end = 0;
      if (c.code_point == '.' || c.code_point == '!' || c.code_point == '?' || is_chinese_end(c.code_point)) {
        end = sentence_end(text_, begin, stop, at, c);
      }
      at += c.bytes;
      if (at - begin >= kMinCut) {
        if (is_space(text_[at - 1])) space = at;
        if (c.code_point == U'，' || c.code_point == U'、' || c.code_point == U'：' ||
            (is_space(text_[at - 1]) && at >= 2 && (text_[at - 2] == ',' || text_[at - 2] == ';'))) {
          comma = at;
        }
      }
      if (end == 0 && at - begin >= kMaxSentence) end = comma > 0 ? comma : space > 0 ? space : at;
      if (end == 0) continue;
      add(begin, end);
      begin = at = end;
      comma = space = 0;
    }
    add(begin, stop);
    if (out_.size() >= first + 2) {
      const Sentence tail = out_.back();
      Sentence& before = out_[out_.size() - 2];
      if (tail.end - tail.begin < kMinTail && tail.end - before.begin <= kMaxSentence) {
        before.end = tail.end;
        out_.pop_back();
      }
    }
    if (out_.size() > first) out_.back().ends_paragraph = true;
  }

  void add(size_t begin, size_t end) {
    trim(&begin, &end);
    if (begin < end) out_.push_back({begin, end, false, false});
  }
  void trim(size_t* begin, size_t* end) const {
    while (*begin < *end && is_space(text_[*begin])) ++*begin;
    while (*begin < *end && is_space(text_[*end - 1])) --*end;
  }

  std::string_view text_;
  std::vector<Sentence> out_;
  bool in_code_ = false;
};

}  // namespace

std::vector<Sentence> split_sentences(std::string_view text) { return Splitter(text).run(); }

bool begins_unspaced(std::string_view text) {
  return !text.empty() && is_unspaced(at_character(text, 0).code_point);
}

std::string single_spaced(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool before_unspaced = false;
  for (size_t at = 0; at < text.size();) {
    if (!is_space(text[at])) {
      const Utf8Character c = at_character(text, at);
      before_unspaced = is_unspaced(c.code_point);
      out += text.substr(at, c.bytes);
      at += c.bytes;
      continue;
    }
    bool line_break = false;
    for (; at < text.size() && is_space(text[at]); ++at) line_break = line_break || text[at] == '\n';
    if (!line_break || !before_unspaced || !begins_unspaced(text.substr(at))) out += ' ';
  }
  return out;
}

}  // namespace leyden
