// SPDX-License-Identifier: Apache-2.0
// Attention mass of the absorbed form: P again, from the known sums.
#include "kernels/cuda/flash.cuh"
#include "kernels/cuda/selected_keys.cuh"

namespace leyden::cuda {
namespace {

struct Shape {
  Attention a;
  int64_t rank, rope, width;  ///< width: of a key, a multiple of 32
};

/// kQueries rows of `line` bf16, channels of the latent, then the rotated ones.
__device__ void load_queries(const Shape& s, int64_t row, int64_t first_head, const float* q_latent,
                             const float* q_pe, int64_t q_stride, int64_t line, uint16_t* queries) {
  const int lane = threadIdx.x % kWarp;
  for (int i = threadIdx.x / kWarp; i < kQueries; i += kFlashThreads / kWarp) {
    const int64_t head = row * s.a.n_heads + first_head + i;
    const bool there = first_head + i < s.a.n_heads;
#pragma unroll 4
    for (int64_t c = lane; c < s.width; c += kWarp) {
      float v = 0;
      if (there && c < s.rank) {
        v = q_latent[head * s.rank + c];
      } else if (there && c < s.rank + s.rope) {
        v = q_pe[head * q_stride + c - s.rank];
      }
      queries[i * line + c] = bf16_bits(v);
    }
  }
}

/// Keys first .. first + 63 of a row, and which of them exist.
__device__ void load_keys(const Shape& s, int64_t row, int64_t first, Flash& f) {
  const PageView page{s.a.page};
  __shared__ int64_t position[kKeys];
  __shared__ unsigned half_mask[2];
  if (threadIdx.x < kKeys) {
    const int64_t key = key_at(s.a, row, first + threadIdx.x);
    position[threadIdx.x] = key;
    const unsigned votes = __ballot_sync(0xffffffffu, key >= 0);
    if (threadIdx.x % kWarp == 0) half_mask[threadIdx.x / kWarp] = votes;
  }
  __syncthreads();
  if (threadIdx.x < kQueries)
    f.mask[threadIdx.x] = half_mask[0] | static_cast<uint64_t>(half_mask[1]) << 32;
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  for (int k = warp; k < kKeys; k += kFlashThreads / kWarp) {
    uint16_t* out = f.keys + k * f.line();
    if (position[k] < 0) {
      for (int64_t c = lane; c < s.width; c += kWarp) out[c] = 0;
      continue;
    }
    const uint8_t* record = page.codes(s.a.rows[row], position[k]);
    for (int64_t g = 0; g * kGroup < s.rank; ++g) {
      const float scale = page.latent_scale(record, g);
      const int64_t end = s.rank < (g + 1) * kGroup ? s.rank : (g + 1) * kGroup;
      for (int64_t c = g * kGroup + lane; c < end; c += kWarp)
        out[c] = bf16_bits(e4m3_value(record[c]) * scale);
    }
    for (int64_t c = s.rank + lane; c < s.width; c += kWarp)
      out[c] = c < s.rank + s.rope ? page.rope_bits(record, c - s.rank) : uint16_t{0};
  }
}

/// Block (row, tile of keys): P again, from the known sums, added up over all heads.
__global__ void mqa_mass_kernel(Shape s, const float* q_latent, const float* q_pe, int64_t q_stride,
                                const float* lse, float* const* mass) {
  begin_kernel();
  const int64_t row = blockIdx.x, first = static_cast<int64_t>(blockIdx.y) * kKeys;
  float* out = mass[row];
  if (!out || first >= key_count(s.a, row)) return;
  Flash f = Flash::make(s.width, (s.rank + 15) / 16 * 16, true);
  load_keys(s, row, first, f);
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float sum[2][2] = {};
  for (int64_t first_head = 0; first_head < s.a.n_heads; first_head += kQueries) {
    __syncthreads();
    load_queries(s, row, first_head, q_latent, q_pe, q_stride, f.line(), f.queries);
    __syncthreads();
    float d[2][4] = {};
    f.score(d);
    for (int j = 0; j < 2; ++j) {
      for (int e = 0; e < 4; ++e) {
        const int64_t h = first_head + g + (e >= 2 ? 8 : 0);
        if (h < s.a.n_heads)
          sum[j][e % 2] += expf(d[j][e] * s.a.sm_scale - lse[row * s.a.n_heads + h]);
      }
    }
  }
  for (int j = 0; j < 2; ++j) {
    for (int e = 0; e < 2; ++e) {
      float v = sum[j][e];
      for (int step = 4; step < kWarp; step *= 2) v += __shfl_xor_sync(0xffffffffu, v, step);
      const int64_t key = key_at(s.a, row, first + warp * 16 + j * 8 + 2 * t + e);
      if (g == 0 && key >= 0) out[key] += v;
    }
  }
}

}  // namespace

Error mqa_mass(const Attention& a, int64_t most_keys, const float* q_latent, const float* q,
               int64_t q_stride, const float* lse, float* const* mass, Stream stream) {
  const int64_t rank = a.page.kv_lora_rank, rope = a.page.rope_dim;
  const Shape s{a, rank, rope, (rank + rope + 31) / 32 * 32};
  return launch(mqa_mass_kernel, dim3(blocks(a.m, 1), blocks(most_keys, kKeys)),
                dim3(kFlashThreads), Flash::bytes(s.width, (rank + 15) / 16 * 16, true), stream, s,
                q_latent, q, q_stride, lse, mass);
}

}  // namespace leyden::cuda
