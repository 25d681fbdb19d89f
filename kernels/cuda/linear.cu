// SPDX-License-Identifier: Apache-2.0
// y = W x for groups of rows, on lines of 128 bytes of a row: 128 e4m3 codes (one scale group) or
// 64 bf16 values.
//
//   per line:  four tensor products of 32 bytes -> partial (fp32) -> total += partial * x scale * W
//   scale
//
// A sum's order is line after line, whatever the tile, and so are its bits. Lines of W and x pass
// through a ring of stages in shared memory:
//   stage [lines][outputs + rows][128 bytes, swizzled]   scales [lines][rows of x, one of W] f32
//
// Bound: weight bytes for few rows, tensor products for many. F32 weights (the router) take plain
// sums instead.
#include "kernels/cuda/linear.cuh"
#include "kernels/cuda/warpgroup.cuh"

namespace leyden::cuda {
namespace {

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

/// A block makes kOutputs outputs by kRows rows; a stage of the ring holds kLines lines of them.
template <int kRows_, int kOutputs_, int kGroups, int kLines_, int kStages_>
struct Tile {
  static constexpr int kRows = kRows_, kOutputs = kOutputs_, kLines = kLines_, kStages = kStages_;
  static constexpr int kThreads = kGroups * kWarpgroup;
  static constexpr int kW = kOutputs * kLine, kX = kRows * kLine;  ///< bytes of a line
  static constexpr int kScales = (kRows + 1) * 4;                  ///< of x, then one of W: bytes
  static constexpr int kStageBytes = (kLines * (kW + kX + kScales) + 1023) / 1024 * 1024;

  __device__ static uint8_t* w_line(uint8_t* ring, int stage, int i) {
    return ring + stage % kStages * kStageBytes + i * (kW + kX);
  }
  __device__ static uint8_t* x_line(uint8_t* ring, int stage, int i) {
    return w_line(ring, stage, i) + kW;
  }
  __device__ static float* scales(uint8_t* ring, int stage, int i) {
    return reinterpret_cast<float*>(w_line(ring, stage, kLines) + i * kScales);
  }
};
/// Each warpgroup makes all outputs of 64 rows.
template <int kGroups, int kOutputs, int kStages>
using ManyRows = Tile<kGroups * kProductRows, kOutputs, kGroups, 1, kStages>;
using SmallTile = ManyRows<1, 64, 6>;  // two blocks on a multiprocessor
using MediumTile = ManyRows<2, 128, 6>;
/// Four warpgroups make the same 64 outputs of at most 16 rows, some lines of a stage each: what
/// counts is how much of W is under way.
template <int kLines, int kStages>
struct FewRows : Tile<16, kProductRows, 4, kLines, kStages> {
  static constexpr int kPartials = kProductRows * 16;  ///< sums of a line
};
constexpr int kFewRows = 16, kMostTogether = 4;

/// Products of few rows whose blocks stand side by side; all have the same number of groups.
struct Together {
  Linear of[kMostTogether];
  int end[kMostTogether];  ///< blocks up to and with each of them
};

/// What one thread copies of every stage: of each line the same 16 bytes of every kStep-th row of W
/// and of x, and one scale. Rows that do not exist are copies of others, whose results nobody
/// takes.
template <bool kFp8, typename T, bool kAligned>
struct Loader {
  static constexpr int kStep = T::kThreads / 8, kOfW = T::kOutputs / kStep,
                       kOfX = (T::kRows + kStep - 1) / kStep, kOfLine = T::kScales / 4;
  static_assert(T::kOutputs % kStep == 0 && kStep % 8 == 0 && T::kLines * kOfLine <= T::kThreads);
  const Operands<kFp8>& o;
  const int thread = static_cast<int>(threadIdx.x), first = thread / 8, at = thread % 8 * 16;
  const int place = static_cast<int>(swizzled_16(first, thread % 8));
  const int scale_line = thread / kOfLine;  ///< of a stage; none from kLines on
  const uint8_t *w[kOfW], *x[kOfX];
  const float* scale;

