// SPDX-License-Identifier: Apache-2.0
// Where verbatim stretches of the documents stand in an answer. White space does not count: layouts
// change it.
#include <algorithm>
#include <array>

#include "core/chat/sentences.h"
#include "core/dialogue/dialogue.h"

namespace leyden {
namespace {

constexpr size_t kShortestQuote = 12;  ///< bytes; shorter agreements say nothing
constexpr size_t kMostLines = 64;      ///< of a quoted passage

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// A text without white space, and where each byte came from.
struct Squeezed {
  std::string text;
  std::vector<size_t> origin;  ///< origin[i]: byte in the original of text[i]

  explicit Squeezed(std::string_view s) {
    text.reserve(s.size());
    origin.reserve(s.size());
    for (size_t i = 0; i < s.size(); ++i) {
      if (is_space(s[i])) continue;
      text.push_back(s[i]);
      origin.push_back(i);
    }
  }
};

struct Candidate {
  size_t begin = 0, end = 0;  ///< bytes of the answer
  int reference = -1;
  bool goes_on = false;  ///< over the end of the line: only where the passage does
};

Candidate trimmed(std::string_view s, Candidate c) {
  while (c.begin < c.end && is_space(s[c.begin])) ++c.begin;
  while (c.end > c.begin && is_space(s[c.end - 1])) --c.end;
  return c;
}

/// Lines that begin with a reference: what follows it, after the profile's separator, and with each of
/// the lines up to the next reference, for passages that have a heading.
void add_referenced(std::string_view s, const Profile& profile, std::vector<Candidate>* out) {
  if (profile.document.reference.empty()) return;
  size_t line = 0;
  while (line < s.size()) {
    const size_t end = std::min(s.find('\n', line), s.size());
    const auto [reference, length] = profile.match_reference(s.substr(line, end - line));
    if (reference >= 0) {
      Candidate c = trimmed(s, {line + length, end, reference});
      if (c.begin < c.end && s[c.begin] == '>') ++c.begin;
      out->push_back(trimmed(s, c));
      c.goes_on = true;
      for (size_t next = end + 1, lines = 0; next < s.size() && lines < kMostLines; ++lines) {
        c.end = std::min(s.find('\n', next), s.size());
        if (profile.match_reference(s.substr(next, c.end - next)).first >= 0) break;
        out->push_back(trimmed(s, c));
        next = c.end + 1;
      }
    }
    line = end + 1;
  }
}

}  // namespace

std::string without_white_space(std::string_view text) { return Squeezed(text).text; }

std::vector<std::pair<size_t, size_t>> quoted_ranges(std::string_view s) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kMarks{
      {{"\"", "\""}, {"“", "”"}, {"「", "」"}, {"«", "»"}}};
  std::vector<std::pair<size_t, size_t>> out;
  for (const auto& [open, close] : kMarks) {
    size_t at = 0;
    while ((at = s.find(open, at)) != std::string_view::npos) {
      const size_t begin = at + open.size(), end = s.find(close, begin);
      if (end == std::string_view::npos) break;
      if (end >= begin + kShortestQuote) out.emplace_back(begin, end);
      at = end + close.size();
    }
  }
  return out;
}

std::vector<Quote> find_quotes(std::string_view answer,
                               const std::vector<Dialogue::Document>& documents,
                               const Profile& profile,
                               const std::vector<PassageTokens>& passages) {
  std::vector<Candidate> candidates;
  add_referenced(answer, profile, &candidates);
  for (const auto& [begin, end] : quoted_ranges(answer)) candidates.push_back({begin, end});
  for (const Sentence& sentence : split_sentences(answer))
    candidates.push_back({sentence.begin, sentence.end});
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.end - a.begin > b.end - b.begin;
  });

  std::vector<Squeezed> texts;
  for (const auto& d : documents) texts.emplace_back(d.text);
  std::vector<Quote> quotes;
  for (const Candidate& c : candidates) {
    if (c.end < c.begin + kShortestQuote) continue;
    const bool overlaps = std::any_of(quotes.begin(), quotes.end(), [&](const Quote& q) {
      return c.begin < q.answer_end && q.answer_begin < c.end;
    });
    if (overlaps) continue;
    const std::string wanted = Squeezed(answer.substr(c.begin, c.end - c.begin)).text;
    const PassageTokens* cited = nullptr;
    for (const PassageTokens& p : passages)
      if (c.reference >= 0 && p.reference == c.reference) cited = &p;
    // The cited passage first, then anywhere.
    for (size_t pass = cited ? 0 : 1; pass < (c.goes_on ? 1 : 2); ++pass) {
      bool found = false;
      for (size_t d = 0; d < texts.size() && !found; ++d) {
        if (pass == 0 && d != cited->document) continue;
        const auto& origin = texts[d].origin;
        size_t from = 0;
        if (pass == 0)
          from = static_cast<size_t>(std::lower_bound(origin.begin(), origin.end(), cited->byte_begin) -
                                     origin.begin());
        const size_t at = texts[d].text.find(wanted, from);
        if (at == std::string::npos) continue;
        if (pass == 0 && origin[at] >= cited->byte_end) continue;
        quotes.push_back({c.begin, c.end, d, origin[at], origin[at + wanted.size() - 1] + 1});
        found = true;
      }
      if (found) break;
    }
  }
  std::sort(quotes.begin(), quotes.end(),
            [](const Quote& a, const Quote& b) { return a.answer_begin < b.answer_begin; });
  return quotes;
}

}  // namespace leyden
