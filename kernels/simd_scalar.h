// SPDX-License-Identifier: Apache-2.0
// Sixteen fp32 lanes in portable C++. The members are the vocabulary of every *_impl.h:
// simd_avx2.h and simd_avx512.h say the same with intrinsics. Included only by ops_<level>.cpp
// files, which are compiled with that level's flags: hence the anonymous namespace, so that no
// function built for one processor is ever linked into another's path.
#pragma once

#include <cstdint>
#include <cstring>

namespace leyden {
namespace {

struct Simd {
  static constexpr bool kHasDot = false;  ///< products of bf16 pairs
  static constexpr int kRows = 4;         ///< rows x panels of a register tile
  static constexpr int kValueVectors = 1;
  static constexpr int kPanels = 1;

  struct F16 {
    float v[16];
  };

  static float from_bits(uint32_t u) {
    float f;
    std::memcpy(&f, &u, 4);
    return f;
  }
  static uint32_t to_bits(float f) {
    uint32_t u;
    std::memcpy(&u, &f, 4);
    return u;
  }
  template <typename Op>
  static F16 map(const Op& op) {
    F16 r;
    for (int i = 0; i < 16; ++i) r.v[i] = op(i);
    return r;
  }

  static void keep(F16&) {}
  static F16 zero() { return set1(0); }
  static F16 set1(float x) {
    return map([&](int) { return x; });
  }
  static F16 load(const float* p) {
    F16 r;
    std::memcpy(r.v, p, 64);
    return r;
  }
  static void store(float* p, F16 a) { std::memcpy(p, a.v, 64); }
  /// The first n lanes, the others 0; n in 0..16.
  static F16 load_n(const float* p, int64_t n) {
    F16 r = zero();
    std::memcpy(r.v, p, static_cast<size_t>(4 * n));
    return r;
  }
  static void store_n(float* p, F16 a, int64_t n) {
    std::memcpy(p, a.v, static_cast<size_t>(4 * n));
  }

