// SPDX-License-Identifier: Apache-2.0
// Sparse attention over latent records, absorbed form. A block: one token, 16 heads, its selected
// keys 64 at a time, gathered and dequantised into shared memory (98 KB at 576 channels).
// Any head count works; the last block of a token may hold fewer than 16 heads.
#include "kernels/cuda/flash.cuh"

namespace leyden::cuda {
namespace {

struct Shape {
  Attention a;
  int64_t rank, rope, width;

  static Shape of(const Attention& a) {
    const int64_t rank = a.page.kv_lora_rank, rope = a.page.rope_dim;
    return {a, rank, rope, (rank + rope + 15) / 16 * 16};
  }
  int64_t v_width() const { return (rank + 15) / 16 * 16; }
};

__device__ int64_t key_count(const Attention& a, int64_t i) {
  return a.selection.keys ? a.selection.count[i] : a.rows[i].position + 1;
}

/// Position of a row's n-th key, or -1 when there is none.
__device__ int64_t key_at(const Attention& a, int64_t i, int64_t n) {
  if (n >= key_count(a, i)) return -1;
  const int64_t key = a.selection.keys ? a.selection.keys[i * a.selection.stride + n] : n;
  return key >= 0 && key <= a.rows[i].position ? key : -1;
}

__device__ void load_queries(const Shape& s, int64_t row, int64_t first_head, const float* q_latent,
                             const float* q_pe, int64_t q_stride, Flash& f) {
  for (int64_t i = threadIdx.x; i < kQueries * s.width; i += kFlashThreads) {
    const int64_t h = first_head + i / s.width, c = i % s.width;
    float v = 0;
    if (h < s.a.n_heads && c < s.rank) {
      v = q_latent[(row * s.a.n_heads + h) * s.rank + c];
    } else if (h < s.a.n_heads && c < s.rank + s.rope) {
      v = q_pe[(row * s.a.n_heads + h) * q_stride + c - s.rank];
    }
    f.queries[i / s.width * f.line() + c] = bf16_bits(v);
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

__global__ void mqa_attention_kernel(Shape s, const float* q_latent, const float* q_pe,
                                     int64_t q_stride, float* u, float* lse) {
  const int64_t row = blockIdx.x, first_head = static_cast<int64_t>(blockIdx.y) * kQueries;
  Flash f = Flash::make(s.width, (s.rank + 15) / 16 * 16, true);
  load_queries(s, row, first_head, q_latent, q_pe, q_stride, f);
  float out[kMaxValueTiles][4] = {};
  const int64_t n = key_count(s.a, row);
  for (int64_t first = 0; first < n; first += kKeys) {
    load_keys(s, row, first, f);
    f.step(s.a.sm_scale, out);
  }
  __syncthreads();
  f.finish(out, [&](int query, int64_t c, float v) {
    const int64_t h = first_head + query;
    if (h < s.a.n_heads && c < s.rank) u[(row * s.a.n_heads + h) * s.rank + c] = round_to_bf16(v);
  });
  if (lse && threadIdx.x < kQueries && first_head + threadIdx.x < s.a.n_heads)
    lse[row * s.a.n_heads + first_head + threadIdx.x] = f.lse(static_cast<int>(threadIdx.x));
}

/// Block (row, tile of keys): P again, from the known sums, added up over all heads.
__global__ void mqa_mass_kernel(Shape s, const float* q_latent, const float* q_pe, int64_t q_stride,
                                const float* lse, float* const* mass) {
  const int64_t row = blockIdx.x, first = static_cast<int64_t>(blockIdx.y) * kKeys;
  float* out = mass[row];
  if (!out || first >= key_count(s.a, row)) return;
  Flash f = Flash::make(s.width, (s.rank + 15) / 16 * 16, true);
  load_keys(s, row, first, f);
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float sum[2][2] = {};
  for (int64_t first_head = 0; first_head < s.a.n_heads; first_head += kQueries) {
    __syncthreads();
    load_queries(s, row, first_head, q_latent, q_pe, q_stride, f);
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

Error mqa_attention(const Attention& a, const float* q_latent, const float* q, int64_t q_stride,
                    float* u, float* lse, Stream stream) {
  const Shape s = Shape::of(a);
  if (s.v_width() > kMaxValueTiles * 8 * 4) return "mqa_attention: kv_lora_rank above 512";
  return launch(mqa_attention_kernel, dim3(blocks(a.m, 1), blocks(a.n_heads, kQueries)),
                dim3(kFlashThreads), Flash::bytes(s.width, s.v_width(), true), stream, s, q_latent,
                q, q_stride, u, lse);
}

Error mqa_mass(const Attention& a, int64_t most_keys, const float* q_latent, const float* q,
               int64_t q_stride, const float* lse, float* const* mass, Stream stream) {
  const Shape s = Shape::of(a);
  return launch(mqa_mass_kernel, dim3(blocks(a.m, 1), blocks(most_keys, kKeys)),
                dim3(kFlashThreads), Flash::bytes(s.width, s.v_width(), true), stream, s, q_latent,
                q, q_stride, lse, mass);
}

}  // namespace leyden::cuda
