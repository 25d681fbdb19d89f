// SPDX-License-Identifier: Apache-2.0
// Index scores over pages, and the exact top-k of a row.
#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

constexpr int kScoreThreads = 128;  // four warps of 16 keys: one page
constexpr int kSelectThreads = 256, kSelectWarps = kSelectThreads / kWarp;

/// Block (page, row). Keys are the 16 rows of a product, heads its 8 columns: a thread sums over
/// its heads alone, four lanes share a key. Shared: keys [64][dim + 8] and queries [heads][dim + 8]
/// bf16.
__global__ void index_scores_kernel(PageShape s, const Row* rows, int64_t heads, int64_t width,
                                    const uint8_t* codes, const float* weights, float* scores,
                                    int64_t stride) {
  uint16_t* keys = dynamic_shared<uint16_t>();
  const int64_t line = width + 8, head_tiles = (heads + 7) / 8;
  uint16_t* queries = keys + kPageTokens * line;
  const PageView page{s};
  const Row row = rows[blockIdx.y];
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kPageTokens;
  float* out = scores + blockIdx.y * stride;
  if (first > row.position) {
    for (int64_t i = threadIdx.x; i < kPageTokens && first + i < stride; i += kScoreThreads)
      out[first + i] = -INFINITY;
    return;
  }
  const uint8_t* index = page.index(row, blockIdx.x);
  for (int64_t i = threadIdx.x; i < kPageTokens * width; i += kScoreThreads) {
    const int64_t key = i / width, d = i % width;
    const bool inside = d < s.index_dim && first + key <= row.position;
    keys[key * line + d] =
        inside ? bf16_bits(e4m3_value(index[key * s.index_dim + d])) : uint16_t{0};
  }
  for (int64_t i = threadIdx.x; i < head_tiles * 8 * width; i += kScoreThreads) {
    const int64_t head = i / width, d = i % width;
    const bool inside = d < s.index_dim && head < heads;
    queries[head * line + d] =
        inside ? bf16_bits(e4m3_value(codes[(blockIdx.y * heads + head) * s.index_dim + d]))
               : uint16_t{0};
  }
  __syncthreads();

  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float sum[2] = {0, 0};
  for (int64_t tile = 0; tile < head_tiles; ++tile) {
    float d[4] = {0, 0, 0, 0};
    for (int64_t c = 0; c < width; c += 16) {
      const uint16_t* key = keys + (warp * 16 + g) * line + c + 2 * t;
      const uint16_t* query = queries + (tile * 8 + g) * line + c + 2 * t;
      const uint32_t a[4] = {*reinterpret_cast<const uint32_t*>(key),
                             *reinterpret_cast<const uint32_t*>(key + 8 * line),
                             *reinterpret_cast<const uint32_t*>(key + 8),
                             *reinterpret_cast<const uint32_t*>(key + 8 * line + 8)};
      const uint32_t b[2] = {*reinterpret_cast<const uint32_t*>(query),
                             *reinterpret_cast<const uint32_t*>(query + 8)};
      tensor_product(d, a, b);
    }
    for (int e = 0; e < 4; ++e) {
      const int64_t head = tile * 8 + 2 * t + e % 2;
      if (head >= heads) continue;
      const float relu = d[e] <= 0 ? 0.0f : d[e];  // NaN stays
      sum[e / 2] += weights[blockIdx.y * heads + head] * relu;
    }
  }
  for (int half = 0; half < 2; ++half) {
    float v = sum[half];
    v += __shfl_xor_sync(0xffffffffu, v, 1);
    v += __shfl_xor_sync(0xffffffffu, v, 2);
    const int64_t slot = warp * 16 + g + 8 * half, key = first + slot;
    if (t != 0 || key >= stride) continue;
    const float scale = PageView::load_float(index + kPageTokens * s.index_dim + 4 * slot);
    out[key] = key <= row.position ? v * scale : -INFINITY;
  }
}

/// Larger is better; -0 counts as +0, NaN is the least.
__device__ uint32_t ordered(float v) {
  if (v != v) return 0;
  const uint32_t u = v == 0.0f ? 0u : as_bits(v);
  return u & 0x80000000u ? ~u : u | 0x80000000u;
}

