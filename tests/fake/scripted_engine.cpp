// SPDX-License-Identifier: Apache-2.0
// A real engine over a tiny random model whose answers, pace and failures come from a script.
// Pages, batches, cancelling and everything above the engine are the product's own.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/chat/conversation.h"
#include "core/chat/format.h"
#include "core/chat/prompt.h"
#include "core/dialogue/open_engine.h"
#include "core/text/tokenizer.h"
#include "script_player.h"

namespace leyden {
namespace {

using Clock = std::chrono::steady_clock;

/// Chunks of a page: then a chunk's begin is known from its end, and progress comes often.
constexpr int64_t kChunkTokens = 64;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Stretches the reading of a prompt to the scripted speed.
class PacedPrefill {
 public:
  PacedPrefill(double tokens_per_s, int64_t known, int64_t total, const GenerateRequest& request)
      : tokens_per_s_(tokens_per_s), known_(known), total_(total), request_(request) {}

  /// After a chunk: reports what lies between, and comes back when the time is up.
  void operator()(const Progress& chunk) {
    const auto done = static_cast<int64_t>(chunk.done);
    int64_t at = std::max(known_, (done - 1) / kChunkTokens * kChunkTokens);
    known_ = done;
    if (tokens_per_s_ <= 0) return report(chunk, done);
    const auto begin = Clock::now();
    const double seconds = static_cast<double>(done - at) / tokens_per_s_;
    const int64_t first = at;
    while (at < done) {
      const double left = seconds - seconds_since(begin);
      if (left <= 0 || (request_.cancel && request_.cancel->cancelled())) break;
      wait_until(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                    std::chrono::duration<double>(std::min(left, 0.05))),
                 request_.cancel);
      at = std::min(done, first + static_cast<int64_t>(seconds_since(begin) * tokens_per_s_));
      if (at < done) report(chunk, at);
    }
    report(chunk, done);
  }

 private:
  void report(Progress progress, int64_t done) const {
    if (!request_.on_prefill) return;
    progress.done = static_cast<uint64_t>(done);
    progress.total = static_cast<uint64_t>(total_);
    if (tokens_per_s_ > 0) progress.eta_s = static_cast<double>(total_ - done) / tokens_per_s_;
    request_.on_prefill(progress);
  }

  double tokens_per_s_;
  int64_t known_;
  int64_t total_;
  const GenerateRequest& request_;
};

class ScriptedEngine final : public Engine {
 public:
  ScriptedEngine(Engine&& engine, Script script, std::shared_ptr<const Tokenizer> tokenizer)
      : Engine(std::move(engine)),
        script_(std::move(script)),
        tokenizer_(std::move(tokenizer)),
        played_(script_.answers.size()) {}

  Result<GenerateResult> generate(const std::shared_ptr<Sequence>& sequence,
                                  const GenerateRequest& request) override {
    LEYDEN_TRY(alive());
    // Reading ahead: nobody wants an answer.
    const bool reading = !request.on_token && request.max_tokens == 1;
    if (request.prompt.empty()) return Engine::generate(sequence, request);
    LEYDEN_ASSIGN(ScriptedAnswer answer, choose(request.prompt, reading));
    const auto total = static_cast<int64_t>(request.prompt.size());
    const auto known = static_cast<int64_t>(common_prefix(sequence->tokens(), request.prompt));
    PacedPrefill paced(answer.prefill.tokens_per_s, known, total, request);
    GenerateRequest scripted = request;
    scripted.on_prefill = [&](const Progress& progress) { paced(progress); };
    if (const auto& fail = answer.prefill.fail) {
      if (const int64_t read = std::min(answer.prefill.fail_at, total); read > 0) {
        scripted.prompt.resize(static_cast<size_t>(read));
        scripted.max_tokens = 1;
        scripted.on_token = nullptr;
        scripted.mask = nullptr;
        scripted.spans.clear();
        LEYDEN_ASSIGN(GenerateResult result, Engine::generate(sequence, scripted));
        if (result.finish == FinishReason::kCancelled) return result;
      }
      return note(fail->status);
    }
    if (reading) return Engine::generate(sequence, scripted);
    ScriptPlayer player(std::move(answer), tokenizer_, request);
    scripted.mask = [&](std::span<const int32_t> so_far, std::span<float> logits) {
      player.mask(so_far, logits);
    };
    scripted.on_token = [&](const TokenEvent& event) { return player.deliver(event); };
    Result<GenerateResult> result = player.outcome(Engine::generate(sequence, scripted));
    if (!result.ok()) return note(result.status());
    return result;
  }

