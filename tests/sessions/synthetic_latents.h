// SPDX-License-Identifier: Apache-2.0
// Page payloads with the statistics a DSA cache is expected to have, until real ones are at hand:
// E4M3 codes with power-of-two group scales, channels of unequal variance, bf16 RoPE halves.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "sessions/page_layout.h"

namespace leyden {

/// Round to nearest E4M3 code; magnitudes beyond 448 saturate.
inline uint8_t to_e4m3(float x) {
  const uint8_t sign = std::signbit(x) ? 0x80 : 0;
  const float a = std::min(std::fabs(x), 448.0f);
  if (a < 1.0f / 1024) return sign;
  int e;
  std::frexp(a, &e);                      // a in [2^(e-1), 2^e)
  const int exponent = std::max(e - 1, -6);
  const int m = static_cast<int>(std::lround(std::ldexp(a, 3 - exponent)));  // 8..16, below 8: subnormal
  const int code = (exponent + 6) * 8 + m;
  return static_cast<uint8_t>(sign | std::min(code, 126));
}

struct LatentDims {
  uint32_t layers = 8, kv_lora_rank = 512, scale_groups = 4, qk_rope_head_dim = 64,
           index_head_dim = 128;
  PageLayout layout() const {
    return dsa_page_layout(layers, kv_lora_rank, scale_groups, qk_rope_head_dim, index_head_dim);
  }
};

inline std::vector<std::byte> synthetic_payload(const LatentDims& d, uint32_t seed) {
  std::mt19937 rng(seed);
  std::normal_distribution<float> gauss;
  std::vector<std::byte> out;
  out.reserve(d.layout().total_bytes());
  const auto raw = [&out](const void* p, size_t n) {
    const auto* b = static_cast<const std::byte*>(p);
    out.insert(out.end(), b, b + n);
  };
  for (uint32_t layer = 0; layer < d.layers; ++layer) {
    // The weights of a layer are the same for all pages, so its channel variances are too.
    std::mt19937 layer_rng(1000 + layer);
    std::vector<float> sigma(d.kv_lora_rank), rope_sigma(d.qk_rope_head_dim);
    for (float& s : sigma) s = std::exp(0.7f * gauss(layer_rng));
    for (float& s : rope_sigma) s = 2.0f * std::exp(0.5f * gauss(layer_rng));
    std::vector<float> x(d.kv_lora_rank);
    for (int t = 0; t < 64; ++t) {
      const float gain = std::exp(0.2f * gauss(rng));
      for (size_t i = 0; i < x.size(); ++i) x[i] = gain * sigma[i] * gauss(rng);
      const size_t group = d.kv_lora_rank / d.scale_groups;
      std::vector<float> scales;
      for (size_t g = 0; g < d.scale_groups; ++g) {
        float amax = 1e-4f;
        for (size_t i = 0; i < group; ++i) amax = std::max(amax, std::fabs(x[g * group + i]));
        scales.push_back(std::exp2(std::ceil(std::log2(amax / 448.0f))));
        for (size_t i = 0; i < group; ++i) {
          const uint8_t code = to_e4m3(x[g * group + i] / scales[g]);
          raw(&code, 1);
        }
      }
      raw(scales.data(), scales.size() * sizeof(float));
      for (float s : rope_sigma) {
        const float v = s * gauss(rng);
        uint32_t bits;
        std::memcpy(&bits, &v, 4);
        const uint16_t half = static_cast<uint16_t>((bits + 0x8000) >> 16);
        raw(&half, 2);
      }
    }
    std::vector<float> index_scales;
    for (int t = 0; t < 64; ++t) {
      std::vector<float> k(d.index_head_dim);
      float amax = 1e-4f;
      for (float& v : k) amax = std::max(amax, std::fabs(v = gauss(rng)));
      index_scales.push_back(std::exp2(std::ceil(std::log2(amax / 448.0f))));
      for (float v : k) {
        const uint8_t code = to_e4m3(v / index_scales.back());
        raw(&code, 1);
      }
    }
    raw(index_scales.data(), index_scales.size() * sizeof(float));
  }
  return out;
}

}  // namespace leyden
