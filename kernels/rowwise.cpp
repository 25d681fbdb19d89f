// SPDX-License-Identifier: Apache-2.0
// Norms, Hadamard and SwiGLU: rows for threads. The arithmetic is rowwise_impl.h.
#include "kernels/rowwise.h"

#include "kernels/cpu_ops.h"
#include "kernels/parallel_rows.h"

namespace leyden {

void add_rms_norm(ThreadPool& pool, const float* h, const float* residual, const float* weight,
                  int64_t m, int64_t dim, float eps, bool round_bf16, float* out,
                  float* residual_out) {
  const CpuOps& ops = cpu_ops();
  parallel_rows(pool, m, dim, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * dim; i < end * dim; i += dim) {
      ops.add_rms_norm(h + i, residual == nullptr ? nullptr : residual + i, weight, dim, eps,
                       round_bf16, out + i, residual_out + i);
    }
  });
}

void rms_norm(ThreadPool& pool, const float* x, int64_t x_stride, const float* weight, int64_t m,
              int64_t dim, float eps, bool round_bf16, float* out, int64_t out_stride) {
  const CpuOps& ops = cpu_ops();
  parallel_rows(pool, m, dim, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      ops.add_rms_norm(x + i * x_stride, nullptr, weight, dim, eps, round_bf16,
                       out + i * out_stride, nullptr);
    }
  });
}

void layer_norm_row(float* x, const float* weight, const float* bias, int64_t dim, float eps,
                    bool round_bf16) {
  cpu_ops().layer_norm(x, weight, bias, dim, eps, round_bf16);
}

void hadamard_row(float* x, int64_t dim, bool round_bf16) {
  cpu_ops().hadamard(x, dim, round_bf16);
}

void swiglu(ThreadPool& pool, const float* gate, const float* up, int64_t m, int64_t n,
            bool round_bf16, float* out) {
  const CpuOps& ops = cpu_ops();
  parallel_rows(pool, m, 4 * n, [&](int64_t begin, int64_t end) {
    ops.swiglu(gate + begin * n, up + begin * n, (end - begin) * n, round_bf16, out + begin * n);
  });
}

}  // namespace leyden
