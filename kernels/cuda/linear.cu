// SPDX-License-Identifier: Apache-2.0
// y = W x for groups of rows, on lines of 128 bytes of a row: 128 e4m3 codes (one scale group) or 64 bf16 values.
//
//   per line:  tensor products of the line's bytes -> partial (fp32) -> total += partial * x scale * W scale
//
// Two kernels, the same bits: a sum's order is line after line, and within a line that of line_product().
//
//   few rows          a block makes 16 rows by 16 outputs; its warps share out the lines, weights go from memory straight to
//                     registers; partials meet in shared memory and are added in the order of lines
//   tiles             a block makes kM rows by kN outputs; lines of x and W pass through a ring of stages
//
// Bound: weight bytes for few rows, tensor products for many. F32 weights (the router) take plain sums instead.
#include "kernels/cuda/line.cuh"

namespace leyden::cuda {
namespace {

constexpr int kSharedLine = kLine + 16;  // the pad spreads rows over banks
constexpr int kF32 = 0, kBF16 = 1;

struct Span {
  int64_t begin, end;
};
__device__ Span rows_of(const Linear& p, int group) {
  if (!p.offsets) return {0, p.m};
  return {p.offsets[group], p.offsets[group + 1]};
}

/// Where the operands of one group lie, in bytes.
template <bool kFp8>
struct Operands {
  const uint8_t *x, *w;
  const float *x_scales, *w_scales;
  int64_t x_stride, row_bytes, lines;
  bool aligned;  ///< every row of x and W, to 16

