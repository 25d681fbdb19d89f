// SPDX-License-Identifier: Apache-2.0
// One row of MQA attention over gathered latent records.
//
//   pass 1  16 keys at a time: records -> [width] bf16 (or fp32) rows, kept for pass 2 and for the
//   rows
//           after this one while they fit; scores of 4 heads x 4 keys by dot products with lanes
//           along the channels
//   softmax of each head over the row's keys, fp32
//   pass 2  u[head][channels] += P * c: lanes are channels; bf16 takes two keys a step
//
// width = rank and rope, each rounded up to 32 with zeros. Every sum's order is fixed by the key
// list alone. P and q' are rounded to bf16 when the shape says so.
#pragma once

#include "kernels/key_slots.h"
#include "kernels/linear_impl.h"
#include "kernels/rowwise_impl.h"

namespace leyden {
namespace {

constexpr int64_t kKeyTile = 16;
constexpr int64_t kHeadTile = 8;    ///< so many queries and four keys share the first cache
constexpr int64_t kValueTile = 64;  ///< keys of pass 2 at a time

inline int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

inline const std::byte* record(const MqaBlock& b, int64_t i) {
  const int64_t s = key_of(b, i);
  return b.pages[s / 64] + b.layer_offset + s % 64 * b.record_bytes;
}

/// The multiplier of a group of codes. A power of two, not too far out, changes their exponents
/// only.
struct Scale {
  float value;
  int exponent;
  bool power_of_two;
  explicit Scale(const std::byte* from) {
    uint32_t bits;
    __builtin_memcpy(&bits, from, 4);
    __builtin_memcpy(&value, from, 4);
    exponent = static_cast<int>((bits >> 23) & 0xffu) - 127;
    power_of_two = (bits & 0x807fffffu) == 0 && exponent > -100 && exponent < 100;
  }
};

// What both arithmetics share: where things lie.
struct MqaShape {
  int64_t rank32, width, heads4, keys16, groups;
  explicit MqaShape(const MqaBlock& b)
      : rank32(round_up(b.rank, 32)),
        width(rank32 + round_up(b.rope, 32)),
        heads4(round_up(b.n_heads, 4)),
        keys16(round_up(b.n_keys, kKeyTile)),
        groups((b.rank + 127) / 128) {}
};

template <typename S, bool = S::kHasDot>
struct Mqa {  // fp32 products
  using Element = float;

  static void query(const MqaBlock& b, const MqaShape& m, float* q) {
    for (int64_t h = 0; h < m.heads4; ++h) {
      float* row = q + h * m.width;
      for (int64_t i = 0; i < m.width; ++i) row[i] = 0;
      if (h >= b.n_heads) continue;
      for (int64_t i = 0; i < b.rank; ++i) row[i] = b.q_latent[h * b.rank + i];
      for (int64_t i = 0; i < b.rope; ++i) row[m.rank32 + i] = b.q_pe[h * b.rope + i];
      if (!b.round_bf16) continue;
      for (int64_t i = 0; i < m.width; i += 16) S::store(row + i, S::round_bf16(S::load(row + i)));
    }
  }

  static void key(const MqaBlock& b, const MqaShape& m, int64_t i, float* row) {
    const std::byte* r = record(b, i);
    for (int64_t d = 0; d < m.rank32; d += 16) {
      const int64_t n = smaller(16, b.rank - d);
      F16 v = S::zero();
      if (n > 0 && b.fp8) {
        const Scale scale(r + b.rank + d / kGroup * 4);
        v = S::load_e4m3_n(reinterpret_cast<const uint8_t*>(r) + d, n, scale.value);
        if (b.round_bf16 && !scale.power_of_two) v = S::round_bf16(v);  // else it is one already
      } else if (n > 0) {
        v = S::load_n(reinterpret_cast<const float*>(r) + d, n);
        if (b.round_bf16) v = S::round_bf16(v);
      }
      S::store(row + d, v);
    }
    for (int64_t d = m.rank32; d < m.width; ++d) row[d] = 0;
    if (b.fp8) {
      from_bf16(reinterpret_cast<const uint16_t*>(r + b.rank + 4 * m.groups), b.rope,
                row + m.rank32);
      return;
    }
    const float* pe = reinterpret_cast<const float*>(r) + b.rank;
    for (int64_t d = 0; d < b.rope; ++d) {
      row[m.rank32 + d] = pe[d];
    }
    if (b.round_bf16) {
      for (int64_t d = m.rank32; d < m.width; d += 16) {
        S::store(row + d, S::round_bf16(S::load(row + d)));
      }
    }
  }

