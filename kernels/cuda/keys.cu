// SPDX-License-Identifier: Apache-2.0
// What a token leaves in the cache, and its index queries.
#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

constexpr int kThreads = 128;

/// Rotates x [dim] by cos_sin, pairs (2i, 2i + 1) or (i, i + dim / 2). Pairs go over `lanes`
/// threads.
__device__ void rotate(float* x, int64_t dim, const float* cos_sin, bool interleaved, int lane,
                       int lanes) {
  const int64_t half = dim / 2;
  for (int64_t i = lane; i < half; i += lanes) {
    float* a = x + (interleaved ? 2 * i : i);
    float* b = interleaved ? a + 1 : a + half;
    const float c = cos_sin[i], s = cos_sin[half + i], p = *a, q = *b;
    *a = round_to_bf16(p * c - q * s);
    *b = round_to_bf16(p * s + q * c);
  }
}

/// In shared memory; every thread of the block takes part.
__device__ void hadamard(float* x, int64_t dim) {
  for (int64_t half = 1; half < dim; half *= 2) {
    __syncthreads();
    for (int64_t i = threadIdx.x; i < dim / 2; i += kThreads) {
      const int64_t at = i / half * 2 * half + i % half;
      const float a = x[at], b = x[at + half];
      x[at] = a + b;
      x[at + half] = a - b;
    }
  }
  __syncthreads();
  const float scale = static_cast<float>(1.0 / sqrt(static_cast<double>(dim)));
  for (int64_t i = threadIdx.x; i < dim; i += kThreads) x[i] = round_to_bf16(x[i] * scale);
  __syncthreads();
}

__device__ void store_float(uint8_t* p, float v) {
  const uint32_t u = as_bits(v);
  for (int i = 0; i < 4; ++i) p[i] = static_cast<uint8_t>(u >> 8 * i);
}

/// Block (token, part): part 0 rotates q and writes the latent record, part 1 finishes and writes
/// the index key, the parts after it each finish one head's index query.
__global__ void write_keys_kernel(KeyShape s, const Row* rows, const float* cos_sin, float* q,
                                  const float* latents, float* kv_a, float* index_k, float* index_q,
                                  const float* norm_weight, const float* norm_bias) {
  begin_kernel();
  __shared__ float scratch[kThreads / kWarp];
  float* x = dynamic_shared<float>();
  const PageView page{s.page};
  const int64_t token = blockIdx.x, part = blockIdx.y;
  const int64_t rank = s.page.kv_lora_rank, rope = s.page.rope_dim, dim = s.page.index_dim;
  const Row row = rows[token];
  const float* cs = cos_sin + token * rope;
  const int thread = threadIdx.x;
  const int64_t slot = row.position % kPageTokens;

  if (part == 0) {
    for (int64_t h = thread / kWarp; h < s.n_heads; h += kThreads / kWarp)
      rotate(q + (token * s.n_heads + h) * s.qk_head_dim + s.qk_nope_head_dim, rope, cs, true,
             thread % kWarp, kWarp);
    float* k_pe = kv_a + token * (rank + rope) + rank;
    rotate(k_pe, rope, cs, true, thread, kThreads);
    __syncthreads();
    uint8_t* record = const_cast<uint8_t*>(page.codes(row, row.position));
    const float* latent = latents + token * rank;
    for (int64_t g = thread / kWarp; g < page.groups(); g += kThreads / kWarp) {
      const int64_t begin = g * kGroup, n = rank - begin < kGroup ? rank - begin : kGroup;
      float top = 0;
      for (int64_t i = thread % kWarp; i < n; i += kWarp)
        top = fmaxf(top, fabsf(latent[begin + i]));
      const float scale = e4m3_group_scale(warp_max(top), s.page.scale_ue8m0);
      for (int64_t i = thread % kWarp; i < n; i += kWarp)
        record[begin + i] = e4m3_bits(latent[begin + i] / scale);
      if (thread % kWarp == 0) store_float(record + rank + 4 * g, scale);
    }
    for (int64_t d = thread; d < rope; d += kThreads) {
      const uint16_t v = bf16_bits(k_pe[d]);
      uint8_t* p = record + rank + 4 * page.groups() + 2 * d;
      p[0] = static_cast<uint8_t>(v);
      p[1] = static_cast<uint8_t>(v >> 8);
    }
    return;
  }
  float* source =
      part == 1 ? index_k + token * dim : index_q + (token * s.index_n_heads + part - 2) * dim;
  for (int64_t d = thread; d < dim; d += kThreads) x[d] = source[d];
  __syncthreads();
  if (part == 1) {
    float sum = 0, squares = 0;
    for (int64_t d = thread; d < dim; d += kThreads) sum += x[d];
    const float n = static_cast<float>(dim), mean = block_sum<kThreads>(sum, scratch) / n;
    for (int64_t d = thread; d < dim; d += kThreads) squares += (x[d] - mean) * (x[d] - mean);
    const float inverse = 1.0f / sqrtf(block_sum<kThreads>(squares, scratch) / n + s.eps);
    for (int64_t d = thread; d < dim; d += kThreads)
      x[d] = round_to_bf16((x[d] - mean) * inverse * norm_weight[d] + norm_bias[d]);
    __syncthreads();
  }
  rotate(x, rope, cs, s.index_interleaved, thread, kThreads);
  hadamard(x, dim);
  if (part > 1) {
    for (int64_t d = thread; d < dim; d += kThreads) source[d] = x[d];
    return;
  }
  float top = 0;
  for (int64_t d = thread % kWarp; d < dim; d += kWarp) top = fmaxf(top, fabsf(x[d]));
  const float scale = e4m3_group_scale(warp_max(top), s.page.scale_ue8m0);
  uint8_t* index = page.index(row, row.position / kPageTokens);
  for (int64_t d = thread; d < dim; d += kThreads) index[slot * dim + d] = e4m3_bits(x[d] / scale);
  if (thread == 0) store_float(index + kPageTokens * dim + 4 * slot, scale);
}

