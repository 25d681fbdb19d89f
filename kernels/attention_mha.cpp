// SPDX-License-Identifier: Apache-2.0
// MHA attention as two products per head and block of rows, on the blocks of linear():
//
//   once      K of every head -> panels of 16 keys,     [keys/16][d/2][16][2] bf16 or
//   [keys/16][d][16] fp32
//             V               -> panels of 16 channels, [v/16][keys/2][16][2] bf16 or
//             [v/16][keys][16] fp32
//   a task    one head, 32 rows:  S = Q K^T  ->  P = softmax per row, 0 for keys it does not see
//             ->  O = P V
//
// Keys behind a row's position add exact zeros, so a row's bits do not depend on its block.
#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/attention.h"
#include "kernels/cpu_ops.h"
#include "kernels/thread_pool.h"

namespace leyden {
namespace {

constexpr int64_t kBlockRows = 32;

struct Mha {
  const CpuOps& ops;
  const AttentionShape& shape;
  std::span<const AttentionRow> rows;
  const float *q, *kv, *k_pe;
  int64_t n_keys;
  const SelectedKeys* selected;
  float* o;
  int64_t rope, width, kv_width, panels;
  bool dot;

  int64_t panel_bytes() const { return dot ? (width + 1) / 2 * 64 : width * 64; }
  int64_t value_panels() const { return (shape.v_head_dim + 15) / 16; }
  int64_t value_panel_bytes() const { return panels * 16 * (dot ? 32 : 64); }

  // 16 values of one head into all its value panels; `out` is the head's first.
  void pack_values(int64_t head, int64_t panel, std::byte* out) const {
    const int64_t v_dim = shape.v_head_dim, padded = value_panels() * 16;
    float* row = reinterpret_cast<float*>(thread_scratch(ScratchSlot::kRows, 8 * padded));
    uint16_t* even = reinterpret_cast<uint16_t*>(row + padded);
    uint16_t* odd = even + padded;
    const auto value = [&](int64_t s) {
      const float* v = kv + (s * shape.n_heads + head) * kv_width + shape.qk_nope_head_dim;
      for (int64_t i = 0; i < padded; ++i) row[i] = s < n_keys && i < v_dim ? v[i] : 0.0f;
    };
    for (int64_t s = panel * 16; s < panel * 16 + 16; s += dot ? 2 : 1) {
      value(s);
      if (dot) {
        ops.to_bf16(row, padded, even);
        value(s + 1);
        ops.to_bf16(row, padded, odd);
      }
      for (int64_t p = 0; p < value_panels(); ++p) {
        std::byte* to = out + p * value_panel_bytes() + s * (dot ? 32 : 64);
        if (!dot) {
          std::memcpy(to, row + 16 * p, 64);
          continue;
        }
        uint16_t pairs[32];
        for (int64_t i = 0; i < 16; ++i) {
          pairs[2 * i] = even[16 * p + i];
          pairs[2 * i + 1] = odd[16 * p + i];
        }
        std::memcpy(to, pairs, 64);
      }
    }
  }

  // 16 keys of one head into a panel.
  void pack_keys(int64_t head, int64_t panel, std::byte* out) const {
    const int64_t nope = shape.qk_nope_head_dim, even = (width + 1) / 2 * 2;
    float* row =
        reinterpret_cast<float*>(thread_scratch(ScratchSlot::kRows, 4 * (width + 1) + 2 * even));
    uint16_t* narrow = reinterpret_cast<uint16_t*>(row + width + 1);
    for (int64_t lane = 0; lane < 16; ++lane) {
      const int64_t s = panel * 16 + lane;
      const float* k = kv + (s * shape.n_heads + head) * kv_width;
      for (int64_t d = 0; d < width; ++d) {
        row[d] = s >= n_keys ? 0.0f : d < nope ? k[d] : k_pe[s * rope + d - nope];
      }
      if (!dot) {
        for (int64_t d = 0; d < width; ++d) reinterpret_cast<float*>(out)[d * 16 + lane] = row[d];
        continue;
      }
      ops.to_bf16(row, width, narrow);
      if (even != width) narrow[width] = 0;
      for (int64_t d = 0; d < even; ++d) {
        reinterpret_cast<uint16_t*>(out)[d / 2 * 32 + lane * 2 + d % 2] = narrow[d];
      }
    }
  }

