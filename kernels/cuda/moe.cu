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
  begin_kernel();
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

/// Block = expert. Its slots begin behind those of all experts before it; it fills them in order.
__global__ void expert_slots_kernel(const int32_t* experts, int32_t choices, int32_t activated,
                                    int32_t* offsets, int32_t* token_of_slot,
                                    int32_t* slot_of_choice) {
  begin_kernel();
  constexpr int kWarps = kThreads / kWarp;
  __shared__ int counts[kWarps];
  const int expert = static_cast<int>(blockIdx.x), warp = threadIdx.x / kWarp,
            lane = threadIdx.x % kWarp;
  const auto sum = [&](int own) {  // over the block; and of the warps before this one
    own = warp_sum(own);
    __syncthreads();
    if (lane == 0) counts[warp] = own;
    __syncthreads();
    struct {
      int all = 0, before = 0;
    } total;
    for (int w = 0; w < kWarps; ++w) {
      total.all += counts[w];
      total.before += w < warp ? counts[w] : 0;
    }
    return total;
  };
  int smaller = 0;
  for (int32_t j = threadIdx.x; j < choices; j += kThreads) smaller += experts[j] < expert;
  int next = sum(smaller).all;
  if (threadIdx.x == 0) offsets[expert] = next;
  for (int32_t first = 0; first < choices; first += kThreads) {
    const int32_t j = first + threadIdx.x;
    const bool mine = j < choices && experts[j] == expert;
    const unsigned votes = __ballot_sync(0xffffffffu, mine);
    const auto total = sum(mine);
    if (mine) {
      const int slot = next + total.before + __popc(votes & ((1u << lane) - 1u));
      token_of_slot[slot] = j / activated;
      slot_of_choice[j] = slot;
    }
    next += total.all;
  }
  if (threadIdx.x == 0 && blockIdx.x + 1 == gridDim.x) offsets[expert + 1] = next;
}

__global__ void combine_kernel(const float* expert_out, const float* shared,
                               const int32_t* slot_of_choice, const float* weights,
                               int32_t activated, int64_t dim, float* out) {
  begin_kernel();
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
  return launch(expert_slots_kernel, dim3(blocks(n_experts, 1)), dim3(kThreads), 0, stream, experts,
                static_cast<int32_t>(m * activated), activated, offsets, token_of_slot,
                slot_of_choice);
}

Error combine(const float* expert_out, const float* shared, const int32_t* slot_of_choice,
              const float* weights, int64_t m, int32_t activated, int64_t dim, float* out,
              Stream stream) {
  return launch(combine_kernel, dim3(blocks(dim, kThreads), blocks(m, 1)), dim3(kThreads), 0,
                stream, expert_out, shared, slot_of_choice, weights, activated, dim, out);
}

}  // namespace leyden::cuda
