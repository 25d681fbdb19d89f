// SPDX-License-Identifier: Apache-2.0
#include "core/engine/engine.h"

#include "core/engine/forward.h"
#include "core/engine/scheduler.h"

namespace leyden {
namespace {

Status check_tokens(const Model& model, std::span<const int32_t> tokens) {
  if (tokens.empty()) return invalid_argument("engine: no tokens given, expected at least one");
  const int64_t vocab = model.config().vocab_size;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || tokens[i] >= vocab)
      return invalid_argument("engine: token id " + std::to_string(tokens[i]) + " at index " +
                              std::to_string(i) + ", expected 0.." + std::to_string(vocab - 1));
  }
  return {};
}

Status overflow(int64_t tokens, int64_t extra, int64_t limit) {
  return Status(StatusCode::kContextOverflow,
                "context: " + std::to_string(tokens) + " prompt tokens" +
                    (extra > 0 ? " and " + std::to_string(extra) + " to generate" : std::string()) +
                    " do not fit the model's " + std::to_string(limit));
}

}  // namespace

const char* finish_reason_name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
      return "stop";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kCancelled:
      return "cancelled";
    case FinishReason::kCallback:
      return "stopped_by_caller";
  }
  return "unknown";
}

Engine::Engine(std::unique_ptr<Scheduler> scheduler, int threads)
    : scheduler_(std::move(scheduler)), threads_(threads) {}
Engine::Engine(Engine&& other) noexcept = default;
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create(std::shared_ptr<const Model> model,
                                               std::shared_ptr<ThreadPool> pool,
                                               std::unique_ptr<Network> network,
                                               const EngineOptions& options) {
  if (options.chunk_tokens < 1)
    return invalid_argument("engine: chunk_tokens " + std::to_string(options.chunk_tokens) +
                            ", expected at least 1");
  EngineOptions o = options;
  if (o.kv_bytes == 0) o.kv_bytes = network->default_kv_bytes();
  const int threads = pool->size();
  return std::unique_ptr<Engine>(new Engine(
      std::make_unique<Scheduler>(std::move(model), std::move(pool), std::move(network), o),
      threads));
}

Result<std::unique_ptr<Engine>> Engine::create(std::shared_ptr<const Model> model,
                                               std::shared_ptr<ThreadPool> pool,
                                               const EngineOptions& options) {
  auto network = std::make_unique<Forward>(model, *pool);
  return create(std::move(model), std::move(pool), std::move(network), options);
}

std::shared_ptr<Sequence> Engine::new_sequence() { return std::make_shared<Sequence>(); }

Result<std::shared_ptr<Sequence>> Engine::fork(const std::shared_ptr<Sequence>& sequence,
                                               int64_t n) {
  return scheduler_->fork(*sequence, n);
}

Result<GenerateResult> Engine::generate(const std::shared_ptr<Sequence>& sequence,
                                        const GenerateRequest& request) {
  const ModelConfig& c = model().config();
  LEYDEN_TRY(check_tokens(model(), request.prompt));
  LEYDEN_TRY(request.sampling.validate(c.vocab_size));
  const int64_t prompt = static_cast<int64_t>(request.prompt.size());
  if (prompt >= c.max_seq_len || prompt + request.max_tokens > c.max_seq_len)
    return overflow(prompt, request.max_tokens, c.max_seq_len);
  if (request.answer_tokens < 0 || request.answer_tokens >= prompt)
    return invalid_argument("engine: answer_tokens " + std::to_string(request.answer_tokens) +
                            ", expected 0.." + std::to_string(prompt - 1));
  if (sequence->tokens().empty()) scheduler_->fetch(request.prompt, threads_);
  Job job;
  job.sequence = sequence;
  job.request = &request;
  job.prompt = request.prompt;
  scheduler_->run(job);
  if (!job.status.ok()) return job.status;
  return std::move(job.result);
}

Status Engine::logits(std::span<const int32_t> tokens, const LogitsSink& sink,
                      const ProgressFn& progress, const CancelToken* cancel) {
  LEYDEN_TRY(check_tokens(model(), tokens));
  const int64_t n = static_cast<int64_t>(tokens.size());
  if (n > model().config().max_seq_len) return overflow(n, 0, model().config().max_seq_len);
  GenerateRequest request;
  request.on_prefill = progress;
  request.cancel = cancel;
  Job job;
  job.sequence = new_sequence();
  job.request = &request;
  job.logits_sink = &sink;
  job.prompt.assign(tokens.begin(), tokens.end());
  scheduler_->run(job);
  if (job.status.ok() && job.result.finish == FinishReason::kCancelled)
    return cancelled("logits: cancelled after " + std::to_string(job.sequence->tokens().size()) +
                     " of " + std::to_string(n) + " tokens");
  return job.status;
}

SavedSequence Engine::save(const Sequence& sequence, const SamplerState* sampler) const {
  return scheduler_->save(sequence, sampler);
}

Result<std::shared_ptr<Sequence>> Engine::restore(const SavedSequence& saved,
                                                  const ProgressFn& progress,
                                                  const CancelToken* cancel) {
  return scheduler_->restore(saved, threads_, progress, cancel);
}

Status Engine::hand_over(const Sequence* again, int timeout_ms) {
  return scheduler_->hand_over(again, timeout_ms);
}

Result<IndexRecall> Engine::index_recall(std::span<const int32_t> tokens, int64_t stride,
                                         const ProgressFn& progress, const CancelToken* cancel) {
  const ModelConfig& c = model().config();
  LEYDEN_TRY(check_tokens(model(), tokens));
  const int64_t n = static_cast<int64_t>(tokens.size());
  if (n > c.max_seq_len) return overflow(n, 0, c.max_seq_len);
  if (stride < 1)
    return invalid_argument("recall: stride " + std::to_string(stride) + ", expected at least 1");
  if (model().options().attention == AttentionMode::kDense || n <= c.index_topk)
    return invalid_argument("recall: nothing is selected: attention is dense, or " +
                            std::to_string(n) + " tokens are at most the top " +
                            std::to_string(c.index_topk));
  GenerateRequest request;
  request.on_prefill = progress;
  request.cancel = cancel;
  const LogitsSink ignore = nullptr;
  IndexRecall recall;
  Job job;
  job.sequence = new_sequence();
  job.request = &request;
  job.logits_sink = &ignore;
  job.recall = &recall;
  job.recall_stride = stride;
  job.prompt.assign(tokens.begin(), tokens.end());
  scheduler_->run(job);
  LEYDEN_TRY(job.status);
  if (job.result.finish == FinishReason::kCancelled) return cancelled("recall: cancelled");
  return recall;
}

const Model& Engine::model() const { return scheduler_->model(); }
PagePool::Stats Engine::page_stats() const { return scheduler_->page_stats(); }

}  // namespace leyden
