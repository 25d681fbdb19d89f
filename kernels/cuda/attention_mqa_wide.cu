// SPDX-License-Identifier: Apache-2.0
// Sparse attention over latent records for 64 heads a block (attention_mqa.cuh), where rows are
// many.
//
// Heads are the 64 rows of a product here, so that a query's numbers stay in a warp. Tiles of keys
// take turns in two buffers. Two warpgroups multiply:
//   S = Q K^T          the scores of a tile by the warpgroup of its buffer
//   P = 2^(S - top)    the top goes on from tile to tile
//   O += P V           V are the first channels of the keys; each half of the channels, tile after
//                      tile; P goes from one warpgroup to the other through shared memory
// One scores its next tile while it weighs the values of the other's: the products of both are
// under way together, and the softmax of one runs beside the products of the other. Two more
// warpgroups load: records become bf16 keys in a free buffer, half of the lines at a time, and
// those of the next tile are asked for as soon as there are registers for them.
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
constexpr int kMultiplyRegisters = 192, kLoadRegisters = 64;
/// Keys come in halves of their lines; the second has the rotated channels, too.
constexpr int kHalves = 2, kHalfLines = kMostLines / kHalves;

struct Stats {
  float top[kBuffers][kHeads];  ///< largest score of the part up to the tile, rounded up
  float sum[kBuffers][kHeads];  ///< of the part's tiles in this buffer
  /// Of the parts so far, and the top that what waits in the result's place is under.
  struct All {
    float top, sum, waiting_top;
  } all[kMultipliers / kWarpgroup][kHeads];  ///< each warpgroup its own
  Barrier full[kBuffers][kHalves], ready[kBuffers], free[kBuffers][kHalves];
  /// What is looked up for loading: pages of the row, its keys, its position; where the keys end.
  const std::byte* const* pages;
  const int32_t* selected;
  int last, end;
  /// [round % 2]: where the records of a round stand, in the order of those who look them up; bit
  /// k of [tile]: there is its key k.
  const uint8_t* records[2][kLoaders];
  alignas(8) uint8_t there[2][kLoaders / kKeys][kKeys / 8];
};
constexpr size_t kBytes =
    static_cast<size_t>(kLines) * (kQueryLine + kBuffers * kTileBytes) + sizeof(Stats);
static_assert(kBytes <= kMostShared);

/// Asked for anew each time: what is derived from it is not kept in registers, which are scarce.
__device__ inline int thread_number() {
#ifdef __CUDACC__
  unsigned number;
  asm volatile("mov.u32 %0, %%tid.x;" : "=r"(number));
  return static_cast<int>(number);
#else
  return static_cast<int>(threadIdx.x);
#endif
}
/// Where a multiplying thread is in its warpgroup.
struct Here {
  int lane, t, head;  ///< head: the first of its two, 8 apart
  __device__ Here() {
    const int thread = thread_number();
    lane = thread % kWarp;
    t = lane % 4;
    head = thread % kWarpgroup / kWarp * 16 + lane / 4;
  }
  __device__ int head_of(int r) const { return head + 8 * r; }
};

/// The loading warpgroups: records on their way to bf16 keys. A thread has part lane % 4 of one key
/// of each tile: 16 codes of each line. The codes of a tile wait in registers; the rotated
/// channels, with which there is nothing to do, are copied once there is room for them. A warp
/// looks up where its records of a round stand, four tiles of eight keys.
struct Loader {
  static constexpr int kPerKey = kLoaders / kKeys, kOwnKeys = kWarp / kPerKey;
  static_assert(kPerKey == kMostRank / kGroup && kOwnKeys == 8);

  const MqaShape& s;
  uint8_t* const keys;
  Stats& stats;
  uint4 codes[kHalves][kHalfLines];
  float scale;  ///< of the group whose number is the part

  __device__ Loader(const MqaShape& shape, uint8_t* tiles, Stats& shared)
      : s(shape), keys(tiles), stats(shared) {}

  __device__ void run(int begin) {
    int upcoming = position(begin);
    const std::byte* page = page_of(upcoming);
    put_places(begin, page, upcoming);
    upcoming = position(begin + kLoaders);
    load<0>(begin);
    load<1>(begin);
#pragma unroll 1
    for (int tile = begin, buffer = 0; tile < stats.end || buffer != 0;
         tile += kKeys, buffer ^= 1) {
      const uint32_t phase = phase_at(tile) ^ 1;
      const int stage = tile % kLoaders / kKeys;
      wait_barrier(&stats.free[buffer][0], phase);
      store<0>(buffer);
      if (stage == 0) page = page_of(upcoming);
      if (stage == 1) {  // what is there of the round before is no longer asked for
        const int round = tile - kKeys + kLoaders;
        put_places(round, page, upcoming);
        upcoming = position(round + kLoaders);
      }
      load<0>(tile + kKeys);
      wait_barrier(&stats.free[buffer][1], phase);
      copy_rotated(tile, buffer);
      store<1>(buffer);
      load<1>(tile + kKeys);
    }
  }

