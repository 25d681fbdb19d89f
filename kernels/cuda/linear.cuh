// SPDX-License-Identifier: Apache-2.0
// What the products of linear.cu and linear_streamed.cu share.
#pragma once

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {

constexpr int kF32 = 0, kBF16 = 1;  ///< Weight::dtype; the third is FP8

/// One group, rows in order (no p.rows), rows of x and W aligned to 16; FP8 or BF16.
Error linear_streamed(const Linear& p, Stream stream);
/// Microseconds that it takes if k is 7168, about.
int64_t linear_streamed_cost(const Linear& p);

/// Row tiles are walked in bands, so that blocks that run together share both x and W.
struct Place {
  int row_tile, out_tile;
  __device__ Place(int at, int row_tiles, int out_tiles) {
    constexpr int kBand = 16;
    const int band = at / (kBand * out_tiles), inside = at % (kBand * out_tiles);
    const int left = row_tiles - band * kBand, height = left < kBand ? left : kBand;
    row_tile = band * kBand + inside % height;
    out_tile = inside / height;
  }
};

/// Writes y[row][out] and y[row][out + 1] as far as they exist; y is the group's.
__device__ inline void store_pair(const Linear& p, float* y, int64_t rows, int64_t row, int64_t out,
                                  float first, float second) {
  if (row >= rows || out >= p.shape.n) return;
  y += row * p.y_stride + out;
  if (p.round_bf16) {
    first = round_to_bf16(first);
    second = round_to_bf16(second);
  }
  if (out + 1 < p.shape.n && reinterpret_cast<uintptr_t>(y) % 8 == 0) {
    *reinterpret_cast<float2*>(y) = {first, second};
  } else {
    y[0] = first;
    if (out + 1 < p.shape.n) y[1] = second;
  }
}

}  // namespace leyden::cuda
