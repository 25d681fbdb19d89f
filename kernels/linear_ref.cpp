// SPDX-License-Identifier: Apache-2.0
// linear() as plain loops with double sums: the definition.
#include "base/dtype.h"
#include "kernels/linear.h"

namespace leyden {
namespace {

double input_at(const LinearInput& x, int64_t row, int64_t i) {
  if (x.form() == LinearInput::Form::kF32)
    return static_cast<double>(x.f32_rows()[row * x.k() + i]);
  return static_cast<double>(float_from_bf16(x.bf16_rows()[row * x.bf16_stride() + i]));
}

double one_output(const LinearInput& x, int64_t row, const PackedMatrix& w, int64_t n) {
  constexpr int64_t kGroup = PackedMatrix::kBlock;
  const bool fp8_input = x.form() == LinearInput::Form::kFP8;
  const int64_t groups = (w.k() + kGroup - 1) / kGroup;
  double total = 0;
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t end = (g + 1) * kGroup < w.k() ? (g + 1) * kGroup : w.k();
    double partial = 0;
    for (int64_t i = g * kGroup; i < end; ++i) {
      partial += input_at(x, row, i) * static_cast<double>(w.code_at(n, i));
    }
    if (fp8_input) partial *= static_cast<double>(x.scales()[row * groups + g]);
    if (w.dtype() == DType::kF8E4M3) partial *= static_cast<double>(w.scale(n / kGroup, g));
    total += partial;
  }
  return total;
}

}  // namespace

void linear_ref(std::span<const LinearTask> tasks) {
  for (const LinearTask& task : tasks) {
    const int64_t rows = task.rows == nullptr ? task.x->m() : task.n_rows;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t row = task.rows == nullptr ? r : task.rows[r];
      for (int64_t n = 0; n < task.w->n(); ++n) {
        const float v = static_cast<float>(one_output(*task.x, row, *task.w, n));
        task.y[r * task.y_stride + n] = task.round_bf16 ? round_bf16(v) : v;
      }
    }
  }
}

}  // namespace leyden
