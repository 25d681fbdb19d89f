// SPDX-License-Identifier: Apache-2.0
// A weight matrix [n, k] (out, in) in the layout the CPU kernels stream: panels of 16 outputs.
//
//   BF16, FP8   panel p: [k/2][16][2]   pairs of consecutive inputs side by side (an odd k is
//   padded) F32         panel p: [k][16] rows beyond n in the last panel are zero FP8 scales
//   [ceil(n/128)][ceil(k/128)] f32, as stored in the checkpoint (multipliers)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/dtype.h"
#include "base/status.h"

namespace leyden {

class ThreadPool;

class PackedMatrix {
 public:
  static constexpr int64_t kPanel = 16;
  static constexpr int64_t kBlock = 128;  ///< FP8 scale block, both ways

  PackedMatrix() = default;

  /// @param data   [n, k] row-major, element type `dtype`
  /// @param scales FP8 only: [ceil(n/128), ceil(k/128)]; else nullptr
  /// Errors: kCorrupt when an FP8 code or a scale is NaN.
  static Result<PackedMatrix> pack(ThreadPool& pool, DType dtype, int64_t n, int64_t k,
                                   const void* data, const float* scales);

  int64_t n() const { return n_; }
  int64_t k() const { return k_; }
  DType dtype() const { return dtype_; }
  size_t bytes() const {
    return static_cast<size_t>(panels() * panel_bytes_) + scales_.size() * sizeof(float);
  }
  bool empty() const { return n_ == 0; }

  int64_t panels() const { return (n_ + kPanel - 1) / kPanel; }
  /// Start of panel p.
  const std::byte* panel(int64_t p) const {
    return reinterpret_cast<const std::byte*>(data_.data()) + p * panel_bytes_;
  }
  int64_t panel_bytes() const { return panel_bytes_; }
  int64_t k_blocks() const { return k_blocks_; }
  float scale(int64_t n_block, int64_t k_block) const {
    return scales_[static_cast<size_t>(n_block * k_blocks_ + k_block)];
  }
  /// FP8: the scales of a block of 128 outputs, one per 128 inputs.
  const float* scale_row(int64_t n_block) const { return scales_.data() + n_block * k_blocks_; }
  /// The stored elements row-major again, [n, k] of the dtype; FP8 scales apart (scale_row).
  void copy_rows(std::byte* out) const;
  /// w[row][col] as fp32, scale applied. For references and tests: slow.
  float at(int64_t row, int64_t col) const;
  /// The stored element as fp32, FP8 scale not applied.
  float code_at(int64_t row, int64_t col) const;

 private:
  DType dtype_ = DType::kF32;
  int64_t n_ = 0, k_ = 0, k_blocks_ = 0, panel_bytes_ = 0;
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> data_;  // one line more than the panels need: kernels may read past their end
  std::vector<float> scales_;
};

}  // namespace leyden
