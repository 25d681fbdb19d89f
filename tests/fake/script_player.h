// SPDX-License-Identifier: Apache-2.0
// One scripted answer while it is played: which token comes next, when, and what goes wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/engine/engine.h"
#include "core/text/tokenizer.h"
#include "script.h"

namespace leyden {

/// Sleeps until `due`, or shorter when `cancel` is requested.
void wait_until(std::chrono::steady_clock::time_point due, const CancelToken* cancel);

/// Threads: the scheduler's, one call at a time.
class ScriptPlayer {
 public:
  ScriptPlayer(ScriptedAnswer answer, std::shared_ptr<const Tokenizer> tokenizer,
               const GenerateRequest& request);

  /// Leaves the next scripted token alone in the logits. A token that a constraint of the request
  /// has forbidden waits for its turn: the constraint's choice stands.
  void mask(std::span<const int32_t> answer, std::span<float> logits);
  /// Hands a token on, with scripted evidence. False ends the answer.
  bool deliver(const TokenEvent& event);
  /// What became of the engine's result: a scripted failure, or the result as the script wants it.
  Result<GenerateResult> outcome(Result<GenerateResult> result) const;

 private:
  std::optional<int32_t> next_token();
  std::optional<int32_t> token_of(const ScriptStep& step);
  void stop(bool cancelled, std::span<float> logits);

  ScriptedAnswer answer_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  const GenerateRequest& request_;

  size_t step_ = 0;
  std::vector<int32_t> ids_;  ///< of the current step, once it has been encoded
  size_t next_id_ = 0;
  bool encoded_ = false;
  bool thinking_ = false;           ///< the reasoning is open
  std::optional<int32_t> waiting_;  ///< chosen, but not taken yet
  std::chrono::steady_clock::time_point due_;
  bool paced_ = false;
  std::optional<SpanMass> mass_;
  std::optional<Status> failure_;
  std::optional<FinishReason> stopped_;  ///< no token comes any more, and no stop id says so
};

}  // namespace leyden