/// One warp a (token, head).
__global__ void index_queries_kernel(PageShape s, const float* q, const float* w, int64_t m,
                                     int64_t heads, uint8_t* codes, float* weights) {
  begin_kernel();
  const int64_t i = static_cast<int64_t>(blockIdx.x) * (kThreads / kWarp) + threadIdx.x / kWarp;
  const int lane = threadIdx.x % kWarp;
  if (i >= m * heads) return;
  const int64_t dim = s.index_dim;
  float top = 0;
  for (int64_t d = lane; d < dim; d += kWarp) top = fmaxf(top, fabsf(q[i * dim + d]));
  const float scale = e4m3_group_scale(warp_max(top), s.scale_ue8m0);
  for (int64_t d = lane; d < dim; d += kWarp)
    codes[i * dim + d] = e4m3_bits(q[i * dim + d] / scale);
  const float head_factor = static_cast<float>(1.0 / sqrt(static_cast<double>(heads)));
  const float dim_factor = static_cast<float>(1.0 / sqrt(static_cast<double>(dim)));
  if (lane == 0) weights[i] = w[i] * head_factor * scale * dim_factor;
}

__global__ void read_latents_kernel(PageShape s, Row row, float* latents, float* k_pe) {
  begin_kernel();
  const PageView page{s};
  const int64_t key = blockIdx.x;
  const uint8_t* record = page.codes(row, key);
  for (int64_t i = threadIdx.x; i < s.kv_lora_rank; i += kThreads)
    latents[key * s.kv_lora_rank + i] =
        e4m3_value(record[i]) * page.latent_scale(record, i / kGroup);
  for (int64_t d = threadIdx.x; d < s.rope_dim; d += kThreads)
    k_pe[key * s.rope_dim + d] = bf16_value(page.rope_bits(record, d));
}

}  // namespace

Error write_keys(const KeyShape& s, const Row* rows, int64_t m, const float* cos_sin, float* q,
                 const float* latents, float* kv_a, float* index_k, float* index_q,
                 const float* norm_weight, const float* norm_bias, Stream stream) {
  return launch(write_keys_kernel, dim3(blocks(m, 1), blocks(2 + s.index_n_heads, 1)),
                dim3(kThreads), static_cast<size_t>(s.page.index_dim) * sizeof(float), stream, s,
                rows, cos_sin, q, latents, kv_a, index_k, index_q, norm_weight, norm_bias);
}

Error index_queries(const PageShape& s, const float* q, const float* w, int64_t m, int64_t heads,
                    uint8_t* codes, float* weights, Stream stream) {
  return launch(index_queries_kernel, dim3(blocks(m * heads, kThreads / kWarp)), dim3(kThreads), 0,
                stream, s, q, w, m, heads, codes, weights);
}

Error read_latents(const PageShape& s, const Row& row, int64_t n_keys, float* latents, float* k_pe,
                   Stream stream) {
  return launch(read_latents_kernel, dim3(blocks(n_keys, 1)), dim3(kThreads), 0, stream, s, row,
                latents, k_pe);
}

}  // namespace leyden::cuda
