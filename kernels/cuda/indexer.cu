// SPDX-License-Identifier: Apache-2.0
// Index scores over pages, and the exact top-k of a row.
#include "kernels/cuda/line.cuh"

namespace leyden::cuda {
namespace {

constexpr int kScoreThreads = 128;  // four warps of 16 keys: one page
constexpr int kLineThreads = 256, kLineWarps = kLineThreads / kWarp;

/// Scores of any other shape. Block (page, row). Keys are the 16 rows of a product, heads its 8 columns: a thread sums over
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

/// Scores where an index key is one aligned line. A warp holds the query heads of one row in registers, 64 at a time,
/// and walks over tiles of keys, which come from memory straight to registers: keys are the rows of a product, heads
/// its columns, so a thread sums over its heads alone and four lanes share a key. `row_warps` warps of a block take
/// rows that follow each other, which then read the same keys at about the same time; the others share out the tiles.
template <int kHeadTiles>
constexpr int kKeyTiles = kHeadTiles == 8 ? 1 : 2;  // of 16 keys, at a time: as registers allow

template <int kHeadTiles>
__global__ void __launch_bounds__(kLineThreads)
    index_lines_kernel(PageShape s, const Row* rows, int64_t m, int64_t heads, int row_warps, int64_t block_tiles,
                       const uint8_t* codes, const float* weights, float* scores, int64_t stride) {
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  const int64_t r = static_cast<int64_t>(blockIdx.y) * row_warps + warp % row_warps;
  if (r >= m) return;
  constexpr int kTiles = kKeyTiles<kHeadTiles>, kTileKeys = 16 * kTiles;
  constexpr int kTogether = kHeadTiles < 4 / kTiles ? kHeadTiles : 4 / kTiles;  // head tiles under way
  const PageView page{s};
  const Row row = rows[r];
  float* out = scores + r * stride;

  Part q[kHeadTiles / kTogether][kTogether];
  float w[kHeadTiles][2] = {};
  const int64_t head_groups = (heads + 8 * kHeadTiles - 1) / (8 * kHeadTiles);
  const auto load_heads = [&](int64_t group) {
#pragma unroll
    for (int j = 0; j < kHeadTiles; ++j) {
      const int64_t first = (group * kHeadTiles + j) * 8, head = first + g;
      Part& to = q[j / kTogether][j % kTogether];
      to = {};
      if (head < heads) to.read(codes + (r * heads + head) * kLine + 32 * t);
      for (int e = 0; e < 2; ++e)
        w[j][e] = first + 2 * t + e < heads ? weights[r * heads + first + 2 * t + e] : 0.0f;
    }
  };
  if (head_groups == 1) load_heads(0);

  Part keys[kTiles][2];  // of 16 keys each: rows g and g + 8
  const auto load_keys = [&](int64_t tile) {
    if (tile * kTileKeys > row.position) return;
    const int64_t first = tile * kTileKeys;
    const uint8_t* index =
        page.index(row, first / kPageTokens) + (first % kPageTokens + g) * kLine + 32 * t;
#pragma unroll
    for (int i = 0; i < 2 * kTiles; ++i) keys[i / 2][i % 2].read(index + 8 * i * kLine);
  };
  const int64_t first_tile = blockIdx.x * block_tiles + warp / row_warps;
  const int64_t step = kLineWarps / row_warps, end = (blockIdx.x + 1) * block_tiles;
  load_keys(first_tile);
  for (int64_t tile = first_tile; tile < end; tile += step) {
    const int64_t first = tile * kTileKeys;
    if (first >= stride) return;
    if (first > row.position) {
      if (first + lane < stride) out[first + lane] = -INFINITY;
      continue;
    }
    Part now[kTiles][2];
#pragma unroll
    for (int i = 0; i < 2 * kTiles; ++i) now[i / 2][i % 2] = keys[i / 2][i % 2];
    if (tile + step < end) load_keys(tile + step);
    float sum[2 * kTiles] = {};  // keys g, g + 8, ..
    for (int64_t group = 0; group < head_groups; ++group) {
      if (head_groups > 1) load_heads(group);
#pragma unroll
      for (int j = 0; j < kHeadTiles; j += kTogether) {
        float d[kTiles][kTogether][4] = {};
        line_products<true>(d, now, q[j / kTogether]);
#pragma unroll
        for (int i = 0; i < kTiles; ++i)
          for (int together = 0; together < kTogether; ++together)
            for (int e = 0; e < 4; ++e) {
              const float v = d[i][together][e];  // NaN stays
              sum[2 * i + e / 2] = fmaf(w[j + together][e % 2], v <= 0 ? 0.0f : v, sum[2 * i + e / 2]);
            }
      }
    }
    const uint8_t* scales = page.index(row, first / kPageTokens) + kPageTokens * kLine;
#pragma unroll
    for (int i = 0; i < 2 * kTiles; ++i) {
      float v = sum[i];
      v += __shfl_xor_sync(0xffffffffu, v, 1);
      v += __shfl_xor_sync(0xffffffffu, v, 2);
      const int64_t slot = first % kPageTokens + 8 * i + g, key = first + 8 * i + g;
      if (t == i && key < stride)
        out[key] = key <= row.position ? v * PageView::load_float(scales + 4 * slot) : -INFINITY;
    }
  }
}

/// Larger is better; -0 counts as +0, NaN is the least.
__device__ uint32_t ordered(float v) {
  if (v != v) return 0;
  const uint32_t u = v == 0.0f ? 0u : as_bits(v);
  return u & 0x80000000u ? ~u : u | 0x80000000u;
}

constexpr int kSelectThreads = 1024, kSelectWarps = kSelectThreads / kWarp;
constexpr int kDigits = 2048, kMostCached = 48 * 1024;
constexpr int kTogether = 8;  // loads under way

struct Histogram {
  int bins[kDigits], by_16[kDigits / 16], by_256[kDigits / 256];