  LinearBlock block(int64_t n, const void* const* x, float* const* y) const {
    LinearBlock b;
    b.n_rows = n;
    b.x = x;
    b.x_bf16 = dot;
    b.y = y;
    return b;
  }

  // Rows [first, first + n) of one head. `keys` and `values` are its panels, `p_out` row i's fp32 P
  // or nullptr.
  void run(int64_t head, int64_t first, int64_t n, const std::byte* keys, const std::byte* values,
           float* const* p_out) const {
    int64_t seen = 0;  // keys any row of the block sees
    for (int64_t i = 0; i < n; ++i) {
      seen = std::max(seen, rows[static_cast<size_t>(first + i)].position + 1);
    }
    const int64_t stride = (seen + 63) / 64 * 64, even = (width + 1) / 2 * 2;
    float* scores = reinterpret_cast<float*>(thread_scratch(ScratchSlot::kScores, 4 * n * stride));
    uint16_t* p_narrow =
        reinterpret_cast<uint16_t*>(thread_scratch(ScratchSlot::kKeys, 2 * stride * (dot ? n : 1)));
    uint16_t* q_narrow = reinterpret_cast<uint16_t*>(
        thread_scratch(ScratchSlot::kQueries, 2 * n * even + 4 * stride));
    const void* x[kBlockRows];
    float* y[kBlockRows];
    for (int64_t i = 0; i < n; ++i) {
      const float* row = q + ((first + i) * shape.n_heads + head) * width;
      x[i] = row;
      if (!dot) continue;
      ops.to_bf16(row, width, q_narrow + i * even);
      if (even != width) q_narrow[i * even + width] = 0;
      x[i] = q_narrow + i * even;
    }
    LinearBlock s = block(n, x, y);
    s.k = width;
    s.weight = dot ? LinearBlock::Weight::kBF16Panels : LinearBlock::Weight::kF32Panels;
    s.w_stride = panel_bytes();
    s.n = LinearBlock::kMaxOutputs;
    for (int64_t j = 0; j < stride; j += 64) {
      for (int64_t i = 0; i < n; ++i) y[i] = scores + i * stride + j;
      s.w = keys + j / 16 * panel_bytes();
      ops.linear_block(s);
    }

    float* compact = reinterpret_cast<float*>(q_narrow + n * even);
    for (int64_t i = 0; i < n; ++i) {
      float* p = scores + i * stride;
      probabilities(first + i, p, stride, compact);
      if (p_out[i] != nullptr) std::copy_n(p, seen, p_out[i]);
      x[i] = p;
      if (!shape.round_bf16) continue;
      uint16_t* narrow = p_narrow + (dot ? i * stride : 0);
      ops.to_bf16(p, stride, narrow);
      if (dot) {
        x[i] = narrow;
      } else {
        ops.from_bf16(narrow, stride, p);
      }
    }
    LinearBlock v = block(n, x, y);
    v.k = seen;
    v.weight = s.weight;
    v.w_stride = value_panel_bytes();
    v.round_bf16 = shape.round_bf16;
    for (int64_t j = 0; j < shape.v_head_dim; j += 64) {
      for (int64_t i = 0; i < n; ++i) {
        y[i] = o + ((first + i) * shape.n_heads + head) * shape.v_head_dim + j;
      }
      v.w = values + j / 16 * value_panel_bytes();
      v.n = std::min<int64_t>(64, shape.v_head_dim - j);
      ops.linear_block(v);
    }
  }

