// SPDX-License-Identifier: Apache-2.0
// Ops along one row. Sums run in 16 lanes, lane i taking elements i, i + 16, ..., and are folded
// in one order at the end: a row's bits depend on nothing else.
#pragma once

#include "kernels/cpu_ops.h"

namespace leyden {
namespace {

using F16 = Simd::F16;

inline F16 load_up_to_16(const float* p, int64_t n) {
  return n >= 16 ? Simd::load(p) : Simd::load_n(p, n);
}
inline void store_up_to_16(float* p, F16 v, int64_t n) {
  if (n >= 16) {
    Simd::store(p, v);
  } else {
    Simd::store_n(p, v, n);
  }
}

// e^x: x = n ln2 + r, |r| <= ln2 / 2, Taylor to r^7 (error 7e-9), then exact scaling. Within 1.5
// ulp where the result is normal; below e^-86.6 it is 0, above the range infinity, NaN stays.
inline F16 exponential(F16 x) {
  constexpr float kLowest = -86.6f;
  const F16 magic = Simd::set1(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const F16 y = Simd::max(Simd::set1(kLowest), Simd::min(Simd::set1(89.3f), x));
  const F16 n = Simd::sub(Simd::fma(y, Simd::set1(1.44269504f), magic), magic);
  F16 r = Simd::fma(n, Simd::set1(-0.693359375f), y);
  r = Simd::fma(n, Simd::set1(2.12194440e-4f), r);
  F16 p = Simd::set1(1.0f / 5040);
  p = Simd::fma(p, r, Simd::set1(1.0f / 720));
  p = Simd::fma(p, r, Simd::set1(1.0f / 120));
  p = Simd::fma(p, r, Simd::set1(1.0f / 24));
  p = Simd::fma(p, r, Simd::set1(1.0f / 6));
  p = Simd::fma(p, r, Simd::set1(0.5f));
  p = Simd::fma(p, r, Simd::set1(1.0f));
  p = Simd::fma(p, r, Simd::set1(1.0f));
  // 2^n as 2 * 2^(n-1): n reaches 129 here and 2^(n-1) is then an infinity of the right sign.
  p = Simd::mul(Simd::scale2(p, Simd::sub(n, Simd::set1(1.0f))), Simd::set1(2.0f));
  return Simd::zero_below(p, x, kLowest);
}

inline void softmax_row(float* scores, int64_t n, float scale) {
  F16 top = Simd::set1(-__builtin_inff());
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) top = Simd::max(Simd::load(scores + i), top);
  float m = Simd::largest(top);
  for (; i < n; ++i) m = scores[i] > m ? scores[i] : m;
  const F16 minus = Simd::set1(-(m * scale)), factor = Simd::set1(scale);
  F16 sum = Simd::zero();
  for (i = 0; i < n; i += 16) {
    F16 e = exponential(Simd::fma(load_up_to_16(scores + i, n - i), factor, minus));
    store_up_to_16(scores + i, e, n - i);
    if (n - i < 16) e = Simd::load_n(scores + i, n - i);
    sum = Simd::add(sum, e);
  }
  const F16 inverse = Simd::set1(1.0f / Simd::sum(sum));
  for (i = 0; i < n; i += 16) {
    store_up_to_16(scores + i, Simd::mul(load_up_to_16(scores + i, n - i), inverse), n - i);
  }
}

inline void add_row(float* sum, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    store_up_to_16(sum + i, Simd::add(load_up_to_16(sum + i, n - i), load_up_to_16(x + i, n - i)),
                   n - i);
  }
}

inline F16 maybe_round(F16 v, bool round) { return round ? Simd::round_bf16(v) : v; }

inline void add_rms_norm_row(const float* h, const float* residual, const float* weight,
                             int64_t dim, float eps, bool round, float* out, float* residual_out) {
  const auto sum_at = [&](int64_t i) {
    const F16 a = load_up_to_16(h + i, dim - i);
    return residual == nullptr ? a : Simd::add(a, load_up_to_16(residual + i, dim - i));
  };
  F16 squares = Simd::zero();
  for (int64_t i = 0; i < dim; i += 16) {
    const F16 u = sum_at(i);
    squares = Simd::fma(u, u, squares);
  }
  const float mean = Simd::sum(squares) / static_cast<float>(dim);
  const F16 inverse = Simd::set1(1.0f / __builtin_sqrtf(mean + eps));
  for (int64_t i = 0; i < dim; i += 16) {
    const F16 u = sum_at(i);
    const F16 n = Simd::mul(load_up_to_16(weight + i, dim - i), Simd::mul(u, inverse));
    // residual_out may be h or residual, out may be neither: written after both were read.
    if (residual_out != nullptr) {
      store_up_to_16(residual_out + i, maybe_round(u, round), dim - i);
    }
    store_up_to_16(out + i, maybe_round(n, round), dim - i);
  }
}

inline void layer_norm(float* x, const float* weight, const float* bias, int64_t dim, float eps,
                       bool round) {
  F16 sum = Simd::zero();
  for (int64_t i = 0; i < dim; i += 16) sum = Simd::add(sum, load_up_to_16(x + i, dim - i));
  const float n = static_cast<float>(dim);
  const F16 mean = Simd::set1(Simd::sum(sum) / n);
  F16 squares = Simd::zero();
  for (int64_t i = 0; i < dim; i += 16) {
    F16 d = Simd::sub(load_up_to_16(x + i, dim - i), mean);
    if (dim - i < 16) {  // lanes behind the end hold -mean
      float tail[16];
      Simd::store(tail, d);
      d = Simd::load_n(tail, dim - i);
    }
    squares = Simd::fma(d, d, squares);
  }
  const F16 inverse = Simd::set1(1.0f / __builtin_sqrtf(Simd::sum(squares) / n + eps));
  for (int64_t i = 0; i < dim; i += 16) {
    const F16 d = Simd::mul(Simd::sub(load_up_to_16(x + i, dim - i), mean), inverse);
    const F16 y =
        Simd::fma(d, load_up_to_16(weight + i, dim - i), load_up_to_16(bias + i, dim - i));
    store_up_to_16(x + i, maybe_round(y, round), dim - i);
  }
}

inline void hadamard(float* x, int64_t dim, bool round) {
  for (int64_t half = 1; half < dim; half *= 2) {
    if (half < 16) {
      for (int64_t base = 0; base < dim; base += 2 * half) {
        for (int64_t i = base; i < base + half; ++i) {
          const float a = x[i], b = x[i + half];
          x[i] = a + b;
          x[i + half] = a - b;
        }
      }
      continue;
    }
    for (int64_t base = 0; base < dim; base += 2 * half) {
      for (int64_t i = base; i < base + half; i += 16) {
        const F16 a = Simd::load(x + i), b = Simd::load(x + i + half);
        Simd::store(x + i, Simd::add(a, b));
        Simd::store(x + i + half, Simd::sub(a, b));
      }
    }
  }
  const F16 scale = Simd::set1(static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(dim))));
  for (int64_t i = 0; i < dim; i += 16) {
    const F16 v = Simd::mul(load_up_to_16(x + i, dim - i), scale);
    store_up_to_16(x + i, maybe_round(v, round), dim - i);
  }
}

