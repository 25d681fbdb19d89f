// SPDX-License-Identifier: Apache-2.0
// y = W x for groups of rows, on lines of 128 bytes of a row: 128 e4m3 codes (one scale group) or
// 64 bf16 values.
//
//   per line:  four tensor products of 32 bytes -> partial (fp32) -> total += partial * x scale * W
//   scale
//
// Outputs are the 64 rows of a product, rows of x its 16, 64 or 128 columns: a sum's order is line
// after line, whatever the width, and so are its bits. Lines of W and x pass through a ring of
// stages in shared memory:
//   stage [lines][outputs + rows][128 bytes, swizzled]   scales [lines][rows of x, one of W] f32
//
// Bound: weight bytes for few rows, tensor products for many. F32 weights (the router) take plain
// sums instead.
#include "kernels/cuda/warpgroup.cuh"

namespace leyden::cuda {
namespace {

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
  int64_t x_stride;
  int row_bytes, lines;

  __device__ Operands(const Linear& p, int group) {
    constexpr int kElement = kFp8 ? 1 : 2;
    const Weight weight = p.weights[group];
    x = static_cast<const uint8_t*>(p.x) + group * p.x_group * kElement;
    w = static_cast<const uint8_t*>(weight.data);
    x_scales = kFp8 ? p.x_scales + group * p.scale_group : nullptr;
    w_scales = weight.scales;
    x_stride = p.x_stride * kElement;
    row_bytes = p.shape.k * kElement;
    lines = (row_bytes + kLine - 1) / kLine;
  }
};
/// Whether all rows of x and W begin on 16 bytes, with W itself.
bool rows_are_aligned(const Linear& p) {
  const int64_t element = p.shape.dtype == kBF16 ? 2 : 1;
  return (reinterpret_cast<uintptr_t>(p.x) | static_cast<uintptr_t>(p.x_group * element) |
          static_cast<uintptr_t>(p.x_stride * element) |
          static_cast<uintptr_t>(p.shape.k * element)) %
             16 ==
         0;
}

/// A block makes kOutputs outputs by kRows rows; a stage of the ring holds kLines lines of them. A
/// line behind the end is zeros.
template <int kRows_, int kOutputs_, int kGroups, int kLines_, int kStages_>
struct Tile {
  static constexpr int kRows = kRows_, kOutputs = kOutputs_, kLines = kLines_, kStages = kStages_;
  static constexpr int kThreads = kGroups * kWarpgroup;
  static constexpr int kW = kOutputs * kLine, kX = kRows * kLine;  ///< bytes of a line
  static constexpr int kScales = (kRows + 1) * 4;                  ///< of x, then one of W
  static constexpr int kStageBytes = (kLines * (kW + kX + kScales) + 1023) / 1024 * 1024;
};
/// A warpgroup makes 64 outputs, two lines a stage: while the products of one are under way, those
/// of the other are scaled and added.
template <int kRows, int kGroups>
struct ManyRows : Tile<kRows, kGroups * kProductRows, kGroups, 2, 3> {
  static constexpr int kPartialBytes = 0;
  static constexpr int kSums = kRows / 2;  ///< of a thread
};
using SmallTile = ManyRows<64, 1>;
using LargeTile = ManyRows<128, 2>;
/// Four warpgroups make the same 64 outputs, one line of a stage each: what counts is how much of W
/// is under way. Their products meet in shared memory, where a thread adds up two of the sums, line
/// after line.
template <int kStages>
struct FewRows : Tile<16, kProductRows, 4, 4, kStages> {
  static constexpr int kPartials = kProductRows * 16;  ///< of a line
  static constexpr int kPartialBytes = 4 * kPartials * 4;
  static constexpr int kSums = 2;
};

/// Row tiles are walked in bands, so that blocks that run together share both x and W.
struct Place {
  int64_t row_tile, out_tile;
  __device__ Place(int64_t at, int64_t row_tiles, int64_t out_tiles) {
    constexpr int64_t kBand = 16;
    const int64_t band = at / (kBand * out_tiles), inside = at % (kBand * out_tiles);
    const int64_t left = row_tiles - band * kBand, height = left < kBand ? left : kBand;
    row_tile = band * kBand + inside % height;
    out_tile = inside / height;
  }
};

/// What one thread copies of every line: the same 16 bytes of every kStep-th row of W and of x, and
/// one scale.
template <bool kFp8, typename T, bool kAligned>
struct Loader {
  static constexpr int kStep = T::kThreads / 8, kOfW = T::kOutputs / kStep,
                       kOfX = (T::kRows + kStep - 1) / kStep;
  static_assert(T::kOutputs % kStep == 0 && kStep % 8 == 0 && T::kThreads > T::kRows);
  const Operands<kFp8>& o;
  const int first = static_cast<int>(threadIdx.x) / 8, at = static_cast<int>(threadIdx.x) % 8 * 16;
  const int place = static_cast<int>(swizzled_16(first, threadIdx.x % 8));
  const uint8_t* w;
  int64_t w_step;
  int w_rows;                ///< of this thread's, how many there are
  const uint8_t* x[kOfX];    ///< nullptr: no row
  const float* scale;        ///< nullptr: none

