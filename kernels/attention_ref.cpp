// SPDX-License-Identifier: Apache-2.0
// Both attention forms as plain loops with double sums: the definition.
//   e_s = exp(score_s - max),  P_s = e_s / sum of e,  output = sum of bf16?(P_s) * value_s
// `mass` adds P before its rounding.
#include <cmath>
#include <limits>
#include <vector>

#include "base/dtype.h"
#include "kernels/attention.h"

namespace leyden {
namespace {

float rounded(float v, bool round) { return round ? round_bf16(v) : v; }

int64_t key_count(std::span<const AttentionRow> rows, size_t row, const SelectedKeys* selected) {
  return selected == nullptr ? rows[row].position + 1 : selected->count[row];
}
int64_t key_at(const SelectedKeys* selected, size_t row, int64_t i) {
  return selected == nullptr
             ? i
             : selected
                   ->keys[static_cast<size_t>(static_cast<int64_t>(row) * selected->stride + i)];
}

// Scores in, P out; adds to mass.
void softmax(std::vector<double>& p, bool round, float* mass) {
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (double s : p) top = s > top ? s : top;
  for (double& s : p) {
    s = std::exp(s - top);
    sum += s;
  }
  for (size_t i = 0; i < p.size(); ++i) {
    const float v = static_cast<float>(p[i] / sum);
    if (mass != nullptr) mass[i] += v;
    p[i] = static_cast<double>(rounded(v, round));
  }
}

}  // namespace

void mqa_attention_ref(const KvLayout& layout, int64_t layer, const AttentionShape& shape,
                       std::span<const AttentionRow> rows, const float* q_latent, const float* q_pe,
                       const SelectedKeys* selected, float* u, float* const* mass) {
  const int64_t rank = layout.kv_lora_rank, rope = layout.rope_dim, width = rank + rope;
  const bool round = shape.round_bf16;
  for (size_t r = 0; r < rows.size(); ++r) {
    const int64_t n = key_count(rows, r, selected);
    std::vector<float> k(static_cast<size_t>(n * width));
    for (int64_t i = 0; i < n; ++i) {
      const int64_t s = key_at(selected, r, i);
      float* c = k.data() + i * width;
      kv_read(layout, layer, rows[r].pages[s / KvLayout::kPageTokens], s % KvLayout::kPageTokens, c,
              c + rank);
      for (int64_t d = 0; d < width; ++d) c[d] = rounded(c[d], round);
    }
    for (int64_t h = 0; h < shape.n_heads; ++h) {
      const int64_t head = static_cast<int64_t>(r) * shape.n_heads + h;
      std::vector<double> p(static_cast<size_t>(n));
      for (int64_t i = 0; i < n; ++i) {
        const float* c = k.data() + i * width;
        double dot = 0;
        for (int64_t d = 0; d < width; ++d) {
          const float q = d < rank ? q_latent[head * rank + d] : q_pe[head * rope + d - rank];
          dot += static_cast<double>(rounded(q, round)) * static_cast<double>(c[d]);
        }
        p[static_cast<size_t>(i)] = dot * static_cast<double>(shape.sm_scale);
      }
      softmax(p, round, mass == nullptr ? nullptr : mass[r]);
      for (int64_t d = 0; d < rank; ++d) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) {
          sum += p[static_cast<size_t>(i)] *
                 static_cast<double>(k[static_cast<size_t>(i * width + d)]);
        }
        u[head * rank + d] = rounded(static_cast<float>(sum), round);
      }
    }
  }
}

void mha_attention_ref(const KvLayout& layout, const AttentionShape& shape,
                       std::span<const AttentionRow> rows, const float* q, const float* kv,
                       const float* k_pe, int64_t n_keys, const SelectedKeys* selected, float* o,
                       float* const* mass) {
  (void)n_keys;
  const int64_t nope = shape.qk_nope_head_dim, v_dim = shape.v_head_dim, rope = layout.rope_dim;
  const bool round = shape.round_bf16;
  for (size_t r = 0; r < rows.size(); ++r) {
    const int64_t n = key_count(rows, r, selected);
    for (int64_t h = 0; h < shape.n_heads; ++h) {
      const int64_t head = static_cast<int64_t>(r) * shape.n_heads + h;
      const float* q_head = q + head * (nope + rope);
      std::vector<double> p(static_cast<size_t>(n));
      for (int64_t i = 0; i < n; ++i) {
        const int64_t s = key_at(selected, r, i);
        const float* k_nope = kv + (s * shape.n_heads + h) * (nope + v_dim);
        double dot = 0;
        for (int64_t d = 0; d < nope + rope; ++d) {
          const float k = d < nope ? k_nope[d] : k_pe[s * rope + d - nope];
          dot += static_cast<double>(rounded(q_head[d], round)) *
                 static_cast<double>(rounded(k, round));
        }
        p[static_cast<size_t>(i)] = dot * static_cast<double>(shape.sm_scale);
      }
      softmax(p, round, mass == nullptr ? nullptr : mass[r]);
      for (int64_t d = 0; d < v_dim; ++d) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) {
          const int64_t s = key_at(selected, r, i);
          const float v = kv[(s * shape.n_heads + h) * (nope + v_dim) + nope + d];
          sum += p[static_cast<size_t>(i)] * static_cast<double>(rounded(v, round));
        }
        o[head * v_dim + d] = rounded(static_cast<float>(sum), round);
      }
    }
  }
}

}  // namespace leyden
