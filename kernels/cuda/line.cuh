// SPDX-License-Identifier: Apache-2.0
// Tensor products over lines of 128 bytes of a row: 128 e4m3 codes (one scale group) or 64 bf16 values. Lane
// 4 g + t takes bytes 32 t .. 32 t + 31 of its rows, whatever kernel it is in: two loads of 16 bytes from global or
// shared memory, and nothing to shuffle. Which inputs meet in which product is the same for both operands and
// everywhere, so a sum has the same bits in every kernel.
#pragma once

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {

constexpr int kLine = 128;  // bytes

/// Bytes at .. at + 15 of a row, zeros behind its end.
__device__ inline uint4 load_16(const uint8_t* row, int64_t at, int64_t row_bytes, bool aligned) {
  if (aligned && at + 16 <= row_bytes) return *reinterpret_cast<const uint4*>(row + at);
  uint32_t v[4] = {};
  for (int i = 0; i < 16; ++i)
    if (at + i < row_bytes) v[i / 4] |= static_cast<uint32_t>(row[at + i]) << (8 * (i % 4));
  return {v[0], v[1], v[2], v[3]};
}

/// A lane's eighth of a line: 32 bytes.
struct Part {
  uint32_t v[8];
  __device__ void set(const uint4& low, const uint4& high) {
    v[0] = low.x, v[1] = low.y, v[2] = low.z, v[3] = low.w;
    v[4] = high.x, v[5] = high.y, v[6] = high.z, v[7] = high.w;
  }
  __device__ void read(const uint8_t* shared) {
    set(*reinterpret_cast<const uint4*>(shared), *reinterpret_cast<const uint4*>(shared + 16));
  }
};

/// d[i][j] += 16 rows (x[i]: rows g and g + 8) by 8 outputs (w[j]), over a line. Several at a time: a product waits for
/// the one before it.
template <bool kFp8, int kRowTiles, int kOutTiles>
__device__ void line_products(float (&d)[kRowTiles][kOutTiles][4], const Part (&x)[kRowTiles][2],
                              const Part (&w)[kOutTiles]) {
#pragma unroll
  for (int s = 0; s < 4; ++s) {
#pragma unroll
    for (int j = 0; j < kOutTiles; ++j) {
      const uint32_t columns[2] = {w[j].v[2 * s], w[j].v[2 * s + 1]};
#pragma unroll
      for (int i = 0; i < kRowTiles; ++i) {
        const Part &a = x[i][0], &b = x[i][1];
        const uint32_t rows[4] = {a.v[2 * s], b.v[2 * s], a.v[2 * s + 1], b.v[2 * s + 1]};
        if (kFp8)
          tensor_product_e4m3(d[i][j], rows, columns);
        else
          tensor_product(d[i][j], rows, columns);
      }
    }
  }
}

}  // namespace leyden::cuda