  __device__ Loader(const Operands<kFp8>& operands, const int64_t* x_row, int64_t first_out,
                    int64_t outputs)
      : o(operands) {
#pragma unroll
    for (int i = 0; i < kOfW; ++i) {
      const int64_t out = first_out + first + i * kStep;
      w[i] = o.w + (out < outputs ? out : outputs - 1) * o.row_bytes;
    }
#pragma unroll
    for (int i = 0; i < kOfX; ++i) {
      const int r = first + i * kStep;
      x[i] = o.x + x_row[r < T::kRows ? r : 0] * o.x_stride;
    }
    if (!kFp8 || scale_line >= T::kLines) return;
    const int r = thread % kOfLine;
    scale =
        r < T::kRows ? o.x_scales + x_row[r] * o.lines : o.w_scales + first_out / kGroup * o.lines;
  }
  /// A stage's lines of W and x, and their scales; zeros behind the end.
  __device__ void load(int stage, uint8_t* ring) const {
    const int begin = stage * T::kLines * kLine;
    if (kAligned && begin + T::kLines * kLine <= o.row_bytes) {  // all of them
      copy_all(ring, stage, [&](uint8_t* to, const uint8_t* row, int line) {
        copy_16(to, row + (begin + at) + line * kLine, true);
      });
    } else {
      copy_all(ring, stage, [&](uint8_t* to, const uint8_t* row, int line) {
        const int from = begin + at + line * kLine;
        const bool there = from < o.row_bytes;
        if (kAligned)
          copy_16(to, there ? row + from : row, there);
        else
          *reinterpret_cast<uint4*>(to) = load_16(row, from, there ? o.row_bytes : 0, false);
      });
    }
    if (!kFp8 || scale_line >= T::kLines) return;
    const int line = stage * T::kLines + scale_line;
    const bool there = line < o.lines;
    copy_4(T::scales(ring, stage, 0) + thread, there ? scale + line : scale, there);
  }

 private:
  template <typename Copy>
  __device__ void copy_all(uint8_t* ring, int stage, Copy copy) const {
#pragma unroll
    for (int line = 0; line < T::kLines; ++line) {
#pragma unroll
      for (int i = 0; i < kOfW; ++i)
        copy(T::w_line(ring, stage, line) + place + i * kStep * kLine, w[i], line);
#pragma unroll
      for (int i = 0; i < kOfX; ++i)
        if (T::kRows % kStep == 0 || first + i * kStep < T::kRows)
          copy(T::x_line(ring, stage, line) + place + i * kStep * kLine, x[i], line);
    }
  }
};

/// The part of a group that a block makes.
struct Work {
  Span span;
  int64_t first_row, first_out;

