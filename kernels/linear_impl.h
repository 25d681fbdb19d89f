// SPDX-License-Identifier: Apache-2.0
// One block of linear(): at most 64 outputs (4 panels) times any rows.
//
//   for each group g of 128 inputs
//     weights of the group -> 16 KB in L1, as bf16 pairs [panel][64][16][2] (dot) or fp32
//     for each tile of rows:  acc[row][panel] = dot over the group     (registers)
//                             total[row][panel] += acc * scale          (one fma)
//
// Lanes are outputs, inputs follow each other: a row's bits depend on nothing but its own values.
#pragma once

#include "kernels/cpu_ops.h"

namespace leyden {
namespace {

using F16 = Simd::F16;

constexpr int64_t kGroup = 128;

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// acc into the totals of one row tile; totals are [row][panel][16].
template <int R, int P>
inline void add_group(const LinearBlock& b, int64_t row, int64_t group, const F16 (&acc)[R][P],
                      float* totals, int64_t stride) {
  for (int r = 0; r < R; ++r) {
    float s = b.x_scale == nullptr ? 1.0f : b.x_scale[row + r][group];
    if (b.w_scale != nullptr) s *= b.w_scale[group];
    const F16 scale = Simd::set1(s);
    for (int p = 0; p < P; ++p) {
      float* t = totals + (row + r) * stride + 16 * p;
      const F16 before = group == 0 ? Simd::zero() : Simd::load(t);
      Simd::store(t, Simd::fma(acc[r][p], scale, before));
    }
  }
}

inline void write_outputs(const LinearBlock& b, const float* totals, int64_t stride) {
  for (int64_t row = 0; row < b.n_rows; ++row) {
    for (int64_t i = 0; i < b.n; i += 16) {
      F16 v = Simd::load(totals + row * stride + i);
      if (b.round_bf16) v = Simd::round_bf16(v);
      if (b.n - i >= 16) {
        Simd::store(b.y[row] + i, v);
      } else {
        Simd::store_n(b.y[row] + i, v, b.n - i);
      }
    }
  }
}

// Columns [begin, begin + 16 * P) of rows [k0, k0 + n) of a row-major fp32 matrix.
inline F16 row_major(const LinearBlock& b, int64_t k, int64_t column) {
  const float* p = reinterpret_cast<const float*>(b.w) + k * b.w_stride + column;
  const int64_t left = b.n - column;
  return left >= 16 ? Simd::load(p) : Simd::load_n(p, left > 0 ? left : 0);
}

// ---- fp32 products ----

template <int R, int P>
inline void tile_f32(const LinearBlock& b, int64_t row, int64_t group, const float* const* w,
                     int64_t n, float* totals, int64_t stride) {
  F16 acc[R][P];
  const float* x[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) {
    x[r] = static_cast<const float*>(b.x[row + r]) + group * kGroup;
#pragma GCC unroll 4
    for (int p = 0; p < P; ++p) acc[r][p] = Simd::zero();
  }
  for (int64_t k = 0; k < n; ++k) {
    F16 v[P];
#pragma GCC unroll 4
    for (int p = 0; p < P; ++p) v[p] = Simd::load(w[p] + 16 * k);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const F16 a = Simd::set1(x[r][k]);
#pragma GCC unroll 4
      for (int p = 0; p < P; ++p) acc[r][p] = Simd::fma(a, v[p], acc[r][p]);
    }
  }
  add_group<R, P>(b, row, group, acc, totals, stride);
}

// Weights of one panel and group as fp32 [n][16]; returns where they are.
inline const float* panel_f32(const LinearBlock& b, int64_t panel, int64_t group, int64_t n,
                              float* buffer) {
  const std::byte* w = b.w + panel * b.w_stride;
  switch (b.weight) {
    case LinearBlock::Weight::kF32Panels:
      return reinterpret_cast<const float*>(w) + group * kGroup * 16;
    case LinearBlock::Weight::kF32Rows:
      for (int64_t k = 0; k < n; ++k) {
        Simd::store(buffer + 16 * k, row_major(b, group * kGroup + k, 16 * panel));
      }
      return buffer;
    case LinearBlock::Weight::kBF16Panels:
    case LinearBlock::Weight::kFP8Panels:
      break;
  }
  for (int64_t k = 0; k < n; k += 2) {
    F16 even, odd;
    const int64_t pair = (group * kGroup + k) / 2 * 32;
    if (b.weight == LinearBlock::Weight::kBF16Panels) {
      Simd::load_bf16_pairs(reinterpret_cast<const uint16_t*>(w) + pair, &even, &odd);
    } else {
      Simd::load_e4m3_pairs(reinterpret_cast<const uint8_t*>(w) + pair, &even, &odd);
    }
    Simd::store(buffer + 16 * k, even);
    Simd::store(buffer + 16 * k + 16, odd);  // behind an odd n: room is there, nobody reads it
  }
  return buffer;
}

template <int P>
inline void rows_f32(const LinearBlock& b, int64_t group, const float* const* w, int64_t n,
                     float* totals, int64_t stride) {
  int64_t row = 0;
  for (; row + Simd::kRows <= b.n_rows; row += Simd::kRows) {
    tile_f32<Simd::kRows, P>(b, row, group, w, n, totals, stride);
  }
  for (; row < b.n_rows; ++row) tile_f32<1, P>(b, row, group, w, n, totals, stride);
}

inline void linear_block_f32(const LinearBlock& b) {
  const int64_t panels = (b.n + 15) / 16, stride = panels * 16;
  float* totals =
      reinterpret_cast<float*>(thread_scratch(ScratchSlot::kTotals, 4 * b.n_rows * stride));
  float* buffer = reinterpret_cast<float*>(
      thread_scratch(ScratchSlot::kWeights, 4 * 16 * (kGroup + 1) * Simd::kPanels));
  for (int64_t group = 0; group * kGroup < b.k; ++group) {
    const int64_t n = smaller(kGroup, b.k - group * kGroup);
    for (int64_t first = 0; first < panels; first += Simd::kPanels) {
      const float* w[Simd::kPanels];
      const int64_t count = smaller(Simd::kPanels, panels - first);
      for (int64_t p = 0; p < count; ++p) {
        w[p] = panel_f32(b, first + p, group, n, buffer + p * 16 * (kGroup + 1));
      }
      float* t = totals + 16 * first;
      if (count == Simd::kPanels) {
        rows_f32<Simd::kPanels>(b, group, w, n, t, stride);
      } else {
        for (int64_t p = 0; p < count; ++p) rows_f32<1>(b, group, w + p, n, t + 16 * p, stride);
      }
    }
  }
  write_outputs(b, totals, stride);
}

// ---- products of bf16 pairs ----

template <typename S, bool = S::kHasDot>
struct LinearDot {
  static void run(const LinearBlock& b) { linear_block_f32(b); }
};

template <typename S>
struct LinearDot<S, true> {
  using Int = typename S::Int;

