// SPDX-License-Identifier: Apache-2.0
// From logits to the next token.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"

namespace leyden {

struct SamplingParams {
  float temperature = 0;  ///< 0: the largest logit, the smaller id on a tie
  float top_p = 1;        ///< (0, 1]
  int32_t top_k = 0;      ///< 0: off
  float min_p = 0;        ///< [0, 1): drop tokens below min_p * the largest probability
  float repetition_penalty = 1;  ///< > 0, on every token of prompt and answer
  float presence_penalty = 0;    ///< on tokens of the answer
  float frequency_penalty = 0;   ///< on tokens of the answer, per occurrence
  uint64_t seed = 0;
  std::vector<std::pair<int32_t, float>> logit_bias;

  /// kInvalidArgument names the field, what was expected and what came.
  Status validate(int64_t vocab_size) const;
};

/// One sequence's sampling state: the parameters, the tokens seen, and a step counter. The random
/// number of step n is a function of (seed, n) alone, so a restored sampler continues exactly.
/// Threads: one at a time.
class Sampler {
 public:
  /// @param answer_tokens  so many tokens at the prompt's end are the beginning of this answer: the
  ///                       sampler goes on as if it had chosen them
  Sampler(SamplingParams params, std::span<const int32_t> prompt, size_t answer_tokens = 0);

  /// Picks a token. Changes `logits` (penalties, bias). Tokens at -inf are never picked.
  /// Errors: kInternal when no finite logit is left.
  Result<int32_t> sample(std::span<float> logits);
  /// Tells the sampler what was appended to the answer.
  void accept(int32_t token);

  uint64_t step() const { return step_; }

 private:
  void apply_penalties(std::span<float> logits) const;

  SamplingParams params_;
  std::unordered_map<int32_t, int32_t> answer_counts_;
  std::unordered_map<int32_t, bool> seen_;
  uint64_t step_ = 0;
};

}  // namespace leyden