  Status logits(std::span<const int32_t> tokens, const LogitsSink& sink, const ProgressFn& progress,
                const CancelToken* cancel) override {
    LEYDEN_TRY(alive());
    return Engine::logits(tokens, sink, progress, cancel);
  }

 private:
  /// A lost device stays lost.
  Status alive() {
    const std::lock_guard lock(mutex_);
    return lost_;
  }
  Status note(Status status) {
    const std::lock_guard lock(mutex_);
    if (status.code() == StatusCode::kDeviceLost) lost_ = status;
    return status;
  }

  /// The answer whose `when` stands last in what came since the last user mark.
  Result<ScriptedAnswer> choose(const std::vector<int32_t>& prompt, bool reading) {
    auto begin = prompt.begin();
    if (const auto user = tokenizer_->token_id(token::kUser)) {
      const auto last = std::find(prompt.rbegin(), prompt.rend(), *user);
      if (last != prompt.rend()) begin = last.base();
    }
    LEYDEN_ASSIGN(const std::string text, tokenizer_->decode(std::span(begin, prompt.end())));
    const std::lock_guard lock(mutex_);
    size_t best = script_.answers.size(), best_at = 0;
    for (size_t i = 0; i < script_.answers.size(); ++i) {
      const ScriptedAnswer& answer = script_.answers[i];
      if (answer.times > 0 && played_[i] >= answer.times) continue;
      const size_t found = answer.when.empty() ? 0 : text.rfind(answer.when);
      if (found == std::string::npos) continue;
      const size_t at = answer.when.empty() ? 0 : found + 1;
      if (best < script_.answers.size() && at <= best_at) continue;
      best = i;
      best_at = at;
    }
    if (best == script_.answers.size()) {
      if (reading) return ScriptedAnswer();
      return not_found("the script has no answer for \"" + text.substr(0, 80) + "\"");
    }
    if (!reading) ++played_[best];
    return script_.answers[best];
  }

  const Script script_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  std::mutex mutex_;
  std::vector<int64_t> played_;
  Status lost_;
};

/// Progress of an opening that takes a scripted time.
Status slow_open(int64_t ms, const ProgressFn& progress, const CancelToken* cancel) {
  constexpr uint64_t kBytes = 1 << 30;
  constexpr uint64_t kParts = 40;
  for (uint64_t part = 0; ms > 0 && part <= kParts; ++part) {
    if (cancel && cancel->cancelled()) return cancelled("open: cancelled while loading");
    if (part > 0) {
      wait_until(Clock::now() + std::chrono::microseconds(ms * 1000 / static_cast<int64_t>(kParts)),
                 cancel);
    }
    Progress p{"load", "bytes", kBytes / kParts * part, kBytes / kParts * kParts};
    const bool second = part * 2 > kParts;
    p.file = {second ? "model-00002-of-00002.safetensors" : "model-00001-of-00002.safetensors",
              second ? 2u : 1u, 2};
    p.eta_s = static_cast<double>(ms) * static_cast<double>(kParts - part) / kParts / 1000;
    if (progress) progress(p);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Engine>> open_engine(const std::filesystem::path& dir,
                                            const OpenOptions& options,
                                            const std::shared_ptr<ThreadPool>& pool,
                                            const ProgressFn& progress, const CancelToken* cancel) {
  LEYDEN_ASSIGN(const ChatTemplate chat, ChatTemplate::load(dir, options.chat_format));
  const char* named = std::getenv("LEYDEN_FAKE_SCRIPT");
  LEYDEN_ASSIGN(
      Script script,
      Script::load(named && *named ? std::filesystem::path(named) : dir / "script.json", chat));
  LEYDEN_ASSIGN(auto tokenizer, Tokenizer::load(dir / "tokenizer.json"));
  LEYDEN_TRY(slow_open(script.open_ms, progress, cancel));
  if (script.open_fail) return script.open_fail->status;
  LEYDEN_ASSIGN(
      std::shared_ptr<const Model> model,
      Model::load(dir, options.model, *pool, script.open_ms > 0 ? ProgressFn() : progress, cancel));
  EngineOptions engine;
  engine.chunk_tokens = kChunkTokens;
  engine.kv_bytes = options.kv_bytes;
  engine.store = options.store;
  LEYDEN_ASSIGN(const std::unique_ptr<Engine> real, Engine::create(std::move(model), pool, engine));
  return std::unique_ptr<Engine>(
      new ScriptedEngine(std::move(*real), std::move(script), std::move(tokenizer)));
}

}  // namespace leyden
