// SPDX-License-Identifier: Apache-2.0
// Which experts a token goes to.
#pragma once

#include <cstdint>

namespace leyden {

struct RouterShape {
  int64_t n_routed_experts = 0;
  int64_t n_activated_experts = 0;
  int64_t n_expert_groups = 1;
  int64_t n_limited_groups = 1;
  float route_scale = 1;
  bool norm_topk_prob = true;
};

/// Sigmoid scores; the bias is for choosing only: groups by the sum of their two best biased
/// scores, then the best experts inside the kept groups; ties go to the smaller index. Weights come
/// from the unbiased scores, normalised (when norm_topk_prob) and times route_scale.
/// @param logits  [n_routed_experts]
/// @param bias    [n_routed_experts], may be nullptr
/// @param[out] experts [n_activated_experts] ascending by index
/// @param[out] weights [n_activated_experts]
void route_token(const RouterShape& shape, const float* logits, const float* bias, int32_t* experts,
                 float* weights);

}  // namespace leyden
