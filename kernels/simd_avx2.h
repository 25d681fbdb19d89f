// SPDX-License-Identifier: Apache-2.0
// simd_scalar.h's vocabulary with AVX2, FMA and F16C: two registers make sixteen lanes.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace leyden {
namespace {

struct Simd {
  static constexpr bool kHasDot = false;
  static constexpr int kRows = 3;
  static constexpr int kPanels = 2;
  static constexpr int kValueVectors = 1;

  struct F16 {
    __m256 a, b;
  };

  static __m256 bits(int32_t u) { return _mm256_castsi256_ps(_mm256_set1_epi32(u)); }
  static __m256i lanes_below(int64_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }

  /// Makes a value stay in registers, where the compiler would rather load it for each use.
  static void keep(F16& x) { asm("" : "+x"(x.a), "+x"(x.b)); }
  static F16 zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static F16 set1(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  static F16 load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static void store(float* p, F16 v) {
    _mm256_storeu_ps(p, v.a);
    _mm256_storeu_ps(p + 8, v.b);
  }
  static F16 load_n(const float* p, int64_t n) {
    if (n >= 8) return {_mm256_loadu_ps(p), _mm256_maskload_ps(p + 8, lanes_below(n - 8))};
    return {_mm256_maskload_ps(p, lanes_below(n)), _mm256_setzero_ps()};
  }
  static void store_n(float* p, F16 v, int64_t n) {
    _mm256_maskstore_ps(p, lanes_below(n), v.a);
    if (n > 8) _mm256_maskstore_ps(p + 8, lanes_below(n - 8), v.b);
  }

  static F16 add(F16 x, F16 y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
  static F16 sub(F16 x, F16 y) { return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)}; }
  static F16 mul(F16 x, F16 y) { return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)}; }
  static F16 div(F16 x, F16 y) { return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)}; }
  static F16 fma(F16 x, F16 y, F16 z) {
    return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
  }
  static F16 max(F16 x, F16 y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
  static F16 min(F16 x, F16 y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
  static F16 mask(F16 x, int32_t m) {
    return {_mm256_and_ps(x.a, bits(m)), _mm256_and_ps(x.b, bits(m))};
  }
  static F16 abs(F16 x) { return mask(x, 0x7fffffff); }
  static F16 exponent(F16 x) { return mask(x, 0x7f800000); }
  static __m256i rounded_bits(__m256 x) {
    const __m256i u = _mm256_castps_si256(x);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
    const __m256i r = _mm256_add_epi32(u, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(r, _mm256_or_si256(u, _mm256_set1_epi32(0x400000)), nan);
  }
  static F16 round_bf16(F16 x) {
    return mask({_mm256_castsi256_ps(rounded_bits(x.a)), _mm256_castsi256_ps(rounded_bits(x.b))},
                static_cast<int32_t>(0xffff0000u));
  }
  static F16 zero_below(F16 v, F16 x, float limit) {
    const __m256 l = _mm256_set1_ps(limit);
    return {_mm256_and_ps(v.a, _mm256_cmp_ps(x.a, l, _CMP_NLT_UQ)),
            _mm256_and_ps(v.b, _mm256_cmp_ps(x.b, l, _CMP_NLT_UQ))};
  }
  static __m256 power(__m256 n) {
    return _mm256_castsi256_ps(
        _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
  }
  static F16 scale2(F16 x, F16 n) { return mul(x, {power(n.a), power(n.b)}); }

  static float sum(F16 x) {
    const __m256 b = _mm256_add_ps(x.a, x.b);
    const __m128 c = _mm_add_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
    const __m128 d = _mm_add_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_add_ss(d, _mm_movehdup_ps(d)));
  }
  static float largest(F16 x) {
    const __m256 b = _mm256_max_ps(x.a, x.b);
    const __m128 c = _mm_max_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
    const __m128 d = _mm_max_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_max_ss(d, _mm_movehdup_ps(d)));
  }
  static F16 sums(const F16* x) {
    __m256 folded[4];
    for (int i = 0; i < 4; ++i) {
      __m256 v[4];
      for (int j = 0; j < 4; ++j) v[j] = _mm256_add_ps(x[4 * i + j].a, x[4 * i + j].b);
      folded[i] = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    }
    const auto halves = [](__m256 low, __m256 high) {
      return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20),
                           _mm256_permute2f128_ps(low, high, 0x31));
    };
    return {halves(folded[0], folded[1]), halves(folded[2], folded[3])};
  }

  static __m256 widen_bf16(__m128i h) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
  }
  static F16 load_bf16(const uint16_t* p) {
    return {widen_bf16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
            widen_bf16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)))};
  }
  static void store_bf16_n(uint16_t* p, F16 x, int64_t n) {
    const __m256i packed =
        _mm256_permute4x64_epi64(_mm256_packus_epi32(_mm256_srli_epi32(rounded_bits(x.a), 16),
                                                     _mm256_srli_epi32(rounded_bits(x.b), 16)),
                                 0xd8);
    if (n == 16) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), packed);
      return;
    }
    alignas(32) uint16_t buffer[16];
    _mm256_store_si256(reinterpret_cast<__m256i*>(buffer), packed);
    std::memcpy(p, buffer, static_cast<size_t>(2 * n));
  }
  /// e4m3 bits sit in fp16's places once the exponent is one bit wider; fp16's exponent bias is 8
  /// larger.
  /// @param code8  codes in the high halves of their words, zeroes in the low ones
  /// @param scale  256 times what the values are multiplied with
  static F16 widen_e4m3(__m256i code8, __m256 scale) {
    const __m256i nan = _mm256_cmpeq_epi16(_mm256_and_si256(code8, _mm256_set1_epi16(0x7f00)),
                                           _mm256_set1_epi16(0x7f00));
    const __m256i half =
        _mm256_or_si256(_mm256_and_si256(_mm256_srai_epi16(code8, 1),
                                         _mm256_set1_epi16(static_cast<int16_t>(0xbfff))),
                        _mm256_and_si256(nan, _mm256_set1_epi16(0x7e00)));
    return {_mm256_mul_ps(_mm256_cvtph_ps(_mm256_castsi256_si128(half)), scale),
            _mm256_mul_ps(_mm256_cvtph_ps(_mm256_extracti128_si256(half, 1)), scale)};
  }
  static F16 load_e4m3_n(const uint8_t* p, int64_t n, float scale) {
    __m128i codes = _mm_setzero_si128();
    if (n == 16) {
      codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    } else {
      std::memcpy(&codes, p, static_cast<size_t>(n));
    }
    return widen_e4m3(_mm256_slli_epi16(_mm256_cvtepu8_epi16(codes), 8),
                      _mm256_set1_ps(256.0f * scale));
  }
  static void load_bf16_pairs(const uint16_t* p, F16* even, F16* odd) {
    const F16 u = load(reinterpret_cast<const float*>(p));
    *odd = mask(u, static_cast<int32_t>(0xffff0000u));
    *even = {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(u.a), 16)),
             _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(u.b), 16))};
  }
  static void load_e4m3_pairs(const uint8_t* p, F16* even, F16* odd) {
    const __m256i u = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    *even = widen_e4m3(_mm256_slli_epi16(u, 8), _mm256_set1_ps(256.0f));
    *odd = widen_e4m3(_mm256_and_si256(u, _mm256_set1_epi16(static_cast<int16_t>(0xff00))),
                      _mm256_set1_ps(256.0f));
  }

  static uint32_t not_below(F16 x, float limit, int64_t n) {
    const __m256 l = _mm256_set1_ps(limit);
    const uint32_t a =
        static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x.a, l, _CMP_NLT_UQ)));
    const uint32_t b =
        static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x.b, l, _CMP_NLT_UQ)));
    return (a | b << 8) & ((1u << n) - 1u);
  }
  static uint32_t greater(F16 x, float limit, int64_t n) {
    const __m256 l = _mm256_set1_ps(limit);
    const uint32_t a = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x.a, l, _CMP_GT_OQ)));
    const uint32_t b = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x.b, l, _CMP_GT_OQ)));
    return (a | b << 8) & ((1u << n) - 1u);
  }
  static uint32_t equal(F16 x, float y, int64_t n) {
    const __m256 l = _mm256_set1_ps(y);
    const uint32_t a = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x.a, l, _CMP_EQ_OQ)));
    const uint32_t b = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x.b, l, _CMP_EQ_OQ)));
    return (a | b << 8) & ((1u << n) - 1u);
  }
  static int64_t compress(float* scores, int32_t* keys, F16 x, int32_t first_key, uint32_t mask) {
    alignas(32) float v[16];
    store(v, x);
    int64_t n = 0;
    for (; mask != 0; mask &= mask - 1) {
      const int i = __builtin_ctz(mask);
      scores[n] = v[i];
      keys[n++] = first_key + i;
    }
    return n;
  }
  static int64_t compress_two(float* scores, int32_t* keys, F16 x, const int32_t* from,
                              uint32_t mask) {
    alignas(32) float v[16];
    store(v, x);
    int64_t n = 0;
    for (; mask != 0; mask &= mask - 1) {
      const int i = __builtin_ctz(mask);
      scores[n] = v[i];
      keys[n++] = from[i];
    }
    return n;
  }
};

}  // namespace
}  // namespace leyden
