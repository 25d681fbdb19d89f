// SPDX-License-Identifier: Apache-2.0
// Gathering the bytes of one plane out of a payload, and scattering them back.
//
// A plane is byte `byte_index` of every element of one part, over the layers of one group.
//   kRows      plane[layer][record][element]     as it lies in memory
//   kChannels  plane[layer][element][record]     one channel's values side by side
#pragma once

#include <cstddef>
#include <cstdint>

namespace leyden {

/// Where a plane's bytes lie in the payload.
struct PlaneShape {
  size_t first = 0;         ///< offset of the plane's first byte in the payload
  size_t layers = 0;        ///< in this group
  size_t layer_stride = 0;
  size_t records = 0;
  size_t record_stride = 0;
  size_t elements = 0;
  size_t element_stride = 0;
  size_t bytes() const { return layers * records * elements; }
};

void gather_rows(const std::byte* payload, const PlaneShape& shape, std::byte* plane);
void scatter_rows(const std::byte* plane, const PlaneShape& shape, std::byte* payload);

/// One layer, element_stride 1 only: dst[element * records + record].
void gather_channels(const std::byte* payload, const PlaneShape& shape, size_t layer,
                     std::byte* plane);
void scatter_channels(const std::byte* plane, const PlaneShape& shape, size_t layer,
                      std::byte* payload);

/// dst[c][r] = src[r][c] for an n_rows x n_cols byte matrix; strides in bytes.
void transpose_bytes(const std::byte* src, size_t src_stride, size_t n_rows, size_t n_cols,
                     std::byte* dst, size_t dst_stride);

}  // namespace leyden
