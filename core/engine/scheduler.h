// SPDX-License-Identifier: Apache-2.0
// The engine's one thread. Each step it forms a batch: one row for every sequence that decodes, and
// a chunk of rows for those that still read their prompt.
//
//   queued --start: reuse pages--> prefill --last prompt row: sample--> decode --stop/length-->
//   done
//                                     \--- cancel, error: what is computed stays in the sequence
//                                     ---^
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/network.h"

namespace leyden {

/// What a caller waits for.
struct Job {
  std::shared_ptr<Sequence> sequence;
  const GenerateRequest* request = nullptr;         ///< generate
  const Engine::LogitsSink* logits_sink = nullptr;  ///< teacher-forced logits instead; may be empty
  bool goes_on = false;  ///< logits: behind the sequence's tokens; else from nothing
  bool alone = false;    ///< pages are not shown to others, nor given to the store
  const std::vector<uint64_t>* decoded = nullptr;  ///< by page: positions to compute in decode form
  IndexRecall* recall = nullptr;  ///< with logits_sink: measured on every recall_stride-th token
  int64_t recall_stride = 1;
  std::vector<int32_t> prompt;

  GenerateResult result;
  Status status;
  bool done = false;

  // Owned by the scheduler thread from here on.
  enum class Phase { kQueued, kPrefill, kDecode } phase = Phase::kQueued;
  std::unique_ptr<Sampler> sampler;
  int64_t max_tokens = 0;
  int32_t next_token = 0;
  int64_t batch_rows = 0;         ///< rows of this job in the current batch
  std::vector<float> background;  ///< [prompt] mass by position, summed over question rows
  int64_t background_rows = 0;
  std::vector<float> row_mass;  ///< mass by position of the row that chooses the next token
  SpanMass span_mass;
  double submitted_s = 0, first_token_s = 0;
  std::vector<std::pair<double, double>> chunk_costs;  ///< (middle position, seconds per token)
};

double now_s();
inline constexpr int64_t kPageTokens = KvLayout::kPageTokens;

class Scheduler {
 public:
  Scheduler(std::shared_ptr<const Model> model, std::shared_ptr<ThreadPool> pool,
            std::unique_ptr<Network> network, const EngineOptions& options);
  ~Scheduler();

  /// Runs a job to its end; blocks the calling thread.
  void run(Job& job);
  Result<std::shared_ptr<Sequence>> fork(Sequence& sequence, int64_t n);

  SavedSequence save(const Sequence& sequence, const SamplerState* sampler) const;
  Result<std::shared_ptr<Sequence>> restore(const SavedSequence& saved, int threads,
                                            const ProgressFn& progress, const CancelToken* cancel);
  Status hand_over(const Sequence* again, int timeout_ms);
  /// Gets the stored pages of a prompt into memory, several at a time.
  void fetch(std::span<const int32_t> prompt, int threads);
  Result<VerifyReport> verify(const std::shared_ptr<Sequence>& kept, const ProgressFn& progress,
                              const CancelToken* cancel);

  const Model& model() const { return *model_; }
  PagePool::Stats page_stats() const;

 private:
  void loop();
  void step();
  /// These two: false when the job came to its end, and is no longer the scheduler's.
  bool start(Job& job);
  bool add_rows(Job& job, int64_t budget);
  Status reuse_pages(Job& job);
  Status truncate(Sequence& sequence, int64_t n);
  Status reserve(Sequence& sequence, int64_t n_tokens);
  void commit(Sequence& sequence, std::span<const ForwardRow> rows, bool alone);
  void after_forward(Job& job, int64_t first_row);
  Status all_logits(Job& job, int64_t first_row);
  void deliver(Job& job, std::span<float> logits);
  void report_prefill(Job& job, int64_t rows, double seconds);
  void finish(Job& job, Status status);
  static void settle_background(Job& job);

  std::shared_ptr<const Model> model_;
  std::shared_ptr<ThreadPool> pool_;
  EngineOptions options_;
  std::unique_ptr<Network> network_;

  mutable std::mutex pages_mutex_;  ///< pages_, against fork and statistics from other threads
  PagePool pages_;

  std::vector<Job*> active_;  // scheduler thread only
  std::vector<ForwardRow> rows_;

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::deque<Job*> queue_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace leyden