 private:
  __device__ static int lane() { return thread_number() % kWarp; }
  __device__ static int warp() { return (thread_number() - kMultipliers) / kWarp; }
  static __device__ int slot(int tile) { return tile / kLoaders % 2; }
  /// Of this lane's key of the round from `first` on, if there is one (page_of()): not looked at
  /// before it has come.
  __device__ int position(int first) const {
    const int n = first + lane() / kOwnKeys * kKeys + warp() * kOwnKeys + lane() % kOwnKeys;
    if (n >= stats.end) return -1;
    return stats.selected ? stats.selected[n] : n;
  }
  __device__ const std::byte* page_of(int at) const {
    return at < 0 || at > stats.last ? nullptr : stats.pages[at / kPageTokens];
  }
  __device__ void put_places(int first, const std::byte* page, int at) const {
    const unsigned there = __ballot_sync(0xffffffffu, page != nullptr);
    if (lane() % kOwnKeys == 0)
      stats.there[slot(first)][lane() / kOwnKeys][warp()] = static_cast<uint8_t>(there >> lane());
    stats.records[slot(first)][warp() * kWarp + lane()] =
        page ? reinterpret_cast<const uint8_t*>(page) + s.a.page.layer_offset +
                   at % kPageTokens * kPlainRecord
             : reinterpret_cast<const uint8_t*>(kNoRecord);
    expect_loads(stats.records[slot(first)][warp() * kWarp + lane()], kPlainRecord);
    __syncwarp();
  }
  /// This thread's part of its key of a tile.
  __device__ const uint8_t* part_of(int tile) const {
    return stats.records[slot(tile)]
                        [warp() * kWarp + tile % kLoaders / kKeys * kOwnKeys + lane() / kPerKey] +
           16 * (lane() % kPerKey);
  }
  template <int kHalf>
  __device__ void load(int tile) {
    const uint8_t* from = part_of(tile);
#pragma unroll
    for (int line = 0; line < kHalfLines; ++line)
      codes[kHalf][line] = load_once_16(from + 64 * (kHalf * kHalfLines + line));
    if (kHalf == 1) scale = as_float(load_once_4(from + kMostRank - 12 * (lane() % kPerKey)));
  }
  __device__ int key() const { return warp() * kOwnKeys + lane() / kPerKey; }
  __device__ void copy_rotated(int tile, int buffer) const {
    const uint8_t* from = part_of(tile) + kPlainRecord - 2 * kMostRope;
    uint8_t* line = keys + (buffer * kLines + kMostLines) * kTileBytes;
    const auto at = static_cast<int>(swizzled_16(key(), lane() % kPerKey));
    copy_16(line + at, from, true);
    copy_16(line + (at ^ 64), from + 16 * kPerKey, true);
    commit_copies();
  }
  template <int kHalf>
  __device__ void store(int buffer) const {
    uint8_t* lines = keys + (buffer * kLines + kHalf * kHalfLines) * kTileBytes;
    const auto at = static_cast<int>(swizzled_16(key(), 2 * (lane() % kPerKey)));
    uint8_t* places[2] = {lines + at, lines + (at ^ 16)};
    float scales[2];
    for (int i = 0; i < 2; ++i)
      scales[i] = __shfl_sync(0xffffffffu, scale, lane() / kPerKey * kPerKey + 2 * kHalf + i);
#pragma unroll
    for (int line = 0; line < kHalfLines; ++line) {
      uint4 two[2];
      scaled_by_power(codes[kHalf][line], scales[line / 2], two);
#pragma unroll
      for (int i = 0; i < 2; ++i) *reinterpret_cast<uint4*>(places[i] + line * kTileBytes) = two[i];
    }
    if (kHalf == 1) wait_copies<0>();
    publish_shared();
    arrive(&stats.full[buffer][kHalf]);
  }
};

/// Numbers of this thread's two heads.
struct Two {
  float v[2];
  __device__ float& operator[](int r) { return v[r]; }
  __device__ const float& operator[](int r) const { return v[r]; }
};

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