  // 4 heads x 4 keys.
  static F16 scores(const MqaShape& m, const float* q, const float* const* k) {
    F16 acc[16];
    for (int h = 0; h < 4; h += 2) {
      for (int s = 0; s < 4; s += 2) {
        F16 a00 = S::zero(), a01 = a00, a10 = a00, a11 = a00;
        const float *q0 = q + h * m.width, *k0 = k[s], *k1 = k[s + 1];
        for (int64_t d = 0; d < m.width; d += 16) {
          F16 x0 = S::load(q0 + d), x1 = S::load(q0 + m.width + d);
          F16 y0 = S::load(k0 + d), y1 = S::load(k1 + d);
          S::keep(x0), S::keep(x1), S::keep(y0), S::keep(y1);
          a00 = S::fma(x0, y0, a00);
          a01 = S::fma(x0, y1, a01);
          a10 = S::fma(x1, y0, a10);
          a11 = S::fma(x1, y1, a11);
        }
        acc[4 * h + s] = a00;
        acc[4 * h + s + 1] = a01;
        acc[4 * h + 4 + s] = a10;
        acc[4 * h + 4 + s + 1] = a11;
      }
    }
    return S::sums(acc);
  }

  /// Element type of P as the value products want it.
  static void probabilities(const MqaBlock& b, const float* p, float* out) {
    const int64_t n = round_up(b.n_keys, 2);
    for (int64_t i = 0; i < n; i += 16) {
      F16 v = i + 16 <= b.n_keys ? S::load(p + i) : S::load_n(p + i, smaller(16, b.n_keys - i));
      S::store(out + i, b.round_bf16 ? S::round_bf16(v) : v);
    }
  }

  // H heads, kValueVectors * 16 channels from d on.
  template <int H>
  static void some_values(const MqaShape& m, int64_t n, const float* const* k, int64_t d,
                          const float* p, int64_t p_stride, float* acc) {
    constexpr int kVectors = S::kValueVectors;
    F16 a[H][kVectors];
#pragma GCC unroll 8
    for (int h = 0; h < H; ++h)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) a[h][v] = S::load(acc + h * m.rank32 + 16 * v);
    for (int64_t i = 0; i < n; ++i) {
      F16 y[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) y[v] = S::load(k[i] + d + 16 * v);
#pragma GCC unroll 8
      for (int h = 0; h < H; ++h) {
        const F16 w = S::set1(p[h * p_stride + i]);
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) a[h][v] = S::fma(w, y[v], a[h][v]);
      }
    }
#pragma GCC unroll 8
    for (int h = 0; h < H; ++h)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) S::store(acc + h * m.rank32 + 16 * v, a[h][v]);
  }

  // acc[head][rank32] += n keys weighted by p[head][...]. A strip of channels of all keys stays in
  // the first cache for all heads.
  static void values(const MqaShape& m, int64_t n_heads, int64_t n, const float* const* k,
                     const float* p, int64_t p_stride, float* acc) {
    for (int64_t d = 0; d < m.rank32; d += 16 * S::kValueVectors) {
      int64_t h = 0;
      for (; h + 4 <= n_heads; h += 4) {
        some_values<4>(m, n, k, d, p + h * p_stride, p_stride, acc + h * m.rank32 + d);
      }
      for (; h < n_heads; ++h) {
        some_values<1>(m, n, k, d, p + h * p_stride, p_stride, acc + h * m.rank32 + d);
      }
    }
  }
  static void finish(const MqaShape&, float*) {}
};

template <typename S>
struct Mqa<S, true> {  // products of bf16 pairs; round_bf16 is set
  using Element = uint16_t;
  using Int = typename S::Int;

  static void query(const MqaBlock& b, const MqaShape& m, uint16_t* q) {
    for (int64_t h = 0; h < m.heads4; ++h) {
      uint16_t* row = q + h * m.width;
      for (int64_t i = 0; i < m.width; ++i) row[i] = 0;
      if (h >= b.n_heads) continue;
      to_bf16(b.q_latent + h * b.rank, b.rank, row);
      to_bf16(b.q_pe + h * b.rope, b.rope, row + m.rank32);
    }
  }

