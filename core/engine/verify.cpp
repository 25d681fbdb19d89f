// SPDX-License-Identifier: Apache-2.0
// Whether kept KV is what reading the same tokens again would give.
//
//   bits       every token again, alone, each in the form it was computed in; then all records
//   compared closeness  page by page: the logits of its tokens read over the kept pages before it,
//   against those of
//              the second reading
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/engine/scheduler.h"

namespace leyden {
namespace {

/// KL(p || q) in nats of the two softmax distributions.
double kl_divergence(const float* p, const float* q, size_t n) {
  const auto log_sum = [n](const float* x) {
    const double top = *std::max_element(x, x + n);
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += std::exp(x[i] - top);
    return top + std::log(sum);
  };
  const double lp = log_sum(p), lq = log_sum(q);
  double kl = 0;
  for (size_t i = 0; i < n; ++i) {
    const double log_p = p[i] - lp;
    if (log_p > -80) kl += std::exp(log_p) * (log_p - (q[i] - lq));
  }
  return kl;
}

size_t top1(const float* x, size_t n) {
  return static_cast<size_t>(std::max_element(x, x + n) - x);
}

}  // namespace

Result<VerifyReport> Scheduler::verify(const std::shared_ptr<Sequence>& kept,
                                       const ProgressFn& progress, const CancelToken* cancel) {
  const KvLayout& layout = pages_.layout();
  VerifyReport report;
  report.tokens = static_cast<int64_t>(kept->tokens_.size());
  report.bits_promised = kept->exact_;
  std::vector<uint64_t> decoded;
  for (const auto& page : kept->pages_) {
    decoded.push_back(page->decoded);
    if (!page->numerics.empty() && page->numerics != pages_.numerics())
      report.bits_promised = false;
  }
  if (report.tokens == 0) {
    report.same_bits = true;
    return report;
  }

  GenerateRequest reading, comparing;
  reading.on_prefill = [&](const Progress& p) {
    if (progress) progress({"verify", "tokens", p.done, p.total, p.eta_s});
  };
  reading.cancel = comparing.cancel = cancel;
  const auto read = [&](Job& job, const GenerateRequest& request,
                        const Engine::LogitsSink& sink) -> Status {
    job.request = &request;
    job.logits_sink = &sink;
    job.alone = true;
    run(job);
    LEYDEN_TRY(job.status);
    return job.result.finish == FinishReason::kCancelled ? cancelled("verify: cancelled")
                                                         : Status();
  };

  Job again;
  again.sequence = std::make_shared<Sequence>();
  again.prompt = kept->tokens_;
  again.decoded = &decoded;
  LEYDEN_TRY(read(again, reading, {}));

  std::vector<std::byte> a(static_cast<size_t>(layout.page_bytes())), b(a.size());
  for (size_t i = 0; i < kept->pages_.size() && report.first_difference < 0; ++i) {
    const size_t slots = kept->pages_[i]->tokens.size();
    LEYDEN_TRY(pages_.memory().to_canonical(kept->pages_[i]->bytes, a.data()));
    LEYDEN_TRY(pages_.memory().to_canonical(again.sequence->pages_[i]->bytes, b.data()));
    for (size_t slot = slots; slot > 0; --slot) {  // the first difference is what stays
      clear_slots(layout, slot, a.data());
      clear_slots(layout, slot, b.data());
      if (a == b) break;
      report.first_difference =
          static_cast<int64_t>(i) * kPageTokens + static_cast<int64_t>(slot) - 1;
    }
  }
  report.same_bits = report.first_difference < 0;
  if (report.same_bits) return report;

  const auto vocab = static_cast<size_t>(model_->config().vocab_size);
  double kl = 0;
  int64_t equal = 0;
  for (size_t i = 0; i < kept->pages_.size(); ++i) {
    const auto begin = static_cast<int64_t>(i) * kPageTokens;
    const auto end = std::min(begin + kPageTokens, report.tokens);
    std::vector<float> of[2];
    for (int side = 0; side < 2; ++side) {
      Job job;
      LEYDEN_ASSIGN(job.sequence, fork(side == 0 ? *kept : *again.sequence, begin));
      job.prompt.assign(kept->tokens_.begin(), kept->tokens_.begin() + end);
      job.goes_on = true;
      job.decoded = &decoded;
      const auto keep = [&](int64_t, int64_t n, const float* logits) -> Status {
        of[side].insert(of[side].end(), logits, logits + n * static_cast<int64_t>(vocab));
        return {};
      };
      LEYDEN_TRY(read(job, comparing, keep));
    }
    for (size_t row = 0; row < static_cast<size_t>(end - begin); ++row) {
      const float* p = of[0].data() + row * vocab;
      const float* q = of[1].data() + row * vocab;
      kl += kl_divergence(p, q, vocab);
      equal += top1(p, vocab) == top1(q, vocab);
    }
    if (progress)
      progress(
          {"compare", "tokens", static_cast<uint64_t>(end), static_cast<uint64_t>(report.tokens)});
  }
  report.measured = true;
  report.mean_kl = kl / static_cast<double>(report.tokens);
  report.top1_equal = static_cast<double>(equal) / static_cast<double>(report.tokens);
  return report;
}

Result<VerifyReport> Engine::verify(const std::shared_ptr<Sequence>& sequence,
                                    const ProgressFn& progress, const CancelToken* cancel) {
  return scheduler_->verify(sequence, progress, cancel);
}

}  // namespace leyden
