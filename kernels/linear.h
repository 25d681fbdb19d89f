// SPDX-License-Identifier: Apache-2.0
// y = W x for rows of activations.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/packed_matrix.h"

namespace leyden {

class ThreadPool;

/// Input rows in the form the arithmetic wants them. Prepared once, used by several linears.
///   kF32   fp32 values; any weight, fp32 products. The `reference` mode, and anything kept fp32.
///   kBF16  values that are exact in bf16; BF16 weights; exact products, fp32 sums.
///   kFP8   e4m3 codes per group of 128 inputs with one scale each; FP8 weights; two-level sums
///          (a group's dot product, then scaled into the total), spec "FP8 GEMM".
class LinearInput {
 public:
  enum class Form { kF32, kBF16, kFP8 };

  /// Borrows x [m, k] (row stride k), which must outlive this object.
  static LinearInput f32(const float* x, int64_t m, int64_t k);
  /// Converts x [m, k] to bf16.
  static LinearInput bf16(ThreadPool& pool, const float* x, int64_t m, int64_t k);
  /// Quantises x [m, k] per row and group of 128 inputs (ragged last group);
  /// scale = e4m3_scale(amax, power_of_two).
  static LinearInput fp8(ThreadPool& pool, const float* x, int64_t m, int64_t k, bool power_of_two);

  Form form() const { return form_; }
  int64_t m() const { return m_; }
  int64_t k() const { return k_; }
  /// kF32: [m, k].
  const float* f32_rows() const { return f32_; }
  /// kBF16: values; kFP8: code values (without scale), exact in bf16. [m, k_padded].
  const uint16_t* bf16_rows() const { return bf16_.data(); }
  int64_t bf16_stride() const { return bf16_stride_; }
  /// kFP8: [m, ceil(k/128)].
  const float* scales() const { return scales_.data(); }

 private:
  Form form_ = Form::kF32;
  int64_t m_ = 0, k_ = 0, bf16_stride_ = 0;
  const float* f32_ = nullptr;
  std::vector<uint16_t> bf16_;
  std::vector<float> scales_;
};

/// One product. The weight's dtype must suit the input's form (kF32: any; kBF16: BF16; kFP8: FP8).
struct LinearTask {
  const LinearInput* x = nullptr;
  const int32_t* rows = nullptr;  ///< nullptr: all rows of x; else n_rows row numbers to gather
  int64_t n_rows = 0;             ///< with rows == nullptr: ignored, all of x
  const PackedMatrix* w = nullptr;
  float* y = nullptr;  ///< [rows, w->n()], row i of the task at y + i * y_stride
  int64_t y_stride = 0;
  bool round_bf16 = false;  ///< round each result to bf16 (kept in fp32)
};

/// Runs all tasks in one parallel region (the experts of a layer, or several projections of x).
/// A row's result does not depend on which other rows are there, on their order, or on threads.
/// Cost: 2 * rows * n * k flop each; w->bytes() read once.
/// Source: DeepSeek-V3.2-Exp inference/kernel.py, fp8_gemm. Reference: linear_ref.
void linear(ThreadPool& pool, std::span<const LinearTask> tasks);

/// The definition: plain loops, double sums within a group. Slow.
void linear_ref(std::span<const LinearTask> tasks);

}  // namespace leyden