inline void swiglu_row(const float* gate, const float* up, int64_t n, bool round, float* out) {
  const F16 one = Simd::set1(1.0f);
  for (int64_t i = 0; i < n; i += 16) {
    const F16 z = load_up_to_16(gate + i, n - i);
    const F16 e = exponential(Simd::sub(Simd::zero(), z));
    const F16 v = Simd::mul(Simd::div(z, Simd::add(one, e)), load_up_to_16(up + i, n - i));
    store_up_to_16(out + i, maybe_round(v, round), n - i);
  }
}

inline float abs_max(const float* x, int64_t n) {
  F16 m = Simd::zero();
  for (int64_t i = 0; i < n; i += 16) m = Simd::max(Simd::abs(load_up_to_16(x + i, n - i)), m);
  return Simd::largest(m);
}

inline void to_bf16(const float* x, int64_t n, uint16_t* out) {
  for (int64_t i = 0; i < n; i += 16) {
    Simd::store_bf16_n(out + i, load_up_to_16(x + i, n - i), n - i < 16 ? n - i : 16);
  }
}

inline void from_bf16(const uint16_t* x, int64_t n, float* out) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) Simd::store(out + i, Simd::load_bf16(x + i));
  for (; i < n; ++i) {
    const uint32_t u = static_cast<uint32_t>(x[i]) << 16;
    __builtin_memcpy(out + i, &u, 4);
  }
}

// Adding and taking away 1.5 * 2^20 * (power of two of v) leaves 3 mantissa bits, rounded to
// nearest even; from 2^-6 down the step stays 2^-9, as e4m3's subnormals have it.
inline void to_e4m3_values(const float* x, int64_t n, float scale, uint16_t* out) {
  const F16 divisor = Simd::set1(scale), top = Simd::set1(448.0f), bottom = Simd::set1(-448.0f);
  for (int64_t i = 0; i < n; i += 16) {
    F16 v = Simd::div(load_up_to_16(x + i, n - i), divisor);
    v = Simd::min(top, Simd::max(bottom, v));
    const F16 power = Simd::max(Simd::exponent(v), Simd::set1(0x1p-6f));
    const F16 c = Simd::mul(power, Simd::set1(1.5f * 0x1p20f));
    Simd::store_bf16_n(out + i, Simd::sub(Simd::add(v, c), c), n - i < 16 ? n - i : 16);
  }
}

}  // namespace
}  // namespace leyden