  static F16 add(F16 a, F16 b) {
    return map([&](int i) { return a.v[i] + b.v[i]; });
  }
  static F16 sub(F16 a, F16 b) {
    return map([&](int i) { return a.v[i] - b.v[i]; });
  }
  static F16 mul(F16 a, F16 b) {
    return map([&](int i) { return a.v[i] * b.v[i]; });
  }
  static F16 div(F16 a, F16 b) {
    return map([&](int i) { return a.v[i] / b.v[i]; });
  }
  /// a * b + c; rounded once where the processor can.
  static F16 fma(F16 a, F16 b, F16 c) {
    return map([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
  }
  /// b when either is NaN.
  static F16 max(F16 a, F16 b) {
    return map([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F16 min(F16 a, F16 b) {
    return map([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F16 abs(F16 a) {
    return map([&](int i) { return from_bits(to_bits(a.v[i]) & 0x7fffffffu); });
  }
  /// The power of two of each lane: mantissa and sign cleared.
  static F16 exponent(F16 a) {
    return map([&](int i) { return from_bits(to_bits(a.v[i]) & 0x7f800000u); });
  }
  static F16 round_bf16(F16 a) {
    return map([&](int i) { return from_bits(static_cast<uint32_t>(narrow(a.v[i])) << 16); });
  }
  /// x where x >= limit or NaN, else 0 takes the place of `a`.
  static F16 zero_below(F16 a, F16 x, float limit) {
    return map([&](int i) { return x.v[i] < limit ? 0.0f : a.v[i]; });
  }
  /// a * 2^n for integral n in -126..127.
  static F16 scale2(F16 a, F16 n) {
    return map([&](int i) {
      return a.v[i] * from_bits(static_cast<uint32_t>(static_cast<int32_t>(n.v[i]) + 127) << 23);
    });
  }

  /// One order for every caller: lanes i and i+8, then 4, 2, 1 apart.
  static float sum(F16 a) {
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) a.v[i] = a.v[i] + a.v[i + half];
    }
    return a.v[0];
  }
  static float largest(F16 a) {
    float m = a.v[0];
    for (int i = 1; i < 16; ++i) m = a.v[i] > m ? a.v[i] : m;
    return m;
  }
  /// Lane i of the result is sum(a[i]).
  static F16 sums(const F16* a) {
    return map([&](int i) { return sum(a[i]); });
  }

  static uint16_t narrow(float f) {
    uint32_t u = to_bits(f);
    if ((u & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((u >> 16) | 0x40u);
    u += 0x7fffu + ((u >> 16) & 1u);
    return static_cast<uint16_t>(u >> 16);
  }
  static float widen_e4m3(uint8_t c) {
    const uint32_t magnitude = c & 0x7fu, sign = static_cast<uint32_t>(c & 0x80u) << 24;
    if (magnitude == 0x7fu) return from_bits(sign | 0x7fc00000u);
    return from_bits(to_bits(from_bits(magnitude << 20) * 0x1p120f) | sign);
  }
  static F16 load_bf16(const uint16_t* p) {
    return map([&](int i) { return from_bits(static_cast<uint32_t>(p[i]) << 16); });
  }
  static void store_bf16_n(uint16_t* p, F16 a, int64_t n) {
    for (int64_t i = 0; i < n; ++i) p[i] = narrow(a.v[i]);
  }
  /// Codes times `scale`.
  static F16 load_e4m3_n(const uint8_t* p, int64_t n, float scale) {
    return map([&](int i) { return i < n ? widen_e4m3(p[i]) * scale : 0.0f; });
  }
  /// 16 interleaved pairs: even places to *a, odd places to *b.
  static void load_bf16_pairs(const uint16_t* p, F16* a, F16* b) {
    *a = map([&](int i) { return from_bits(static_cast<uint32_t>(p[2 * i]) << 16); });
    *b = map([&](int i) { return from_bits(static_cast<uint32_t>(p[2 * i + 1]) << 16); });
  }
  static void load_e4m3_pairs(const uint8_t* p, F16* a, F16* b) {
    *a = map([&](int i) { return widen_e4m3(p[2 * i]); });
    *b = map([&](int i) { return widen_e4m3(p[2 * i + 1]); });
  }

  /// Lanes below n for which !(a < limit), NaN included.
  static uint32_t not_below(F16 a, float limit, int64_t n) {
    uint32_t mask = 0;
    for (int i = 0; i < n; ++i) mask |= (a.v[i] < limit ? 0u : 1u) << i;
    return mask;
  }
  static uint32_t greater(F16 a, float limit, int64_t n) {
    uint32_t mask = 0;
    for (int i = 0; i < n; ++i) mask |= (a.v[i] > limit ? 1u : 0u) << i;
    return mask;
  }
  static uint32_t equal(F16 a, float x, int64_t n) {
    uint32_t mask = 0;
    for (int i = 0; i < n; ++i) mask |= (a.v[i] == x ? 1u : 0u) << i;
    return mask;
  }
  /// Packs the masked lanes and first + lane behind each other and writes no more; returns how
  /// many.
  static int64_t compress(float* scores, int32_t* keys, F16 a, int32_t first, uint32_t mask) {
    int64_t n = 0;
    if (mask == 0) return n;
    for (int i = 0; i < 16; ++i) {
      if (((mask >> i) & 1u) == 0) continue;
      scores[n] = a.v[i];
      keys[n++] = first + i;
    }
    return n;
  }
  /// The same with given keys, which the output may overlap from below. May write 16.
  static int64_t compress_two(float* scores, int32_t* keys, F16 a, const int32_t* from,
                              uint32_t mask) {
    int64_t n = 0;
    for (int i = 0; i < 16; ++i) {
      if (((mask >> i) & 1u) == 0) continue;
      scores[n] = a.v[i];
      keys[n++] = from[i];
    }
    return n;
  }
};

}  // namespace
}  // namespace leyden