  __device__ Operands(const Linear& p, int group) {
    constexpr int kElement = kFp8 ? 1 : 2;
    const Weight weight = p.weights[group];
    x = static_cast<const uint8_t*>(p.x) + group * p.x_group * kElement;
    w = static_cast<const uint8_t*>(weight.data);
    x_scales = kFp8 ? p.x_scales + group * p.scale_group : nullptr;
    w_scales = weight.scales;
    x_stride = p.x_stride * kElement;
    row_bytes = int64_t{p.shape.k} * kElement;
    lines = (row_bytes + kLine - 1) / kLine;
    aligned = is_aligned(x) && is_aligned(w) && x_stride % 16 == 0 && row_bytes % 16 == 0;
  }
  __device__ const uint8_t* x_row(int64_t row) const { return x + row * x_stride; }
  __device__ const uint8_t* w_row(int64_t out) const { return w + out * row_bytes; }
  __device__ float x_scale(int64_t row, int64_t line) const {
    return kFp8 ? x_scales[row * lines + line] : 1.0f;
  }
  __device__ float w_scale(int64_t out, int64_t line) const {
    return kFp8 ? w_scales[out / kGroup * lines + line] : 1.0f;
  }
};

// ---- few rows

constexpr int kFewThreads = 256, kFewWarps = kFewThreads / kWarp;
constexpr int kFewRows = 16, kFewOutputs = 16;
constexpr int kRoundLines = 32, kWarpLines = kRoundLines / kFewWarps;

template <bool kFp8>
__global__ void __launch_bounds__(kFewThreads) few_rows_kernel(Linear p) {
  __shared__ float partials[kRoundLines][kFewRows * kFewOutputs];
  const int group = blockIdx.z;
  const Span span = rows_of(p, group);
  const int64_t first_row = span.begin + static_cast<int64_t>(blockIdx.y) * kFewRows;
  if (first_row >= span.end) return;
  const int64_t first_out = static_cast<int64_t>(blockIdx.x) * kFewOutputs;
  const Operands<kFp8> o(p, group);
  const auto source = [&](int64_t r) {
    const int64_t row = first_row + r;
    return row >= span.end ? int64_t{-1} : p.rows ? p.rows[row] : row;
  };
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  const auto part = [&](const uint8_t* row, bool there, int64_t line) {
    Part out = {};
    const int64_t at = line * kLine + 32 * t;
    if (there && line < o.lines)
      out.set(load_16(row, at, o.row_bytes, o.aligned), load_16(row, at + 16, o.row_bytes, o.aligned));
    return out;
  };
  const int64_t row_a = source(g), row_b = source(g + 8);
  const int row = threadIdx.x / kFewOutputs, column = threadIdx.x % kFewOutputs;
  const int64_t own = source(row), out = first_out + column;
  const bool writes = own >= 0 && out < p.shape.n;

  float total = 0;
  for (int64_t first = 0; first < o.lines; first += kRoundLines) {
    Part w[kWarpLines][2];
#pragma unroll
    for (int i = 0; i < kWarpLines; ++i) {
      for (int j = 0; j < 2; ++j) {
        const int64_t output = first_out + 8 * j + g;
        w[i][j] = part(o.w_row(output), output < p.shape.n, first + warp + i * kFewWarps);
      }
    }
#pragma unroll
    for (int i = 0; i < kWarpLines; ++i) {
      const int line = warp + i * kFewWarps;
      const Part x[1][2] = {{part(o.x_row(row_a), row_a >= 0, first + line),
                             part(o.x_row(row_b), row_b >= 0, first + line)}};
      float d[1][2][4] = {};
      line_products<kFp8>(d, x, w[i]);
      for (int j = 0; j < 2; ++j)
        for (int e = 0; e < 4; ++e)
          partials[line][(g + (e >= 2 ? 8 : 0)) * kFewOutputs + 8 * j + 2 * t + e % 2] = d[0][j][e];
    }
    __syncthreads();
    const int64_t n = o.lines - first < kRoundLines ? o.lines - first : kRoundLines;
    if (writes) {
#pragma unroll 8
      for (int line = 0; line < n; ++line)
        total = fmaf(partials[line][threadIdx.x],
                     o.x_scale(own, first + line) * o.w_scale(out, first + line), total);
    }
    __syncthreads();
  }
  if (writes)
    p.y[group * p.y_group + (first_row + row) * p.y_stride + out] =
        p.round_bf16 ? round_to_bf16(total) : total;
}

// ---- tiles

template <int kRows, int kOutputs, int kWarpsDown, int kWarpsAcross>
struct Tile {
  static constexpr int kM = kRows, kN = kOutputs, kDown = kWarpsDown, kAcross = kWarpsAcross;
  static constexpr int kThreads = kWarp * kDown * kAcross, kStages = 4;
  static constexpr int kRowTiles = kM / kDown / 16, kOutTiles = kN / kAcross / 8;
  static constexpr int kScales = (kM + 4) * 4;  ///< of x, then one of W
  static constexpr int kStageBytes = (kM + kN) * kSharedLine + kScales;
};
using LargeTile = Tile<128, 128, 4, 2>;
using SmallTile = Tile<64, 64, 2, 2>;

template <bool kFp8, typename T>
__global__ void __launch_bounds__(T::kThreads) tile_kernel(Linear p) {
  __shared__ int64_t x_row[T::kM];
  uint8_t* ring = dynamic_shared<uint8_t>();
  const int group = blockIdx.z;
  const Span span = rows_of(p, group);
  const int64_t first_row = span.begin + static_cast<int64_t>(blockIdx.y) * T::kM;
  if (first_row >= span.end) return;
  const int64_t first_out = static_cast<int64_t>(blockIdx.x) * T::kN;
  const Operands<kFp8> o(p, group);
  for (int i = threadIdx.x; i < T::kM; i += T::kThreads) {
    const int64_t row = first_row + i;
    x_row[i] = row >= span.end ? -1 : p.rows ? p.rows[row] : row;
  }
  __syncthreads();

  // One thread copies the same 16 bytes of the line of every kThreads / 8-th row.
  const int64_t piece = threadIdx.x % 8 * 16;
  const auto load = [&](int64_t line) {
    uint8_t* stage = ring + line % T::kStages * T::kStageBytes;
    const int64_t at = line * kLine + piece;
    for (int i = threadIdx.x / 8; i < T::kM + T::kN; i += T::kThreads / 8) {
      const bool is_x = i < T::kM;
      const int64_t row = is_x ? x_row[i] : first_out + i - T::kM;
      const bool there = is_x ? row >= 0 : row < p.shape.n;
      const uint8_t* from = is_x ? o.x_row(there ? row : 0) : o.w_row(there ? row : 0);
      uint8_t* to = stage + i * kSharedLine + piece;
      if (o.aligned)
        copy_16(to, from + (at < o.row_bytes ? at : 0), there && at < o.row_bytes);
      else
        *reinterpret_cast<uint4*>(to) = there ? load_16(from, at, o.row_bytes, false) : uint4{};
    }
    if (!kFp8) return;
    float* scales = reinterpret_cast<float*>(stage + (T::kM + T::kN) * kSharedLine);
    for (int i = threadIdx.x; i <= T::kM; i += T::kThreads) {
      const bool is_x = i < T::kM, there = !is_x || x_row[i] >= 0;
      copy_4(scales + i,
             is_x ? o.x_scales + (there ? x_row[i] * o.lines + line : 0)
                  : o.w_scales + first_out / kGroup * o.lines + line,
             there);
    }
  };

  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  const int warp_row = warp / T::kAcross * (T::kM / T::kDown);
  const int warp_out = warp % T::kAcross * (T::kN / T::kAcross);
  float total[T::kRowTiles][T::kOutTiles][4] = {};
  for (int64_t line = 0; line < T::kStages - 1; ++line) {
    if (line < o.lines) load(line);
    commit_copies();
  }
  for (int64_t line = 0; line < o.lines; ++line) {
    wait_copies<T::kStages - 2>();
    __syncthreads();
    if (line + T::kStages - 1 < o.lines) load(line + T::kStages - 1);
    commit_copies();
    const uint8_t* stage = ring + line % T::kStages * T::kStageBytes;
    const float* scales = reinterpret_cast<const float*>(stage + (T::kM + T::kN) * kSharedLine);
    Part x[T::kRowTiles][2];
#pragma unroll
    for (int i = 0; i < T::kRowTiles; ++i)
      for (int half = 0; half < 2; ++half)
        x[i][half].read(stage + (warp_row + 16 * i + 8 * half + g) * kSharedLine + 32 * t);
    float scale[T::kRowTiles][2];
#pragma unroll
    for (int i = 0; i < T::kRowTiles; ++i)
      for (int half = 0; half < 2; ++half)
        scale[i][half] =
            kFp8 ? scales[warp_row + 16 * i + 8 * half + g] * scales[T::kM] : 1.0f;
#pragma unroll
    for (int first = 0; first < T::kOutTiles; first += 2) {
      Part w[2];
      for (int j = 0; j < 2; ++j)
        w[j].read(stage + (T::kM + warp_out + 8 * (first + j) + g) * kSharedLine + 32 * t);
      float d[T::kRowTiles][2][4] = {};
      line_products<kFp8>(d, x, w);
#pragma unroll
      for (int i = 0; i < T::kRowTiles; ++i)
        for (int j = 0; j < 2; ++j)
          for (int e = 0; e < 4; ++e)
            total[i][first + j][e] = fmaf(d[i][j][e], scale[i][e / 2], total[i][first + j][e]);
    }
  }

  float* y = p.y + group * p.y_group;
#pragma unroll
  for (int i = 0; i < T::kRowTiles; ++i) {
    for (int half = 0; half < 2; ++half) {
      const int64_t row = first_row + warp_row + 16 * i + 8 * half + g;
      if (row >= span.end) continue;
      for (int j = 0; j < T::kOutTiles; ++j) {
        for (int e = 0; e < 2; ++e) {
          const int64_t out = first_out + warp_out + 8 * j + 2 * t + e;
          const float v = total[i][j][2 * half + e];
          if (out < p.shape.n) y[row * p.y_stride + out] = p.round_bf16 ? round_to_bf16(v) : v;
        }
      }
    }
  }
}

// ---- F32

constexpr int kF32Threads = 128, kF32Outputs = kF32Threads / kWarp;

/// One warp an output; lanes run over the inputs.
__global__ void linear_f32_kernel(Linear p) {
  const int group = blockIdx.z, lane = threadIdx.x % kWarp;
  const Span span = rows_of(p, group);
  const int64_t r = span.begin + blockIdx.y;
  const int64_t out = static_cast<int64_t>(blockIdx.x) * kF32Outputs + threadIdx.x / kWarp;
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

template <bool kFp8, typename T>
Error launch_tiles(const Linear& p, Stream stream) {
  return launch(tile_kernel<kFp8, T>,
                dim3(blocks(p.shape.n, T::kN), blocks(p.m, T::kM), static_cast<unsigned>(p.groups)),
                dim3(T::kThreads), T::kStages * T::kStageBytes, stream, p);
}

template <bool kFp8>
Error launch_best(const Linear& p, Stream stream) {
  // A few more rows read the weights again, from the second cache, rather than leave most multiprocessors idle.
  const int64_t small_tiles = int64_t{blocks(p.shape.n, SmallTile::kN)} * p.groups;
  if (p.m <= kFewRows || (p.m <= 4 * kFewRows && small_tiles < 100))
    return launch(few_rows_kernel<kFp8>,
                  dim3(blocks(p.shape.n, kFewOutputs), blocks(p.m, kFewRows), static_cast<unsigned>(p.groups)),
                  dim3(kFewThreads), 0, stream, p);
  // Large tiles where there are enough of them to keep a hundred multiprocessors busy; groups share their rows.
  const bool large = p.groups == 1 && p.m >= LargeTile::kM &&
                     int64_t{blocks(p.shape.n, LargeTile::kN)} * blocks(p.m, LargeTile::kM) >= 100;
  return large ? launch_tiles<kFp8, LargeTile>(p, stream) : launch_tiles<kFp8, SmallTile>(p, stream);
}

}  // namespace

Error linear(const Linear& p, Stream stream) {
  if (p.m == 0) return nullptr;
  if (p.shape.dtype == kF32)
    return launch(linear_f32_kernel,
                  dim3(blocks(p.shape.n, kF32Outputs), blocks(p.m, 1), static_cast<unsigned>(p.groups)),
                  dim3(kF32Threads), 0, stream, p);
  return p.shape.dtype == kBF16 ? launch_best<false>(p, stream) : launch_best<true>(p, stream);
}

}  // namespace leyden::cuda
