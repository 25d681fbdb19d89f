// SPDX-License-Identifier: Apache-2.0
// Writing, reading and reordering the records of a page.
#include "kernels/kv_layout.h"

#include <cmath>
#include <cstring>

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

// Copies a page; index codes go through `element(canonical offset, panel offset)`.
template <typename Element>
void convert(const KvLayout& layout, const std::byte* from, std::byte* to, const Element& element) {
  std::memcpy(to, from, static_cast<size_t>(layout.page_bytes()));
  const int64_t width = layout.fp8 ? 1 : 4;
  for (int64_t layer = 0; layer < layout.n_layers; ++layer) {
    const int64_t base = layout.index_offset(layer);
    for (int64_t slot = 0; slot < KvLayout::kPageTokens; ++slot) {
      for (int64_t d = 0; d < layout.index_dim; ++d) {
        element(base + (slot * layout.index_dim + d) * width, base + layout.index_element(slot, d),
                static_cast<size_t>(width));
      }
    }
  }
}

}  // namespace

void kv_to_canonical(const KvLayout& layout, const std::byte* page, std::byte* canonical) {
  convert(layout, page, canonical, [&](int64_t token_major, int64_t panel, size_t width) {
    std::memcpy(canonical + token_major, page + panel, width);
  });
}

void kv_from_canonical(const KvLayout& layout, const std::byte* canonical, std::byte* page) {
  convert(layout, canonical, page, [&](int64_t token_major, int64_t panel, size_t width) {
    std::memcpy(page + panel, canonical + token_major, width);
  });
}

}  // namespace leyden
