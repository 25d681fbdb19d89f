// SPDX-License-Identifier: Apache-2.0
// Tiles of keys for sparse attention (attention_mqa.cu; attention_mqa_wide.cu has its own way to
// fill them): FP8 latent records, gathered by the loading warpgroups of a block and made bf16 in
// shared memory.
#pragma once

#include "kernels/cuda/bulk_load.cuh"

namespace leyden::cuda {

constexpr int kKeys = 64, kMostRank = 512, kMostRope = 64;
constexpr int kMultipliers = 2 * kWarpgroup, kLoaders = 2 * kWarpgroup,
              kThreads = kMultipliers + kLoaders;
constexpr int kBuffers = 2;
constexpr int kStepKeys = kBuffers * kKeys;
static_assert(kPartKeys % (2 * kStepKeys) == 0);
constexpr int kTileBytes = kKeys * kLine;
constexpr int kMostLines = kMostRank / 64;

/// Of all barriers in the step that has this key: their phases end once a step.
__device__ inline uint32_t phase_at(int key) { return static_cast<uint32_t>(key / kStepKeys % 2); }

struct MqaShape {
  Attention a;
  int64_t rank, rope;
  int latent_lines;

  static MqaShape of(const Attention& a) {
    const int64_t rank = a.page.kv_lora_rank;
    return {a, rank, a.page.rope_dim, static_cast<int>((rank + 127) / 128) * 2};
  }
  int lines() const { return latent_lines + 1; }
};

constexpr int kPlainRecord = kMostRank + 4 * (kMostRank / kGroup) + 2 * kMostRope;
/// Records as the published model has them: 512 and 64 channels, scales that are powers of two, all
/// aligned to 16. Others take a slower way through the same steps.
inline bool is_plain(const MqaShape& s) {
  return s.rank == kMostRank && s.rope == kMostRope && s.a.page.layer_offset % 16 == 0 &&
         s.a.page.scale_ue8m0;
}

/// What stands in for the record of a key that is not there.
__device__ const uint4 kNoRecord[kPlainRecord / 16] = {};

__device__ inline void sync_loaders() {
  static_assert(kMultipliers == kLoaders);
  sync_warpgroups<kLoaders / kWarpgroup, 1>();
}

/// Where the records of 2 * kLoaders keys stand; nullptr: there is no such key.
using Places = const uint8_t* [2][kLoaders];

/// The records of a row's keys on their way to tiles of bf16 keys. Loading thread t has part
/// t % kPerKey of key t / kPerKey of a tile: 16 codes of each of its lines. The records of kDepth
/// tiles wait in registers. Where they stand is looked up by a thread a key, for kLoaders keys at a
/// time, and handed on in shared memory.
template <bool kPlain>
struct Records {
  static constexpr int kDepth = kBuffers, kPerKey = kLoaders / kKeys;
  static constexpr int kRopePieces = kLine / 16 / kPerKey;
  static constexpr int kWarps = kLoaders / kWarp;  ///< each with its own keys
  /// Which keys of a tile there are: of each warp the votes of its threads.
  using Votes = uint32_t[kWarps];

  const MqaShape& s;
  const std::byte* const* pages;
  const int row, last;  ///< the row and its position
  const int end;        ///< keys are those before
  Places& places;
  struct {
    uint4 codes[kMostLines], scales, rope[kRopePieces];
    bool there;
  } waiting[kDepth];  ///< of the tiles to be made next

  __device__ Records(const MqaShape& shape, int64_t at, int end_key, Places& shared)
      : s(shape),
        pages(shape.a.rows[at].pages),
        row(static_cast<int>(at)),
        last(static_cast<int>(shape.a.rows[at].position)),
        end(end_key),
        places(shared) {}

  /// Makes keys of the tiles from `begin` on, one buffer after the other; the last may have none.
  template <typename Stats>
  __device__ void run(int begin, uint8_t* keys, Stats& stats) {
    const int at = position(begin + thread());
    put_place(begin, page_of(at), at);
    int upcoming = position(begin + kLoaders + thread());
    const std::byte* page = nullptr;
    sync_loaders();
#pragma unroll
    for (int i = 0; i < kDepth; ++i) load(i, place_of(begin + i * kKeys));
    for (int first = begin; first < end; first += kStepKeys) {
#pragma unroll
      for (int buffer = 0; buffer < kBuffers; ++buffer) {
        const int tile = first + buffer * kKeys;
        const unsigned votes = __ballot_sync(0xffffffffu, waiting[buffer].there);
        wait_barrier(&stats.free[buffer], phase_at(tile) ^ 1);
        store(buffer, tile, keys + buffer * (latent_lines() + 1) * kTileBytes);
        if (threadIdx.x % kWarp == 0) stats.votes[buffer][thread() / kWarp] = votes;
        publish_shared();  // waits for loads under way, too: those of a later tile come after it
        arrive(&stats.full[buffer]);
        // The places of a round are looked up over four tiles, each step before the loads of
        // records, which nothing but a later tile has to wait for. They stand where those of the
        // tiles before the last four stood.
        const int stage = tile % kLoaders / kKeys, round = tile - stage * kKeys;
        if (stage == 0) page = page_of(upcoming);
        if (stage == 1) {
          put_place(round + kLoaders, page, upcoming);
          upcoming = position(round + 2 * kLoaders + thread());
        }
        if (stage == 2) sync_loaders();
        load(buffer, place_of(tile + kDepth * kKeys));
      }
    }
  }

