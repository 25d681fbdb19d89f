// SPDX-License-Identifier: Apache-2.0
// Sparse attention over latent records for 64 heads a block (attention_mqa.cuh), where rows are
// many.
//
// Heads are the 64 rows of a product here, so that a query's numbers stay in a warp. A step takes
// two tiles, each in a buffer of its own. Two warpgroups multiply:
//   S = Q K^T          warpgroup w the scores of tile w
//   P = 2^(S - top)    the top goes on from tile to tile: w waits for that of the tile before
//   O += P V           V are the first channels of the keys; each half of the channels, of tile 0
//                      and then of tile 1; P goes from one to the other through shared memory
// Two more load: records become bf16 keys in a free buffer (latent_tiles.cuh).
//
// Shared memory, lines of 64 bf16 channels as operands of warpgroup.cuh:
//   queries [lines][64 heads][128]   keys [2][lines][64 keys][128]   numbers of heads (Stats)
// The last line of keys has the rotated channels, which nobody needs after the scores, and later
// the tile's P: [64 heads][128: keys].
#include "kernels/cuda/attention_mqa.cuh"

namespace leyden::cuda {
namespace wide {
namespace {

constexpr int kHeads = 64, kLines = kMostLines + 1, kQueryLine = kHeads * kLine;
/// Of a multiplying warpgroup; a product takes half of them.
constexpr int kOwnChannels = kMostRank / 2;
/// Registers of a thread.
constexpr int kMultiplying = 192, kLoading = 256 - kMultiplying;

using Keys = Records<true, kKeys / 2, 1>;
struct Stats {
  float top[kBuffers][kHeads];  ///< largest score of the part up to the tile, rounded up
  float sum[kBuffers][kHeads];  ///< of the part's tiles in this buffer
  /// Of the parts so far, and the top that what waits in the result's place is under.
  struct All {
    float top, sum, waiting_top;
  } all[kMultipliers / kWarpgroup][kHeads];  ///< each warpgroup its own
  Barrier full[kBuffers], topped, ready[kBuffers], free[kBuffers];
  Keys::Votes votes[kBuffers];
  Places records;
};
constexpr size_t kBytes =
    static_cast<size_t>(kLines) * (kQueryLine + kBuffers * kTileBytes) + sizeof(Stats);
static_assert(kBytes <= kMostShared);

/// Numbers of this thread's two heads.
struct Two {
  float v[2];
  __device__ float& operator[](int r) { return v[r]; }
  __device__ const float& operator[](int r) const { return v[r]; }
};

static_assert(Keys::kPerKey == 8);
/// Of the votes of four times eight threads that agree one bit each.
__device__ inline uint32_t four_votes(uint32_t v) {
  return (v & 0x01010101u) * 0x01020408u >> 24 & 15u;
}
__device__ inline float quad_max(float v) {
  v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, 1));
  return fmaxf(v, __shfl_xor_sync(0xffffffffu, v, 2));
}
/// Of each 16 keys the sum over the four lanes of a head; the lane gets that of number
/// 2 (t % 2) + t / 2. In the order in which attention_mqa.cu adds.
__device__ inline float quad_share(const float (&v)[4], int t) {
  const bool odd = t % 2 != 0, upper = t / 2 != 0;
  float two[2];
#pragma unroll
  for (int i = 0; i < 2; ++i)
    two[i] = (odd ? v[2 + i] : v[i]) + __shfl_xor_sync(0xffffffffu, odd ? v[i] : v[2 + i], 1);
  return (upper ? two[1] : two[0]) + __shfl_xor_sync(0xffffffffu, upper ? two[0] : two[1], 2);
}
/// The sum of what quad_share() gave the lanes, number after number.
__device__ inline float quad_total(float share, int lane) {
  const int first = lane & ~3;
  const auto of = [&](int t) { return __shfl_sync(0xffffffffu, share, first + t); };
  const float a = of(0), b = of(2), c = of(1), d = of(3);
  return a + b + c + d;
}

/// Adds to four numbers that this thread has stored and nobody else looks at, without waiting.
__device__ inline void add_4(float4* to, const float4& v) {
#ifdef __CUDACC__
  asm volatile("red.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(to), "f"(v.x), "f"(v.y),
               "f"(v.z), "f"(v.w)
               : "memory");
#else
  to->x += v.x, to->y += v.y, to->z += v.z, to->w += v.w;
#endif
}
/// What stands there after add_4().
__device__ inline float4 load_added_4(const float4* from) {
#ifdef __CUDACC__
  float4 v;
  asm volatile("ld.relaxed.gpu.global.v4.f32 {%0, %1, %2, %3}, [%4];"
               : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
               : "l"(from)
               : "memory");
  return v;
#else
  return *from;
#endif
}

/// A block as BlockWork says. `parts` 0: it writes the result.
__global__ void __launch_bounds__(kThreads, 1)
    mqa_wide_kernel(const __grid_constant__ MqaShape s, int64_t parts, const float* q_latent,
                    const float* q_pe, int64_t q_stride, float* u, float* lse) {
  begin_kernel();
  constexpr int kPart = static_cast<int>(kPartKeys);
  const auto [row, first_head, begin, end] = BlockWork(s, kHeads, parts);
  if (parts != 0 && begin >= end) return;

  uint8_t* queries = dynamic_shared<uint8_t>();
  uint8_t* keys = queries + kLines * kQueryLine;
  auto& stats = *reinterpret_cast<Stats*>(keys + kBuffers * kLines * kTileBytes);
  if (threadIdx.x == 0) {
    for (int i = 0; i < kBuffers; ++i) {
      init_barrier(&stats.full[i], Keys::kUnits * kLoaders);
      init_barrier(&stats.ready[i], kWarpgroup);
      init_barrier(&stats.free[i], kMultipliers / kWarp);
    }
    init_barrier(&stats.topped, kWarpgroup / kWarp);
    publish_barriers();
  }
  __syncthreads();
  const int group = warpgroup_number(), warp = threadIdx.x / kWarp % 4;
  if (group >= kMultipliers / kWarpgroup) {
    set_registers<kLoading, false>();
    Keys(s, row, end, stats.records).run(begin, keys, stats);
    return;
  }
  set_registers<kMultiplying, true>();
  const int lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  const auto head_of = [&](int r) { return 16 * warp + g + 8 * r; };
  load_queries<kHeads, true>(s, row, first_head, q_latent, q_pe, q_stride, queries);

  float out[2][kOwnChannels / 4];  // number 4 j + 2 r + e: channel 8 j + 2 t + e of head r
  const auto value = [&](int i) -> float& {
    return out[i / (kOwnChannels / 4)][i % (kOwnChannels / 4)];
  };
  Two top, own_top, sum;  // of `out`; of the warpgroup's last tile and of its own tiles
  const auto begin_part = [&] {
    for (int r = 0; r < 2; ++r) top[r] = own_top[r] = -INFINITY, sum[r] = 0;
#pragma unroll
    for (int i = 0; i < kOwnChannels / 2; ++i) value(i) = 0;
  };
  const auto four_of = [&](int i) -> float4 {
    return {value(4 * i), value(4 * i + 1), value(4 * i + 2), value(4 * i + 3)};
  };
  const auto scale_out = [&](const Two& factor) {
#pragma unroll
    for (int i = 0; i < kOwnChannels / 2; ++i) value(i) *= factor[i / 2 % 2];
  };
  begin_part();
  auto& all = stats.all[group];
  if (t == 0)
    for (int r = 0; r < 2; ++r) all[head_of(r)] = {-INFINITY, 0, -INFINITY};
  Two part_sum{};
  // What is merged waits in the result's place, in an order of the threads' own, under a top that
  // is only changed where it must be.
  float4* waiting =
      reinterpret_cast<float4*>(u + (row * s.a.n_heads + first_head) * kMostRank) + threadIdx.x;
  /// Makes `out` the sum of itself and of what waits, under a new top.
  const auto join_waiting = [&] {
    Two before, after;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const Merge merge(all[head_of(r)].waiting_top, top[r]);
      before[r] = merge.before, after[r] = merge.after, top[r] = merge.top;
    }
    constexpr int kAtOnce = 4;
#pragma unroll
    for (int first = 0; first < kOwnChannels / 8; first += kAtOnce) {
      float4 v[kAtOnce];
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i) v[i] = load_added_4(waiting + (first + i) * kMultipliers);
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i) {
        const float four[4] = {v[i].x, v[i].y, v[i].z, v[i].w};
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          float& own = value(4 * (first + i) + e);
          own = fmaf(four[e], before[e / 2], own * after[e / 2]);
        }
      }
    }
  };
  const float scale = s.a.sm_scale * kLog2E;
  uint8_t* own_tile = keys + group * kLines * kTileBytes;
  publish_shared();
  sync_multipliers();  // the queries are there
  for (int first = begin; first < end; first += kStepKeys) {
    const uint32_t phase = phase_at(first);
    const bool starts = first % kPart == 0;
    wait_barrier(&stats.full[group], phase);
    float d[kKeys / 2];
    {
      Operand x(queries), y(own_tile);
      begin_products();
#pragma unroll
      for (int line = 0; line < kLines; ++line, x += kQueryLine, y += kTileBytes) {
#pragma unroll
        for (int i = 0; i < kLine / 32; ++i)
          warpgroup_product<false, kKeys>(d, x + 32 * i, y + 32 * i, line > 0 || i > 0);
      }
    }
    commit_products();
    // Bit k: key k is there. The lane that reads them is the one that frees the buffer.
    uint32_t there[2] = {};
    if (lane == 0) {
#pragma unroll
      for (int i = 0; i < 16; ++i) there[i / 8] |= four_votes(stats.votes[group][i]) << i % 8 * 4;
    }
    for (uint32_t& half : there) half = __shfl_sync(0xffffffffu, half, 0);
    wait_products<0>();
    hold(d);
    if ((there[0] & there[1]) != 0xffffffffu) {
#pragma unroll
      for (int i = 0; i < kKeys / 2; ++i)
        if ((there[i / 16] >> (i / 4 % 4 * 8 + 2 * t + i % 2) & 1) == 0) d[i] = -INFINITY;
    }

    Two now;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float most = -INFINITY;
#pragma unroll
      for (int i = 0; i < kKeys / 2; i += 4)
        most = fmaxf(most, fmaxf(d[i + 2 * r], d[i + 2 * r + 1]));
      now[r] = ceilf(quad_max(most) * scale);
    }
    if (group == 1) wait_barrier(&stats.topped, phase);
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      if (group == 1 || !starts) now[r] = fmaxf(now[r], stats.top[group ^ 1][head_of(r)]);
      if (t == 0) stats.top[group][head_of(r)] = now[r];
    }
    if (group == 0) {
      __syncwarp();
      if (lane == 0) arrive(&stats.topped);
    }
    uint32_t p[kKeys / 4];  // 2 j + r: keys 8 j + 2 t and + 1 of head r
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const float under = now[r] == -INFINITY ? 0.0f : now[r];
      float totals[4];
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        float v[4];
#pragma unroll
        for (int i = 0; i < 4; ++i)
          v[i] = exp2_fast(fmaf(d[8 * k + 4 * (i / 2) + 2 * r + i % 2], scale, -under));
        p[4 * k + r] = bf16_pair(v[0], v[1]);
        p[4 * k + 2 + r] = bf16_pair(v[2], v[3]);
        totals[k] = (v[0] + v[2]) + (v[1] + v[3]);
      }
      sum[r] = fmaf(sum[r], rescaling(own_top[r], now[r]), quad_share(totals, t));
      own_top[r] = now[r];
    }
    sync_warpgroup();  // all of it have done with the rotated channels
