// SPDX-License-Identifier: Apache-2.0
// The inside of both attention forms: 16 queries over tiles of 64 keys, one pass, running maximum.
//
//   S = Q K^T        four warps, 16 keys each
//   P = e^(S - max)  eight threads a query; masked keys are 0; what was summed before is rescaled
//   O += P V         each warp every fourth group of 8 channels
//
// In shared memory, rows padded by 8 bf16 against bank conflicts:
//   queries [16][width + 8]   keys [64][width + 8]   values [64][v_width + 8] (MQA: the keys)
//   scores  [16][65] f32      p [16][72] bf16        mask [16] u64, top, sum, factor [16] f32
#pragma once

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {

constexpr int kFlashThreads = 128, kQueries = 16, kKeys = 64;
constexpr int kMaxValueTiles = 16;  ///< a warp's groups of 8 channels: up to 512 channels in all

struct Flash {
  uint16_t* queries;
  uint16_t* keys;
  uint16_t* values;
  float* scores;
  uint16_t* p;
  uint64_t* mask;
  float *top, *sum, *factor;
  int64_t width, v_width;  ///< of a key and of a value, multiples of 16

  __device__ int64_t line() const { return width + 8; }
  __device__ int64_t v_line() const { return v_width + 8; }

  /// Bytes for make(). With `shared_values` values are the first v_width channels of the keys.
  static size_t bytes(int64_t width, int64_t v_width, bool shared_values) {
    const int64_t halves = (kQueries + kKeys) * (width + 8) +
                           (shared_values ? 0 : kKeys * (v_width + 8)) + kQueries * (kKeys + 8);
    return static_cast<size_t>(kQueries * 8 + (kQueries * (kKeys + 1) + 3 * kQueries) * 4 +
                               2 * halves);
  }
  __device__ static Flash make(int64_t width, int64_t v_width, bool shared_values) {
    Flash f;
    f.width = width;
    f.v_width = v_width;
    f.mask = dynamic_shared<uint64_t>();
    f.scores = reinterpret_cast<float*>(f.mask + kQueries);
    f.top = f.scores + kQueries * (kKeys + 1);
    f.sum = f.top + kQueries;
    f.factor = f.sum + kQueries;
    f.queries = reinterpret_cast<uint16_t*>(f.factor + kQueries);
    f.keys = f.queries + kQueries * f.line();
    f.p = f.keys + kKeys * f.line();
    f.values = shared_values ? f.keys : f.p + kQueries * (kKeys + 8);
    for (int i = threadIdx.x; i < kQueries; i += kFlashThreads) {
      f.top[i] = -INFINITY;
      f.sum[i] = 0;
    }
    return f;
  }
  __device__ int64_t value_line() const { return values == keys ? line() : v_line(); }

  /// d[j] = 16 queries by keys 16 * warp + 8 j ..; unscaled.
  __device__ void score(float (&d)[2][4]) const {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
    for (int64_t c = 0; c < width; c += 16) {
      const uint16_t* q = queries + g * line() + c + 2 * t;
      const uint32_t a[4] = {*reinterpret_cast<const uint32_t*>(q),
                             *reinterpret_cast<const uint32_t*>(q + 8 * line()),
                             *reinterpret_cast<const uint32_t*>(q + 8),
                             *reinterpret_cast<const uint32_t*>(q + 8 * line() + 8)};
      for (int j = 0; j < 2; ++j) {
        const uint16_t* k = keys + (warp * 16 + j * 8 + g) * line() + c + 2 * t;
        const uint32_t b[2] = {*reinterpret_cast<const uint32_t*>(k),
                               *reinterpret_cast<const uint32_t*>(k + 8)};
        tensor_product(d[j], a, b);
      }
    }
  }

  /// One tile that is loaded and masked: adds P V to `out`. All threads; ends with a barrier.
  __device__ void step(float sm_scale, float (&out)[kMaxValueTiles][4]) {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
    __syncthreads();
    float s[2][4] = {};
    score(s);
    for (int j = 0; j < 2; ++j)
      for (int e = 0; e < 4; ++e)
        scores[(g + (e >= 2 ? 8 : 0)) * (kKeys + 1) + warp * 16 + j * 8 + 2 * t + e % 2] =
            s[j][e] * sm_scale;
    __syncthreads();
    softmax_tile();
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kMaxValueTiles; ++i) {
      const int tile = warp + 4 * i;
      if (tile * 8 >= v_width) break;
      for (int e = 0; e < 4; ++e) out[i][e] *= factor[g + (e >= 2 ? 8 : 0)];
      for (int k = 0; k < kKeys; k += 16) {
        const uint16_t* row = p + g * (kKeys + 8) + k + 2 * t;
        const uint32_t a[4] = {*reinterpret_cast<const uint32_t*>(row),
                               *reinterpret_cast<const uint32_t*>(row + 8 * (kKeys + 8)),
                               *reinterpret_cast<const uint32_t*>(row + 8),
                               *reinterpret_cast<const uint32_t*>(row + 8 * (kKeys + 8) + 8)};
        const uint16_t* v = values + (k + 2 * t) * value_line() + tile * 8 + g;
        const uint32_t b[2] = {v[0] | static_cast<uint32_t>(v[value_line()]) << 16,
                               v[8 * value_line()] | static_cast<uint32_t>(v[9 * value_line()])
                                                         << 16};
        tensor_product(out[i], a, b);
      }
    }
    __syncthreads();
  }

  /// visit(query, channel, value / sum) for every output of this thread.
  template <typename Visit>
  __device__ void finish(float (&out)[kMaxValueTiles][4], Visit visit) const {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
#pragma unroll
    for (int i = 0; i < kMaxValueTiles; ++i) {
      const int tile = warp + 4 * i;
      if (tile * 8 >= v_width) break;
      for (int e = 0; e < 4; ++e) {
        const int query = g + (e >= 2 ? 8 : 0);
        const float total = sum[query];
        visit(query, tile * 8 + 2 * t + e % 2, total > 0 ? out[i][e] / total : 0.0f);
      }
    }
  }
  /// Natural log of the sum of e^score of a query.
  __device__ float lse(int query) const { return top[query] + logf(sum[query]); }

 private:
  __device__ void softmax_tile() {
    const int query = threadIdx.x / 8, part = threadIdx.x % 8;
    const float* s = scores + query * (kKeys + 1);
    const uint64_t seen = mask[query];
    float tile_top = -INFINITY;
    for (int k = part; k < kKeys; k += 8)
      if (seen >> k & 1u) tile_top = fmaxf(tile_top, s[k]);
    for (int step = 4; step > 0; step /= 2)
      tile_top = fmaxf(tile_top, __shfl_xor_sync(0xffffffffu, tile_top, step));
    const float before = top[query], now = fmaxf(before, tile_top);
    float tile_sum = 0;
    for (int k = part; k < kKeys; k += 8) {
      const float e = seen >> k & 1u ? expf(s[k] - now) : 0.0f;
      tile_sum += e;
      p[query * (kKeys + 8) + k] = bf16_bits(e);
    }
    for (int step = 4; step > 0; step /= 2)
      tile_sum += __shfl_xor_sync(0xffffffffu, tile_sum, step);
    __syncwarp();  // all have read top
    if (part == 0) {
      const float f = now == -INFINITY ? 1.0f : expf(before - now);
      factor[query] = f;
      sum[query] = sum[query] * f + tile_sum;
      top[query] = now;
    }
  }
};

}  // namespace leyden::cuda
