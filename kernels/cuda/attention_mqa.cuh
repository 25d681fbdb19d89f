// SPDX-License-Identifier: Apache-2.0
// What the kernels of sparse attention over latent records share.
//
// A row's keys are cut into parts of kPartKeys. A part is a softmax of its own, parts are merged in
// order. A block has some heads of one row and either all parts, which it merges in the result's
// place, or one of them: then another kernel merges. The bits are the same, for any number of heads
// a block, since products sum in one order, and since maxima are rounded up to whole exponents of
// two: going from one to another multiplies by a power of two, which is exact.
#pragma once

#include "kernels/cuda/latent_tiles.cuh"
#include "kernels/cuda/selected_keys.cuh"

namespace leyden::cuda {

constexpr float kLog2E = 1.4426950408889634f, kLn2 = 0.6931471805599453f;

/// 2^exponent, exactly; `exponent` is whole or infinite. Below 2^-126 zero.
__device__ inline float power(float exponent) {
  const int biased = static_cast<int>(fminf(fmaxf(exponent, -127.0f), 128.0f)) + 127;
  return as_float(static_cast<uint32_t>(biased) << 23);
}

/// Two sets of values summed under their own maximum: the factors that bring them to a common one.
/// Maxima are whole exponents of two.
struct Merge {
  float top, before, after;
  __device__ Merge(float a, float b) {
    top = fmaxf(a, b);
    before = a == -INFINITY ? 0.0f : power(a - top);
    after = b == -INFINITY ? 0.0f : power(b - top);
  }
  __device__ float operator()(float a, float b) const { return fmaf(a, before, b * after); }
};
__device__ inline float inverse(float sum) { return sum > 0 ? 1.0f / sum : 0.0f; }

/// What a block does: keys begin .. end - 1 of a row, for heads from first_head on. Blocks of a row
/// are neighbours: they run together and find each other's keys in the second cache.
struct BlockWork {
  int64_t row, first_head;
  int begin, end;

  /// `heads` a block; `parts` 0: the block does all parts, otherwise that of its number y, which
  /// may have no keys.
  __device__ BlockWork(const MqaShape& s, int heads, int64_t parts) {
    const unsigned head_blocks = static_cast<unsigned>((s.a.n_heads + heads - 1) / heads);
    row = blockIdx.x / head_blocks;
    first_head = static_cast<int64_t>(blockIdx.x % head_blocks) * heads;
    constexpr int kPart = static_cast<int>(kPartKeys);
    const int n = static_cast<int>(key_count(s.a, row));
    begin = parts == 0 ? 0 : static_cast<int>(blockIdx.y) * kPart;
    end = parts == 0 || n - begin < kPart ? n : begin + kPart;
  }
  static dim3 grid(const MqaShape& s, int heads, int64_t parts) {
    return dim3(blocks(s.a.m, 1) * blocks(s.a.n_heads, heads),
                parts == 0 ? 1 : static_cast<unsigned>(parts));
  }
};

__device__ inline void sync_multipliers() { sync_warpgroups<kMultipliers / kWarpgroup, 0>(); }

/// Latent and rotated channels of the block's heads as bf16, zeros where there are none.
template <int kHeads, bool kPlain>
__device__ void load_queries(const MqaShape& s, int64_t row, int64_t first_head,
                             const float* q_latent, const float* q_pe, int64_t q_stride,
                             uint8_t* queries) {
  const bool aligned = kPlain && q_stride % 4 == 0 && is_aligned(q_latent) && is_aligned(q_pe);
  const int latent_lines = kPlain ? kMostLines : s.latent_lines;
  const int pieces = (latent_lines + 1) * kHeads * 8;
  const auto place = [](int i) {
    return i / 8 / kHeads * kHeads * kLine + swizzled_16(i / 8 % kHeads, i % 8);
  };
  const auto load = [&](int i, float(&v)[8]) {
    const int piece = i % 8, head = i / 8 % kHeads, line = i / 8 / kHeads;
    const bool is_rope = line == latent_lines;
    const int64_t width = is_rope ? s.rope : s.rank,
                  at = is_rope ? 8 * piece : 64 * line + 8 * piece;
    const int64_t source = row * s.a.n_heads + first_head + head;
    const float* from = is_rope ? q_pe + source * q_stride : q_latent + source * s.rank;
    for (float& f : v) f = 0;
    if (i >= pieces || first_head + head >= s.a.n_heads) return;
    if (aligned) {
      const float4 a = *reinterpret_cast<const float4*>(from + at),
                   b = *reinterpret_cast<const float4*>(from + at + 4);
      v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w;
      v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
    } else {
#pragma unroll
      for (int c = 0; c < 8; ++c)
        if (at + c < width) v[c] = from[at + c];
    }
  };
  constexpr int kAtOnce = kHeads == 64 ? 9 : 6;  // loads go ahead of stores
  for (int first = threadIdx.x; first < pieces; first += kAtOnce * kMultipliers) {
    float v[kAtOnce][8];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i) load(first + i * kMultipliers, v[i]);
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i)
      if (first + i * kMultipliers < pieces)
        *reinterpret_cast<uint4*>(queries + place(first + i * kMultipliers)) = {
            bf16_pair(v[i][0], v[i][1]), bf16_pair(v[i][2], v[i][3]), bf16_pair(v[i][4], v[i][5]),
            bf16_pair(v[i][6], v[i][7])};
  }
}

/// What a sum under the maximum `before` is multiplied by for the maximum `now`. Sums under none
/// are 0.
__device__ inline float rescaling(float before, float now) {
  return before == -INFINITY ? 1.0f : power(before - now);
}

/// A part's result of one head: values, largest score, sum.
__device__ inline int64_t partial_at(const MqaShape& s, int64_t row, int64_t head, int64_t part,
                                     int64_t parts) {
  return ((row * s.a.n_heads + head) * parts + part) * (s.rank + 2);
}

/// As mqa_attention() with blocks of 64 heads and plain records; n_heads is a multiple of 64.
/// `parts` 0: blocks have all parts.
Error mqa_attention_wide(const MqaShape& s, int64_t parts, const float* q_latent, const float* q,
                         int64_t q_stride, float* u, float* lse, Stream stream);

}  // namespace leyden::cuda
