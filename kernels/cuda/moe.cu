// SPDX-License-Identifier: Apache-2.0
// Routing, the order of tokens by expert, and the weighted sum of what experts made.
#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

constexpr int kThreads = 256;

/// Marks in `kept` the n largest of score[0, count), ties to the smaller index, NaN as -infinity.
/// One warp. n passes: experts are few and n is 8.
__device__ void keep_best(const float* score, int count, int n, uint8_t* kept) {
  const int lane = threadIdx.x % kWarp;
  for (int i = lane; i < count; i += kWarp) kept[i] = 0;
  __syncwarp();
  for (int pass = 0; pass < n && pass < count; ++pass) {
    float best = 0;
    int at = -1;
    for (int i = lane; i < count; i += kWarp) {
      const float s = score[i] != score[i] ? -INFINITY : score[i];
      if (!kept[i] && (at < 0 || s > best)) best = s, at = i;
    }
    for (int step = kWarp / 2; step > 0; step /= 2) {
      const float other = __shfl_xor_sync(0xffffffffu, best, step);
      const int index = __shfl_xor_sync(0xffffffffu, at, step);
      if (index >= 0 && (at < 0 || other > best || (other == best && index < at)))
        best = other, at = index;
    }
    if (lane == 0) kept[at] = 1;
    __syncwarp();
  }
}

/// One warp a token. Shared per block: score, biased [experts], group score [groups], two flags
/// arrays.
__global__ void route_kernel(Router r, const float* logits, const float* bias, int32_t* experts,
                             float* weights) {
  float* score = dynamic_shared<float>();
  float* biased = score + r.n_routed_experts;
  float* group_score = biased + r.n_routed_experts;
  uint8_t* kept = reinterpret_cast<uint8_t*>(group_score + r.n_expert_groups);
  uint8_t* kept_groups = kept + r.n_routed_experts;
  const int lane = threadIdx.x, n = r.n_routed_experts;
  const int64_t token = blockIdx.x;
  for (int i = lane; i < n; i += kWarp) {
    score[i] = 1.0f / (1.0f + expf(-logits[token * n + i]));
    biased[i] = bias ? score[i] + bias[i] : score[i];
  }
  __syncwarp();
  if (r.n_expert_groups > 1 && r.n_limited_groups < r.n_expert_groups) {
    const int size = n / r.n_expert_groups;
    for (int g = lane; g < r.n_expert_groups; g += kWarp) {
      float first = -INFINITY, second = -INFINITY;
      for (int i = g * size; i < (g + 1) * size; ++i) {
        if (biased[i] > first) {
          second = first;
          first = biased[i];
        } else if (biased[i] > second) {
          second = biased[i];
        }
      }
      group_score[g] = size > 1 ? first + second : first;
    }
    __syncwarp();
    keep_best(group_score, r.n_expert_groups, r.n_limited_groups, kept_groups);
    for (int i = lane; i < r.n_expert_groups * size; i += kWarp)
      if (!kept_groups[i / size]) biased[i] = -INFINITY;
    __syncwarp();
  }
  keep_best(biased, n, r.n_activated_experts, kept);
  if (lane != 0) return;
  float sum = 0;
  int count = 0;
  for (int i = 0; i < n; ++i) {
    if (!kept[i]) continue;
    experts[token * r.n_activated_experts + count] = i;
    weights[token * r.n_activated_experts + count++] = score[i];
    sum += score[i];
  }
  const float factor = r.norm_topk_prob ? r.route_scale / (sum + 1e-20f) : r.route_scale;
  for (int i = 0; i < count; ++i) weights[token * r.n_activated_experts + i] *= factor;
}

/// One block. A thread owns an expert: it counts, then (after the offsets) places its choices in
/// order.
__global__ void expert_slots_kernel(const int32_t* experts, int64_t choices, int32_t activated,
                                    int32_t n_experts, int32_t* offsets, int32_t* token_of_slot,
                                    int32_t* slot_of_choice) {
  for (int e = threadIdx.x; e < n_experts; e += kThreads) {
    int32_t count = 0;
    for (int64_t j = 0; j < choices; ++j) count += experts[j] == e;
    offsets[e + 1] = count;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    offsets[0] = 0;
    for (int e = 0; e < n_experts; ++e) offsets[e + 1] += offsets[e];
  }
  __syncthreads();
  for (int e = threadIdx.x; e < n_experts; e += kThreads) {
    int32_t next = offsets[e];
    for (int64_t j = 0; j < choices; ++j) {
      if (experts[j] != e) continue;
      token_of_slot[next] = static_cast<int32_t>(j / activated);
      slot_of_choice[j] = next++;
    }
  }
}

__global__ void combine_kernel(const float* expert_out, const float* shared,
                               const int32_t* slot_of_choice, const float* weights,
                               int32_t activated, int64_t dim, float* out) {
  const int64_t token = blockIdx.y, d = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (d >= dim) return;
  float sum = 0;
  for (int32_t j = 0; j < activated; ++j)
    sum += weights[token * activated + j] *
           expert_out[static_cast<int64_t>(slot_of_choice[token * activated + j]) * dim + d];
  if (shared) sum += shared[token * dim + d];
  out[token * dim + d] = round_to_bf16(sum);
}

}  // namespace

Error route(const Router& r, const float* logits, const float* bias, int64_t m, int32_t* experts,
            float* weights, Stream stream) {
  const size_t shared = static_cast<size_t>(2 * r.n_routed_experts + r.n_expert_groups) * 4 +
                        static_cast<size_t>(r.n_routed_experts + r.n_expert_groups);
  return launch(route_kernel, dim3(blocks(m, 1)), dim3(kWarp), shared, stream, r, logits, bias,
                experts, weights);
}

Error expert_slots(const int32_t* experts, int64_t m, int32_t activated, int32_t n_experts,
                   int32_t* offsets, int32_t* token_of_slot, int32_t* slot_of_choice,
                   Stream stream) {
  return launch(expert_slots_kernel, dim3(1), dim3(kThreads), 0, stream, experts, m * activated,
                activated, n_experts, offsets, token_of_slot, slot_of_choice);
}

Error combine(const float* expert_out, const float* shared, const int32_t* slot_of_choice,
              const float* weights, int64_t m, int32_t activated, int64_t dim, float* out,
              Stream stream) {
  return launch(combine_kernel, dim3(blocks(dim, kThreads), blocks(m, 1)), dim3(kThreads), 0,
                stream, expert_out, shared, slot_of_choice, weights, activated, dim, out);
}

}  // namespace leyden::cuda
