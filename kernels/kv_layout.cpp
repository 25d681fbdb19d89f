// SPDX-License-Identifier: Apache-2.0
// Writing, reading and reordering the records of a page.
#include "kernels/kv_layout.h"

#include <cmath>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/dtype.h"

namespace leyden {
namespace {

// Quantises one group of values; returns its scale.
template <typename Place>
float quantise(const float* x, int64_t n, bool power_of_two, const Place& place) {
  float amax = 0;
  for (int64_t i = 0; i < n; ++i) amax = std::fmax(amax, std::fabs(x[i]));
  const float scale = e4m3_scale(amax, power_of_two);
  for (int64_t i = 0; i < n; ++i) place(i, e4m3_from_float(x[i] / scale));
  return scale;
}

}  // namespace

void kv_write(const KvLayout& layout, int64_t layer, std::byte* page, int64_t slot,
              const float* latent, const float* k_pe, const float* index_k) {
  const int64_t rank = layout.kv_lora_rank, rope = layout.rope_dim, dim = layout.index_dim;
  std::byte* record = page + layout.latent_offset(layer, slot);
  std::byte* index = page + layout.index_offset(layer);
  if (!layout.fp8) {
    std::memcpy(record, latent, static_cast<size_t>(4 * rank));
    std::memcpy(record + 4 * rank, k_pe, static_cast<size_t>(4 * rope));
    for (int64_t d = 0; d < dim; ++d) {
      std::memcpy(index + layout.index_element(slot, d), index_k + d, 4);
    }
    return;
  }
  for (int64_t g = 0; g < layout.groups(); ++g) {
    const int64_t begin = g * KvLayout::kGroup;
    const int64_t n = rank - begin < KvLayout::kGroup ? rank - begin : KvLayout::kGroup;
    const float scale =
        quantise(latent + begin, n, layout.scale_ue8m0,
                 [&](int64_t i, uint8_t code) { record[begin + i] = std::byte{code}; });
    std::memcpy(record + rank + 4 * g, &scale, 4);
  }
  for (int64_t d = 0; d < rope; ++d) {
    const uint16_t v = bf16_from_float(k_pe[d]);
    std::memcpy(record + rank + 4 * layout.groups() + 2 * d, &v, 2);
  }
  const float scale = quantise(index_k, dim, layout.scale_ue8m0, [&](int64_t d, uint8_t code) {
    index[layout.index_element(slot, d)] = std::byte{code};
  });
  std::memcpy(index + layout.index_scale(slot), &scale, 4);
}

void kv_read(const KvLayout& layout, int64_t layer, const std::byte* page, int64_t slot,
             float* latent, float* k_pe) {
  const int64_t rank = layout.kv_lora_rank, rope = layout.rope_dim;
  const std::byte* record = page + layout.latent_offset(layer, slot);
  if (!layout.fp8) {
    std::memcpy(latent, record, static_cast<size_t>(4 * rank));
    std::memcpy(k_pe, record + 4 * rank, static_cast<size_t>(4 * rope));
    return;
  }
  for (int64_t i = 0; i < rank; ++i) {
    float scale;
    std::memcpy(&scale, record + rank + 4 * (i / KvLayout::kGroup), 4);
    latent[i] = float_from_e4m3(static_cast<uint8_t>(record[i])) * scale;
  }
  for (int64_t d = 0; d < rope; ++d) {
    uint16_t v;
    std::memcpy(&v, record + rank + 4 * layout.groups() + 2 * d, 2);
    k_pe[d] = float_from_bf16(v);
  }
}

namespace {

#if defined(__SSE2__)
// 8 x 8 units of two bytes. Three rounds of interleaving row i with row i + 4 exchange the three
// bits of a unit's row with those of its column.
void transpose_8x8(const std::byte* from, int64_t from_stride, std::byte* to, int64_t to_stride) {
  __m128i a[8], b[8];
  const auto round = [](const __m128i* in, __m128i* out) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      out[2 * i] = _mm_unpacklo_epi16(in[i], in[i + 4]);
      out[2 * i + 1] = _mm_unpackhi_epi16(in[i], in[i + 4]);
    }
  };
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i * from_stride));
  round(a, b);
  round(b, a);
  round(a, b);
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i * to_stride), b[i]);
}
#endif

// to[c][r] = from[r][c], in units of two bytes; strides in bytes.
void transpose_pairs(const std::byte* from, int64_t from_stride, int64_t rows, int64_t cols,
                     std::byte* to, int64_t to_stride) {
  int64_t whole_rows = 0, whole_cols = 0;
#if defined(__SSE2__)
  whole_rows = rows / 8 * 8;
  whole_cols = cols / 8 * 8;
  for (int64_t r = 0; r < whole_rows; r += 8)
    for (int64_t c = 0; c < whole_cols; c += 8)
      transpose_8x8(from + r * from_stride + 2 * c, from_stride, to + c * to_stride + 2 * r,
                    to_stride);
#endif
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = r < whole_rows ? whole_cols : 0; c < cols; ++c)
      std::memcpy(to + c * to_stride + 2 * r, from + r * from_stride + 2 * c, 2);
}

// Copies a page but for its index codes, which go through `panel(from, to)`, 16 keys at a time.
template <typename Panel>
void convert(const KvLayout& layout, const std::byte* from, std::byte* to, const Panel& panel) {
  const int64_t codes = KvLayout::kPageTokens * layout.index_dim * (layout.fp8 ? 1 : 4);
  for (int64_t layer = 0; layer < layout.n_layers; ++layer) {
    const int64_t begin = layer * layout.layer_bytes(), index = layout.index_offset(layer);
    const int64_t end = begin + layout.layer_bytes();
    std::memcpy(to + begin, from + begin, static_cast<size_t>(index - begin));
    for (int64_t at = 0; at < codes; at += codes / (KvLayout::kPageTokens / 16))
      panel(from + index + at, to + index + at);
    std::memcpy(to + index + codes, from + index + codes, static_cast<size_t>(end - index - codes));
  }
}

// A panel of the full-precision form: f32 [16][index_dim] <-> [index_dim][16].
void transpose_floats(const std::byte* from, int64_t rows, int64_t cols, std::byte* to) {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < cols; ++c)
      std::memcpy(to + 4 * (c * rows + r), from + 4 * (r * cols + c), 4);
}

}  // namespace

void kv_to_canonical(const KvLayout& layout, const std::byte* page, std::byte* canonical) {
  const int64_t dim = layout.index_dim;
  convert(layout, page, canonical, [&](const std::byte* from, std::byte* to) {
    if (layout.fp8)
      transpose_pairs(from, 32, dim / 2, 16, to, dim);
    else
      transpose_floats(from, dim, 16, to);
  });
}

void kv_from_canonical(const KvLayout& layout, const std::byte* canonical, std::byte* page) {
  const int64_t dim = layout.index_dim;
  convert(layout, canonical, page, [&](const std::byte* from, std::byte* to) {
    if (layout.fp8)
      transpose_pairs(from, dim, 16, dim / 2, to, 32);
    else
      transpose_floats(from, 16, dim, to);
  });
}

}  // namespace leyden
