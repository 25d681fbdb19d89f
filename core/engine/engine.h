// SPDX-License-Identifier: Apache-2.0
// The engine: one scheduler thread that prefills in chunks and decodes the sequences of several
// callers in one batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/page_store.h"
#include "base/status.h"
#include "core/engine/model.h"
#include "core/engine/network.h"
#include "core/engine/page_pool.h"
#include "core/engine/sampler.h"
#include "core/engine/saved_sequence.h"

namespace leyden {

struct PositionRange {
  int64_t begin = 0;
  int64_t end = 0;
};

/// A timeline of tokens with their KV pages. Made by Engine::new_sequence or fork; one job at a
/// time may use it.
class Sequence {
 public:
  /// Tokens whose KV is there.
  const std::vector<int32_t>& tokens() const { return tokens_; }
  /// Identity of the full page i.
  const PageId& page_id(size_t i) const { return pages_[i]->id; }

 private:
  friend class Engine;
  friend class Scheduler;
  std::vector<int32_t> tokens_;
  std::vector<std::shared_ptr<Page>> pages_;
  std::vector<std::byte*> page_bytes_;  ///< the same pages, as the kernels want them
  bool exact_ = true;  ///< each page is, bit for bit, the one its identity names for everybody
  bool busy_ = false;
};

/// Attention mass of one generated token (or of the reading before it) on the request's spans,
/// summed over heads and layers.
using SpanMass = std::vector<float>;

struct TokenEvent {
  int32_t token = 0;
  int64_t position = 0;
  const SpanMass* mass = nullptr;  ///< where the attention stood that chose this token; or nullptr
  const SpanMass* background = nullptr;  ///< as in GenerateResult; nullptr while there is none
};

struct GenerateRequest {
  /// The whole timeline wanted, prompt tokens first to last. What the sequence or the page cache
  /// already holds is not computed again.
  std::vector<int32_t> prompt;
  SamplingParams sampling;
  int64_t answer_tokens =
      0;                   ///< so many tokens at the prompt's end begin the answer: it is continued
  int64_t max_tokens = 0;  ///< new ones; 0: as many as fit the context
  std::vector<int32_t> stop_ids;  ///< any of these ends the answer; it is not reported as a token
  /// Changes logits before sampling (forbidden ids, constraints). Called on the scheduler thread
  /// with the answer so far.
  std::function<void(std::span<const int32_t> answer, std::span<float> logits)> mask;

  std::vector<PositionRange>
      spans;                   ///< evidence: passages as token ranges of the prompt; may be empty
  int64_t question_begin = 0;  ///< rows from here on are "reading the question"

  /// Called on the scheduler thread for every token of the answer; false ends it. Keep it short.
  std::function<bool(const TokenEvent&)> on_token;
  ProgressFn on_prefill;
  const CancelToken* cancel = nullptr;
};

enum class FinishReason : uint8_t { kStop, kLength, kCancelled, kCallback };
const char* finish_reason_name(FinishReason reason);

struct GenerateResult {
  std::vector<int32_t> tokens;  ///< the answer, a continued one from its beginning; no stop token
  FinishReason finish = FinishReason::kStop;
  int32_t stop_id = -1;  ///< the stop token that ended it
  int64_t prompt_tokens = 0;
  int64_t reused_tokens = 0;  ///< of the prompt, not computed again
  int64_t damaged_pages = 0;  ///< stored pages that failed verification and were rebuilt
  double prefill_s = 0, decode_s = 0, ttft_s = 0;
  SpanMass background;  ///< mean mass of a token while the question was read
};

/// What Engine::verify found.
struct VerifyReport {
  bool bits_promised = false;  ///< promise (a): the same build on the same kind of device
  bool same_bits = false;
  int64_t first_difference = -1;  ///< token whose KV differs first, -1 when none does
  int64_t tokens = 0;             ///< compared
  bool measured = false;          ///< the two below: done unless the bits are the same
  double mean_kl = 0;     ///< nats, of the next token, read over the kept and over the new KV
  double top1_equal = 1;  ///< share of positions with the same likeliest token
  /// Whether what was promised holds.
  bool holds() const {
    return same_bits || (!bits_promised && mean_kl <= 1e-3 && top1_equal >= 0.995);
  }
};

struct EngineOptions {
  int64_t chunk_tokens = 512;  ///< most tokens of one forward pass
  size_t kv_bytes = 0;         ///< cap on page memory; 0: Network::default_kv_bytes()
  PageStore* store = nullptr;  ///< must outlive the engine
};

/// Threads: thread-safe. Calls block until their job is done; jobs of different sequences share
/// the batches. Errors of generate and logits: kContextOverflow before work starts, kCancelled
/// (logits only; generate keeps what is done), kOutOfMemory, kInvalidArgument, kDeviceLost (then at
/// once for every later call: what was computed there is gone, and has to be read again elsewhere).
/// generate and logits are virtual for one reason: tests/fake plays scripts over a real engine.
class Engine {
 public:
  /// @param network  computes `model`
  static Result<std::unique_ptr<Engine>> create(std::shared_ptr<const Model> model,
                                                std::shared_ptr<ThreadPool> pool,
                                                std::unique_ptr<Network> network,
                                                const EngineOptions& options);
  /// On the CPU.
  static Result<std::unique_ptr<Engine>> create(std::shared_ptr<const Model> model,
                                                std::shared_ptr<ThreadPool> pool,
                                                const EngineOptions& options);
  virtual ~Engine();

