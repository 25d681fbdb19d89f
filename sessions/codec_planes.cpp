// SPDX-License-Identifier: Apache-2.0
#include "sessions/codec_planes.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace leyden {
namespace {

#if defined(__SSE2__)
/// 16 x 16 bytes. Four rounds of interleaving row i with row i + 8: after each, a byte's row and
/// column index bits have moved by one, after four they have changed places.
void transpose_16x16(const std::byte* src, size_t src_stride, std::byte* dst, size_t dst_stride) {
  __m128i a[16], b[16];
  const auto round = [](const __m128i* from, __m128i* to) {
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; ++i) {
      to[2 * i] = _mm_unpacklo_epi8(from[i], from[i + 8]);
      to[2 * i + 1] = _mm_unpackhi_epi8(from[i], from[i + 8]);
    }
  };
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i)
    a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(src + i * src_stride));
  round(a, b);
  round(b, a);
  round(a, b);
  round(b, a);
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dst + i * dst_stride), a[i]);
}
#endif

}  // namespace

void transpose_bytes(const std::byte* src, size_t src_stride, size_t n_rows, size_t n_cols,
                     std::byte* dst, size_t dst_stride) {
  size_t rows_done = 0, cols_done = 0;
#if defined(__SSE2__)
  rows_done = n_rows / 16 * 16;
  cols_done = n_cols / 16 * 16;
  for (size_t c = 0; c < cols_done; c += 16)
    for (size_t r = 0; r < rows_done; r += 16)
      transpose_16x16(src + r * src_stride + c, src_stride, dst + c * dst_stride + r, dst_stride);
#endif
  for (size_t r = 0; r < n_rows; ++r)
    for (size_t c = r < rows_done ? cols_done : 0; c < n_cols; ++c)
      dst[c * dst_stride + r] = src[r * src_stride + c];
}

void gather_rows(const std::byte* payload, const PlaneShape& s, std::byte* plane) {
  for (size_t l = 0; l < s.layers; ++l)
    for (size_t r = 0; r < s.records; ++r) {
      const std::byte* record = payload + s.first + l * s.layer_stride + r * s.record_stride;
      if (s.element_stride == 1) {
        std::memcpy(plane, record, s.elements);
      } else {
        for (size_t e = 0; e < s.elements; ++e) plane[e] = record[e * s.element_stride];
      }
      plane += s.elements;
    }
}

void scatter_rows(const std::byte* plane, const PlaneShape& s, std::byte* payload) {
  for (size_t l = 0; l < s.layers; ++l)
    for (size_t r = 0; r < s.records; ++r) {
      std::byte* record = payload + s.first + l * s.layer_stride + r * s.record_stride;
      if (s.element_stride == 1) {
        std::memcpy(record, plane, s.elements);
      } else {
        for (size_t e = 0; e < s.elements; ++e) record[e * s.element_stride] = plane[e];
      }
      plane += s.elements;
    }
}

void gather_channels(const std::byte* payload, const PlaneShape& s, size_t layer,
                     std::byte* plane) {
  transpose_bytes(payload + s.first + layer * s.layer_stride, s.record_stride, s.records,
                  s.elements, plane, s.records);
}

void scatter_channels(const std::byte* plane, const PlaneShape& s, size_t layer,
                      std::byte* payload) {
  transpose_bytes(plane, s.records, s.elements, s.records,
                  payload + s.first + layer * s.layer_stride, s.record_stride);
}

}  // namespace leyden
