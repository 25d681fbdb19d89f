// SPDX-License-Identifier: Apache-2.0
// The three splits in front of DeepSeek-V3 vocabularies, as one hand-written pass:
//   R1  \p{N}{1,3}
//   R2  runs of U+4E00..U+9FA5, U+3040..U+309F, U+30A0..U+30FF
//   R3  words, punctuation runs, line breaks, white space (chat.md section 2)
// Each split works on the pieces of the one before, so R3 sees windows that end at numbers and CJK
// runs; its look-ahead must not see further.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "core/text/pre_tokenizer.h"

namespace leyden {

/// The regexes R1, R2, R3 exactly as DeepSeek's files spell them.
std::span<const std::string_view> deepseek_patterns();

/// Sends the pieces of `text`, valid UTF-8, to `sink`.
void deepseek_split(std::string_view text, PieceSink* sink);

}  // namespace leyden
