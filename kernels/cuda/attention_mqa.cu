// SPDX-License-Identifier: Apache-2.0
// Sparse attention over latent records, absorbed form.
//
// A row's keys are cut into parts of 256. A part is a softmax of its own (running maximum over
// tiles of 64 keys); parts are merged in order. A block has one row and 16, 32 or 64 heads, and
// either all parts, which it merges in the result's place, or one of them: then a second kernel
// merges. The bits are the same.
//
//   per tile:  records -> shared memory, asynchronously, a tile ahead -> bf16 keys
//              S = Q K^T    warps share out the keys
//              P = e^(S - max), eight threads a head
//              O += P V     V are the first channels of the keys; warps share out the channels
//
// Any head count works; the last block of a row may hold fewer heads.
#include "kernels/cuda/flash.cuh"

namespace leyden::cuda {
namespace {

constexpr int kPartKeys = 256;
constexpr int kMostChannels = 512;

struct Shape {
  Attention a;
  int64_t rank, rope, width;  ///< width: of a key, a multiple of 32

  static Shape of(const Attention& a) {
    const int64_t rank = a.page.kv_lora_rank, rope = a.page.rope_dim;
    return {a, rank, rope, (rank + rope + 31) / 32 * 32};
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

/// Of queries: kHeads rows of `line` bf16, channels of the latent, then the rotated ones.
template <int kHeads, int kThreads>
__device__ void load_queries(const Shape& s, int64_t row, int64_t first_head, const float* q_latent,
                             const float* q_pe, int64_t q_stride, int64_t line, uint16_t* queries) {
  const int lane = threadIdx.x % kWarp;
  for (int i = threadIdx.x / kWarp; i < kHeads; i += kThreads / kWarp) {
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

/// What is added up over keys: the largest score, the sum of e^(score - largest), and so weighted
/// values. The factors that bring two of them to a common maximum:
struct Merge {
  float top, before, after;
  __device__ Merge(float a, float b) {
    top = fmaxf(a, b);
    before = a == -INFINITY ? 0.0f : expf(a - top);
    after = b == -INFINITY ? 0.0f : expf(b - top);
  }
  __device__ float operator()(float a, float b) const { return fmaf(a, before, b * after); }
};

/// Shared memory of a block, rows of 16-bit values padded by 8 against bank conflicts.
template <int kHeadTiles>
struct Mqa {
  static constexpr int kHeads = 16 * kHeadTiles;
  static constexpr int kThreads = kHeadTiles == 4 ? 512 : 256, kPerKey = kThreads / kKeys;
  static constexpr int kAcross =
      kThreads / kWarp / kHeadTiles;                     ///< warps that share the heads of a tile
  static constexpr int kKeyTiles = kKeys / 8 / kAcross;  ///< of 8 keys a warp
  static constexpr int kPairs = kMostChannels / 16 / kAcross;  ///< a warp's pairs of 8 channels
  static constexpr int kPLine = kKeys + 8, kScoreLine = kKeys + 1;

  uint16_t *keys, *queries, *p;
  uint8_t* raw;
  float *scores, *top, *sum, *factor;
  uint8_t* valid;  ///< [2][kKeys], tiles by turns
  int64_t line, raw_line;

  /// Of a record, at least; the threads of two keys that follow each other meet other banks.
  __host__ __device__ static int64_t raw_bytes(const Shape& s) {
    return (PageView{s.a.page}.latent_bytes() + 63) / 128 * 128 + 64;
  }
  static size_t bytes(const Shape& s) {
    const int64_t halves = (kKeys + kHeads) * (s.width + 8) + kHeads * kPLine;
    return static_cast<size_t>(2 * halves + kKeys * raw_bytes(s) + kHeads * (kScoreLine + 3) * 4 +
                               2 * kKeys);
  }
  __device__ explicit Mqa(const Shape& s) : line(s.width + 8), raw_line(raw_bytes(s)) {
    keys = dynamic_shared<uint16_t>();
    queries = keys + kKeys * line;
    p = queries + kHeads * line;
    raw = reinterpret_cast<uint8_t*>(p + kHeads * kPLine);
    scores = reinterpret_cast<float*>(raw + kKeys * raw_line);
    top = scores + kHeads * kScoreLine;
    sum = top + kHeads;
    factor = sum + kHeads;
    valid = reinterpret_cast<uint8_t*>(factor + kHeads);
  }

  /// The record of this thread's key among first .. first + 63, nullptr when there is none. kPerKey
  /// threads a key.
  __device__ static const uint8_t* find(const Shape& s, int64_t row, int64_t first) {
    const int64_t key = key_at(s.a, row, first + threadIdx.x / kPerKey);
    return key < 0 ? nullptr : PageView{s.a.page}.codes(s.a.rows[row], key);
  }

  /// Starts copying what find() found.
  __device__ void fetch(const Shape& s, const uint8_t* record, int turn) const {
    const int k = threadIdx.x / kPerKey;
    const PageView page{s.a.page};
    const bool aligned = page.latent_bytes() % 16 == 0 && is_aligned(record);
    for (int64_t at = threadIdx.x % kPerKey * 16; at < page.latent_bytes(); at += 16 * kPerKey) {
      uint8_t* to = raw + k * raw_line + at;
      if (aligned)
        copy_16(to, record ? static_cast<const void*>(record + at) : s.a.rows, record != nullptr);
      else
        *reinterpret_cast<uint4*>(to) =
            load_16(record, at, record ? page.latent_bytes() : 0, false);
    }
    commit_copies();
    if (threadIdx.x % kPerKey == 0) valid[turn * kKeys + k] = record != nullptr;
  }

  /// Records -> keys. kPerKey threads a key.
  __device__ void convert(const Shape& s) const {
    const int k = threadIdx.x / kPerKey;
    const PageView page{s.a.page};
    const uint8_t* record = raw + k * raw_line;
    uint16_t* out = keys + k * line;
    for (int64_t c = threadIdx.x % kPerKey * 16; c < s.rank; c += 16 * kPerKey) {
      const uint8_t* at = record + s.rank + 4 * (c / kGroup);
      const float scale =
          s.rank % 4 == 0 ? *reinterpret_cast<const float*>(at) : PageView::load_float(at);
      if (c + 16 <= s.rank) {
        const uint4 codes = *reinterpret_cast<const uint4*>(record + c);
        const uint32_t words[4] = {codes.x, codes.y, codes.z, codes.w};
        uint4 two[2];
        uint32_t* pairs = &two[0].x;
        for (int i = 0; i < 8; ++i)
          pairs[i] = scaled_pair(static_cast<uint16_t>(words[i / 2] >> (16 * (i % 2))), scale);
        *reinterpret_cast<uint4*>(out + c) = two[0];
        *reinterpret_cast<uint4*>(out + c + 8) = two[1];
      } else {
        for (int64_t i = c; i < s.rank; ++i) out[i] = bf16_bits(e4m3_value(record[i]) * scale);
      }
    }
    const int64_t rope_at = page.latent_bytes() - 2 * s.rope;
    if (rope_at % 16 == 0 && s.rank % 8 == 0 && s.rope % 8 == 0) {
      for (int64_t d = threadIdx.x % kPerKey * 8; d < s.rope; d += 8 * kPerKey)
        *reinterpret_cast<uint4*>(out + s.rank + d) =
            *reinterpret_cast<const uint4*>(record + rope_at + 2 * d);
    } else {
      for (int64_t d = threadIdx.x % kPerKey; d < s.rope; d += kPerKey)
        out[s.rank + d] = page.rope_bits(record, d);
    }
  }

  /// Scores of all heads over the tile.
  __device__ void score(const Shape& s) const {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
    const int head = warp / kAcross * 16, key = warp % kAcross * 8 * kKeyTiles;
    float d[kKeyTiles][4] = {};
    const uint16_t* q = queries + (head + lane % 16) * line + lane / 16 * 8;
    const uint16_t* k = keys + (key + lane % 8) * line + lane / 8 * 8;
#pragma unroll 2
    for (int64_t c = 0; c < s.width; c += 32) {
      uint32_t a[2][4];
      load_matrices<false>(a[0], q + c);
      load_matrices<false>(a[1], q + c + 16);
#pragma unroll
      for (int j = 0; j < kKeyTiles; ++j) {
        uint32_t b[4];
        load_matrices<false>(b, k + 8 * j * line + c);
        const uint32_t first[2] = {b[0], b[1]}, second[2] = {b[2], b[3]};
        tensor_product(d[j], a[0], first);
        tensor_product(d[j], a[1], second);
      }
    }
    for (int j = 0; j < kKeyTiles; ++j)
      for (int e = 0; e < 4; ++e)
        scores[(head + g + (e >= 2 ? 8 : 0)) * kScoreLine + key + 8 * j + 2 * t + e % 2] =
            d[j][e] * s.a.sm_scale;
  }

  /// Scores -> P, and the running maximum and sum. Eight threads a head.
  __device__ void softmax(int turn) const {
    const int head = threadIdx.x / 8, part = threadIdx.x % 8;
    if (head >= kHeads) return;  // whole warps
    const float* s = scores + head * kScoreLine;
    const uint8_t* seen = valid + turn * kKeys;
    float tile_top = -INFINITY;
    for (int k = part; k < kKeys; k += 8)
      if (seen[k]) tile_top = fmaxf(tile_top, s[k]);
    for (int step = 4; step > 0; step /= 2)
      tile_top = fmaxf(tile_top, __shfl_xor_sync(0xffffffffu, tile_top, step));
    const float before = top[head], now = fmaxf(before, tile_top);
    float tile_sum = 0;
    for (int k = part; k < kKeys; k += 8) {
      const float e = seen[k] ? expf(s[k] - now) : 0.0f;
      tile_sum += e;
      p[head * kPLine + k] = bf16_bits(e);
    }
    for (int step = 4; step > 0; step /= 2)
      tile_sum += __shfl_xor_sync(0xffffffffu, tile_sum, step);
    __syncwarp();  // all have read top
    if (part == 0) {
      const float f = before == -INFINITY ? 0.0f : expf(before - now);
      factor[head] = f;
      sum[head] = fmaf(sum[head], f, tile_sum);
      top[head] = now;
    }
  }

  /// out += P V for this warp's channels.
  __device__ void add_values(const Shape& s, float (&out)[kPairs][2][4]) const {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4;
    const int head = warp / kAcross * 16;
    const float low = factor[head + g], high = factor[head + g + 8];
#pragma unroll
    for (int i = 0; i < kPairs; ++i)
      for (int e = 0; e < 8; ++e) out[i][e / 4][e % 4] *= e % 4 >= 2 ? high : low;
#pragma unroll
    for (int k = 0; k < kKeys; k += 16) {
      uint32_t a[4];
      load_matrices<false>(a, p + (head + lane % 16) * kPLine + k + lane / 16 * 8);
      const uint16_t* v = keys + (k + lane % 16) * line + lane / 16 * 8;
#pragma unroll
      for (int i = 0; i < kPairs; ++i) {
        const int64_t c = channel(i);
        if (c >= s.rank) break;
        uint32_t b[4];
        load_matrices<true>(b, v + c);
        const uint32_t first[2] = {b[0], b[1]}, second[2] = {b[2], b[3]};
        tensor_product(out[i][0], a, first);
        tensor_product(out[i][1], a, second);
      }
    }
  }

  /// First channel of this warp's i-th pair.
  __device__ static int64_t channel(int i) {
    return (threadIdx.x / kWarp % kAcross + kAcross * i) * 16;
  }

  /// visit(head of the block, channel, value) for all outputs of this thread.
  template <typename Visit>
  __device__ static void each(const Shape& s, const float (&out)[kPairs][2][4], Visit visit) {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
    const int head = warp / kAcross * 16;
#pragma unroll
    for (int i = 0; i < kPairs; ++i) {
      for (int e = 0; e < 8; ++e) {
        const int64_t c = channel(i) + e / 4 * 8 + 2 * t + e % 2;
        if (c < s.rank) visit(head + g + (e % 4 >= 2 ? 8 : 0), c, out[i][e / 4][e % 4]);
      }
    }
  }
};

/// A part's result of one head: values, largest score, sum.
__device__ int64_t partial_at(const Shape& s, int64_t row, int64_t head, int64_t part,
                              int64_t parts) {
  return ((row * s.a.n_heads + head) * parts + part) * (s.rank + 2);
}

/// Block (row, heads, part). `parts` 0: the block does them all and writes the result.
template <int kHeadTiles>
__global__ void __launch_bounds__(Mqa<kHeadTiles>::kThreads)
    mqa_attention_kernel(Shape s, int64_t parts, const float* q_latent, const float* q_pe,
                         int64_t q_stride, float* u, float* lse) {
  using M = Mqa<kHeadTiles>;
  const int64_t row = blockIdx.x, first_head = static_cast<int64_t>(blockIdx.y) * M::kHeads;
  const int64_t n = key_count(s.a, row);
  const int64_t begin = parts == 0 ? 0 : static_cast<int64_t>(blockIdx.z) * kPartKeys;
  const int64_t end = parts == 0 || begin + kPartKeys > n ? n : begin + kPartKeys;
  if (parts != 0 && begin >= end) return;
  const M block(s);
  load_queries<M::kHeads, M::kThreads>(s, row, first_head, q_latent, q_pe, q_stride, block.line,
                                       block.queries);
  for (int64_t i = threadIdx.x; i < kKeys * (s.width - s.rank - s.rope); i += M::kThreads) {
    const int64_t pad = s.width - s.rank - s.rope;
    block.keys[i / pad * block.line + s.rank + s.rope + i % pad] = 0;
  }
  const int lane = threadIdx.x % kWarp, head = threadIdx.x / kWarp / M::kAcross * 16 + lane / 4;
  float out[M::kPairs][2][4] = {};
  float all_top[2] = {-INFINITY, -INFINITY}, all_sum[2] = {};  // of heads g and g + 8 of this warp
  const auto begin_part = [&] {
    for (int i = threadIdx.x; i < M::kHeads; i += M::kThreads) {
      block.top[i] = -INFINITY;
      block.sum[i] = 0;
    }
#pragma unroll
    for (int i = 0; i < M::kPairs; ++i)
      for (int e = 0; e < 8; ++e) out[i][e / 4][e % 4] = 0;
  };
  begin_part();
  int turn = 0;
  if (begin < end) block.fetch(s, M::find(s, row, begin), turn);
  const uint8_t* next = begin + kKeys < end ? M::find(s, row, begin + kKeys) : nullptr;
  for (int64_t first = begin; first < end; first += kKeys, turn ^= 1) {
    wait_copies<0>();
    __syncthreads();
    block.convert(s);
    __syncthreads();
    if (first + kKeys < end) {
      block.fetch(s, next, turn ^ 1);
      if (first + 2 * kKeys < end) next = M::find(s, row, first + 2 * kKeys);
    }
    block.score(s);
    __syncthreads();
    block.softmax(turn);
    __syncthreads();
    block.add_values(s, out);
    if (parts != 0 || ((first + kKeys - begin) % kPartKeys != 0 && first + kKeys < end)) continue;
    // The end of a part.
    const Merge low(all_top[0], block.top[head]), high(all_top[1], block.top[head + 8]);
    all_sum[0] = low(all_sum[0], block.sum[head]);
    all_sum[1] = high(all_sum[1], block.sum[head + 8]);
    all_top[0] = low.top, all_top[1] = high.top;
    const bool is_first = first - begin < kPartKeys, is_last = first + kKeys >= end;
    M::each(s, out, [&](int h, int64_t c, float v) {
      if (first_head + h >= s.a.n_heads) return;
      float& to = u[(row * s.a.n_heads + first_head + h) * s.rank + c];
      const bool upper = h % 16 >= 8;
      v = (upper ? high : low)(is_first ? 0.0f : to, v);
      const float total = all_sum[upper];
      to = !is_last ? v : round_to_bf16(total > 0 ? v / total : 0.0f);
    });
    __syncthreads();
    begin_part();
  }

  if (parts != 0) {
    M::each(s, out, [&](int h, int64_t c, float v) {
      if (first_head + h < s.a.n_heads)
        s.a.scratch[partial_at(s, row, first_head + h, blockIdx.z, parts) + c] = v;
    });
    for (int h = threadIdx.x; h < M::kHeads; h += M::kThreads) {
      if (first_head + h >= s.a.n_heads) continue;
      float* to = s.a.scratch + partial_at(s, row, first_head + h, blockIdx.z, parts) + s.rank;
      to[0] = block.top[h];
      to[1] = block.sum[h];
    }
    return;
  }
  if (begin >= end)
    M::each(s, out, [&](int h, int64_t c, float) {
      if (first_head + h < s.a.n_heads) u[(row * s.a.n_heads + first_head + h) * s.rank + c] = 0;
    });
  if (lse && threadIdx.x % kWarp % 4 == 0 && threadIdx.x / kWarp % M::kAcross == 0)
    for (int half = 0; half < 2; ++half)
      if (first_head + head + 8 * half < s.a.n_heads)
        lse[row * s.a.n_heads + first_head + head + 8 * half] = all_top[half] + logf(all_sum[half]);
}

constexpr int kMergeThreads = 128;

/// Block (row, head).
__global__ void mqa_merge_kernel(Shape s, int64_t parts, float* u, float* lse) {
  const int64_t row = blockIdx.x, head = blockIdx.y;
  const int64_t used = (key_count(s.a, row) + kPartKeys - 1) / kPartKeys;
  const float* first = s.a.scratch + partial_at(s, row, head, 0, parts);
  for (int64_t c = threadIdx.x; c < s.rank; c += kMergeThreads) {
    float value = 0, top = -INFINITY, sum = 0;
    for (int64_t part = 0; part < used; ++part) {
      const float* from = first + part * (s.rank + 2);
      const Merge merge(top, from[s.rank]);
      value = merge(value, from[c]);
      sum = merge(sum, from[s.rank + 1]);
      top = merge.top;
    }
    u[(row * s.a.n_heads + head) * s.rank + c] = round_to_bf16(sum > 0 ? value / sum : 0.0f);
    if (lse && c == 0) lse[row * s.a.n_heads + head] = top + logf(sum);
  }
}

// ---- mass

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
  const int64_t row = blockIdx.x, first = static_cast<int64_t>(blockIdx.y) * kKeys;
  float* out = mass[row];
  if (!out || first >= key_count(s.a, row)) return;
  Flash f = Flash::make(s.width, (s.rank + 15) / 16 * 16, true);
  load_keys(s, row, first, f);
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float sum[2][2] = {};
  for (int64_t first_head = 0; first_head < s.a.n_heads; first_head += kQueries) {
    __syncthreads();
    load_queries<kQueries, kFlashThreads>(s, row, first_head, q_latent, q_pe, q_stride, f.line(),
                                          f.queries);
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

template <int kHeadTiles>
Error launch_blocks(const Shape& s, int64_t parts, const float* q_latent, const float* q,
                    int64_t q_stride, float* u, float* lse, Stream stream) {
  using M = Mqa<kHeadTiles>;
  return launch(mqa_attention_kernel<kHeadTiles>,
                dim3(blocks(s.a.m, 1), blocks(s.a.n_heads, M::kHeads),
                     parts == 0 ? 1 : static_cast<unsigned>(parts)),
                dim3(M::kThreads), M::bytes(s), stream, s, parts, q_latent, q, q_stride, u, lse);
}

}  // namespace

Error mqa_attention(const Attention& a, const float* q_latent, const float* q, int64_t q_stride,
                    float* u, float* lse, Stream stream) {
  const Shape s = Shape::of(a);
  if (s.rank > kMostChannels) return "mqa_attention: kv_lora_rank above 512";
  constexpr int64_t kEnoughBlocks = 132;  // multiprocessors
  const int64_t parts = (a.most_keys + kPartKeys - 1) / kPartKeys;
  const int64_t scratch = a.m * a.n_heads * parts * (s.rank + 2);
  const bool split =
      parts > 1 && scratch <= a.scratch_floats && a.m * blocks(a.n_heads, 16) < kEnoughBlocks;
  // As many heads a block, so that keys are gathered once for more of them, as leave blocks for
  // all.
  const auto enough = [&](int64_t heads) {
    return a.n_heads > heads / 2 &&
           a.m * (split ? parts : 1) * blocks(a.n_heads, heads) >= kEnoughBlocks * 3 / 4;
  };
  const auto run = enough(64) && Mqa<4>::bytes(s) <= kMostShared ? launch_blocks<4>
                   : enough(32)                                  ? launch_blocks<2>
                                                                 : launch_blocks<1>;
  if (Error e = run(s, split ? parts : 0, q_latent, q, q_stride, u, lse, stream)) return e;
  if (!split) return nullptr;
  return launch(mqa_merge_kernel, dim3(blocks(a.m, 1), blocks(a.n_heads, 1)), dim3(kMergeThreads),
                0, stream, s, parts, u, lse);
}

Error mqa_mass(const Attention& a, int64_t most_keys, const float* q_latent, const float* q,
               int64_t q_stride, const float* lse, float* const* mass, Stream stream) {
  const Shape s = Shape::of(a);
  return launch(mqa_mass_kernel, dim3(blocks(a.m, 1), blocks(most_keys, kKeys)),
                dim3(kFlashThreads), Flash::bytes(s.width, s.v_width(), true), stream, s, q_latent,
                q, q_stride, lse, mass);
}

}  // namespace leyden::cuda
