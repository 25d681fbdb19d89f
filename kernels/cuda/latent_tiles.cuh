// SPDX-License-Identifier: Apache-2.0
// Tiles of keys for sparse attention (attention_mqa.cu): FP8 latent records, gathered by the
// loading warpgroups of a block and made bf16 in shared memory.
#pragma once

#include "kernels/cuda/bulk_load.cuh"

namespace leyden::cuda {

constexpr int kKeys = 64, kMostRank = 512, kMostRope = 64;
constexpr int kMultipliers = 2 * kWarpgroup, kLoaders = 2 * kWarpgroup,
              kThreads = kMultipliers + kLoaders;
constexpr int kPerKey = kLoaders / kKeys, kWarpKeys = kWarp / kPerKey, kBuffers = 2;
constexpr int kStepKeys = kBuffers * kKeys;
static_assert(kPartKeys % (2 * kStepKeys) == 0);
constexpr int kTileBytes = kKeys * kLine;
constexpr int kMostLines = kMostRank / 64, kOwnLines = kMostLines / 2;

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

/// Records as the published model has them: 512 and 64 channels, scales that are powers of two, all
/// aligned to 16. Others take a slower way through the same steps.
inline bool is_plain(const MqaShape& s) {
  return s.rank == kMostRank && s.rope == kMostRope && s.a.page.layer_offset % 16 == 0 &&
         s.a.page.scale_ue8m0;
}

/// The records of a tile on their way to bf16 keys. Loading thread t has part t % 4 of key t / 4:
/// of each line 16 codes.
template <bool kPlain>
struct Records {
  /// Half of the lines, in registers.
  struct Codes {
    uint4 codes[kOwnLines];
    float scales[kOwnLines / 2];
  };
  const MqaShape& s;
  const PageView page;
  const Row row;
  const int32_t* selected;  ///< of the row; nullptr: all
  const int end;            ///< keys are those before
  const int key, part;
  const uint8_t *now = nullptr, *next = nullptr;  ///< of the tile being loaded and the one after it
  int after = -1;                                 ///< position of the key after that
  Codes low, high;

  __device__ Records(const MqaShape& shape, int64_t at, int end_key)
      : s(shape),
        page{shape.a.page},
        row(shape.a.rows[at]),
        selected(shape.a.selection.keys ? shape.a.selection.keys + at * shape.a.selection.stride
                                        : nullptr),
        end(end_key),
        key((static_cast<int>(threadIdx.x) - kMultipliers) / kPerKey),
        part(static_cast<int>(threadIdx.x) % kPerKey) {}

  __device__ int latent_lines() const { return kPlain ? kMostLines : s.latent_lines; }
  __device__ int position(int tile) const {
    const int n = tile + key;
    if (n >= end) return -1;
    const int at = selected ? selected[n] : n;
    return at <= row.position ? at : -1;
  }
  __device__ const uint8_t* find(int at) const { return at < 0 ? nullptr : page.codes(row, at); }
  /// Makes keys of the tiles from `begin` on, one buffer after the other; the last may have none.
  template <typename Stats>
  __device__ void run(int begin, uint8_t* keys, Stats& stats) {
    start(begin);
    if constexpr (kPlain) {
      load(low, 0, now);
      load(high, kOwnLines, now);
    }
    for (int tile = begin; tile / kStepKeys * kStepKeys < end; tile += kKeys) {
      const int buffer = tile / kKeys % kBuffers;
      wait_barrier(&stats.free[buffer], phase_at(tile) ^ 1);
      uint8_t* to = keys + buffer * (latent_lines() + 1) * kTileBytes;
      copy_rope(to);
      if constexpr (kPlain) {
        store(low, 0, to);
        load(low, 0, next);
        store(high, kOwnLines, to);
        load(high, kOwnLines, next);
      } else {
        convert(to);
      }
      const unsigned valid = __ballot_sync(0xffffffffu, now != nullptr);
      if (threadIdx.x % kWarp == 0) stats.valid[buffer][key / kWarpKeys] = valid;
      step(tile + kKeys);
      wait_copies<0>();
      publish_shared();
      arrive(&stats.full[buffer]);
    }
  }

 private:
  /// Where the three tiles from `tile` on are found.
  __device__ void start(int tile) {
    now = find(position(tile));
    next = find(position(tile + kKeys));
    after = position(tile + 2 * kKeys);
  }
  /// One tile on, to `tile`.
  __device__ void step(int tile) {
    now = next;
    next = find(after);
    after = position(tile + 2 * kKeys);
  }

  __device__ void load(Codes& c, int first_line, const uint8_t* record) const {
#pragma unroll
    for (int i = 0; i < kOwnLines; ++i) {
      const int line = first_line + i, at = 64 * line + 16 * part;
      c.codes[i] = record ? *reinterpret_cast<const uint4*>(record + at) : uint4{};
      if (i % 2 == 1) continue;
      const uint8_t* scale = record + kMostRank + 4 * (line / 2);
      c.scales[i / 2] = record ? *reinterpret_cast<const float*>(scale) : 1.0f;
    }
  }
  __device__ void store(const Codes& c, int first_line, uint8_t* keys) const {
#pragma unroll
    for (int i = 0; i < kOwnLines; ++i) {
      uint4 two[2];
      scaled_by_power(c.codes[i], c.scales[i / 2], two);
      put(two, keys + (first_line + i) * kTileBytes);
    }
  }
  /// Records of other sizes do not wait in registers.
  __device__ void convert(uint8_t* keys) const {
#pragma unroll 1
    for (int line = 0; line < s.latent_lines; ++line) {
      const uint4 codes = load_16(now, 64 * line + 16 * part, now ? s.rank : 0, false);
      const bool scaled = now && line / 2 < page.groups();
      uint4 two[2];
      scaled_by(codes, scaled ? page.latent_scale(now, line / 2) : 0.0f, two);
      put(two, keys + line * kTileBytes);
    }
  }
  __device__ void put(const uint4 (&two)[2], uint8_t* line) const {
    *reinterpret_cast<uint4*>(line + swizzled_16(key, 2 * part)) = two[0];
    *reinterpret_cast<uint4*>(line + swizzled_16(key, 2 * part + 1)) = two[1];
  }
  /// The rotated channels need no conversion: they are copied asynchronously.
  __device__ void copy_rope(uint8_t* keys) const {
    uint8_t* line = keys + latent_lines() * kTileBytes;
    const uint8_t* from = now + page.latent_bytes() - 2 * s.rope;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const int piece = part + kPerKey * i;
      const bool there = now && 16 * piece < 2 * s.rope;
      uint8_t* to = line + swizzled_16(key, piece);
      if (kPlain)
        copy_16(to, there ? static_cast<const void*>(from + 16 * piece) : s.a.rows, there);
      else
        *reinterpret_cast<uint4*>(to) = load_16(from, 16 * piece, there ? 2 * s.rope : 0, false);
    }
    commit_copies();
  }
};

}  // namespace leyden::cuda
