// SPDX-License-Identifier: Apache-2.0
// Index scores over pages.
#include "kernels/cuda/warpgroup.cuh"

namespace leyden::cuda {
namespace {

constexpr int kScoreThreads = 128;  // four warps of 16 keys: one page

/// Scores of any other shape. Block (page, row). Keys are the 16 rows of a product, heads its 8
/// columns: a thread sums over its heads alone, four lanes share a key. Shared: keys [64][dim + 8]
/// and queries [heads][dim + 8] bf16.
__global__ void index_scores_kernel(PageShape s, const Row* rows, int64_t heads, int64_t width,
                                    const uint8_t* codes, const float* weights, float* scores,
                                    int64_t stride) {
  begin_kernel();
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

/// Scores where an index key is one aligned line and heads are at most 64. The 64 keys of a page
/// are the rows of a warpgroup's product, the heads of kPair queries its columns: a thread sums
/// over its heads, four lanes share a key.
///
/// Block (pages, two pairs). Queries stay in shared memory, their weights in registers; pages pass
/// through a ring of stages. Queries that follow each other and look at the same pages use them
/// together: each warpgroup takes a pair, or every second page if only one pair is left. (One query
/// alone is a pair of one.)
///   queries [2 pairs][columns][128], swizzled
///   ring [4 stages][2 pages][64 keys of 128, swizzled; 64 scales f32, pad]
template <int kColumns_, int kPair_>
struct Index {
  static constexpr int kColumns = kColumns_, kPair = kPair_, kGroups = 2,
                       kThreads = kGroups * kWarpgroup, kQueries = kGroups * kPair, kPages = 2,
                       kStages = 4;
  static constexpr int kQuery = kColumns * kLine, kKeys = kPageTokens * kLine;
  static constexpr int kPage = kKeys + 1024;
  static constexpr int kBytes = kQueries * kQuery + kStages * kPages * kPage;
};

/// NaN stays.
__device__ float relu(float v) {
#ifdef __CUDACC__
  asm("max.NaN.f32 %0, %0, 0f00000000;" : "+f"(v));
  return v;
#else
  return v <= 0 ? 0.0f : v;
#endif
}

template <typename I>
__global__ void __launch_bounds__(I::kThreads)
    index_pages_kernel(PageShape s, const Row* rows, int64_t m, int64_t heads, int64_t block_pages,
                       const uint8_t* codes, const float* weights, float* scores, int64_t stride) {
  begin_kernel();
  constexpr int kColumns = I::kColumns;
  uint8_t* queries = dynamic_shared<uint8_t>();
  uint8_t* ring = queries + I::kQueries * I::kQuery;
  const PageView page{s};
  const int64_t first_row = static_cast<int64_t>(blockIdx.y) * I::kQueries;
  const int n_rows = static_cast<int>(m - first_row < I::kQueries ? m - first_row : I::kQueries);
  const int64_t first_page = blockIdx.x * block_pages,
                all_pages = (stride + kPageTokens - 1) / kPageTokens;
  const int64_t end_page =
      first_page + block_pages < all_pages ? first_page + block_pages : all_pages;

  for (int i = threadIdx.x; i < I::kQueries * kColumns * 8; i += I::kThreads) {
    const int q = i / 8 / kColumns, head = i / 8 % kColumns, piece = i % 8;
    const bool there = q < n_rows && head < heads;
    copy_16(queries + q * I::kQuery + swizzled_16(head, piece),
            codes + (there ? ((first_row + q) * heads + head) * kLine + piece * 16 : 0), there);
  }

  const int warpgroup = warpgroup_number(), warp = threadIdx.x / kWarp % 4;
  const int lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  for (int begin = 0, end = 0; begin < n_rows; begin = end) {
    const Row first = rows[first_row + begin];
    int64_t last_key = first.position;
    for (end = begin + 1; end < n_rows && rows[first_row + end].pages == first.pages; ++end)
      if (rows[first_row + end].position > last_key) last_key = rows[first_row + end].position;
    const int64_t seen = last_key / kPageTokens + 1, used = seen < end_page ? seen : end_page;
    const auto place = [&](int64_t stage, int i) {
      return ring + (stage % I::kStages * I::kPages + i) * I::kPage;
    };
    const auto load = [&](int64_t stage) {
      for (int i = 0; i < I::kPages; ++i) {
        const int64_t at = first_page + stage * I::kPages + i;
        if (at >= used) return;
        const uint8_t* from = page.index(first, at);
        uint8_t* to = place(stage, i);
        for (int j = threadIdx.x; j < (I::kKeys + 4 * kPageTokens) / 16; j += I::kThreads)
          copy_16(to + (j * 16 < I::kKeys ? swizzled_16(j / 8, j % 8) : j * 16), from + j * 16,
                  true);
      }
    };
    // Queries 2 pair and 2 pair + 1, those of them between begin and end.
    const bool alone = begin / I::kPair == (end - 1) / I::kPair;
    const int pair = alone ? begin / I::kPair : warpgroup;
    float weight[I::kPair][kColumns / 4];  // of heads 8 j + 2 t and 8 j + 2 t + 1
    int64_t position[I::kPair];
#pragma unroll
    for (int q = 0; q < I::kPair; ++q) {
      const int at = pair * I::kPair + q;
      const bool there = at >= begin && at < end;
      position[q] = there ? rows[first_row + at].position : -1;
#pragma unroll
      for (int i = 0; i < kColumns / 4; ++i) {
        const int64_t head = i / 2 * 8 + 2 * t + i % 2;
        weight[q][i] = there && head < heads ? weights[(first_row + at) * heads + head] : 0.0f;
      }
    }
    const Operand of_queries(queries + pair * I::kPair * I::kQuery);
    __syncthreads();
    const int64_t stages = used > first_page ? (used - first_page + I::kPages - 1) / I::kPages : 0;
    for (int64_t stage = 0; stage < I::kStages - 1; ++stage) {
      if (stage < stages) load(stage);
      commit_copies();
    }
    for (int64_t stage = 0; stage < stages; ++stage) {
      wait_copies<I::kStages - 2>();
      publish_shared();
      __syncthreads();  // this stage is there, the one before is free
      if (stage + I::kStages - 1 < stages) load(stage + I::kStages - 1);
      commit_copies();
      for (int i = alone ? warpgroup : 0; i < I::kPages; i += alone ? I::kGroups : 1) {
        const int64_t at = first_page + stage * I::kPages + i;
        if (at >= used) continue;
        const uint8_t* keys = place(stage, i);
        const Operand of_keys(keys);
        constexpr int kSums = kColumns / 2;  // of a query
        float d[I::kPair * kSums];
        begin_products();
#pragma unroll
        for (int part = 0; part < kLine / 32; ++part)
          warpgroup_product<true, I::kPair * kColumns>(d, of_keys + 32 * part,
                                                       of_queries + 32 * part, part > 0);
        commit_products();
        const int slot = 16 * warp + g + 8 * t;
        const float scale = t < 2 ? reinterpret_cast<const float*>(keys + I::kKeys)[slot] : 0.0f;
        wait_products<0>();
        hold(d);
#pragma unroll
        for (int q = 0; q < I::kPair; ++q) {
          float sum[2] = {};  // keys g and g + 8 of the warp's 16
#pragma unroll
          for (int j = 0; j < kSums; ++j)
            sum[j % 4 / 2] =
                fmaf(weight[q][j / 4 * 2 + j % 2], relu(d[q * kSums + j]), sum[j % 4 / 2]);
#pragma unroll
          for (float& v : sum) {
            v += __shfl_xor_sync(0xffffffffu, v, 1);
            v += __shfl_xor_sync(0xffffffffu, v, 2);
          }
          const int64_t key = at * kPageTokens + slot;
          if (t < 2 && key < stride && position[q] >= 0)
            scores[(first_row + pair * I::kPair + q) * stride + key] =
                key <= position[q] ? (t == 0 ? sum[0] : sum[1]) * scale : -INFINITY;
        }
      }
    }
    // Nobody looks at what is behind.
    for (int q = begin; q < end; ++q)
      for (int64_t key = (used > first_page ? used : first_page) * kPageTokens + threadIdx.x;
           key < end_page * kPageTokens && key < stride; key += I::kThreads)
        scores[(first_row + q) * stride + key] = -INFINITY;
  }
}

template <typename I>
Error launch_pages(const PageShape& s, const Row* rows, int64_t m, int64_t heads,
                   const uint8_t* codes, const float* weights, float* scores, int64_t stride,
                   Stream stream) {
  const int64_t pages = blocks(stride, kPageTokens), row_groups = blocks(m, I::kQueries);
  constexpr int64_t kBlocks = 2 * kMultiprocessors;
  int64_t block_pages = (pages * row_groups + kBlocks - 1) / kBlocks;
  block_pages = (block_pages < 4 ? 4 : block_pages > 64 ? 64 : block_pages + 1) / 2 * 2;
  return launch(index_pages_kernel<I>,
                dim3(blocks(pages, block_pages), static_cast<unsigned>(row_groups)),
                dim3(I::kThreads), I::kBytes, stream, s, rows, m, heads, block_pages, codes,
                weights, scores, stride);
}

}  // namespace

Error index_scores(const PageShape& s, const Row* rows, int64_t m, int64_t heads,
                   const uint8_t* codes, const float* weights, float* scores, int64_t stride,
                   Stream stream) {
  if (s.index_dim == kLine && heads <= 64 && s.layer_offset % 16 == 0 &&
      PageView{s}.latent_bytes() % 4 == 0) {
    const auto run = heads <= 16 ? m == 1 ? launch_pages<Index<16, 1>> : launch_pages<Index<16, 2>>
                     : m == 1 ? launch_pages<Index<64, 1>>
                                 : launch_pages<Index<64, 2>>;
    return run(s, rows, m, heads, codes, weights, scores, stride, stream);
  }
  const int64_t width = (s.index_dim + 15) / 16 * 16, line = width + 8;
  const size_t shared = static_cast<size_t>((kPageTokens + (heads + 7) / 8 * 8) * line) * 2;
  return launch(index_scores_kernel, dim3(blocks(stride, kPageTokens), blocks(m, 1)),
                dim3(kScoreThreads), shared, stream, s, rows, heads, width, codes, weights, scores,
                stride);
}

}  // namespace leyden::cuda
