// SPDX-License-Identifier: Apache-2.0
// Which keys a row of attention sees.
#pragma once

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {

__device__ inline int64_t key_count(const Attention& a, int64_t row) {
  return a.selection.keys ? a.selection.count[row] : a.rows[row].position + 1;
}

/// Position of a row's n-th key, or -1 when there is none.
__device__ inline int64_t key_at(const Attention& a, int64_t row, int64_t n) {
  if (n >= key_count(a, row)) return -1;
  const int64_t key = a.selection.keys ? a.selection.keys[row * a.selection.stride + n] : n;
  return key >= 0 && key <= a.rows[row].position ? key : -1;
}

}  // namespace leyden::cuda