#pragma unroll
    for (int i = 0; i < kKeys / 4; ++i)
      *reinterpret_cast<uint32_t*>(own_tile + kMostLines * kTileBytes +
                                   swizzled_16(head_of(i % 2), i / 2) + 4 * t) = p[i];
    arrive(&stats.ready[group]);

    Two tile_top;  // of tile 0
#pragma unroll
    for (int tile = 0; tile < kBuffers; ++tile) {
      if (tile == group)
        __syncwarp();
      else
        wait_barrier(&stats.ready[tile], phase);
      const uint8_t* of = keys + tile * kLines * kTileBytes;
      uint32_t weights[4][4];
#pragma unroll
      for (int k = 0; k < 4; ++k)
        load_matrices<false>(weights[k],
                             reinterpret_cast<const uint16_t*>(
                                 of + kMostLines * kTileBytes +
                                 swizzled_16(16 * warp + lane % 16, 2 * k + lane / 16)));
      const Two under{{stats.top[tile][head_of(0)], stats.top[tile][head_of(1)]}};
      if (tile == 0) tile_top = under;
      if (__ballot_sync(0xffffffffu, top[0] != under[0] || top[1] != under[1]) != 0)
        scale_out({{rescaling(top[0], under[0]), rescaling(top[1], under[1])}});
      top = under;
      const Operand values(of + group * (kMostLines / 2) * kTileBytes, kTileBytes);
      begin_products();
#pragma unroll
      for (int half = 0; half < 2; ++half) {
#pragma unroll
        for (int k = 0; k < 4; ++k)
          warpgroup_product(out[half], weights[k], values + half * 2 * kTileBytes + k * 16 * kLine);
      }
      commit_products();
      wait_products<0>();
      hold(out[0]);
      hold(out[1]);
      __syncwarp();
      if (lane == 0) arrive(&stats.free[tile]);
    }

    const bool is_last = first + kStepKeys >= end;
    if (!is_last && (parts != 0 || (first + kStepKeys) % kPart != 0)) continue;
      // The end of a part.
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const float total = quad_total(sum[r], lane);
      if (t == 0) stats.sum[group][head_of(r)] = total;
    }
    sync_multipliers();
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int h = head_of(r);
      part_sum[r] = fmaf(stats.sum[0][h], rescaling(tile_top[r], top[r]), stats.sum[1][h]);
      const Merge merge(all[h].top, top[r]);
      const float all_sum = merge(all[h].sum, part_sum[r]);
      __syncwarp();
      if (t == 0) all[h].sum = all_sum, all[h].top = merge.top;
    }
    __syncwarp();
    if (parts != 0 || is_last) break;
    const Two waits_under{{all[head_of(0)].waiting_top, all[head_of(1)].waiting_top}};
    constexpr float kMost = 64;  // far from where numbers end
    const bool fits = top[0] - waits_under[0] <= kMost && top[1] - waits_under[1] <= kMost;
    if (__ballot_sync(0xffffffffu, !fits) == 0) {
      scale_out({{power(top[0] - waits_under[0]), power(top[1] - waits_under[1])}});
#pragma unroll
      for (int i = 0; i < kOwnChannels / 8; ++i) add_4(waiting + i * kMultipliers, four_of(i));
    } else {
      if (first >= kPart) join_waiting();
#pragma unroll
      for (int i = 0; i < kOwnChannels / 8; ++i) waiting[i * kMultipliers] = four_of(i);
      __syncwarp();  // all have read it
      if (t == 0)
        for (int r = 0; r < 2; ++r) all[head_of(r)].waiting_top = top[r];
    }
    begin_part();
  }

  if (parts != 0) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float* partial = s.a.scratch + partial_at(s, row, first_head + head_of(r), blockIdx.y, parts);
      if (group == 0 && t == 0) partial[kMostRank] = top[r], partial[kMostRank + 1] = part_sum[r];
      float2* own = reinterpret_cast<float2*>(partial + group * kOwnChannels + 2 * t);
