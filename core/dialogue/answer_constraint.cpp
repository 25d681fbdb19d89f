// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/answer_constraint.h"

#include <algorithm>
#include <limits>

#include "core/chat/prompt.h"
#include "core/dialogue/call_grammar.h"
#include "core/grammar/json_schema.h"

namespace leyden {

Result<std::unique_ptr<AnswerConstraint>> AnswerConstraint::create(
    const ConstraintRequest& request, const ChatTemplate& chat,
    std::shared_ptr<const Tokenizer> tokenizer, std::shared_ptr<const TokenTrie> trie,
    std::vector<std::string>* notices) {
  std::unique_ptr<AnswerConstraint> none;
  if (request.schema.empty() && request.tools.empty()) return none;
  if (!request.schema.empty() && !request.tools.empty())
    return invalid_argument("ask: a schema for the answer and tools do not go together");
  std::unique_ptr<AnswerConstraint> out(new AnswerConstraint);
  auto grammar = std::make_shared<Grammar>();
  const bool v31 = chat.format == ChatFormat::kV32Exp;
  NodeId root = 0;
  if (!request.schema.empty()) {
    LEYDEN_ASSIGN(root, add_json_schema(request.schema, grammar.get()));
    out->active_ = true;
  } else {
    const Result<NodeId> calls =
        add_calls(request.tools, chat.format, *tokenizer, grammar.get(), notices);
    if (!calls.ok()) {
      notices->push_back("tool calls are not constrained: " + calls.status().message());
      return none;
    }
    root = *calls;
    if (v31) {
      out->trigger_id_ = tokenizer->token_id(token::kCallsBegin).value_or(-1);
      for (const std::string_view mark :
           {token::kCallBegin, token::kSep, token::kCallEnd, token::kCallsEnd})
        if (const auto id = tokenizer->token_id(mark)) out->out_of_place_.push_back(*id);
    } else {
      out->trigger_text_ = kDsmlBlockBegin;
    }
  }
  if (!grammar->finish(root)) return invalid_argument("schema: nothing can satisfy it");
  if (request.thinking && out->active_) {
    out->active_ = false;
    out->trigger_id_ = tokenizer->token_id(token::kThinkEnd).value_or(-1);
  }
  out->tokenizer_ = tokenizer;
  out->constraint_ =
      std::make_unique<TokenConstraint>(std::move(grammar), std::move(trie), tokenizer);
  return out;
}

void AnswerConstraint::take_free(int32_t token) {
  if (trigger_text_.empty()) {
    active_ = token == trigger_id_;
    return;
  }
  tail_ += tokenizer_->token_bytes(token);
  const size_t at = tail_.find(trigger_text_);
  if (at == std::string::npos) {
    if (tail_.size() > trigger_text_.size()) tail_.erase(0, tail_.size() - trigger_text_.size());
    return;
  }
  // What the token wrote behind the trigger must fit too; else the block is left to the parser.
  active_ = constraint_->accept_bytes(std::string_view(tail_).substr(at + trigger_text_.size()));
  tail_.clear();
}

void AnswerConstraint::take(std::span<const int32_t> answer) {
  for (; taken_ < answer.size(); ++taken_) {
    if (active_) {
      constraint_->accept(answer[taken_]);
    } else {
      take_free(answer[taken_]);
    }
  }
}

void AnswerConstraint::mask(std::span<const int32_t> answer, std::span<float> logits,
                            std::span<const int32_t> end_ids, uint64_t remaining) {
  take(answer);
  if (active_) return constraint_->mask(logits, end_ids, remaining);
  for (const int32_t id : out_of_place_)
    logits[static_cast<size_t>(id)] = -std::numeric_limits<float>::infinity();
}

bool AnswerConstraint::complete(std::span<const int32_t> answer) {
  take(answer);
  return !active_ || constraint_->complete();
}

}  // namespace leyden