  template <typename T>
  __device__ static Work of(const Linear& p, int row_tiles, int out_tiles, T) {
    const Span span = rows_of(p, blockIdx.y);
    const Place tile(static_cast<int>(blockIdx.x), row_tiles, out_tiles);
    return {span, span.begin + int64_t{tile.row_tile} * T::kRows,
            int64_t{tile.out_tile} * T::kOutputs};
  }
  /// Row of x of each row of the tile; behind the last one, the last one.
  template <typename T>
  __device__ void find_rows(const Linear& p, int64_t* x_row, T) const {
    for (int i = threadIdx.x; i < T::kRows; i += T::kThreads) {
      const int64_t row = first_row + i < span.end ? first_row + i : span.end - 1;
      x_row[i] = p.rows ? p.rows[row] : row;
    }
    __syncthreads();
  }
};

/// Rows of x are the rows of a product. While one warpgroup scales and adds, the products of the
/// other are under way.
template <bool kFp8, typename T, bool kAligned>
__global__ void __launch_bounds__(T::kThreads)
    many_rows_kernel(Linear p, int row_tiles, int out_tiles) {
  begin_kernel();
  __shared__ int64_t x_row[T::kRows];
  const Work work = Work::of(p, row_tiles, out_tiles, T{});
  if (work.first_row >= work.span.end) return;
  work.find_rows(p, x_row, T{});
  uint8_t* ring = dynamic_shared<uint8_t>();
  const Operands<kFp8> o(p, blockIdx.y);
  const Loader<kFp8, T, kAligned> loader(o, x_row, work.first_out, p.shape.n);
  const auto load = [&](int line) {
    if (line < o.lines) loader.load(line, ring);
    commit_copies();
  };
  constexpr int kSums = T::kOutputs / 2;
  const int warpgroup = warpgroup_number(), lane = threadIdx.x % kWarp;
  /// This thread's first row in the tile; the other is 8 rows on.
  const int row = static_cast<int>(threadIdx.x) / kWarp * 16 + lane / 4;
  float total[kSums] = {};

  for (int line = 0; line < T::kStages - 1; ++line) load(line);
  for (int line = 0; line < o.lines; ++line) {
    wait_copies<T::kStages - 2>();
    publish_shared();
    __syncthreads();  // this line is there, the one before is free
    const Operand w(T::w_line(ring, line, 0)),
        x(T::x_line(ring, line, 0) + warpgroup * kProductRows * kLine);
    float d[kSums];
    begin_products();
#pragma unroll
    for (int s = 0; s < kLine / 32; ++s)
      warpgroup_product<kFp8, T::kOutputs>(d, x + 32 * s, w + 32 * s, s > 0);
    commit_products();
    load(line + T::kStages - 1);
    const float* scales = T::scales(ring, line, 0);
    const float of_w = kFp8 ? scales[T::kRows] : 1.0f;
    const float scale[2] = {kFp8 ? scales[row] * of_w : 1.0f, kFp8 ? scales[row + 8] * of_w : 1.0f};
    wait_products<0>();
    hold(d);
#pragma unroll
    for (int j = 0; j < kSums; ++j) total[j] = fmaf(d[j], scale[j % 4 / 2], total[j]);
  }

  float* y = p.y + blockIdx.y * p.y_group;
#pragma unroll
  for (int j = 0; j < kSums; j += 2)
    store_pair(p, y, work.span.end, work.first_row + row + j % 4 / 2 * 8,
               work.first_out + j / 4 * 8 + 2 * (lane % 4), total[j], total[j + 1]);
}

/// Outputs are the rows of a product. The lines' products meet in shared memory, behind the ring,
/// where a thread adds up two of the sums, line after line.
template <bool kFp8, typename T, bool kAligned>
__global__ void __launch_bounds__(T::kThreads)
    few_rows_kernel(const __grid_constant__ Together all) {
  begin_kernel();
  __shared__ int64_t x_row[T::kRows];
  int which = 0, begin = 0;
  while (static_cast<int>(blockIdx.x) >= all.end[which]) begin = all.end[which++];
  const Linear& p = all.of[which];
  const Span span = rows_of(p, blockIdx.y);
  const Work work{span, span.begin, int64_t{static_cast<int>(blockIdx.x) - begin} * T::kOutputs};
  if (work.first_row >= work.span.end) return;
  work.find_rows(p, x_row, T{});
  uint8_t* ring = dynamic_shared<uint8_t>();
  float* partials = reinterpret_cast<float*>(ring + T::kStages * T::kStageBytes);
  const Operands<kFp8> o(p, blockIdx.y);
  const Loader<kFp8, T, kAligned> loader(o, x_row, work.first_out, p.shape.n);
  const int stages = (o.lines + T::kLines - 1) / T::kLines;
  const auto load = [&](int stage) {
    if (stage < stages) loader.load(stage, ring);
    commit_copies();
  };
  constexpr int kGroups = T::kThreads / kWarpgroup, kProducts = T::kRows / 2,
                kSums = kProducts / kGroups, kOwnLines = T::kLines / kGroups;
  const int warpgroup = warpgroup_number(), thread = threadIdx.x % kWarpgroup;
  const int lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  /// Of this thread's sum number i: the number of its product, and its row in the tile.
  const auto product_of = [&](int i) { return warpgroup * kSums + i; };
  const auto row_of = [&](int i) { return product_of(i) / 4 * 8 + 2 * t + product_of(i) % 2; };
  float total[kSums] = {};

  for (int stage = 0; stage < T::kStages - 1; ++stage) load(stage);
  for (int stage = 0; stage < stages; ++stage) {
    wait_copies<T::kStages - 2>();
    publish_shared();
    __syncthreads();  // this stage is there, the one before is free
    float d[kOwnLines][kProducts];
    begin_products();
#pragma unroll
    for (int i = 0; i < kOwnLines; ++i) {
      const int line = i * kGroups + warpgroup;
      const Operand w(T::w_line(ring, stage, line)), x(T::x_line(ring, stage, line));
#pragma unroll
      for (int s = 0; s < kLine / 32; ++s)
        warpgroup_product<kFp8, T::kRows>(d[i], w + 32 * s, x + 32 * s, s > 0);
    }
    commit_products();
    load(stage + T::kStages - 1);
    wait_products<0>();
#pragma unroll
    for (int i = 0; i < kOwnLines; ++i) {
      hold(d[i]);
      float* own = partials + (i * kGroups + warpgroup) * T::kPartials + thread;
#pragma unroll
      for (int j = 0; j < kProducts; ++j) own[j * kWarpgroup] = d[i][j];
    }
    __syncthreads();
#pragma unroll
    for (int line = 0; line < T::kLines; ++line) {
      const float* scales = T::scales(ring, stage, line);
#pragma unroll
      for (int i = 0; i < kSums; ++i) {
        const float scale = kFp8 ? scales[row_of(i)] * scales[T::kRows] : 1.0f;
        total[i] = fmaf(partials[line * T::kPartials + product_of(i) * kWarpgroup + thread], scale,
                        total[i]);
      }
    }
  }

  float* y = p.y + blockIdx.y * p.y_group;
#pragma unroll
  for (int i = 0; i < kSums; ++i) {
    const int64_t at = work.first_row + row_of(i);
    const int64_t out = work.first_out + thread / kWarp * 16 + g + product_of(i) % 4 / 2 * 8;
    if (at < work.span.end && out < p.shape.n)
      y[at * p.y_stride + out] = p.round_bf16 ? round_to_bf16(total[i]) : total[i];
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

template <typename T, bool kFp8, bool kAligned>
Error launch_many_rows(const Linear& p, Stream stream) {
  const unsigned row_tiles = blocks(p.m, T::kRows), out_tiles = blocks(p.shape.n, T::kOutputs);
  return launch(many_rows_kernel<kFp8, T, kAligned>,
                dim3(row_tiles * out_tiles, static_cast<unsigned>(p.groups)), dim3(T::kThreads),
                T::kStages * T::kStageBytes, stream, p, static_cast<int>(row_tiles),
                static_cast<int>(out_tiles));
}
template <typename T, bool kFp8, bool kAligned>
Error launch_few_rows(const Together& all, unsigned tiles, Stream stream) {
  return launch(few_rows_kernel<kFp8, T, kAligned>,
                dim3(tiles, static_cast<unsigned>(all.of[0].groups)), dim3(T::kThreads),
                T::kStages * T::kStageBytes + T::kLines * T::kPartials * 4, stream, all);
}

/// `count` products that may stand side by side.
template <bool kFp8, bool kAligned>
Error few_rows(const Linear* products, int count, Stream stream) {
  Together all{};
  int tiles = 0;
  for (int i = 0; i < count; ++i) {
    all.of[i] = products[i];
    tiles += static_cast<int>(blocks(products[i].shape.n, kProductRows));
    all.end[i] = tiles;
  }
  // Two blocks on a multiprocessor, or one that has more under way.
  const auto run = int64_t{tiles} * products->groups <= kMultiprocessors
                       ? launch_few_rows<FewRows<4, 5>, kFp8, kAligned>
                       : launch_few_rows<FewRows<4, 2>, kFp8, kAligned>;
  return run(all, static_cast<unsigned>(tiles), stream);
}

template <bool kFp8, bool kAligned>
Error many_rows(const Linear& p, Stream stream) {
  if (p.groups > 1)  // how many rows a group has is not known here
    return p.m > SmallTile::kRows &&
                   int64_t{blocks(p.shape.n, MediumTile::kOutputs)} * p.groups >= kMultiprocessors
               ? launch_many_rows<MediumTile, kFp8, kAligned>(p, stream)
               : launch_many_rows<SmallTile, kFp8, kAligned>(p, stream);
  // Measured microseconds (k 7168): a tile on each multiprocessor, and two.
  const int64_t tiles =
      int64_t{blocks(p.shape.n, SmallTile::kOutputs)} * blocks(p.m, SmallTile::kRows);
  const int64_t small = tiles <= kMultiprocessors ? 19 : blocks(tiles, 2 * kMultiprocessors) * 30;
  if (kAligned && !p.rows && linear_streamed_cost(p) < small) return linear_streamed(p, stream);
  return launch_many_rows<SmallTile, kFp8, kAligned>(p, stream);
}

Error f32(const Linear& p, Stream stream) {
  return launch(
      linear_f32_kernel,
      dim3(blocks(p.shape.n, kF32Outputs), blocks(p.m, 1), static_cast<unsigned>(p.groups)),
      dim3(kF32Threads), 0, stream, p);
}

bool is_fp8(const Linear& p) { return p.shape.dtype != kF32 && p.shape.dtype != kBF16; }
/// Whether both go through the same few_rows_kernel().
bool may_be_together(const Linear& a, const Linear& b) {
  return b.m > 0 && b.m <= kFewRows && b.shape.dtype == a.shape.dtype && b.groups == a.groups &&
         rows_are_aligned(a) == rows_are_aligned(b);
}

}  // namespace

Error linear(const Linear* products, int64_t count, Stream stream) {
  for (int64_t i = 0, n = 1; i < count; i += n, n = 1) {
    const Linear& p = products[i];
    const bool fp8 = is_fp8(p), aligned = rows_are_aligned(p);
    Error e = nullptr;
    if (p.m == 0) continue;
    if (p.shape.dtype == kF32) {
      e = f32(p, stream);
    } else if (p.m <= kFewRows) {
      while (n < kMostTogether && i + n < count && may_be_together(p, products[i + n])) ++n;
      e = (aligned ? fp8 ? few_rows<true, true> : few_rows<false, true>
           : fp8 ? few_rows<true, false>
                   : few_rows<false, false>)(&p, static_cast<int>(n), stream);
    } else {
      e = (aligned ? fp8 ? many_rows<true, true> : many_rows<false, true>
           : fp8 ? many_rows<true, false>
                   : many_rows<false, false>)(p, stream);
    }
    if (e) return e;
  }
  return nullptr;
}

}  // namespace leyden::cuda
