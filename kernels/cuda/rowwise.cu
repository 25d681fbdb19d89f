// SPDX-License-Identifier: Apache-2.0
// Ops along rows: embedding, norms, quantisation, SwiGLU. One block a row; bytes are the bound.

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kBF16 = 1, kF8 = 2;  // DType of base/dtype.h

__global__ void embed_kernel(Weight table, const int32_t* tokens, float* out) {
  begin_kernel();
  const int64_t row = blockIdx.x, token = tokens[row];
  const int64_t at = token * table.k;
  const int32_t k_blocks = (table.k + kGroup - 1) / kGroup;
  for (int64_t d = threadIdx.x; d < table.k; d += kThreads) {
    float v;
    if (table.dtype == kBF16) {
      v = bf16_value(static_cast<const uint16_t*>(table.data)[at + d]);
    } else if (table.dtype == kF8) {
      v = e4m3_value(static_cast<const uint8_t*>(table.data)[at + d]) *
          table.scales[token / kGroup * k_blocks + d / kGroup];
    } else {
      v = static_cast<const float*>(table.data)[at + d];
    }
    out[row * table.k + d] = v;
  }
}

/// out = weight * u / rms(u), u = h + residual; residual_out = u. A thread's loads go ahead in
/// batches.
template <int kBlock>
__global__ void __launch_bounds__(kBlock)
    norm_kernel(const float* h, const float* residual, int64_t stride, const float* weight,
                int64_t dim, float eps, float* out, int64_t out_stride, float* residual_out) {
  begin_kernel();
  constexpr int kBatch = 8;
  __shared__ float scratch[kBlock / kWarp];
  const int64_t in = blockIdx.x * stride;
  const auto batches = [&](auto visit) {
    for (int64_t first = threadIdx.x; first < dim; first += kBatch * kBlock) {
      float u[kBatch];
#pragma unroll
      for (int i = 0; i < kBatch; ++i) {
        const int64_t d = first + i * kBlock;
        u[i] = d >= dim ? 0.0f : residual ? h[in + d] + residual[in + d] : h[in + d];
      }
#pragma unroll
      for (int i = 0; i < kBatch; ++i)
        if (first + i * kBlock < dim) visit(first + i * kBlock, u[i]);
    }
  };
  float squares = 0;
  batches([&](int64_t, float u) { squares += u * u; });
  const float inverse =
      1.0f / sqrtf(block_sum<kBlock>(squares, scratch) / static_cast<float>(dim) + eps);
  batches([&](int64_t d, float u) {
    if (residual_out) residual_out[in + d] = round_to_bf16(u);
    out[blockIdx.x * out_stride + d] = round_to_bf16(weight[d] * (u * inverse));
  });
}

/// One warp a group of 128.
__global__ void quantize_kernel(const float* x, int64_t k, int64_t groups, bool power_of_two,
                                uint8_t* codes, float* scales) {
  begin_kernel();
  const int64_t group = blockIdx.x * (kThreads / kWarp) + threadIdx.x / kWarp;
  const int lane = threadIdx.x % kWarp;
  if (group >= groups) return;
  const int64_t row = blockIdx.y;
  const float* in = x + row * k + group * kGroup;
  const int64_t n = k - group * kGroup < kGroup ? k - group * kGroup : kGroup;
  float top = 0;
  for (int64_t i = lane; i < n; i += kWarp) top = fmaxf(top, fabsf(in[i]));
  const float scale = e4m3_group_scale(warp_max(top), power_of_two);
  for (int64_t i = lane; i < n; i += kWarp)
    codes[row * k + group * kGroup + i] = e4m3_bits(in[i] / scale);
  if (lane == 0) scales[row * groups + group] = scale;
}

__global__ void to_bf16_kernel(const float* x, int64_t n, uint16_t* out) {
  begin_kernel();
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i < n) out[i] = bf16_bits(x[i]);
}

__global__ void swiglu_kernel(const float* gate, const float* up, int64_t n, float* out) {
  begin_kernel();
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= n) return;
  const float z = gate[i];
  out[i] = round_to_bf16(z / (1.0f + expf(-z)) * up[i]);
}

/// The width of a block, and with it the order of a row's sum, depends on `dim` alone.
Error norm(const float* h, const float* residual, int64_t stride, const float* weight, int64_t m,
           int64_t dim, float eps, float* out, int64_t out_stride, float* residual_out,
           Stream stream) {
  const bool wide = dim > 2048;
  return launch(wide ? norm_kernel<1024> : norm_kernel<kThreads>, dim3(blocks(m, 1)),
                dim3(wide ? 1024 : kThreads), 0, stream, h, residual, stride, weight, dim, eps, out,
                out_stride, residual_out);
}

}  // namespace

Error embed(const Weight& table, const int32_t* tokens, int64_t m, float* out, Stream stream) {
  return launch(embed_kernel, dim3(blocks(m, 1)), dim3(kThreads), 0, stream, table, tokens, out);
}

Error add_rms_norm(const float* h, const float* residual, const float* weight, int64_t m,
                   int64_t dim, float eps, float* out, float* residual_out, Stream stream) {
  return norm(h, residual, dim, weight, m, dim, eps, out, dim, residual_out, stream);
}

Error rms_norm(const float* x, int64_t x_stride, const float* weight, int64_t m, int64_t dim,
               float eps, float* out, int64_t out_stride, Stream stream) {
  return norm(x, nullptr, x_stride, weight, m, dim, eps, out, out_stride, nullptr, stream);
}

Error quantize(const float* x, int64_t m, int64_t k, bool power_of_two, uint8_t* codes,
               float* scales, Stream stream) {
  const int64_t groups = (k + kGroup - 1) / kGroup;
  return launch(quantize_kernel, dim3(blocks(groups, kThreads / kWarp), blocks(m, 1)),
                dim3(kThreads), 0, stream, x, k, groups, power_of_two, codes, scales);
}

Error to_bf16(const float* x, int64_t n, uint16_t* out, Stream stream) {
  return launch(to_bf16_kernel, dim3(blocks(n, kThreads)), dim3(kThreads), 0, stream, x, n, out);
}

Error swiglu(const float* gate, const float* up, int64_t n, float* out, Stream stream) {
  return launch(swiglu_kernel, dim3(blocks(n, kThreads)), dim3(kThreads), 0, stream, gate, up, n,
                out);
}

}  // namespace leyden::cuda