/// What multiplying warpgroup kGroup does: it scores the tiles of its own buffer and has a half of
/// the channels of the result. `parts` as for the kernel.
template <int kGroup>
__device__ inline void multiply(const MqaShape& s, int64_t parts, int begin, int end,
                                uint8_t* queries, float* u, float* lse) {
  constexpr int kPart = static_cast<int>(kPartKeys), kOther = 1 - kGroup;
  uint8_t* const keys = queries + kLines * kQueryLine;
  auto& stats = *reinterpret_cast<Stats*>(keys + kBuffers * kLines * kTileBytes);
  auto& all = stats.all[kGroup];
  const auto tile_at = [&](int buffer) { return keys + buffer * kLines * kTileBytes; };

  float out[2][kOwnChannels / 4];  // number 4 j + 2 r + e: channel 8 j + 2 t + e of head r
  const auto value = [&](int i) -> float& {
    return out[i / (kOwnChannels / 4)][i % (kOwnChannels / 4)];
  };
  Two top, sum;  // of `out`, and of the warpgroup's own tiles under it
  const auto begin_part = [&] {
    for (int r = 0; r < 2; ++r) top[r] = -INFINITY, sum[r] = 0;
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
  // What is merged waits in the result's place, in an order of the threads' own, under a top that
  // is only changed where it must be.
  const auto waits = [&] {
    return reinterpret_cast<float4*>(u + int64_t{blockIdx.x} * kHeads * kMostRank) +
           thread_number();
  };
  /// Makes `out` the sum of itself and of what waits, under a new top.
  const auto join_waiting = [&](auto at_once) {
    const Here at;
    const float4* waiting = waits();
    Two before, after;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const Merge merge(all[at.head_of(r)].waiting_top, top[r]);
      before[r] = merge.before, after[r] = merge.after, top[r] = merge.top;
    }
    constexpr int kAtOnce = decltype(at_once)::value;
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
  float d[kKeys / 2];
  /// Half of the scores of an own tile. Waits for its keys, not for the products.
  const auto score = [&](auto half, uint32_t phase) {
    constexpr int kHalf = decltype(half)::value;
    wait_barrier(&stats.full[kGroup][kHalf], phase);
    begin_products();
    Operand x(queries + kHalf * kHalfLines * kQueryLine),
        y(tile_at(kGroup) + kHalf * kHalfLines * kTileBytes);
#pragma unroll
    for (int line = 0; line < kHalfLines + kHalf; ++line, x += kQueryLine, y += kTileBytes) {
#pragma unroll
      for (int i = 0; i < kLine / 32; ++i)
        warpgroup_product<false, kKeys>(d, x + 32 * i, y + 32 * i, kHalf > 0 || line > 0 || i > 0);
    }
    commit_products();
  };
  constexpr std::integral_constant<int, 0> kFirst;
  constexpr std::integral_constant<int, 1> kSecond;
  /// What is summed so far goes under another top.
  const auto raise_top = [&](const Two& to, const Two& factor) {
    if (__ballot_sync(0xffffffffu, factor.v[0] != 1 || factor.v[1] != 1) != 0) scale_out(factor);
    top = to;
  };
  /// Of each half of the own channels: adds the values of a tile, 16 keys at a time, times weights.
  const auto weigh = [&](int buffer, auto weights) {
    const Operand values(tile_at(buffer) + kGroup * kHalfLines * kTileBytes, kTileBytes);
    begin_products();
#pragma unroll
    for (int half = 0; half < 2; ++half) {
#pragma unroll
      for (int k = 0; k < 4; ++k)
        warpgroup_product(out[half], weights(k), values + half * 2 * kTileBytes + k * 16 * kLine);
    }
    commit_products();
  };
  const auto free_buffer = [&](int buffer) {
    hold(out[0]);
    hold(out[1]);
    __syncwarp();
    if (thread_number() % kWarp != 0) return;
    if (kGroup == 0) arrive(&stats.free[buffer][0]);
    arrive(&stats.free[buffer][1]);
  };
  /// The other warpgroup's tile, whose weights are in shared memory.
  const auto weigh_other = [&](uint32_t phase) {
    wait_barrier(&stats.ready[kOther], phase);
    const Here at;
    Two under, factor;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      under[r] = stats.top[kOther][at.head_of(r)];
      factor[r] = rescaling(top[r], under[r]);
      sum[r] *= factor[r];
    }
    raise_top(under, factor);
    const Operand weights(tile_at(kOther) + kMostLines * kTileBytes);
    weigh(kOther, [&](int k) { return weights + 32 * k; });
  };
  /// Makes weights of the scores of an own tile, hands them on, and weighs its values.
  const auto weigh_own = [&](int step) {
    const Here at;
    // Bit k: key k is there. The lane that reads them is the one that frees the buffer.
    uint32_t there[2];
    const auto* words = reinterpret_cast<const uint32_t*>(
        stats.there[step / kLoaders % 2][(step + kGroup * kKeys) % kLoaders / kKeys]);
    for (int i = 0; i < 2; ++i) there[i] = at.lane == 0 ? words[i] : 0;
    for (uint32_t& word : there) word = __shfl_sync(0xffffffffu, word, 0);
    if ((there[0] & there[1]) != 0xffffffffu) {
#pragma unroll
      for (int i = 0; i < kKeys / 2; ++i)
        if ((there[i / 16] >> (i / 4 % 4 * 8 + 2 * at.t + i % 2) & 1) == 0) d[i] = -INFINITY;
    }
    const float scale = s.a.sm_scale * kLog2E;
    Two now, factor;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float most = -INFINITY;
#pragma unroll
      for (int i = 0; i < kKeys / 2; i += 4)
        most = fmaxf(most, fmaxf(d[i + 2 * r], d[i + 2 * r + 1]));
      now[r] = fmaxf(top[r], ceilf(quad_max(most) * scale));
      if (at.t == 0) stats.top[kGroup][at.head_of(r)] = now[r];
      factor[r] = rescaling(top[r], now[r]);
    }
    uint32_t p[4][4];  // [k][2 j + r]: keys 16 k + 8 j + 2 t and + 1 of head r
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
        p[k][r] = bf16_pair(v[0], v[1]);
        p[k][2 + r] = bf16_pair(v[2], v[3]);
        totals[k] = (v[0] + v[2]) + (v[1] + v[3]);
      }
      sum[r] = fmaf(sum[r], factor[r], quad_share(totals, at.t));
    }
    sync_warpgroups<1, kGroup>();  // all of it have done with the rotated channels
