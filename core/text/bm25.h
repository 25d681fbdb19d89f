// SPDX-License-Identifier: Apache-2.0
// BM25: which texts share the rare words of a query.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace leyden {

/// Characters of scripts without spaces between words: each counts alone.
bool is_cjk(uint32_t c);
/// Letters and digits, coarsely: everything above ASCII that is no punctuation block or CJK.
bool is_word(uint32_t c);
/// The words of a text as BM25 compares them: case folded (ASCII), English endings taken off, CJK
/// as overlapping pairs of characters. Order kept, repeats too.
std::vector<std::string> bm25_terms(std::string_view text);
/// The terms of a question: without the words that every question has.
std::vector<std::string> bm25_query_terms(std::string_view question);

/// An index over texts. Add all, then score.
/// Threads: const members from any thread.
/// Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009; k1 1.2, b 0.75.
class Bm25 {
 public:
  /// Returns the text's number, from 0.
  size_t add(std::string_view text);
  size_t size() const { return lengths_.size(); }

  struct Hit {
    size_t text = 0;
    double score = 0;
  };
  /// The best texts with a score above 0, best first; the earlier one on a tie.
  std::vector<Hit> best(const std::vector<std::string>& query, size_t limit) const;
  /// How rare a term is: ln(1 + (n - df + 0.5) / (df + 0.5)).
  double idf(const std::string& term) const;

 private:
  struct Posting {
    uint32_t text = 0;
    uint32_t count = 0;
  };
  std::unordered_map<std::string, std::vector<Posting>> postings_;
  std::vector<uint32_t> lengths_;
  double total_length_ = 0;
};

}  // namespace leyden
