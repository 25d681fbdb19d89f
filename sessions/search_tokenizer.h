// SPDX-License-Identifier: Apache-2.0
// How text becomes search terms, for the index and for queries alike.
//
//   CJK runs (Han, kana, Hangul)    overlapping bigrams, and the last character alone, so that one
//                                   character is found as a prefix:  深度学习 -> 深度 度学 学习 习
//   Thai, Lao, Khmer, Burmese       ICU's dictionary words
//   other letters, marks, digits    one word a run
//   terms are NFKC case-folded, and combining accents are dropped: Café -> cafe
//
// Registered with FTS5 as the tokenizer "leyden". The terms of stored text never change between
// releases without a catalogue version that rebuilds the index.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sessions/sqlite_database.h"

namespace leyden {

/// One term and the bytes of the text it came from.
struct SearchTerm {
  std::string_view text;  ///< folded; valid during the call
  size_t begin = 0, end = 0;
};

/// Calls `take` for each term in order; stops when it answers false.
/// @param for_query  leaves out the lone last character of CJK runs longer than one
/// Threads: reentrant. Invalid UTF-8 is treated as separators.
void split_search_terms(std::string_view text, bool for_query,
                        const std::function<bool(const SearchTerm&)>& take);

/// The indexed terms that begin with `prefix` (folded), or none when there are too many to list.
using Completions = std::function<Result<std::vector<std::string>>(std::string_view prefix)>;

/// The FTS5 expression for what a user typed: every word must occur, "quoted words" as a phrase, the
/// last word also as a prefix. Empty when there is nothing to look for. No syntax of FTS5 passes
/// through.
/// @param complete  what a prefix of more than `indexed` characters is spelled out with: FTS5 gathers
///                  all matches of a prefix that is no term of its index before it answers the first
/// Errors: those of `complete`.
Result<std::string> search_expression(std::string_view typed, size_t indexed = SIZE_MAX,
                                      const Completions& complete = {});

/// Makes the tokenizer known to a connection.
Status register_search_tokenizer(Database& db);

}  // namespace leyden
