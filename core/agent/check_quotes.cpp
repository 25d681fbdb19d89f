// SPDX-License-Identifier: Apache-2.0
#include "core/agent/check_quotes.h"

#include <algorithm>

#include "core/dialogue/dialogue.h"

namespace leyden {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// The n-th byte of `text` that is no white space.
size_t nth_solid(std::string_view text, size_t n) {
  for (size_t i = 0; i < text.size(); ++i)
    if (!is_space(text[i]) && n-- == 0) return i;
  return text.size();
}

/// The number a line begins with, and where what follows it begins; {-1, 0} without. Profiles
/// without references use "[n]".
std::pair<int, size_t> leading_reference(std::string_view line, const Profile& profile) {
  if (!profile.document.reference.empty()) return profile.match_reference(line);
  size_t at = 1;
  int number = 0;
  while (at < line.size() && at < 7 && line[at] >= '0' && line[at] <= '9')
    number = number * 10 + (line[at++] - '0');
  if (line.empty() || line[0] != '[' || at == 1 || at >= line.size() || line[at] != ']')
    return {-1, 0};
  return {number, at + 1};
}

/// Where the quote that begins at `line` ends: before the next line that names a passage, or the
/// value.
size_t quote_end(std::string_view answer, size_t line, const Profile& profile) {
  std::string_view value = profile.answer.value;
  value = value.substr(0, value.find("{value}"));
  while (!value.empty() && value[0] == '\n') value.remove_prefix(1);
  for (size_t at = answer.find('\n', line); at != std::string_view::npos;
       at = answer.find('\n', at + 1)) {
    const std::string_view rest = answer.substr(at + 1);
    if (leading_reference(rest, profile).first >= 0) return at;
    if (!value.empty() && rest.starts_with(value)) return at;
  }
  return answer.size();
}

}  // namespace

std::vector<CheckedQuote> check_quotes(std::string_view answer, const Profile& profile,
                                       const std::vector<NumberedPassage>& passages) {
  std::vector<CheckedQuote> quotes;
  for (size_t line = 0; line < answer.size();) {
    size_t end = std::min(answer.find('\n', line), answer.size());
    const auto [reference, length] = leading_reference(answer.substr(line, end - line), profile);
    if (reference >= 0) end = quote_end(answer, line, profile);
    if (reference >= 0) {
      CheckedQuote quote;
      quote.reference = reference;
      quote.answer_begin = line + length;
      quote.answer_end = end;
      while (quote.answer_begin < end &&
             (is_space(answer[quote.answer_begin]) || answer[quote.answer_begin] == '>'))
        ++quote.answer_begin;
      const auto named =
          std::find_if(passages.begin(), passages.end(),
                       [&](const NumberedPassage& p) { return p.reference == quote.reference; });
      if (named != passages.end()) {
        quote.passage = named->passage;
        const std::string wanted =
            without_white_space(answer.substr(quote.answer_begin, end - quote.answer_begin));
        const size_t at = without_white_space(named->passage.text).find(wanted);
        quote.verified = at != std::string::npos;
        if (quote.verified && !wanted.empty()) {
          quote.begin = nth_solid(named->passage.text, at);
          quote.end = nth_solid(named->passage.text, at + wanted.size() - 1) + 1;
        }
      }
      quotes.push_back(std::move(quote));
    }
    line = end + 1;
  }
  return quotes;
}

}  // namespace leyden
