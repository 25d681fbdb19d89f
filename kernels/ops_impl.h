// SPDX-License-Identifier: Apache-2.0
// The table of one level. Included last by ops_<level>.cpp, after its simd_<level>.h.
#pragma once

#include "kernels/attention_impl.h"
#include "kernels/indexer_impl.h"
#include "kernels/linear_impl.h"
#include "kernels/rowwise_impl.h"
#include "kernels/topk_impl.h"

namespace leyden {
namespace {

template <typename S, bool = S::kHasDot>
struct Burn {
  static F16 step(F16 acc, F16 a, F16 b) { return S::fma(acc, a, b); }
};
template <typename S>
struct Burn<S, true> {
  static F16 step(F16 acc, F16 a, F16 b) {
    typename S::Int x, y;
    __builtin_memcpy(&x, &a, sizeof(x));
    __builtin_memcpy(&y, &b, sizeof(y));
    return S::dot(acc, x, y);
  }
};
struct Fp32Burn : Simd {
  static constexpr bool kHasDot = false;
};

template <typename B>
inline float burn_with(int64_t n) {
  constexpr int kChains = 24;
  F16 acc[kChains];
  for (int i = 0; i < kChains; ++i) acc[i] = Simd::set1(static_cast<float>(i));
  F16 a = Simd::set1(0.5f), b = Simd::set1(0.25f);
  for (; n > 0; --n) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains; ++i) acc[i] = B::step(acc[i], a, b);
  }
  F16 sum = acc[0];
  for (int i = 1; i < kChains; ++i) sum = Simd::add(sum, acc[i]);
  return Simd::sum(sum);
}
inline float burn(int64_t n, bool dot) {
  return dot ? burn_with<Burn<Simd>>(n) : burn_with<Burn<Fp32Burn>>(n);
}

constexpr CpuOps kOps = {
    Simd::kHasDot,  linear_block, index_scores, index_select,     select_topk_row,
    mqa_block,      softmax_row,  add_row,      add_rms_norm_row, layer_norm,
    hadamard,       swiglu_row,   abs_max,      to_bf16,          from_bf16,
    to_e4m3_values, burn,
};

}  // namespace
}  // namespace leyden