 private:
  /// Asked for anew each time: what is derived from it is not kept in registers, which are scarce.
  __device__ static int thread() {
#ifdef __CUDACC__
    unsigned number;
    asm volatile("mov.u32 %0, %%tid.x;" : "=r"(number));
    return static_cast<int>(number) - kMultipliers;
#else
    return static_cast<int>(threadIdx.x) - kMultipliers;
#endif
  }
  static_assert(kLoaders == 4 * kKeys && kPartKeys % (2 * kLoaders) == 0);

  __device__ int latent_lines() const { return kPlain ? kMostLines : s.latent_lines; }
  /// Of the row's n-th key; -1 when there is none.
  __device__ int position(int n) const {
    if (n >= end) return -1;
    const int at = s.a.selection.keys ? s.a.selection.keys[row * s.a.selection.stride + n] : n;
    return at <= last ? at : -1;
  }
  __device__ const std::byte* page_of(int at) const {
    return at < 0 ? nullptr : pages[at / kPageTokens];
  }
  /// Of this thread's key of the tiles from `round` on.
  __device__ void put_place(int round, const std::byte* page, int at) const {
    const int bytes = kPlain ? kPlainRecord : static_cast<int>(view().latent_bytes());
    places[round / kLoaders % 2][thread()] = !page ? nullptr
                                                   : reinterpret_cast<const uint8_t*>(page) +
                                                         s.a.page.layer_offset +
                                                         at % kPageTokens * bytes;
  }
  /// Of this thread's key of a tile.
  __device__ const uint8_t* place_of(int tile) const {
    return places[tile / kLoaders % 2][tile % kLoaders + thread() / kPerKey];
  }
  __device__ PageView view() const { return {s.a.page}; }

  __device__ void load(int mine, const uint8_t* record) {
    auto& [codes, scales, rope, there] = waiting[mine];
    there = record != nullptr;
    if constexpr (!kPlain) return;
    const uint8_t* from = record ? record : reinterpret_cast<const uint8_t*>(kNoRecord);
    const int part = thread() % kPerKey;
    scales = load_once_16(from + kMostRank);
#pragma unroll
    for (int i = 0; i < kMostLines; ++i) codes[i] = load_once_16(from + 64 * i + 16 * part);
#pragma unroll
    for (int i = 0; i < kRopePieces; ++i)
      rope[i] = load_once_16(from + kPlainRecord - 2 * kMostRope + 16 * (part + kPerKey * i));
  }
  __device__ void store(int mine, int tile, uint8_t* keys) const {
    if constexpr (!kPlain) return convert(place_of(tile), keys);
    const auto& [codes, scales, rope, there] = waiting[mine];
    const int key = thread() / kPerKey, part = thread() % kPerKey;
    const auto rope_at = kMostLines * kTileBytes + static_cast<int>(swizzled_16(key, part));
#pragma unroll
    for (int i = 0; i < kRopePieces; ++i)
      *reinterpret_cast<uint4*>(keys + (rope_at ^ 64 * i)) = rope[i];
    const uint32_t of[4] = {scales.x, scales.y, scales.z, scales.w};
    const auto at = static_cast<int>(swizzled_16(key, 2 * part));
#pragma unroll
    for (int i = 0; i < kMostLines; ++i) {
      uint4 two[2];
      scaled_by_power(codes[i], as_float(of[i / 2]), two);
      put(two, keys + i * kTileBytes, at);
    }
  }
  /// Records of other sizes do not wait in registers.
  __device__ void convert(const uint8_t* record, uint8_t* keys) const {
    const int key = thread() / kPerKey, part = thread() % kPerKey;
    const auto at = static_cast<int>(swizzled_16(key, 2 * part));
#pragma unroll 1
    for (int line = 0; line < s.latent_lines; ++line) {
      const uint4 codes = load_16(record, 64 * line + 16 * part, record ? s.rank : 0, false);
      const bool scaled = record && line / 2 < view().groups();
      uint4 two[2];
      scaled_by(codes, scaled ? view().latent_scale(record, line / 2) : 0.0f, two);
      put(two, keys + line * kTileBytes, at);
    }
    const uint8_t* from = record + view().latent_bytes() - 2 * s.rope;
    for (int piece = part; piece < kLine / 16; piece += kPerKey)
      *reinterpret_cast<uint4*>(keys + s.latent_lines * kTileBytes + swizzled_16(key, piece)) =
          load_16(from, 16 * piece, record ? 2 * s.rope : 0, false);
  }
  __device__ static void put(const uint4 (&two)[2], uint8_t* lines, int at) {
    *reinterpret_cast<uint4*>(lines + at) = two[0];
    *reinterpret_cast<uint4*>(lines + (at ^ 16)) = two[1];  // the place of the piece beside it
  }
};

}  // namespace leyden::cuda
