// SPDX-License-Identifier: Apache-2.0
// What an answer may be, while it is sampled: JSON under a schema, or free text in which tool calls
// stand under their tools' schemas.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/chat/format.h"
#include "core/grammar/token_constraint.h"

namespace leyden {

struct ConstraintRequest {
  std::string schema;           ///< the whole answer is JSON under it; empty: free
  std::vector<ToolSpec> tools;  ///< that may be called; empty: none
  bool thinking = false;        ///< the answer begins behind `</think>`
};

/// One answer's constraint. Threads: one at a time.
class AnswerConstraint {
 public:
  /// Null where nothing has to be constrained.
  /// Errors: those of add_json_schema for `schema`; kInvalidArgument for a schema together with
  /// tools.
  /// @param[out] notices  appended: what a tool's schema asks for and is not enforced
  static Result<std::unique_ptr<AnswerConstraint>> create(
      const ConstraintRequest& request, const ChatTemplate& chat,
      std::shared_ptr<const Tokenizer> tokenizer, std::shared_ptr<const TokenTrie> trie,
      std::vector<std::string>* notices);

  /// Masks the logits of what may not come after `answer`.
  /// @param end_ids    tokens that end the answer
  /// @param remaining  tokens that may still be written
  void mask(std::span<const int32_t> answer, std::span<float> logits,
            std::span<const int32_t> end_ids, uint64_t remaining);
  /// Whether `answer` is complete under the grammar; true where it is free.
  bool complete(std::span<const int32_t> answer);

 private:
  AnswerConstraint() = default;
  void take(std::span<const int32_t> answer);
  void take_free(int32_t token);

  std::shared_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<TokenConstraint> constraint_;
  bool active_ = false;                ///< the grammar holds from here on
  int32_t trigger_id_ = -1;            ///< this token makes it active,
  std::string trigger_text_;           ///< or this text
  std::string tail_;                   ///< the end of the free text
  std::vector<int32_t> out_of_place_;  ///< never written while it is not active
  size_t taken_ = 0;                   ///< tokens of the answer seen so far
};

}  // namespace leyden