/// Rank of this thread among those before it with `flag`; `total` is the block's count.
__device__ int rank_in_block(bool flag, int* warp_counts, int* total) {
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const unsigned votes = __ballot_sync(0xffffffffu, flag);
  if (lane == 0) warp_counts[warp] = __popc(votes);
  __syncthreads();
  int before = __popc(votes & ((1u << lane) - 1u)), all = 0;
  for (int w = 0; w < kSelectWarps; ++w) {
    if (w < warp) before += warp_counts[w];
    all += warp_counts[w];
  }
  __syncthreads();
  *total = all;
  return before;
}

/// Block = row. Four passes of 8 bits find the k-th largest value exactly, from the top digit down;
/// a last pass writes, ascending by position, what is above it and the first of those equal to it.
__global__ void select_topk_kernel(const Row* rows, const float* scores, int64_t stride,
                                   int64_t topk, int32_t* keys, int32_t* count) {
  __shared__ int histogram[256];
  __shared__ int warp_counts[kSelectWarps];
  __shared__ uint32_t found;
  __shared__ int left;
  const int64_t n = rows[blockIdx.x].position + 1;
  int32_t* out = keys + blockIdx.x * topk;
  if (n <= topk) {
    for (int64_t i = threadIdx.x; i < n; i += kSelectThreads) out[i] = static_cast<int32_t>(i);
    if (threadIdx.x == 0) count[blockIdx.x] = static_cast<int32_t>(n);
    return;
  }
  const float* score = scores + blockIdx.x * stride;
  if (threadIdx.x == 0) {
    found = 0;
    left = static_cast<int>(topk);
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (int i = threadIdx.x; i < 256; i += kSelectThreads) histogram[i] = 0;
    __syncthreads();
    const uint32_t prefix = found;
    const uint32_t above = shift == 24 ? 0u : ~0u << (shift + 8);
    for (int64_t i = threadIdx.x; i < n; i += kSelectThreads) {
      const uint32_t u = ordered(score[i]);
      if ((u & above) == prefix) atomicAdd(&histogram[u >> shift & 255u], 1);
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      int digit = 255, rest = left;
      while (histogram[digit] < rest) rest -= histogram[digit--];
      found = prefix | static_cast<uint32_t>(digit) << shift;
      left = rest;
    }
    __syncthreads();
  }
  const uint32_t threshold = found;
  const int ties = left;
  int written = 0, ties_seen = 0;
  for (int64_t base = 0; base < n; base += kSelectThreads) {
    const int64_t i = base + threadIdx.x;
    const uint32_t u = i < n ? ordered(score[i]) : 0u;
    const bool tie = i < n && u == threshold;
    int all = 0;
    const int tie_rank = ties_seen + rank_in_block(tie, warp_counts, &all);
    ties_seen += all;
    const bool take = i < n && (u > threshold || (tie && tie_rank < ties));
    const int at = written + rank_in_block(take, warp_counts, &all);
    written += all;
    if (take) out[at] = static_cast<int32_t>(i);
  }
  if (threadIdx.x == 0) count[blockIdx.x] = static_cast<int32_t>(topk);
}

}  // namespace

Error index_scores(const PageShape& s, const Row* rows, int64_t m, int64_t heads,
                   const uint8_t* codes, const float* weights, float* scores, int64_t stride,
                   Stream stream) {
  const int64_t width = (s.index_dim + 15) / 16 * 16, line = width + 8;
  const size_t shared = static_cast<size_t>((kPageTokens + (heads + 7) / 8 * 8) * line) * 2;
  return launch(index_scores_kernel, dim3(blocks(stride, kPageTokens), blocks(m, 1)),
                dim3(kScoreThreads), shared, stream, s, rows, heads, width, codes, weights, scores,
                stride);
}

Error select_topk(const Row* rows, const float* scores, int64_t stride, int64_t m, int64_t topk,
                  int32_t* keys, int32_t* count, Stream stream) {
  return launch(select_topk_kernel, dim3(blocks(m, 1)), dim3(kSelectThreads), 0, stream, rows,
                scores, stride, topk, keys, count);
}

}  // namespace leyden::cuda