#pragma unroll
    for (int i = 0; i < kKeys / 4; ++i)
      *reinterpret_cast<uint32_t*>(tile_at(kGroup) + kMostLines * kTileBytes +
                                   swizzled_16(at.head_of(i % 2), i / 2) + 4 * at.t) =
          p[i / 4][i % 4];
    publish_shared();
    arrive(&stats.ready[kGroup]);
    raise_top(now, factor);
    weigh(kGroup, [&](int k) -> const uint32_t(&)[4] { return p[k]; });
    wait_products<0>();
    free_buffer(kGroup);
  };
  const auto end_part = [&] {
    const Here at;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const float total = quad_total(sum[r], at.lane);
      if (at.t == 0) stats.sum[kGroup][at.head_of(r)] = total;
    }
    sync_multipliers();
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int h = at.head_of(r);
      const Merge merge(all[h].top, top[r]);
      const float all_sum = merge(all[h].sum, stats.sum[0][h] + stats.sum[1][h]);
      __syncwarp();
      if (at.t == 0) all[h].sum = all_sum, all[h].top = merge.top;
    }
    __syncwarp();
  };
  const auto put_aside = [&](bool is_first) {
    const Here at;
    const Two waits_under{{all[at.head_of(0)].waiting_top, all[at.head_of(1)].waiting_top}};
    float4* waiting = waits();
    constexpr float kMost = 64;  // far from where numbers end
    const bool fits = top[0] - waits_under[0] <= kMost && top[1] - waits_under[1] <= kMost;
    if (__ballot_sync(0xffffffffu, !fits) == 0) {
      scale_out({{power(top[0] - waits_under[0]), power(top[1] - waits_under[1])}});
#pragma unroll
      for (int i = 0; i < kOwnChannels / 8; ++i) add_4(waiting + i * kMultipliers, four_of(i));
    } else {
      if (!is_first) join_waiting(std::integral_constant<int, 4>());
#pragma unroll
      for (int i = 0; i < kOwnChannels / 8; ++i) waiting[i * kMultipliers] = four_of(i);
      __syncwarp();  // all have read it
      if (at.t == 0)
        for (int r = 0; r < 2; ++r) all[at.head_of(r)].waiting_top = top[r];
    }
  };

  begin_part();
  if (const Here at; at.t == 0)
    for (int r = 0; r < 2; ++r) all[at.head_of(r)] = {-INFINITY, 0, -INFINITY};
  sync_multipliers();  // the queries are there
  /// After a step's second tile. Whether it was the last one.
  const auto end_step = [&](int step) {
    const bool is_last = step + kStepKeys >= end;
    if (!is_last && (parts != 0 || (step + kStepKeys) % kPart != 0)) return;
    end_part();
    if (is_last) return;
    put_aside(step < kPart);
    begin_part();
  };
  // The first group weighs the second tile of a step while it scores the first one of the next.