  static void key(const MqaBlock& b, const MqaShape& m, int64_t i, uint16_t* row) {
    const std::byte* r = record(b, i);
    if (!b.fp8) {
      const float* f = reinterpret_cast<const float*>(r);
      for (int64_t d = 0; d < m.width; ++d) row[d] = 0;
      to_bf16(f, b.rank, row);
      to_bf16(f + b.rank, b.rope, row + m.rank32);
      return;
    }
    const typename S::Expander expand;
    const uint8_t* codes = reinterpret_cast<const uint8_t*>(r);
    for (int64_t g = 0; g < m.groups; ++g) {
      const Scale scale(r + b.rank + 4 * g);
      const int64_t d = g * kGroup;
      if (scale.power_of_two && d + kGroup <= b.rank) {
        Int v[4];
        expand(S::load_codes(codes + d), &v[0], &v[1]);
        expand(S::load_codes(codes + d + 64), &v[2], &v[3]);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i)
          S::store_pairs(row + d + 32 * i, S::scale_pairs(v[i], scale.exponent));
        continue;
      }
      for (int64_t i = d; i < smaller(d + kGroup, m.rank32); i += 64) {
        Int low, high;
        expand(S::load_codes_n(codes + i, b.rank - i), &low, &high);
        S::store_pairs(row + i, S::scale_pairs(low, scale.value));
        if (i + 32 < m.rank32) S::store_pairs(row + i + 32, S::scale_pairs(high, scale.value));
      }
    }
    const std::byte* pe = r + b.rank + 4 * m.groups;
    uint16_t* out = row + m.rank32;
    __builtin_memcpy(out, pe, static_cast<size_t>(2 * b.rope));
    for (int64_t d = b.rope; d < m.width - m.rank32; ++d) out[d] = 0;
  }

  static F16 scores(const MqaShape& m, const uint16_t* q, const uint16_t* const* k) {
    F16 acc[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) acc[i] = S::zero();
    for (int64_t d = 0; d < m.width; d += 32) {
      Int y[4];
#pragma GCC unroll 4
      for (int s = 0; s < 4; ++s) y[s] = S::load_pairs(k[s] + d);
#pragma GCC unroll 4
      for (int h = 0; h < 4; ++h) {
        const Int x = S::load_pairs(q + h * m.width + d);
#pragma GCC unroll 4
        for (int s = 0; s < 4; ++s) acc[4 * h + s] = S::dot(acc[4 * h + s], x, y[s]);
      }
    }
    return S::sums(acc);
  }

  static void probabilities(const MqaBlock& b, const float* p, uint16_t* out) {
    to_bf16(p, b.n_keys, out);
    if (b.n_keys % 2 != 0) out[b.n_keys] = 0;
  }

  // acc lies in interleave()'s channel order until finish().
  template <int H>
  static void some_values(const MqaShape& m, int64_t n, const uint16_t* const* k, const uint16_t* p,
                          int64_t p_stride, float* acc) {
    for (int64_t d = 0; d < m.rank32; d += 32) {
      F16 a[H][2];
#pragma GCC unroll 8
      for (int h = 0; h < H; ++h) {
        a[h][0] = S::load(acc + h * m.rank32 + d);
        a[h][1] = S::load(acc + h * m.rank32 + d + 16);
      }
      for (int64_t i = 0; i < n; i += 2) {
        Int v0, v1;
        S::interleave(S::load_pairs(k[i] + d), S::load_pairs(k[i + 1] + d), &v0, &v1);
#pragma GCC unroll 8
        for (int h = 0; h < H; ++h) {
          const Int w = S::broadcast_pair(p + h * p_stride + i);
          a[h][0] = S::dot(a[h][0], w, v0);
          a[h][1] = S::dot(a[h][1], w, v1);
        }
      }
#pragma GCC unroll 8
      for (int h = 0; h < H; ++h) {
        S::store(acc + h * m.rank32 + d, a[h][0]);
        S::store(acc + h * m.rank32 + d + 16, a[h][1]);
      }
    }
  }
  static void values(const MqaShape& m, int64_t n_heads, int64_t n, const uint16_t* const* k,
                     const uint16_t* p, int64_t p_stride, float* acc) {
    int64_t h = 0;
    for (; h + 8 <= n_heads; h += 8) {
      some_values<8>(m, n, k, p + h * p_stride, p_stride, acc + h * m.rank32);
    }
    if (h + 4 <= n_heads) {
      some_values<4>(m, n, k, p + h * p_stride, p_stride, acc + h * m.rank32);
      h += 4;
    }
    for (; h < n_heads; ++h) {
      some_values<1>(m, n, k, p + h * p_stride, p_stride, acc + h * m.rank32);
    }
  }
  static void finish(const MqaShape& m, float* acc) {
    for (int64_t d = 0; d < m.rank32; d += 32) {
      F16 first, second;
      S::restore_order(S::load(acc + d), S::load(acc + d + 16), &first, &second);
      S::store(acc + d, first);
      S::store(acc + d + 16, second);
    }
  }
};