  /// The digit of the `rank`-th largest entry, all threads; `left`: its rank among those of that digit.
  __device__ int find(int rank, int* left) {
    __shared__ int found, rest;
    __syncthreads();
    for (int i = threadIdx.x; i < kDigits / 16; i += kSelectThreads) by_16[i] = sum(bins + 16 * i);
    __syncthreads();
    for (int i = threadIdx.x; i < kDigits / 256; i += kSelectThreads) by_256[i] = sum(by_16 + 16 * i);
    __syncthreads();
    if (threadIdx.x == 0) {
      int at = last(by_256, kDigits / 256 - 1, &rank);
      at = last(by_16, 16 * at + 15, &rank);
      found = last(bins, 16 * at + 15, &rank);
      rest = rank;
    }
    __syncthreads();
    *left = rest;
    return found;
  }

 private:
  __device__ static int sum(const int* from) {
    int total = 0;
    for (int i = 0; i < 16; ++i) total += from[i];
    return total;
  }
  __device__ static int last(const int* counts, int at, int* rank) {
    while (counts[at] < *rank) *rank -= counts[at--];
    return at;
  }
};

/// Block = row. Three passes of 11, 11 and 10 bits find the k-th largest value exactly, from the top digit down; then
/// each warp counts what its share of the row has above it and equal to it, and writes, ascending by position, what
/// is above and the first of those equal. A row that fits (`cache`) is read from memory once.
__global__ void __launch_bounds__(kSelectThreads)
    select_topk_kernel(const Row* rows, const float* scores, int64_t stride, int64_t topk, bool cache, int32_t* keys,
                       int32_t* count) {
  __shared__ Histogram histogram;
  __shared__ int above[kSelectWarps], equal[kSelectWarps];
  const int64_t n = rows[blockIdx.x].position + 1;
  int32_t* out = keys + blockIdx.x * topk;
  if (n <= topk) {
    for (int64_t i = threadIdx.x; i < n; i += kSelectThreads) out[i] = static_cast<int32_t>(i);
    if (threadIdx.x == 0) count[blockIdx.x] = static_cast<int32_t>(n);
    return;
  }
  const float* score = scores + blockIdx.x * stride;
  uint32_t* cached = dynamic_shared<uint32_t>();
  if (cache)
    for (int64_t i = threadIdx.x; i < n; i += kSelectThreads) cached[i] = ordered(score[i]);
  const auto value = [&](int64_t i) { return cache ? cached[i] : ordered(score[i]); };

  uint32_t threshold = 0;
  int ties = static_cast<int>(topk);  // of those equal to the threshold, how many are taken
  for (int pass = 0; pass < 3; ++pass) {
    const int shift = pass == 0 ? 21 : pass == 1 ? 10 : 0;
    const uint32_t digits = pass == 2 ? kDigits / 2 - 1 : kDigits - 1;
    const uint32_t known = pass == 0 ? 0u : pass == 1 ? ~0u << 21 : ~0u << 10;
    for (int i = threadIdx.x; i < kDigits; i += kSelectThreads) histogram.bins[i] = 0;
    __syncthreads();
    // Neighbours often share their top digit: they are counted together.
    int bin = -1, run = 0;
    for (int64_t base = threadIdx.x; base < n; base += kTogether * kSelectThreads) {
      uint32_t u[kTogether];
#pragma unroll
      for (int i = 0; i < kTogether; ++i)
        u[i] = base + i * kSelectThreads < n ? value(base + i * kSelectThreads) : ~threshold;
#pragma unroll
      for (int i = 0; i < kTogether; ++i) {
        if ((u[i] & known) != threshold || base + i * kSelectThreads >= n) continue;
        const int digit = static_cast<int>(u[i] >> shift & digits);
        if (digit != bin) {
          if (run > 0) atomicAdd(&histogram.bins[bin], run);
          bin = digit;
          run = 0;
        }
        ++run;
      }
    }
    if (run > 0) atomicAdd(&histogram.bins[bin], run);
    threshold |= static_cast<uint32_t>(histogram.find(ties, &ties)) << shift;
  }

  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int64_t share = (n + kSelectThreads - 1) / kSelectThreads * kWarp;
  const int64_t begin = warp * share, end = begin + share < n ? begin + share : n;
  int n_above = 0, n_equal = 0;
#pragma unroll 8
  for (int64_t i = begin + lane; i < end; i += kWarp) {
    const uint32_t u = value(i);
    n_above += u > threshold;
    n_equal += u == threshold;
  }
  n_above = warp_sum(n_above);
  n_equal = warp_sum(n_equal);
  if (lane == 0) {
    above[warp] = n_above;
    equal[warp] = n_equal;
  }
  __syncthreads();
  int written = warp_sum(lane < warp ? above[lane] : 0), seen = warp_sum(lane < warp ? equal[lane] : 0);
  written += seen < ties ? seen : ties;
  const unsigned before = (1u << lane) - 1u;
  for (int64_t base = begin; base < end; base += kWarp) {
    const int64_t i = base + lane;
    const uint32_t u = i < end ? value(i) : 0u;
    const bool tie = i < end && u == threshold;
    const unsigned tied = __ballot_sync(0xffffffffu, tie);
    const bool take = i < end && (u > threshold || (tie && seen + __popc(tied & before) < ties));
    const unsigned taken = __ballot_sync(0xffffffffu, take);
    if (take) out[written + __popc(taken & before)] = static_cast<int32_t>(i);
    written += __popc(taken);
    seen += __popc(tied);
  }
  if (threadIdx.x == 0) count[blockIdx.x] = static_cast<int32_t>(topk);
}

template <int kHeadTiles>
Error launch_lines(const PageShape& s, const Row* rows, int64_t m, int64_t heads, const uint8_t* codes,
                   const float* weights, float* scores, int64_t stride, Stream stream) {
  int row_warps = 1;
  while (row_warps < kLineWarps && row_warps < m) row_warps *= 2;
  const int64_t block_tiles = m <= 4 ? 32 : 64;
  return launch(index_lines_kernel<kHeadTiles>,
                dim3(blocks(stride, block_tiles * 16 * kKeyTiles<kHeadTiles>), blocks(m, row_warps)), dim3(kLineThreads), 0, stream, s,
                rows, m, heads, row_warps, block_tiles, codes, weights, scores, stride);
}

}  // namespace

Error index_scores(const PageShape& s, const Row* rows, int64_t m, int64_t heads,
                   const uint8_t* codes, const float* weights, float* scores, int64_t stride,
                   Stream stream) {
  if (s.index_dim == kLine && s.layer_offset % 16 == 0 && PageView{s}.latent_bytes() % 4 == 0) {
    const auto run = heads <= 8    ? launch_lines<1>
                     : heads <= 16 ? launch_lines<2>
                     : heads <= 32 ? launch_lines<4>
                                   : launch_lines<8>;
    return run(s, rows, m, heads, codes, weights, scores, stride, stream);
  }
  const int64_t width = (s.index_dim + 15) / 16 * 16, line = width + 8;
  const size_t shared = static_cast<size_t>((kPageTokens + (heads + 7) / 8 * 8) * line) * 2;
  return launch(index_scores_kernel, dim3(blocks(stride, kPageTokens), blocks(m, 1)),
                dim3(kScoreThreads), shared, stream, s, rows, heads, width, codes, weights, scores,
                stride);
}

Error select_topk(const Row* rows, const float* scores, int64_t stride, int64_t m, int64_t topk,
                  int32_t* keys, int32_t* count, Stream stream) {
  const bool cache = stride <= kMostCached;
  return launch(select_topk_kernel, dim3(blocks(m, 1)), dim3(kSelectThreads),
                cache ? static_cast<size_t>(stride) * 4 : 0, stream, rows, scores, stride, topk, cache, keys, count);
}

}  // namespace leyden::cuda
