// SPDX-License-Identifier: Apache-2.0
// A rendered prompt as token ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/status.h"
#include "core/chat/prompt.h"

namespace leyden {

class Tokenizer;

/// Tokens [begin, end).
struct TokenRange {
  size_t begin = 0;
  size_t end = 0;
  size_t size() const { return end - begin; }
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

struct Tokenized {
  std::vector<int32_t> ids;
  std::vector<TokenRange> spans;  ///< parallel to Rendered::spans()
};

/// Encodes text pieces with added tokens ignored and control pieces by name. A token belongs to the
/// span that holds its first byte.
/// @param documents  the ids that stand in the place marked by Rendered::documents()
/// Errors: kInvalidArgument when the vocabulary lacks a control piece's token.
Result<Tokenized> tokenize(const Rendered& rendered, const Tokenizer& tokenizer,
                           const std::vector<int32_t>* documents = nullptr);

}  // namespace leyden
