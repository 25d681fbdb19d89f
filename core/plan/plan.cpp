// SPDX-License-Identifier: Apache-2.0
#include "core/plan/plan.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "core/engine/host_memory.h"

namespace leyden {
namespace {

constexpr size_t kMostGpus = 1024;

std::string gigabytes(int64_t bytes) {
  char text[32];
  const double value = static_cast<double>(bytes);
  if (bytes < 1'000'000'000) {
    std::snprintf(text, sizeof text, "%.1f MB", value / 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.1f GB", value / 1e9);
  }
  return text;
}

class Planner {
 public:
  Planner(const ModelConfig& config, const PlanRequest& request)
      : c_(config), request_(request), gpu_(!request.gpu_bytes.empty()) {
    ranks_ = gpu_ ? static_cast<int64_t>(request.gpu_bytes.size()) : 1;
    weights_ = gpu_ ? gpu_weight_bytes(c_, ranks_) : cpu_weight_bytes(c_);
  }

  DevicePlan device(int64_t memory, int64_t context, int64_t sessions) const {
    FootprintShape shape;
    shape.model = request_.model;
    shape.chunk_tokens = request_.chunk_tokens;
    shape.context = context;
    shape.sequences = sessions;
    shape.threads = request_.threads;
    DevicePlan d;
    d.memory_bytes = memory;
    d.weights_bytes = weights_;
    // Every rank reads all latents: MLA's cache has no heads to split.
    d.kv_bytes = sessions * kv_bytes(c_, request_.model.precision, context);
    d.workspace_bytes =
        gpu_ ? gpu_workspace_bytes(c_, shape, ranks_) : cpu_workspace_bytes(c_, shape);
    d.free_bytes = memory - d.weights_bytes - d.kv_bytes - d.workspace_bytes;
    return d;
  }

  bool fits(int64_t memory, int64_t context, int64_t sessions) const {
    return device(memory, context, sessions).free_bytes >= 0;
  }

  /// The largest n in [0, limit] for which ok(n), given that ok only turns false.
  template <typename Ok>
  static int64_t largest(int64_t limit, const Ok& ok) {
    int64_t low = 0, high = limit;
    while (low < high) {
      const int64_t middle = high - (high - low) / 2;
      (ok(middle) ? low : high) = ok(middle) ? middle : middle - 1;
    }
    return low;
  }

  /// The fewest ranks of `memory` bytes that hold it; 0 when no number up to `limit` does.
  int64_t ranks_needed(int64_t memory, int64_t context, int64_t sessions, int64_t limit) const {
    for (int64_t n = 1; n <= limit; n *= 2) {
      PlanRequest more = request_;
      more.gpu_bytes.assign(static_cast<size_t>(n), static_cast<uint64_t>(memory));
      if (Planner(c_, more).fits(memory, context, sessions)) return n;
    }
    return 0;
  }

  const ModelConfig& c_;
  const PlanRequest& request_;
  bool gpu_;
  int64_t ranks_ = 1;
  int64_t weights_ = 0;
};

void advise(const Planner& planner, int64_t memory, Plan* plan) {
  const DevicePlan need = planner.device(memory, plan->context, plan->sessions);
  std::vector<std::string>& advice = plan->advice;
  if (plan->gpu && planner.c_.n_heads % planner.ranks_ != 0) {
    advice.push_back(std::to_string(planner.c_.n_heads) + " heads do not divide among " +
                     std::to_string(planner.ranks_) + " GPUs: some hold one more than others");
  }
  if (plan->fits) return;
  const char* each = plan->gpu ? "each GPU has " : "there are ";
  if (need.weights_bytes > memory) {
    advice.push_back("the weights alone take " + gigabytes(need.weights_bytes) +
                     (plan->gpu ? " on each GPU, which has " : ", and there are ") +
                     gigabytes(memory));
  } else {
    advice.push_back(gigabytes(-need.free_bytes) + " are missing: weights " +
                     gigabytes(need.weights_bytes) + ", KV " + gigabytes(need.kv_bytes) +
                     ", workspace " + gigabytes(need.workspace_bytes) + ", and " + each +
                     gigabytes(memory));
  }
  if (plan->max_context > 0) {
    advice.push_back("a context of " + std::to_string(plan->max_context) + " tokens would fit");
  }
  if (plan->max_sessions > 0) {
    advice.push_back(std::to_string(plan->max_sessions) + " sessions of " +
                     std::to_string(plan->context) + " tokens would fit");
  }
  if (plan->gpu) {
    const int64_t n = planner.ranks_needed(memory, plan->context, plan->sessions, 256);
    if (n > 0) {
      advice.push_back(std::to_string(n) + " GPUs of " + gigabytes(memory) + " would do");
    }
  }
}

}  // namespace

Result<Plan> make_plan(const ModelConfig& config, const PlanRequest& request) {
  Plan plan;
  plan.gpu = !request.gpu_bytes.empty();
  plan.context = request.context > 0 ? request.context : config.max_seq_len;
  plan.sessions = request.sessions;
  if (request.context < 0 || plan.context > config.max_seq_len) {
    return invalid_argument("plan: context " + std::to_string(request.context) + ", expected 1.." +
                            std::to_string(config.max_seq_len) + " (0: the model's longest)");
  }
  if (plan.sessions < 1 || plan.sessions > 1'000'000) {
    return invalid_argument("plan: sessions " + std::to_string(plan.sessions) +
                            ", expected 1..1000000");
  }
  if (request.chunk_tokens < 1 || request.chunk_tokens > (int64_t{1} << 20)) {
    return invalid_argument("plan: chunk_tokens " + std::to_string(request.chunk_tokens) +
                            ", expected 1..1048576");
  }
  if (request.gpu_bytes.size() > kMostGpus) {
    return invalid_argument("plan: " + std::to_string(request.gpu_bytes.size()) +
                            " GPUs, expected at most " + std::to_string(kMostGpus));
  }
  std::vector<uint64_t> memory = request.gpu_bytes;
  if (!plan.gpu) {
    memory.push_back(request.host_bytes > 0 ? request.host_bytes : available_memory_bytes());
  }
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max() / 4;
  for (uint64_t& bytes : memory) bytes = std::min(bytes, kMost);
  const auto smallest = static_cast<int64_t>(*std::min_element(memory.begin(), memory.end()));

  const Planner planner(config, request);
  for (const uint64_t bytes : memory) {
    plan.devices.push_back(
        planner.device(static_cast<int64_t>(bytes), plan.context, plan.sessions));
  }
  plan.fits = planner.fits(smallest, plan.context, plan.sessions);
  plan.max_context = Planner::largest(
      config.max_seq_len, [&](int64_t n) { return planner.fits(smallest, n, plan.sessions); });
  plan.max_sessions = Planner::largest(
      1'000'000, [&](int64_t n) { return planner.fits(smallest, plan.context, n); });
  advise(planner, smallest, &plan);
  return plan;
}

Status check_loadable(const ModelConfig& config, const ModelOptions& options, uint64_t available) {
  FootprintShape shape;
  shape.model = options;
  shape.chunk_tokens = shape.context = KvLayout::kPageTokens;
  const int64_t weights = cpu_weight_bytes(config);
  const int64_t rest = cpu_workspace_bytes(config, shape) +
                       kv_bytes(config, options.precision, KvLayout::kPageTokens);
  if (static_cast<uint64_t>(weights + rest) <= available) return {};
  return out_of_memory("model: the weights take " + gigabytes(weights) + " and a first page " +
                       gigabytes(rest) + ", but only " +
                       gigabytes(static_cast<int64_t>(available)) +
                       " of memory are available (leyden plan tells what would fit)");
}

}  // namespace leyden