  __device__ Loader(const Operands<kFp8>& operands, const int64_t* x_row, int64_t first_out,
                    int64_t outputs)
      : o(operands) {
    w = o.w + (first_out + first) * o.row_bytes;
    w_step = int64_t{kStep} * o.row_bytes;
    const int64_t left = outputs - first_out - first;
    w_rows = static_cast<int>(left <= 0 ? 0 : (left + kStep - 1) / kStep);
#pragma unroll
    for (int i = 0; i < kOfX; ++i) {
      const int r = first + i * kStep;
      x[i] = r < T::kRows && x_row[r] >= 0 ? o.x + x_row[r] * o.x_stride : nullptr;
    }
    const int r = static_cast<int>(threadIdx.x);
    scale = !kFp8 || r > T::kRows ? nullptr
            : r == T::kRows       ? o.w_scales + first_out / kGroup * o.lines
            : x_row[r] >= 0       ? o.x_scales + x_row[r] * o.lines
                                  : nullptr;
  }
  /// Line `line` of W and x to `to`, its scales to `scales`.
  __device__ void load(int line, uint8_t* to, float* scales) const {
    const int begin = line * kLine + at;
    const bool inside = begin < o.row_bytes;
#pragma unroll
    for (int i = 0; i < kOfW; ++i)
      copy(to + place + i * kStep * kLine, w + i * w_step, begin, inside && i < w_rows);
#pragma unroll
    for (int i = 0; i < kOfX; ++i)
      if (first + i * kStep < T::kRows)
        copy(to + T::kW + place + i * kStep * kLine, x[i], begin, inside && x[i]);
    if (kFp8 && static_cast<int>(threadIdx.x) <= T::kRows) {
      const bool there = scale && line < o.lines;
      copy_4(scales + threadIdx.x, there ? scale + line : o.w_scales, there);
    }
  }