  // Raw scores -> P over the keys the row sees, 0 elsewhere.
  void probabilities(int64_t row, float* p, int64_t stride, float* compact) const {
    const size_t at = static_cast<size_t>(row);
    if (selected == nullptr) {
      const int64_t n = rows[at].position + 1;
      ops.softmax(p, n, shape.sm_scale);
      std::fill(p + n, p + stride, 0.0f);
      return;
    }
    const int32_t* keys = selected->keys.data() + row * selected->stride;
    const int64_t n = selected->count[at];
    for (int64_t i = 0; i < n; ++i) compact[i] = p[keys[i]];
    if (n > 0) ops.softmax(compact, n, shape.sm_scale);
    std::fill(p, p + stride, 0.0f);
    for (int64_t i = 0; i < n; ++i) p[keys[i]] = compact[i];
  }
};

}  // namespace

int64_t mha_heads_at_once(int64_t n_heads, int threads) {
  return std::min<int64_t>(n_heads, std::max(2, threads));
}

void mha_attention(ThreadPool& pool, const KvLayout& layout, const AttentionShape& shape,
                   std::span<const AttentionRow> rows, const float* q, const float* kv,
                   const float* k_pe, int64_t n_keys, const SelectedKeys* selected, float* o,
                   float* const* mass) {
  const CpuOps& ops = cpu_ops();
  const int64_t m = static_cast<int64_t>(rows.size()), heads = shape.n_heads;
  const int64_t width = shape.qk_nope_head_dim + layout.rope_dim;
  const int64_t kv_width = shape.qk_nope_head_dim + shape.v_head_dim;
  Mha mha{ops,
          shape,
          rows,
          q,
          kv,
          k_pe,
          n_keys,
          selected,
          o,
          layout.rope_dim,
          width,
          kv_width,
          (n_keys + 63) / 64 * 4,
          shape.round_bf16 && ops.has_dot};
  const int64_t head_bytes = mha.panels * mha.panel_bytes();
  const int64_t value_bytes = mha.value_panels() * mha.value_panel_bytes();
  const int64_t heads_at_once = mha_heads_at_once(heads, pool.size());
  std::vector<std::byte> keys(static_cast<size_t>(heads_at_once * head_bytes));
  std::vector<std::byte> values(static_cast<size_t>(heads_at_once * value_bytes));

  // Mass is added head after head: the rows that want it keep each head's P until the end.
  std::vector<std::vector<float>> p(mass == nullptr ? 0 : static_cast<size_t>(heads * m));
  for (int64_t row = 0; mass != nullptr && row < m; ++row) {
    for (int64_t h = 0; mass[row] != nullptr && h < heads; ++h) {
      p[static_cast<size_t>(h * m + row)].resize(static_cast<size_t>(n_keys));
    }
  }
  const int64_t blocks = (m + kBlockRows - 1) / kBlockRows;
  for (int64_t begin = 0; begin < heads; begin += heads_at_once) {
    const int64_t count = std::min(heads_at_once, heads - begin);
    pool.parallel_for(count * mha.panels / 4, [&](int64_t task, int) {
      for (int64_t panel = task * 4; panel < task * 4 + 4; ++panel) {
        const int64_t slot = panel / mha.panels;
        mha.pack_keys(begin + slot, panel % mha.panels, keys.data() + panel * mha.panel_bytes());
        mha.pack_values(begin + slot, panel % mha.panels, values.data() + slot * value_bytes);
      }
    });
    pool.parallel_for(count * blocks, [&](int64_t task, int) {
      const int64_t slot = task / blocks, head = begin + slot;
      const int64_t first = (blocks - 1 - task % blocks) * kBlockRows;
      const int64_t n = std::min(kBlockRows, m - first);
      float* p_out[kBlockRows] = {};
      for (int64_t i = 0; mass != nullptr && i < n; ++i) {
        auto& one = p[static_cast<size_t>(head * m + first + i)];
        p_out[i] = one.empty() ? nullptr : one.data();
      }
      mha.run(head, first, n, keys.data() + slot * head_bytes, values.data() + slot * value_bytes,
              p_out);
    });
  }
  for (int64_t row = 0; mass != nullptr && row < m; ++row) {
    if (mass[row] == nullptr) continue;
    const size_t at = static_cast<size_t>(row);
    const int64_t n = selected == nullptr ? rows[at].position + 1 : selected->count[at];
    for (int64_t h = 0; h < heads; ++h) {
      const float* probabilities = p[static_cast<size_t>(h * m + row)].data();
      for (int64_t i = 0; i < n; ++i) {
        const int64_t s = selected == nullptr
                              ? i
                              : selected->keys[static_cast<size_t>(row * selected->stride + i)];
        mass[row][i] += probabilities[s];
      }
    }
  }
}

}  // namespace leyden
