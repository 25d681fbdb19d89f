// SPDX-License-Identifier: Apache-2.0
// Reads and checks a Hugging Face tokenizer.json; what comes out contradicts itself nowhere.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/text/added_tokens.h"
#include "core/text/bpe.h"
#include "core/text/pre_tokenizer.h"

namespace leyden {

inline constexpr size_t kMaxTokenizerFileBytes = size_t{256} << 20;
inline constexpr int64_t kMaxTokenId = (1 << 22) - 1;

struct TokenizerSpec {
  std::vector<std::string> tokens;  ///< bytes by id, empty for a hole
  std::vector<bool> is_added;       ///< by id
  std::vector<bool> is_special;     ///< by id
  std::vector<bool> is_byte_level;  ///< by id: spelt in byte symbols, in the model's vocabulary
  std::vector<AddedToken> added_tokens;
  std::array<int32_t, 256> byte_ids{};  ///< the ids of the single bytes
  std::vector<Bpe::Merge> merges;       ///< in rank order
  bool ignore_merges = false;           ///< a piece that is a token needs no merges
  PreTokenizer::Options pre_tokenizer;
};

/// Errors: kCorrupt, kUnsupported; messages begin with `name` and the field.
Result<TokenizerSpec> parse_tokenizer_json(std::string_view json, const std::string& name);

}  // namespace leyden
