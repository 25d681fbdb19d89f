// SPDX-License-Identifier: Apache-2.0
// Activations into the form a product wants.
#include "kernels/cpu_ops.h"
#include "kernels/linear.h"
#include "kernels/parallel_rows.h"

namespace leyden {

LinearInput LinearInput::f32(const float* x, int64_t m, int64_t k) {
  LinearInput in;
  in.form_ = Form::kF32;
  in.m_ = m;
  in.k_ = k;
  in.f32_ = x;
  return in;
}

LinearInput LinearInput::bf16(ThreadPool& pool, const float* x, int64_t m, int64_t k) {
  LinearInput in;
  in.form_ = Form::kBF16;
  in.m_ = m;
  in.k_ = k;
  in.bf16_stride_ = (k + 31) / 32 * 32;
  in.bf16_.resize(static_cast<size_t>(m * in.bf16_stride_));
  const CpuOps& ops = cpu_ops();
  parallel_rows(pool, m, k, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      ops.to_bf16(x + row * k, k, in.bf16_.data() + row * in.bf16_stride_);
    }
  });
  return in;
}

LinearInput LinearInput::fp8(ThreadPool& pool, const float* x, int64_t m, int64_t k,
                             bool power_of_two) {
  constexpr int64_t kGroup = PackedMatrix::kBlock;
  LinearInput in;
  in.form_ = Form::kFP8;
  in.m_ = m;
  in.k_ = k;
  in.bf16_stride_ = (k + 31) / 32 * 32;
  const int64_t groups = (k + kGroup - 1) / kGroup;
  in.bf16_.resize(static_cast<size_t>(m * in.bf16_stride_));
  in.scales_.resize(static_cast<size_t>(m * groups));
  const CpuOps& ops = cpu_ops();
  parallel_rows(pool, m, 2 * k, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      uint16_t* out = in.bf16_.data() + row * in.bf16_stride_;
      for (int64_t g = 0; g < groups; ++g) {
        const float* src = x + row * k + g * kGroup;
        const int64_t n = std::min(kGroup, k - g * kGroup);
        const float scale = e4m3_scale(ops.abs_max(src, n), power_of_two);
        in.scales_[static_cast<size_t>(row * groups + g)] = scale;
        ops.to_e4m3_values(src, n, scale, out + g * kGroup);
      }
    }
  });
  return in;
}

}  // namespace leyden
