// SPDX-License-Identifier: Apache-2.0
#include "script_player.h"

#include <algorithm>
#include <csignal>
#include <limits>
#include <thread>

#include "core/chat/prompt.h"

namespace leyden {
namespace {

using Clock = std::chrono::steady_clock;
constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

Clock::duration milliseconds(double ms) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms));
}

}  // namespace

void wait_until(Clock::time_point due, const CancelToken* cancel) {
  while (Clock::now() < due && !(cancel && cancel->cancelled()))
    std::this_thread::sleep_for(std::min<Clock::duration>(due - Clock::now(), milliseconds(5)));
}

ScriptPlayer::ScriptPlayer(ScriptedAnswer answer, std::shared_ptr<const Tokenizer> tokenizer,
                           const GenerateRequest& request)
    : answer_(std::move(answer)), tokenizer_(std::move(tokenizer)), request_(request) {
  const auto think = tokenizer_->token_id(token::kThink);
  thinking_ = think && request.prompt.back() == *think;
}

/// The next token of a step that writes; nothing when the step is over.
std::optional<int32_t> ScriptPlayer::token_of(const ScriptStep& step) {
  if (!encoded_) {
    encoded_ = true;
    next_id_ = 0;
    ids_ = tokenizer_->encode(step.text);
    if (step.kind == ScriptStep::Kind::kText && thinking_) {
      thinking_ = false;
      if (const auto end = tokenizer_->token_id(token::kThinkEnd)) ids_.insert(ids_.begin(), *end);
    } else if (step.kind == ScriptStep::Kind::kThinking && !thinking_) {
      ids_.clear();  // nobody asked it to reason
    }
  }
  if (next_id_ < ids_.size()) return ids_[next_id_++];
  encoded_ = false;
  return {};
}

/// Plays on to the next token; nothing at the end, or on a failure.
std::optional<int32_t> ScriptPlayer::next_token() {
  for (; step_ < answer_.steps.size(); ++step_) {
    const ScriptStep& step = answer_.steps[step_];
    switch (step.kind) {
      case ScriptStep::Kind::kThinking:
      case ScriptStep::Kind::kText:
        if (const auto token = token_of(step)) return token;
        break;
      case ScriptStep::Kind::kWait:
        wait_until(Clock::now() + std::chrono::milliseconds(step.wait_ms), request_.cancel);
        paced_ = false;
        break;
      case ScriptStep::Kind::kEvidence:
        mass_.emplace(request_.spans.size(), 0.0f);
        for (const auto& [passage, share] : step.shares)
          if (passage < mass_->size()) (*mass_)[passage] = share;
        break;
      case ScriptStep::Kind::kFail:
        failure_ = step.fail->status;
        return {};
      case ScriptStep::Kind::kKill:
        std::raise(SIGKILL);
        break;
    }
  }
  if (thinking_) {
    thinking_ = false;
    return tokenizer_->token_id(token::kThinkEnd);
  }
  return {};
}

void ScriptPlayer::mask(std::span<const int32_t> answer, std::span<float> logits) {
  if (request_.mask) request_.mask(answer, logits);
  if (!waiting_) {
    waiting_ = next_token();
    if (!waiting_ && !failure_ && !request_.stop_ids.empty()) waiting_ = request_.stop_ids[0];
  }
  if (waiting_ && answer_.token_ms > 0) {
    due_ = paced_ ? due_ + milliseconds(answer_.token_ms) : Clock::now();
    paced_ = true;
    wait_until(due_, request_.cancel);
  }
  const bool cancelled = request_.cancel && request_.cancel->cancelled();
  if (!waiting_ || cancelled) return stop(cancelled, logits);
  float& chosen = logits[static_cast<size_t>(*waiting_)];
  if (chosen == kMinusInfinity) return;
  const float keep = chosen;
  std::fill(logits.begin(), logits.end(), kMinusInfinity);
  chosen = keep;
  waiting_.reset();
}

/// Ends the answer without a stop id: deliver() drops the token that is sampled now.
void ScriptPlayer::stop(bool cancelled, std::span<float> logits) {
  stopped_ = cancelled ? FinishReason::kCancelled : FinishReason::kStop;
  const auto& stop_ids = request_.stop_ids;
  int32_t dropped = 0;
  while (std::find(stop_ids.begin(), stop_ids.end(), dropped) != stop_ids.end()) ++dropped;
  std::fill(logits.begin(), logits.end(), kMinusInfinity);
  logits[static_cast<size_t>(dropped)] = 0;
}

bool ScriptPlayer::deliver(const TokenEvent& event) {
  if (stopped_) return false;
  if (!request_.on_token) return true;
  TokenEvent told = event;
  if (mass_ && event.mass) {
    told.mass = &*mass_;
    told.background = nullptr;
  }
  return request_.on_token(told);
}

Result<GenerateResult> ScriptPlayer::outcome(Result<GenerateResult> result) const {
  if (failure_) return *failure_;
  if (!result.ok()) return result;
  if (stopped_) {
    result->tokens.pop_back();
    result->finish = *stopped_;
  }
  if (mass_) result->background.assign(result->background.size(), 0.0f);
  return result;
}

}  // namespace leyden