  std::shared_ptr<Sequence> new_sequence();
  /// A second timeline that shares the first n tokens (all, with n < 0). Full pages are shared.
  Result<std::shared_ptr<Sequence>> fork(const std::shared_ptr<Sequence>& sequence, int64_t n = -1);

  virtual Result<GenerateResult> generate(const std::shared_ptr<Sequence>& sequence,
                                          const GenerateRequest& request);

  /// Logits of every position, teacher-forced, handed to `sink` in order, chunk by chunk.
  using LogitsSink = std::function<Status(int64_t first, int64_t n, const float* logits)>;
  virtual Status logits(std::span<const int32_t> tokens, const LogitsSink& sink,
                        const ProgressFn& progress, const CancelToken* cancel);

  /// The sequence as bytes, to be kept beside its full pages. Call it between jobs, or from a
  /// callback of the sequence's own job. Cost: copies one page. Where a lost device no longer gives
  /// the last, unfinished page, the tokens of the full pages are what is saved.
  /// @param sampler  of the answer being written; may be nullptr
  SavedSequence save(const Sequence& sequence, const SamplerState* sampler = nullptr) const;
  /// A new sequence from saved bytes and the pages in the store, read on several threads. Complete
  /// or not at all. Errors: kNotFound (a page is missing, no store), kCorrupt, kUnsupported (a
  /// manifest entry or records of another kind), kOutOfMemory, kCancelled.
  Result<std::shared_ptr<Sequence>> restore(const SavedSequence& saved, const ProgressFn& progress,
                                            const CancelToken* cancel);
  /// Waits until the store has taken every full page so far. With `again`, offers that sequence's
  /// pages once more, in case the store lost some. Errors: kBusy after `timeout_ms`.
  Status hand_over(const Sequence* again, int timeout_ms);
  /// Reads a sequence's tokens again, from nothing, and compares. Where bits are promised, each
  /// position is computed in the form it was; the sequence stays as it is. Errors: kOutOfMemory
  /// (both copies must fit), kCancelled, kBusy.
  Result<VerifyReport> verify(const std::shared_ptr<Sequence>& sequence, const ProgressFn& progress,
                              const CancelToken* cancel);
  /// How much of a full attention's mass the indexer's selection holds, on every `stride`-th token.
  /// Errors: also kInvalidArgument where nothing is selected: dense attention, at most top-k
  /// tokens; kUnsupported on a GPU.
  Result<IndexRecall> index_recall(std::span<const int32_t> tokens, int64_t stride,
                                   const ProgressFn& progress, const CancelToken* cancel);

  const Model& model() const;
  PagePool::Stats page_stats() const;

 protected:
  Engine(Engine&& other) noexcept;  ///< for a subclass that takes over a created engine

 private:
  Engine(std::unique_ptr<class Scheduler> scheduler, int threads);
  std::unique_ptr<class Scheduler> scheduler_;
  const int threads_;
};

}  // namespace leyden
