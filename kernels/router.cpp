// SPDX-License-Identifier: Apache-2.0
// Group-limited top-k routing with a choosing bias.
#include "kernels/router.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace leyden {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// Marks the n largest of scores, ties to the smaller index. NaN never wins over a number.
std::vector<bool> best(const std::vector<float>& scores, int64_t n) {
  std::vector<int32_t> order(scores.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
  const auto key = [&](int32_t i) {
    const float s = scores[static_cast<size_t>(i)];
    return std::isnan(s) ? kNever : s;
  };
  const auto count =
      static_cast<std::ptrdiff_t>(std::min<size_t>(order.size(), static_cast<size_t>(n)));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int32_t a, int32_t b) {
    return key(a) != key(b) ? key(a) > key(b) : a < b;
  });
  std::vector<bool> kept(scores.size());
  for (std::ptrdiff_t i = 0; i < count; ++i)
    kept[static_cast<size_t>(order[static_cast<size_t>(i)])] = true;
  return kept;
}

}  // namespace

void route_token(const RouterShape& shape, const float* logits, const float* bias, int32_t* experts,
                 float* weights) {
  const size_t n = static_cast<size_t>(shape.n_routed_experts);
  std::vector<float> score(n), biased(n);
  for (size_t i = 0; i < n; ++i) {
    score[i] = 1.0f / (1.0f + std::exp(-logits[i]));
    biased[i] = bias == nullptr ? score[i] : score[i] + bias[i];
  }
  if (shape.n_expert_groups > 1 && shape.n_limited_groups < shape.n_expert_groups) {
    const size_t groups = static_cast<size_t>(shape.n_expert_groups), size = n / groups;
    std::vector<float> group_score(groups);
    for (size_t g = 0; g < groups; ++g) {
      float first = kNever, second = kNever;
      for (size_t i = g * size; i < (g + 1) * size; ++i) {
        if (biased[i] > first) {
          second = first;
          first = biased[i];
        } else if (biased[i] > second) {
          second = biased[i];
        }
      }
      group_score[g] = size > 1 ? first + second : first;
    }
    const std::vector<bool> kept = best(group_score, shape.n_limited_groups);
    for (size_t i = 0; i < groups * size; ++i) {
      if (!kept[i / size]) biased[i] = kNever;
    }
  }
  const std::vector<bool> kept = best(biased, shape.n_activated_experts);
  float sum = 0;
  int64_t count = 0;
  for (size_t i = 0; i < n; ++i) {
    if (!kept[i]) continue;
    experts[count] = static_cast<int32_t>(i);
    weights[count++] = score[i];
    sum += score[i];
  }
  const float factor =
      shape.norm_topk_prob ? shape.route_scale / (sum + 1e-20f) : shape.route_scale;
  for (int64_t i = 0; i < count; ++i) weights[i] *= factor;
}

}  // namespace leyden
