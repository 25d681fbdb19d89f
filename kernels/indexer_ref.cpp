// SPDX-License-Identifier: Apache-2.0
// The indexer's definition: plain loops, double sums; top-k by a full sort.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/dtype.h"
#include "kernels/indexer.h"

namespace leyden {

void indexer_logits_ref(const KvLayout& layout, int64_t layer, std::span<const AttentionRow> rows,
                        const IndexerQueries& queries, float* logits, int64_t stride) {
  const int64_t heads = queries.n_heads, dim = queries.dim;
  std::vector<double> key(static_cast<size_t>(dim));
  for (size_t r = 0; r < rows.size(); ++r) {
    const int64_t row = static_cast<int64_t>(r);
    for (int64_t s = 0; s <= rows[r].position; ++s) {
      const int64_t slot = s % KvLayout::kPageTokens;
      const std::byte* index =
          rows[r].pages[s / KvLayout::kPageTokens] + layout.index_offset(layer);
      for (int64_t d = 0; d < dim; ++d) {
        const std::byte* p = index + layout.index_element(slot, d);
        float v;
        if (layout.fp8) {
          v = float_from_e4m3(static_cast<uint8_t>(*p));
        } else {
          std::memcpy(&v, p, 4);
        }
        key[static_cast<size_t>(d)] = static_cast<double>(v);
      }
      double score = 0;
      for (int64_t h = 0; h < heads; ++h) {
        const int64_t q = (row * heads + h) * dim;
        double dot = 0;
        for (int64_t d = 0; d < dim; ++d) {
          const size_t at = static_cast<size_t>(q + d);
          const float v = layout.fp8 ? float_from_bf16(queries.bf16[at]) : queries.f32[at];
          dot += static_cast<double>(v) * key[static_cast<size_t>(d)];
        }
        const double relu = dot <= 0 ? 0 : dot;  // NaN stays
        score += static_cast<double>(queries.weights[static_cast<size_t>(row * heads + h)]) * relu;
      }
      if (layout.fp8) {
        float scale;
        std::memcpy(&scale, index + layout.index_scale(slot), 4);
        score *= static_cast<double>(scale);
      }
      logits[row * stride + s] = static_cast<float>(score);
    }
  }
}

int64_t select_topk_ref(const float* scores, int64_t n, int64_t topk, int32_t* keys) {
  std::vector<int32_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const float x = scores[a], y = scores[b];
    if (std::isnan(x) || std::isnan(y)) {
      return std::isnan(x) == std::isnan(y) ? a < b : std::isnan(y);
    }
    return x != y ? x > y : a < b;
  });
  const int64_t count = std::min(n, topk);
  std::copy_n(order.begin(), count, keys);
  std::sort(keys, keys + count);
  return count;
}

}  // namespace leyden
