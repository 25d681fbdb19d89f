// SPDX-License-Identifier: Apache-2.0
// y = W x for groups of rows. A block makes 16 * kTiles rows by 64 outputs of one group:
//
//   per 128 inputs (one scale group):  x and W tiles -> bf16 in shared memory (e4m3 codes are exact
//   there) -> tensor products into a partial sum -> total += partial * x scale * W scale
//
// Four warps, each 16 * kTiles rows by 16 outputs. Shared memory: (16 kTiles + 64) rows of 128 + 8
// bf16. Bound: weight bytes for few rows. F32 weights (the router) take plain fp32 sums instead.
#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

constexpr int kThreads = 128, kWarps = kThreads / kWarp;
constexpr int kN = 64;            // outputs of a block
constexpr int kRow = kGroup + 8;  // a shared row in bf16: the pad spreads rows over banks
constexpr int kF32 = 0, kBF16 = 1;

struct Span {
  int64_t begin, end;
};
__device__ Span rows_of(const Linear& p, int group) {
  if (!p.offsets) return {0, p.m};
  return {p.offsets[group], p.offsets[group + 1]};
}

/// Loads `n` rows of 128 inputs as bf16; what lies outside is 0. row(i) answers a row number or -1.
template <bool kFp8, int kRows, typename RowOf>
__device__ void load_tile(const void* data, int64_t stride, int64_t k, int64_t first, RowOf row,
                          uint16_t* tile) {
  for (int i = threadIdx.x; i < kRows * kGroup; i += kThreads) {
    const int r = i / kGroup, c = i % kGroup;
    const int64_t source = row(r);
    uint16_t v = 0;
    if (source >= 0 && first + c < k) {
      const int64_t at = source * stride + first + c;
      v = kFp8 ? bf16_bits(e4m3_value(static_cast<const uint8_t*>(data)[at]))
               : static_cast<const uint16_t*>(data)[at];
    }
    tile[r * kRow + c] = v;
  }
}

template <bool kFp8, int kTiles>
__global__ void linear_kernel(Linear p) {
  constexpr int kM = 16 * kTiles;
  uint16_t* x_tile = dynamic_shared<uint16_t>();
  uint16_t* w_tile = x_tile + kM * kRow;
  __shared__ int64_t x_row[kM];

  const int group = blockIdx.z;
  const Span span = rows_of(p, group);
  const int64_t first_row = span.begin + static_cast<int64_t>(blockIdx.y) * kM;
  if (first_row >= span.end) return;
  const int64_t first_out = static_cast<int64_t>(blockIdx.x) * kN;
  const Weight w = p.weights[group];
  const int64_t k = p.shape.k, n = p.shape.n, groups = (k + kGroup - 1) / kGroup;
  const int element = kFp8 ? 1 : 2;
  const void* x = static_cast<const char*>(p.x) + group * p.x_group * element;
  const float* x_scales = p.x_scales + group * p.scale_group;

  for (int i = threadIdx.x; i < kM; i += kThreads) {
    const int64_t r = first_row + i;
    x_row[i] = r >= span.end ? -1 : p.rows ? p.rows[r] : r;
  }
  __syncthreads();

  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float total[kTiles][2][4] = {};
  for (int64_t block = 0; block < groups; ++block) {
    load_tile<kFp8, kM>(
        x, p.x_stride, k, block * kGroup, [&](int r) { return x_row[r]; }, x_tile);
    load_tile<kFp8, kN>(
        w.data, k, k, block * kGroup,
        [&](int r) { return first_out + r < n ? first_out + r : int64_t{-1}; }, w_tile);
    __syncthreads();
    float partial[kTiles][2][4] = {};
    for (int c = 0; c < kGroup; c += 16) {
      uint32_t b[2][2];
      for (int j = 0; j < 2; ++j) {
        const uint16_t* column = w_tile + (warp * 16 + j * 8 + g) * kRow + c + 2 * t;
        b[j][0] = *reinterpret_cast<const uint32_t*>(column);
        b[j][1] = *reinterpret_cast<const uint32_t*>(column + 8);
      }
      for (int i = 0; i < kTiles; ++i) {
        const uint16_t* row = x_tile + (i * 16 + g) * kRow + c + 2 * t;
        const uint32_t a[4] = {*reinterpret_cast<const uint32_t*>(row),
                               *reinterpret_cast<const uint32_t*>(row + 8 * kRow),
                               *reinterpret_cast<const uint32_t*>(row + 8),
                               *reinterpret_cast<const uint32_t*>(row + 8 * kRow + 8)};
        for (int j = 0; j < 2; ++j) tensor_product(partial[i][j], a, b[j]);
      }
    }
    const float w_scale = kFp8 ? w.scales[first_out / kGroup * groups + block] : 1.0f;
    for (int i = 0; i < kTiles; ++i) {
      for (int half = 0; half < 2; ++half) {
        const int64_t row = x_row[i * 16 + g + 8 * half];
        const float scale = !kFp8     ? 1.0f
                            : row < 0 ? 0.0f
                                      : x_scales[row * groups + block] * w_scale;
        for (int j = 0; j < 2; ++j)
          for (int e = 0; e < 2; ++e)
            total[i][j][2 * half + e] += partial[i][j][2 * half + e] * scale;
      }
    }
    __syncthreads();
  }
  float* y = p.y + group * p.y_group;
  for (int i = 0; i < kTiles; ++i) {
    for (int e = 0; e < 4; ++e) {
      const int64_t r = first_row + i * 16 + g + (e >= 2 ? 8 : 0);
      for (int j = 0; j < 2; ++j) {
        const int64_t out = first_out + warp * 16 + j * 8 + 2 * t + e % 2;
        if (r >= span.end || out >= n) continue;
        const float v = total[i][j][e];
        y[r * p.y_stride + out] = p.round_bf16 ? round_to_bf16(v) : v;
      }
    }
  }
}

