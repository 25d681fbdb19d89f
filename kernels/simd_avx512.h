// SPDX-License-Identifier: Apache-2.0
// simd_scalar.h's vocabulary with AVX-512 F, BW, DQ, VL; with BF16 and VBMI also pair products.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace leyden {
namespace {

struct Simd {
  static constexpr int kRows = 4;
  static constexpr int kPanels = 4;
  static constexpr int kValueVectors = 2;

  using F16 = __m512;
  using Int = __m512i;

  static __mmask16 first(int64_t n) { return static_cast<__mmask16>((1u << n) - 1u); }

  static void keep(F16&) {}
  static F16 zero() { return _mm512_setzero_ps(); }
  static F16 set1(float x) { return _mm512_set1_ps(x); }
  static F16 load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F16 a) { _mm512_storeu_ps(p, a); }
  static F16 load_n(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(first(n), p); }
  static void store_n(float* p, F16 a, int64_t n) { _mm512_mask_storeu_ps(p, first(n), a); }

  static F16 add(F16 a, F16 b) { return _mm512_add_ps(a, b); }
  static F16 sub(F16 a, F16 b) { return _mm512_sub_ps(a, b); }
  static F16 mul(F16 a, F16 b) { return _mm512_mul_ps(a, b); }
  static F16 div(F16 a, F16 b) { return _mm512_div_ps(a, b); }
  static F16 fma(F16 a, F16 b, F16 c) { return _mm512_fmadd_ps(a, b, c); }
  static F16 max(F16 a, F16 b) { return _mm512_max_ps(a, b); }
  static F16 min(F16 a, F16 b) { return _mm512_min_ps(a, b); }
  static F16 abs(F16 a) { return _mm512_abs_ps(a); }
  static F16 exponent(F16 a) {
    return _mm512_castsi512_ps(
        _mm512_and_si512(_mm512_castps_si512(a), _mm512_set1_epi32(0x7f800000)));
  }
  /// bf16 bits in the upper half of each lane, rounded to nearest even, NaN kept.
  static Int rounded_bits(F16 a) {
    const Int u = _mm512_castps_si512(a);
    const Int odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    const Int r = _mm512_add_epi32(u, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
    return _mm512_mask_or_epi32(r, nan, u, _mm512_set1_epi32(0x400000));
  }
  static F16 round_bf16(F16 a) {
    return _mm512_castsi512_ps(
        _mm512_and_si512(rounded_bits(a), _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  static F16 zero_below(F16 a, F16 x, float limit) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_set1_ps(limit), _CMP_NLT_UQ), a);
  }
  static F16 scale2(F16 a, F16 n) { return _mm512_scalef_ps(a, n); }

  static float sum(F16 a) {
    const __m256 b = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 c = _mm_add_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
    const __m128 d = _mm_add_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_add_ss(d, _mm_movehdup_ps(d)));
  }
  static float largest(F16 a) { return _mm512_reduce_max_ps(a); }
  /// Sixteen sums at once, four rounds of half the shuffles each. Per lane: 0+2 and 1+3 inside each
  /// quarter, then quarters 0+2 and 1+3.
  static F16 sums(const F16* a) {
    F16 t[8], s[4];
    for (int i = 0; i < 8; ++i) {
      t[i] = add(_mm512_unpacklo_ps(a[2 * i], a[2 * i + 1]),
                 _mm512_unpackhi_ps(a[2 * i], a[2 * i + 1]));
    }
    for (int i = 0; i < 4; ++i) {
      const __m512d x = _mm512_castps_pd(t[2 * i]), y = _mm512_castps_pd(t[2 * i + 1]);
      s[i] = add(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)),
                 _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
    }
    const F16 v =
        add(_mm512_shuffle_f32x4(s[0], s[1], 0x44), _mm512_shuffle_f32x4(s[0], s[1], 0xee));
    const F16 w =
        add(_mm512_shuffle_f32x4(s[2], s[3], 0x44), _mm512_shuffle_f32x4(s[2], s[3], 0xee));
    return add(_mm512_shuffle_f32x4(v, w, 0x88), _mm512_shuffle_f32x4(v, w, 0xdd));
  }

  static F16 load_bf16(const uint16_t* p) {
    const __m256i h = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
  }
  static void store_bf16_n(uint16_t* p, F16 a, int64_t n) {
    const __m256i h = _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded_bits(a), 16));
    _mm256_mask_storeu_epi16(p, first(n), h);
  }
  /// e4m3 bits sit in fp16's places once shifted by 7; fp16's exponent bias is 8 larger.
  static F16 widen_e4m3(__m256i code16) {
    const __m256i half =
        _mm256_or_si256(_mm256_slli_epi16(_mm256_and_si256(code16, _mm256_set1_epi16(0x80)), 8),
                        _mm256_slli_epi16(_mm256_and_si256(code16, _mm256_set1_epi16(0x7f)), 7));
    const F16 v = mul(_mm512_cvtph_ps(half), set1(256.0f));
    const __mmask16 nan = _mm256_cmpeq_epi16_mask(_mm256_and_si256(code16, _mm256_set1_epi16(0x7f)),
                                                  _mm256_set1_epi16(0x7f));
    return _mm512_mask_mov_ps(v, nan, set1(__builtin_nanf("")));
  }
  static F16 load_e4m3_n(const uint8_t* p, int64_t n, float scale) {
    return mul(widen_e4m3(_mm256_cvtepu8_epi16(_mm_maskz_loadu_epi8(first(n), p))), set1(scale));
  }
  static void load_bf16_pairs(const uint16_t* p, F16* a, F16* b) {
    const Int u = _mm512_loadu_si512(p);
    *a = _mm512_castsi512_ps(_mm512_slli_epi32(u, 16));
    *b = _mm512_castsi512_ps(_mm512_and_si512(u, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  static void load_e4m3_pairs(const uint8_t* p, F16* a, F16* b) {
    const __m256i u = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    *a = widen_e4m3(_mm256_and_si256(u, _mm256_set1_epi16(0xff)));
    *b = widen_e4m3(_mm256_srli_epi16(u, 8));
  }

  static uint32_t not_below(F16 a, float limit, int64_t n) {
    return static_cast<uint32_t>(
        _mm512_mask_cmp_ps_mask(first(n), a, _mm512_set1_ps(limit), _CMP_NLT_UQ));
  }
  static uint32_t greater(F16 a, float limit, int64_t n) {
    return static_cast<uint32_t>(
        _mm512_mask_cmp_ps_mask(first(n), a, _mm512_set1_ps(limit), _CMP_GT_OQ));
  }
  static uint32_t equal(F16 a, float x, int64_t n) {
    return static_cast<uint32_t>(
        _mm512_mask_cmp_ps_mask(first(n), a, _mm512_set1_ps(x), _CMP_EQ_OQ));
  }
  static int64_t compress(float* scores, int32_t* keys, F16 a, int32_t first_key, uint32_t mask) {
    const __mmask16 m = static_cast<__mmask16>(mask);
    const Int lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const int n = __builtin_popcount(mask);
    // Register form and a store of its own: the memory form is many times slower on Zen.
    _mm512_mask_storeu_ps(scores, first(n), _mm512_maskz_compress_ps(m, a));
    _mm512_mask_storeu_epi32(
        keys, first(n),
        _mm512_maskz_compress_epi32(m, _mm512_add_epi32(lane, _mm512_set1_epi32(first_key))));
    return n;
  }
  static int64_t compress_two(float* scores, int32_t* keys, F16 a, const int32_t* from,
                              uint32_t mask) {
    const __mmask16 m = static_cast<__mmask16>(mask);
    const Int k = _mm512_loadu_si512(from);
    _mm512_storeu_ps(scores, _mm512_maskz_compress_ps(m, a));
    _mm512_storeu_si512(keys, _mm512_maskz_compress_epi32(m, k));
    return __builtin_popcount(mask);
  }

#if defined(__AVX512BF16__) && defined(__AVX512VBMI__)
  static constexpr bool kHasDot = true;

  /// acc + pair products: bf16 pairs a (16 lanes) and b.
  static F16 dot(F16 acc, Int a, Int b) {
    return _mm512_dpbf16_ps(acc, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
  static Int load_pairs(const uint16_t* p) { return _mm512_loadu_si512(p); }
  static void store_pairs(uint16_t* p, Int a) { _mm512_storeu_si512(p, a); }
  static Int load_codes(const uint8_t* p) { return _mm512_loadu_si512(p); }
  static Int load_codes_n(const uint8_t* p, int64_t n) {
    return n >= 64 ? load_codes(p) : _mm512_maskz_loadu_epi8((uint64_t{1} << n) - 1, p);
  }
  /// Pairs from two fp32 vectors whose values are exact in bf16.
  static Int join(F16 even, F16 odd) {
    return _mm512_mask_blend_epi16(0xaaaaaaaau, _mm512_srli_epi32(_mm512_castps_si512(even), 16),
                                   _mm512_castps_si512(odd));
  }
  /// bf16 values times 2^shift, exact: no value is or becomes subnormal.
  static Int scale_pairs(Int a, int shift) {
    const __mmask32 nonzero = _mm512_test_epi16_mask(a, _mm512_set1_epi16(0x7fff));
    return _mm512_mask_add_epi16(a, nonzero, a,
                                 _mm512_set1_epi16(static_cast<int16_t>(shift * 128)));
  }
  /// bf16 values times `scale`, rounded.
  static Int scale_pairs(Int a, float scale) {
    const F16 s = set1(scale);
    const F16 even = _mm512_castsi512_ps(_mm512_slli_epi32(a, 16));
    const F16 odd =
        _mm512_castsi512_ps(_mm512_and_si512(a, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
    return join(round_bf16(mul(even, s)), round_bf16(mul(odd, s)));
  }
  /// Two rows of 32 bf16 values -> pairs (row 0, row 1): channels 0-3, 8-11, 16-19, 24-27 and the
  /// rest.
  static void interleave(Int row0, Int row1, Int* a, Int* b) {
    *a = _mm512_unpacklo_epi16(row0, row1);
    *b = _mm512_unpackhi_epi16(row0, row1);
  }
  /// Lanes in interleave()'s order -> channels 0-15 and 16-31.
  static void restore_order(F16 a, F16 b, F16* first, F16* second) {
    const Int low = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const Int high =
        _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    *first = _mm512_permutex2var_ps(a, low, b);
    *second = _mm512_permutex2var_ps(a, high, b);
  }
  /// The same pair in every lane.
  static Int broadcast_pair(const uint16_t* p) {
    int32_t pair;
    __builtin_memcpy(&pair, p, 4);
    return _mm512_set1_epi32(pair);
  }

  // Each byte of the bf16 value of the 128 e4m3 magnitudes. Subnormal codes become normal bf16
  // numbers: the product instruction would take bf16 subnormals for zero.
  struct Tables {
    alignas(64) uint8_t low[128] = {};
    alignas(64) uint8_t high[128] = {};
    constexpr Tables() {
      for (unsigned m = 0; m < 128; ++m) {
        unsigned bits = 0;
        if (m == 0x7f) {
          bits = 0x7fc0;
        } else if (m >= 8) {
          bits = ((m >> 3) + 120) << 7 | (m & 7) << 4;
        } else if (m > 0) {
          const unsigned p = m >= 4 ? 2 : m >= 2 ? 1 : 0;
          bits = (118 + p) << 7 | ((m << (7 - p)) & 0x7f);
        }
        low[m] = static_cast<uint8_t>(bits);
        high[m] = static_cast<uint8_t>(bits >> 8);
      }
    }
  };
  struct Expander {
    Int low0, low1, high0, high1, order;
    Expander()
        : low0(_mm512_load_si512(kTables.low)),
          low1(_mm512_load_si512(kTables.low + 64)),
          high0(_mm512_load_si512(kTables.high)),
          high1(_mm512_load_si512(kTables.high + 64)),
          order(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7)) {}
    /// 64 codes -> bf16 values of codes 0..31 and 32..63.
    void operator()(Int codes, Int* a, Int* b) const {
      const Int v = _mm512_permutexvar_epi64(order, codes);
      const Int low = _mm512_permutex2var_epi8(low0, v, low1);
      // high | (v & 0x80)
      const Int high = _mm512_ternarylogic_epi32(_mm512_permutex2var_epi8(high0, v, high1), v,
                                                 _mm512_set1_epi8(static_cast<char>(0x80)), 0xf8);
      *a = _mm512_unpacklo_epi8(low, high);
      *b = _mm512_unpackhi_epi8(low, high);
    }
    /// 32 codes.
    Int half(const uint8_t* p) const {
      Int a, b;
      (*this)(_mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))), &a,
              &b);
      return a;
    }
  };
  static const Tables kTables;
#else
  static constexpr bool kHasDot = false;
#endif
};

#if defined(__AVX512BF16__) && defined(__AVX512VBMI__)
constexpr Simd::Tables Simd::kTables;
#endif

}  // namespace
}  // namespace leyden