#pragma unroll
      for (int j = 0; j < kOwnChannels / 8; ++j)
        own[4 * j] = {value(4 * j + 2 * r), value(4 * j + 2 * r + 1)};
    }
  } else {
    if (end - begin > kPart) join_waiting();
    sync_multipliers();  // what waited has been read
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int64_t head = row * s.a.n_heads + first_head + head_of(r);
      const float all_top = all[head_of(r)].top, all_sum = all[head_of(r)].sum;
      const float factor = inverse(all_sum * rescaling(all_top, top[r]));
      float2* own = reinterpret_cast<float2*>(u + head * kMostRank + group * kOwnChannels + 2 * t);
#pragma unroll
      for (int j = 0; j < kOwnChannels / 8; ++j)
        own[4 * j] = {round_to_bf16(value(4 * j + 2 * r) * factor),
                      round_to_bf16(value(4 * j + 2 * r + 1) * factor)};
      if (lse && group == 0 && t == 0) lse[head] = all_top * kLn2 + logf(all_sum);
    }
  }
}

}  // namespace
}  // namespace wide

Error mqa_attention_wide(const MqaShape& s, int64_t parts, const float* q_latent, const float* q,
                         int64_t q_stride, float* u, float* lse, Stream stream) {
  return launch(wide::mqa_wide_kernel, BlockWork::grid(s, wide::kHeads, parts), dim3(kThreads),
                wide::kBytes, stream, s, parts, q_latent, q, q_stride, u, lse);
}

}  // namespace leyden::cuda
