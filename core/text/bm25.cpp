// SPDX-License-Identifier: Apache-2.0
#include "core/text/bm25.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr std::array<std::string_view, 78> kQuestionWords{
    "a",    "about",   "all",   "an",     "and",    "any",    "are",      "as",   "at",   "be",
    "been", "by",      "can",   "could",  "did",    "do",     "does",     "for",  "from", "had",
    "has",  "have",    "how",   "i",      "if",     "in",     "into",     "is",   "it",   "its",
    "kind", "library", "many",  "me",     "much",   "must",   "my",       "of",   "on",   "one",
    "or",   "our",     "out",   "please", "search", "should", "so",       "some", "tell", "than",
    "that", "the",     "their", "them",   "then",   "there",  "these",    "they", "this", "to",
    "was",  "we",      "were",  "what",   "when",   "where",  "which",    "who",  "whom", "whose",
    "why",  "will",    "with",  "would",  "you",    "your",   "document", "it"};

void take_off(std::string* word, std::string_view ending, size_t keep,
              std::string_view instead = {}) {
  if (word->size() < ending.size() + keep || !word->ends_with(ending)) return;
  word->resize(word->size() - ending.size());
  *word += instead;
}

/// A light English stemmer: plural, -ed, -ing, -ly; what is left need not be a word.
void stem(std::string* word) {
  if (word->size() < 4) return;
  const size_t before = word->size();
  take_off(word, "ies", 2, "y");
  if (word->size() == before && !word->ends_with("ss") && !word->ends_with("us"))
    take_off(word, "s", 3);
  for (const std::string_view ending : {"ing", "ed", "ly"}) {
    const size_t size = word->size();
    take_off(word, ending, 3);
    if (word->size() == size) continue;
    const size_t n = word->size();  // "running" -> "runn" -> "run"
    if (n > 3 && (*word)[n - 1] == (*word)[n - 2] && (*word)[n - 1] != 'l' && (*word)[n - 1] != 's')
      word->pop_back();
    break;
  }
  take_off(word, "e", 3);
}

}  // namespace

bool is_cjk(uint32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xAC00 && c <= 0xD7AF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_word(uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (c < 0xC0 || c == 0xD7 || c == 0xF7) return false;
  return !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) &&
         !(c >= 0xFF00 && c <= 0xFF0F);
}

std::vector<std::string> bm25_terms(std::string_view text) {
  std::vector<std::string> terms;
  std::string word;
  std::string_view last_cjk;
  const auto end_word = [&] {
    if (word.empty()) return;
    stem(&word);
    terms.push_back(std::move(word));
    word.clear();
  };
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text.substr(at));
    const std::string_view bytes = text.substr(at, step.bytes);
    at += step.bytes;
    const uint32_t c = step.kind == Utf8Kind::kCharacter
                           ? uint32_t{utf8_decode_valid(bytes.data()).code_point}
                           : ' ';
    if (is_cjk(c)) {
      end_word();
      if (!last_cjk.empty()) terms.push_back(std::string(last_cjk) + std::string(bytes));
      last_cjk = bytes;
      continue;
    }
    last_cjk = {};
    if (is_word(c)) {
      word += bytes;
      if (c < 0x80) word.back() = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    } else if (c != '\'' && c != 0x2019) {
      end_word();
    } else if (text.substr(at, 1) == "s") {  // "ship's"
      end_word();
      ++at;
    }
  }
  end_word();
  return terms;
}

std::vector<std::string> bm25_query_terms(std::string_view question) {
  std::vector<std::string> all = bm25_terms(question), out;
  for (std::string& term : all) {
    bool common = false;
    for (const std::string_view w : kQuestionWords) {
      std::string stemmed(w);
      stem(&stemmed);
      common |= term == stemmed;
    }
    if (!common && std::find(out.begin(), out.end(), term) == out.end()) out.push_back(term);
  }
  return out.empty() ? all : out;
}

size_t Bm25::add(std::string_view text) {
  const auto number = static_cast<uint32_t>(lengths_.size());
  const std::vector<std::string> terms = bm25_terms(text);
  for (const std::string& term : terms) {
    std::vector<Posting>& list = postings_[term];
    if (list.empty() || list.back().text != number) list.push_back({number, 0});
    ++list.back().count;
  }
  lengths_.push_back(static_cast<uint32_t>(terms.size()));
  total_length_ += static_cast<double>(terms.size());
  return number;
}

double Bm25::idf(const std::string& term) const {
  const auto found = postings_.find(term);
  const double df = found == postings_.end() ? 0 : static_cast<double>(found->second.size());
  return std::log(1 + (static_cast<double>(size()) - df + 0.5) / (df + 0.5));
}

std::vector<Bm25::Hit> Bm25::best(const std::vector<std::string>& query, size_t limit) const {
  constexpr double k1 = 1.2, b = 0.75;
  std::vector<double> score(size(), 0);
  const double mean = size() > 0 ? std::max(total_length_ / static_cast<double>(size()), 1.0) : 1;
  for (const std::string& term : query) {
    const auto found = postings_.find(term);
    if (found == postings_.end()) continue;
    const double rare = idf(term);
    for (const Posting& p : found->second) {
      const double f = p.count;
      score[p.text] += rare * f * (k1 + 1) / (f + k1 * (1 - b + b * lengths_[p.text] / mean));
    }
  }
  std::vector<Hit> hits;
  for (size_t i = 0; i < score.size(); ++i)
    if (score[i] > 0) hits.push_back({i, score[i]});
  const size_t n = std::min(limit, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(n), hits.end(),
                    [](const Hit& x, const Hit& y) {
                      return x.score != y.score ? x.score > y.score : x.text < y.text;
                    });
  hits.resize(n);
  return hits;
}

}  // namespace leyden