 private:
  __device__ void copy(uint8_t* to, const uint8_t* row, int begin, bool there) const {
    if (kAligned)
      copy_16(to, there ? row + begin : o.w, there);
    else
      *reinterpret_cast<uint4*>(to) = there ? load_16(row, begin, o.row_bytes, false) : uint4{};
  }
};

template <bool kFp8, typename T, bool kAligned>
__global__ void __launch_bounds__(T::kThreads)
    tile_kernel(Linear p, int64_t row_tiles, int64_t out_tiles) {
  begin_kernel();
  __shared__ int64_t x_row[T::kRows];
  uint8_t* ring = dynamic_shared<uint8_t>();
  const int group = blockIdx.y;
  const Span span = rows_of(p, group);
  const Place tile(blockIdx.x, row_tiles, out_tiles);
  const int64_t first_row = span.begin + tile.row_tile * T::kRows;
  if (first_row >= span.end) return;
  const int64_t first_out = tile.out_tile * T::kOutputs;
  const Operands<kFp8> o(p, group);
  for (int i = threadIdx.x; i < T::kRows; i += T::kThreads) {
    const int64_t row = first_row + i;
    x_row[i] = row >= span.end ? -1 : p.rows ? p.rows[row] : row;
  }
  __syncthreads();

  const Loader<kFp8, T, kAligned> loader(o, x_row, first_out, p.shape.n);
  const auto w_line = [&](int stage, int i) {
    return ring + stage % T::kStages * T::kStageBytes + i * (T::kW + T::kX);
  };
  const auto scales_of = [&](int stage, int i) {
    return reinterpret_cast<float*>(w_line(stage, T::kLines) + i * T::kScales);
  };
  const auto load = [&](int stage) {
#pragma unroll
    for (int i = 0; i < T::kLines; ++i)
      loader.load(stage * T::kLines + i, w_line(stage, i), scales_of(stage, i));
  };

  const int warpgroup = warpgroup_number(), lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float total[T::kSums] = {};
  const auto multiply = [&](float(&d)[T::kRows / 2], Operand w, Operand x) {
#pragma unroll
    for (int s = 0; s < kLine / 32; ++s)
      warpgroup_product<kFp8, T::kRows>(d, w + 32 * s, x + 32 * s, s > 0);
    commit_products();
  };
  /// Of element `at` of a product: its row of x in the tile.
  const auto row_in_tile = [&](int at) { return at / 4 * 8 + 2 * t + at % 2; };
  const auto add = [&](float product, const float* scales, int at, float& sum) {
    sum = fmaf(product, kFp8 ? scales[row_in_tile(at)] * scales[T::kRows] : 1.0f, sum);
  };

  const int stages = (o.lines + T::kLines - 1) / T::kLines;
  for (int stage = 0; stage < T::kStages - 1; ++stage) {
    if (stage < stages) load(stage);
    commit_copies();
  }
  for (int stage = 0; stage < stages; ++stage) {
    wait_copies<T::kStages - 2>();
    publish_shared();
    __syncthreads();  // this stage is there, the one before is free
    if (stage + T::kStages - 1 < stages) load(stage + T::kStages - 1);
    commit_copies();
    if constexpr (T::kPartialBytes > 0) {
      float d[T::kRows / 2];
      begin_products();
      const uint8_t* line = w_line(stage, warpgroup);
      multiply(d, Operand(line), Operand(line + T::kW));
      wait_products<0>();
      hold(d);
      float* partials = reinterpret_cast<float*>(ring + T::kStages * T::kStageBytes);
      const int thread = threadIdx.x % kWarpgroup;
#pragma unroll
      for (int i = 0; i < T::kRows / 2; ++i)
        partials[warpgroup * T::kPartials + i * kWarpgroup + thread] = d[i];
      __syncthreads();
#pragma unroll
      for (int line = 0; line < T::kLines; ++line) {
        for (int i = 0; i < T::kSums; ++i) {
          const int at = warpgroup * T::kSums + i;
          add(partials[line * T::kPartials + at * kWarpgroup + thread], scales_of(stage, line), at,
              total[i]);
        }
      }
    } else {
      float d[T::kLines][T::kRows / 2];
      begin_products();
#pragma unroll
      for (int i = 0; i < T::kLines; ++i)
        multiply(d[i], Operand(w_line(stage, i) + warpgroup * kProductRows * kLine),
                 Operand(w_line(stage, i) + T::kW));
      const auto add_line = [&](int line) {
        hold(d[line]);
#pragma unroll
        for (int i = 0; i < T::kSums; ++i) add(d[line][i], scales_of(stage, line), i, total[i]);
      };
      wait_products<1>();
      add_line(0);
      wait_products<0>();
      add_line(1);
    }
  }

  float* y = p.y + group * p.y_group;
  const bool shared = T::kPartialBytes > 0;
  const int64_t out = first_out + (shared ? threadIdx.x % kWarpgroup : threadIdx.x) / kWarp * 16 + g;
#pragma unroll
  for (int i = 0; i < T::kSums; ++i) {
    const int at = shared ? warpgroup * T::kSums + i : i;
    const int64_t row = first_row + row_in_tile(at), column = out + at % 4 / 2 * 8;
    if (row < span.end && column < p.shape.n)
      y[row * p.y_stride + column] = p.round_bf16 ? round_to_bf16(total[i]) : total[i];
  }
}

// ---- F32

constexpr int kF32Threads = 128, kF32Outputs = kF32Threads / kWarp;

/// One warp an output; lanes run over the inputs.
__global__ void linear_f32_kernel(Linear p) {
  begin_kernel();
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
  const int64_t row_tiles = blocks(p.m, T::kRows), out_tiles = blocks(p.shape.n, T::kOutputs);
  return launch(rows_are_aligned(p) ? tile_kernel<kFp8, T, true> : tile_kernel<kFp8, T, false>,
                dim3(static_cast<unsigned>(row_tiles * out_tiles), static_cast<unsigned>(p.groups)),
                dim3(T::kThreads), T::kStages * T::kStageBytes + T::kPartialBytes, stream, p,
                row_tiles, out_tiles);
}

template <bool kFp8>
Error launch_best(const Linear& p, Stream stream) {
  if (p.m <= FewRows<2>::kRows) {
    // Two blocks on a multiprocessor, or one that has more under way.
    const bool alone = int64_t{blocks(p.shape.n, kProductRows)} * p.groups <= kMultiprocessors;
    return alone ? launch_tiles<kFp8, FewRows<4>>(p, stream)
                 : launch_tiles<kFp8, FewRows<2>>(p, stream);
  }
  // Large tiles where there are enough of them to keep most multiprocessors busy; groups share
  // their rows.
  const bool large =
      p.groups == 1 && p.m >= LargeTile::kRows &&
      int64_t{blocks(p.shape.n, LargeTile::kOutputs)} * blocks(p.m, LargeTile::kRows) >=
                                kMultiprocessors * 3 / 4;
  return large ? launch_tiles<kFp8, LargeTile>(p, stream)
               : launch_tiles<kFp8, SmallTile>(p, stream);
}

}  // namespace

Error linear(const Linear& p, Stream stream) {
  if (p.m == 0) return nullptr;
  if (p.shape.dtype == kF32)
    return launch(
        linear_f32_kernel,
        dim3(blocks(p.shape.n, kF32Outputs), blocks(p.m, 1), static_cast<unsigned>(p.groups)),
        dim3(kF32Threads), 0, stream, p);
  return p.shape.dtype == kBF16 ? launch_best<false>(p, stream) : launch_best<true>(p, stream);
}

}  // namespace leyden::cuda