template <typename Form>
inline void mqa_row(const MqaBlock& b) {
  using Element = typename Form::Element;
  constexpr int64_t kElement = static_cast<int64_t>(sizeof(Element));
  const MqaShape m(b);
  for (int64_t i = 0; i < b.n_heads * b.rank; ++i) b.u[i] = 0;
  if (b.n_keys <= 0) return;
  const bool keep = b.n_keys <= b.kept->capacity;
  const int64_t rows = keep ? b.kept->capacity : kValueTile;
  Element* q = reinterpret_cast<Element*>(
      thread_scratch(ScratchSlot::kQueries, kElement * m.heads4 * m.width));
  Element* keys = reinterpret_cast<Element*>(
      thread_scratch(ScratchSlot::kKeys, kElement * (rows + 1) * m.width));
  Element* const nothing = keys + rows * m.width;  // fills up groups of keys
  for (int64_t i = 0; i < m.width; ++i) nothing[i] = 0;
  const int64_t slots_bytes = round_up(KeySlots::bytes(b.kept->capacity), 64);
  std::byte* memory = thread_scratch(ScratchSlot::kKeySlots, slots_bytes + 8 * (rows + kKeyTile));
  KeySlots slots(memory, b.kept);
  const Element** at = reinterpret_cast<const Element**>(memory + slots_bytes);  // the row's keys
  if (keep) {
    slots.assign(b);
  } else {
    b.kept->rows = 0;  // their memory is used for something else
  }
  Form::query(b, m, q);

  for (int64_t first = 0; first < b.n_keys; first += kKeyTile) {
    const int64_t n = smaller(kKeyTile, b.n_keys - first);
    const Element** k = at + (keep ? first : 0);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t ahead = first + i + kKeyTile;
      if (ahead < b.n_keys && (!keep || slots.is_new(ahead))) {
        const char* next = reinterpret_cast<const char*>(record(b, ahead));
        for (int64_t line = 0; line < b.record_bytes; line += 64) __builtin_prefetch(next + line);
      }
      Element* row = keys + (keep ? slots.slot(first + i) : i) * m.width;
      if (!keep || slots.is_new(first + i)) Form::key(b, m, first + i, row);
      k[i] = row;
    }
    for (int64_t i = n; i < round_up(n, 4); ++i) k[i] = nothing;
    for (int64_t some = 0; some < b.n_heads; some += kHeadTile) {
      for (int64_t s = 0; s < n; s += 4) {
        for (int64_t h = some; h < smaller(some + kHeadTile, b.n_heads); h += 4) {
          alignas(64) float score[16];
          Simd::store(score, Form::scores(m, q + h * m.width, k + s));
          for (int64_t i = 0; i < smaller(4, b.n_heads - h); ++i) {
            __builtin_memcpy(b.p + (h + i) * b.p_stride + first + s, score + 4 * i, 16);
          }
        }
      }
    }
  }

  // P in the products' form; the fp32 P stays for the caller.
  const int64_t p_stride = m.keys16;
  Element* p = reinterpret_cast<Element*>(
      thread_scratch(ScratchSlot::kRows, kElement * b.n_heads * p_stride));
  float* acc =
      reinterpret_cast<float*>(thread_scratch(ScratchSlot::kTotals, 4 * b.n_heads * m.rank32));
  for (int64_t h = 0; h < b.n_heads; ++h) {
    softmax_row(b.p + h * b.p_stride, b.n_keys, b.sm_scale);
    Form::probabilities(b, b.p + h * b.p_stride, p + h * p_stride);
  }
  for (int64_t i = 0; i < b.n_heads * m.rank32; ++i) acc[i] = 0;
  for (int64_t first = 0; first < b.n_keys; first += kValueTile) {
    const int64_t n = smaller(kValueTile, b.n_keys - first);
    const Element** k = at + (keep ? first : 0);
    for (int64_t i = 0; !keep && i < n; ++i) {
      Form::key(b, m, first + i, keys + i * m.width);
      k[i] = keys + i * m.width;
    }
    if (n % 2 != 0) k[n] = nothing;
    Form::values(m, b.n_heads, round_up(n, 2), k, p + first, p_stride, acc);
  }
  for (int64_t h = 0; h < b.n_heads; ++h) {
    float* a = acc + h * m.rank32;
    Form::finish(m, a);
    for (int64_t d = 0; d < b.rank; d += 16) {
      F16 v = Simd::load(a + d);
      if (b.round_bf16) v = Simd::round_bf16(v);
      store_up_to_16(b.u + h * b.rank + d, v, b.rank - d);
    }
  }
}

struct Fp32Mqa : Simd {
  static constexpr bool kHasDot = false;
};

inline void mqa_block(const MqaBlock& b) {
  if (b.round_bf16) {
    mqa_row<Mqa<Simd>>(b);
  } else {
    mqa_row<Mqa<Fp32Mqa>>(b);
  }
}

}  // namespace
}  // namespace leyden