#pragma unroll 1
  for (int step = begin; step < end; step += kStepKeys) {
    const uint32_t phase = phase_at(step);
    // Always so of the second group; ptxas makes products wait for each other when told.
    if (kGroup == 1 ? parts >= 0 : step > begin) {
      score(kFirst, phase);
      weigh_other(kGroup == 1 ? phase : phase ^ 1);
      score(kSecond, phase);
      wait_products<1>();
      free_buffer(kOther);
      wait_products<0>();
      hold(d);
      if constexpr (kGroup == 0) end_step(step - kStepKeys);
    } else {
      score(kFirst, phase);
      score(kSecond, phase);
      wait_products<0>();
      hold(d);
    }
    weigh_own(step);
    if constexpr (kGroup == 1) end_step(step);
  }
  if (kGroup == 0 && begin < end) {
    const int step = begin + (end - begin - 1) / kStepKeys * kStepKeys;
    weigh_other(phase_at(step));
    wait_products<0>();
    free_buffer(kOther);
    end_step(step);
  }

  const Here at;
  if (parts != 0) {
    const BlockWork work(s, kHeads, parts);
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int h = at.head_of(r);
      float* partial =
          s.a.scratch + partial_at(s, work.row, work.first_head + h, blockIdx.y, parts);
      if (kGroup == 0 && at.t == 0)
        partial[kMostRank] = top[r], partial[kMostRank + 1] = all[h].sum;
      float2* own = reinterpret_cast<float2*>(partial + kGroup * kOwnChannels + 2 * at.t);
#pragma unroll
      for (int j = 0; j < kOwnChannels / 8; ++j)
        own[4 * j] = {value(4 * j + 2 * r), value(4 * j + 2 * r + 1)};
    }
  } else {
    if (end > kPart) join_waiting(std::integral_constant<int, 8>());
    sync_multipliers();  // what waited has been read
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int h = at.head_of(r);
      const int64_t head = int64_t{blockIdx.x} * kHeads + h;
      const float factor = inverse(all[h].sum * rescaling(all[h].top, top[r]));
      float2* own =
          reinterpret_cast<float2*>(u + head * kMostRank + kGroup * kOwnChannels + 2 * at.t);
#pragma unroll
      for (int j = 0; j < kOwnChannels / 8; ++j)
        own[4 * j] = {round_to_bf16(value(4 * j + 2 * r) * factor),
                      round_to_bf16(value(4 * j + 2 * r + 1) * factor)};
      if (lse && kGroup == 0 && at.t == 0) lse[head] = all[h].top * kLn2 + logf(all[h].sum);
    }
  }
}

/// A block as BlockWork says. `parts` 0: it writes the result.
__global__ void __launch_bounds__(kThreads, 1)
    mqa_wide_kernel(const __grid_constant__ MqaShape s, int64_t parts, const float* q_latent,
                    const float* q_pe, int64_t q_stride, float* u, float* lse) {
  begin_kernel();
  const auto [row, first_head, begin, end] = BlockWork(s, kHeads, parts);
  if (parts != 0 && begin >= end) return;

  uint8_t* queries = dynamic_shared<uint8_t>();
  uint8_t* keys = queries + kLines * kQueryLine;
  auto& stats = *reinterpret_cast<Stats*>(keys + kBuffers * kLines * kTileBytes);
  if (threadIdx.x == 0) {
    for (int i = 0; i < kBuffers; ++i) {
      for (Barrier& b : stats.full[i]) init_barrier(&b, kLoaders);
      init_barrier(&stats.ready[i], kWarpgroup);
      // The first warpgroup reads the first half, and of the second the weights.
      init_barrier(&stats.free[i][0], kWarpgroup / kWarp);
      init_barrier(&stats.free[i][1], kMultipliers / kWarp);
    }
    publish_barriers();
    stats.pages = s.a.rows[row].pages;
    stats.selected = s.a.selection.keys ? s.a.selection.keys + row * s.a.selection.stride : nullptr;
    stats.last = static_cast<int>(s.a.rows[row].position);
    stats.end = end;
  }
  __syncthreads();
  const int group = warpgroup_number();
  if (group >= kMultipliers / kWarpgroup) {
    set_registers<kLoadRegisters, false>();
    Loader(s, keys, stats).run(begin);
  } else {
    set_registers<kMultiplyRegisters, true>();
    load_queries<kHeads, true>(s, row, first_head, q_latent, q_pe, q_stride, queries);
    publish_shared();
    if (group == 0)
      multiply<0>(s, parts, begin, end, queries, u, lse);
    else
      multiply<1>(s, parts, begin, end, queries, u, lse);
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