  template <int R, int P>
  static void tile(const LinearBlock& b, int64_t row, int64_t group, const uint16_t* const* w,
                   int64_t pairs, float* totals, int64_t stride) {
    F16 acc[R][P];
    const uint16_t* x[R];
    const uint16_t* v[P];
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) v[p] = w[p];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      x[r] = static_cast<const uint16_t*>(b.x[row + r]) + group * kGroup;
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) acc[r][p] = S::zero();
    }
    for (int64_t i = 0; i < pairs; ++i) {
      Int weight[P];
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) weight[p] = S::load_pairs(v[p] + 32 * i);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const Int a = S::broadcast_pair(x[r] + 2 * i);
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p) acc[r][p] = S::dot(acc[r][p], a, weight[p]);
      }
    }
    add_group<R, P>(b, row, group, acc, totals, stride);
  }

  // Few rows: FP8 codes go straight from memory into products, two pairs at a time.
  template <int R, int P>
  static void tile_fp8(const LinearBlock& b, int64_t row, int64_t group, int64_t pairs,
                       float* totals, int64_t stride) {
    const typename S::Expander expand;
    F16 acc[R][P];
    const uint16_t* x[R];
    const uint8_t* v[P];
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      v[p] = reinterpret_cast<const uint8_t*>(b.w) + p * b.w_stride + group * kGroup * 16;
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      x[r] = static_cast<const uint16_t*>(b.x[row + r]) + group * kGroup;
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) acc[r][p] = S::zero();
    }
    int64_t i = 0;
    for (; i + 2 <= pairs; i += 2) {
      Int first[R], second[R];
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        first[r] = S::broadcast_pair(x[r] + 2 * i);
        second[r] = S::broadcast_pair(x[r] + 2 * i + 2);
      }
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) {
        Int a, c;
        expand(S::load_codes(v[p] + 32 * i), &a, &c);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          acc[r][p] = S::dot(S::dot(acc[r][p], first[r], a), second[r], c);
        }
      }
    }
    if (i < pairs) {
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) {
        const Int a = expand.half(v[p] + 32 * i);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          acc[r][p] = S::dot(acc[r][p], S::broadcast_pair(x[r] + 2 * i), a);
        }
      }
    }
    add_group<R, P>(b, row, group, acc, totals, stride);
  }

  // Weights of one panel and group as bf16 pairs; returns where they are.
  static const uint16_t* panel(const LinearBlock& b, int64_t p, int64_t group, int64_t pairs,
                               const typename S::Expander& expand, uint16_t* buffer) {
    if (b.weight == LinearBlock::Weight::kBF16Panels) {
      return reinterpret_cast<const uint16_t*>(b.w + p * b.w_stride) + group * kGroup * 16;
    }
    if (b.weight == LinearBlock::Weight::kFP8Panels) {
      const uint8_t* codes =
          reinterpret_cast<const uint8_t*>(b.w + p * b.w_stride) + group * kGroup * 16;
      int64_t i = 0;
      for (; i + 2 <= pairs; i += 2) {
        Int a, c;
        expand(S::load_codes(codes + 32 * i), &a, &c);
        S::store_pairs(buffer + 32 * i, a);
        S::store_pairs(buffer + 32 * i + 32, c);
      }
      if (i < pairs) S::store_pairs(buffer + 32 * i, expand.half(codes + 32 * i));
      return buffer;
    }
    for (int64_t i = 0; i < pairs; ++i) {  // kF32Rows, values exact in bf16
      const int64_t k = group * kGroup + 2 * i;
      const F16 even = row_major(b, k, 16 * p);
      const F16 odd = k + 1 < b.k ? row_major(b, k + 1, 16 * p) : S::zero();
      S::store_pairs(buffer + 32 * i, S::join(even, odd));
    }
    return buffer;
  }

  template <int P>
  static void rows(const LinearBlock& b, int64_t group, const uint16_t* const* w, int64_t pairs,
                   float* totals, int64_t stride) {
    int64_t row = 0;
    for (; row + 4 <= b.n_rows; row += 4) tile<4, P>(b, row, group, w, pairs, totals, stride);
    switch (b.n_rows - row) {
      case 3:
        return tile<3, P>(b, row, group, w, pairs, totals, stride);
      case 2:
        return tile<2, P>(b, row, group, w, pairs, totals, stride);
      case 1:
        return tile<1, P>(b, row, group, w, pairs, totals, stride);
      default:
        return;
    }
  }

  template <int R>
  static void few_rows_fp8(const LinearBlock& b, int64_t panels, int64_t group, int64_t pairs,
                           float* totals, int64_t stride) {
    switch (panels) {
      case 1:
        return tile_fp8<R, 1>(b, 0, group, pairs, totals, stride);
      case 2:
        return tile_fp8<R, 2>(b, 0, group, pairs, totals, stride);
      case 3:
        return tile_fp8<R, 3>(b, 0, group, pairs, totals, stride);
      default:
        return tile_fp8<R, 4>(b, 0, group, pairs, totals, stride);
    }
  }

  static void run_group(const LinearBlock& b, int64_t panels, int64_t group, int64_t pairs,
                        const typename S::Expander& expand, uint16_t* buffer, float* totals,
                        int64_t stride) {
    if (b.weight == LinearBlock::Weight::kFP8Panels && b.n_rows <= 4) {
      switch (b.n_rows) {
        case 1:
          if (panels == 8) return tile_fp8<1, 8>(b, 0, group, pairs, totals, stride);
          return few_rows_fp8<1>(b, panels, group, pairs, totals, stride);
        case 2:
          return few_rows_fp8<2>(b, panels, group, pairs, totals, stride);
        case 3:
          return few_rows_fp8<3>(b, panels, group, pairs, totals, stride);
        default:
          return few_rows_fp8<4>(b, panels, group, pairs, totals, stride);
      }
    }
    const uint16_t* w[8];
    for (int64_t p = 0; p < panels; ++p) {
      w[p] = panel(b, p, group, pairs, expand, buffer + p * kGroup * 16);
    }
    switch (panels) {
      case 1:
        return rows<1>(b, group, w, pairs, totals, stride);
      case 2:
        return rows<2>(b, group, w, pairs, totals, stride);
      case 3:
        return rows<3>(b, group, w, pairs, totals, stride);
      case 4:
        return rows<4>(b, group, w, pairs, totals, stride);
      default:
        return tile<1, 8>(b, 0, group, w, pairs, totals, stride);
    }
  }

  static void run(const LinearBlock& b) {
    const int64_t panels = (b.n + 15) / 16, stride = panels * 16;
    float* totals =
        reinterpret_cast<float*>(thread_scratch(ScratchSlot::kTotals, 4 * b.n_rows * stride));
    uint16_t* buffer =
        reinterpret_cast<uint16_t*>(thread_scratch(ScratchSlot::kWeights, 2 * kGroup * 16 * 8));
    const typename S::Expander expand;
    for (int64_t group = 0; group * kGroup < b.k; ++group) {
      const int64_t pairs = (smaller(kGroup, b.k - group * kGroup) + 1) / 2;
      run_group(b, panels, group, pairs, expand, buffer, totals, stride);
    }
    write_outputs(b, totals, stride);
  }
};

// Five to seven panels exist for a single row only: then as 4 + rest.
inline void linear_block(const LinearBlock& b) {
  if (b.n > LinearBlock::kMaxOutputs && (b.n <= 112 || !b.x_bf16)) {
    LinearBlock part = b;
    part.n = LinearBlock::kMaxOutputs;
    linear_block(part);
    float* y = b.y[0] + part.n;
    part.y = &y;
    part.n = b.n - part.n;
    part.w += b.weight == LinearBlock::Weight::kF32Rows ? 4 * 64 : 4 * b.w_stride;
    linear_block(part);
    return;
  }
  if (b.x_bf16) {
    LinearDot<Simd>::run(b);
  } else {
    linear_block_f32(b);
  }
}

}  // namespace
}  // namespace leyden
