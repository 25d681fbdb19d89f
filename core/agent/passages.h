// SPDX-License-Identifier: Apache-2.0
// A page's text cut into passages of a few sentences: what searches rank and answers quote.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace leyden {

struct TextRange {
  size_t begin = 0;  ///< bytes
  size_t end = 0;
};

/// Runs of whole sentences of min_tokens to about max_tokens (estimated without a tokenizer). A
/// passage ends at a paragraph's end once it has min_tokens, and in front of a heading. Cost:
/// linear.
std::vector<TextRange> cut_passages(std::string_view text, size_t min_tokens = 40,
                                    size_t max_tokens = 100);

}  // namespace leyden
