// SPDX-License-Identifier: Apache-2.0
// Element types of tensors, and the two narrow float formats converted in plain C++.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace leyden {

enum class DType : uint8_t { kF32, kBF16, kF8E4M3 };

constexpr size_t dtype_size(DType t) {
  return t == DType::kF32 ? 4 : t == DType::kBF16 ? 2 : 1;
}
constexpr const char* dtype_name(DType t) {
  return t == DType::kF32 ? "F32" : t == DType::kBF16 ? "BF16" : "F8_E4M3";
}

/// float -> bfloat16, round to nearest even. NaN stays NaN.
inline uint16_t bf16_from_float(float f) {
  uint32_t u = std::bit_cast<uint32_t>(f);
  if ((u & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((u >> 16) | 0x40u);
  u += 0x7fffu + ((u >> 16) & 1u);
  return static_cast<uint16_t>(u >> 16);
}
inline float float_from_bf16(uint16_t b) {
  return std::bit_cast<float>(static_cast<uint32_t>(b) << 16);
}
/// The value after a trip through bfloat16.
inline float round_bf16(float f) { return float_from_bf16(bf16_from_float(f)); }

/// float -> FP8 E4M3FN code, round to nearest even, saturating at 448. NaN -> 0x7f.
inline uint8_t e4m3_from_float(float f) {
  const uint32_t u = std::bit_cast<uint32_t>(f);
  const uint8_t sign = static_cast<uint8_t>((u >> 24) & 0x80u);
  const float a = std::fabs(f);
  if (std::isnan(f)) return static_cast<uint8_t>(sign | 0x7fu);
  if (a >= 448.0f) return static_cast<uint8_t>(sign | 0x7eu);
  if (a < 0x1p-6f) {  // subnormal: multiples of 2^-9; nearbyint rounds half to even
    return static_cast<uint8_t>(sign | static_cast<uint8_t>(std::nearbyintf(a * 512.0f)));
  }
  uint32_t r = std::bit_cast<uint32_t>(a);
  r += 0x7ffffu + ((r >> 20) & 1u);  // keep 3 mantissa bits
  return static_cast<uint8_t>(sign | ((((r >> 23) - 120u) << 3) | ((r >> 20) & 7u)));
}
/// FP8 E4M3FN code -> float; codes 0x7f and 0xff are NaN.
inline float float_from_e4m3(uint8_t c) {
  const uint32_t magnitude = c & 0x7fu;
  const uint32_t sign = static_cast<uint32_t>(c & 0x80u) << 24;
  if (magnitude == 0x7fu) return std::bit_cast<float>(sign | 0x7fc00000u);
  // Shifted into fp32 the exponent is off by 120, subnormals included: one exact multiply mends it.
  const float v = std::bit_cast<float>(magnitude << 20) * 0x1p120f;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(v) | sign);
}

/// Scale of one FP8 activation group (spec: UE8M0): the power of two >= amax/448, amax >= 1e-4.
/// With `power_of_two` false, amax/448 itself.
inline float e4m3_scale(float amax, bool power_of_two) {
  const float v = std::fmax(amax, 1e-4f) * (1.0f / 448.0f);
  if (!power_of_two) return v;
  const uint32_t u = std::bit_cast<uint32_t>(v);
  const uint32_t exponent = (u >> 23) + ((u & 0x7fffffu) != 0 ? 1u : 0u);
  return std::bit_cast<float>(exponent << 23);
}

}  // namespace leyden