/// One warp an output; lanes run over the inputs.
__global__ void linear_f32_kernel(Linear p) {
  const int group = blockIdx.z, lane = threadIdx.x % kWarp;
  const Span span = rows_of(p, group);
  const int64_t r = span.begin + blockIdx.y;
  const int64_t out = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / kWarp;
  if (r >= span.end || out >= p.shape.n) return;
  const int64_t source = p.rows ? p.rows[r] : r;
  const float* x = static_cast<const float*>(p.x) + group * p.x_group + source * p.x_stride;
  const float* w = static_cast<const float*>(p.weights[group].data) + out * p.shape.k;
  float sum = 0;
  for (int64_t i = lane; i < p.shape.k; i += kWarp) sum += x[i] * w[i];
  sum = warp_sum(sum);
  if (lane == 0)
    p.y[group * p.y_group + r * p.y_stride + out] = p.round_bf16 ? round_to_bf16(sum) : sum;
}

template <bool kFp8>
Error launch_tiles(const Linear& p, Stream stream) {
  const unsigned n = blocks(p.shape.n, kN), groups = static_cast<unsigned>(p.groups);
  const auto shared = [](int tiles) { return static_cast<size_t>(16 * tiles + kN) * kRow * 2; };
  if (p.m <= 16)
    return launch(linear_kernel<kFp8, 1>, dim3(n, blocks(p.m, 16), groups), dim3(kThreads),
                  shared(1), stream, p);
  return launch(linear_kernel<kFp8, 4>, dim3(n, blocks(p.m, 64), groups), dim3(kThreads), shared(4),
                stream, p);
}

}  // namespace

Error linear(const Linear& p, Stream stream) {
  if (p.m == 0) return nullptr;
  if (p.shape.dtype == kF32)
    return launch(linear_f32_kernel,
                  dim3(blocks(p.shape.n, kWarps), blocks(p.m, 1), static_cast<unsigned>(p.groups)),
                  dim3(kThreads), 0, stream, p);
  return p.shape.dtype == kBF16 ? launch_tiles<false>(p, stream) : launch_tiles<true>(p, stream);
}

}  // namespace leyden::cuda
