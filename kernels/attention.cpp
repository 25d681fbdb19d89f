// SPDX-License-Identifier: Apache-2.0
// MQA attention and the per-head products around it, cut into blocks for threads.
#include "kernels/attention.h"

#include <algorithm>

#include "kernels/cpu_ops.h"
#include "kernels/thread_pool.h"

namespace leyden {

void mqa_attention(ThreadPool& pool, const KvLayout& layout, int64_t layer,
                   const AttentionShape& shape, std::span<const AttentionRow> rows,
                   const float* q_latent, const float* q_pe, const SelectedKeys* selected, float* u,
                   float* const* mass) {
  const CpuOps& ops = cpu_ops();
  const int64_t m = static_cast<int64_t>(rows.size()), heads = shape.n_heads;
  // All heads of a row share its gathered keys; a lone row is cut by heads to feed the threads.
  int64_t parts = 1;
  if (m > 0 && m < pool.size()) {
    parts = std::clamp<int64_t>((pool.size() + m - 1) / m, 1, (heads + 3) / 4);
  }
  const int64_t heads_per_part = ((heads + parts - 1) / parts + 3) / 4 * 4;
  parts = (heads + heads_per_part - 1) / heads_per_part;

  const auto keys_of = [&](int64_t row) -> int64_t {
    return selected == nullptr ? rows[static_cast<size_t>(row)].position + 1
                               : selected->count[static_cast<size_t>(row)];
  };
  const auto stride_of = [&](int64_t row) { return (keys_of(row) + 15) / 16 * 16; };
  const auto wants_mass = [&](int64_t row) { return mass != nullptr && mass[row] != nullptr; };
  // P of the cut rows whose mass is wanted: heads must be added in one order.
  std::vector<std::vector<float>> shared(parts > 1 ? static_cast<size_t>(m) : 0);
  for (int64_t row = 0; parts > 1 && row < m; ++row) {
    if (wants_mass(row)) {
      shared[static_cast<size_t>(row)].resize(static_cast<size_t>(heads * stride_of(row)));
    }
  }

  MqaKept nothing;
  for (int64_t row = 0; row < m; ++row) {
    nothing.capacity = std::max(nothing.capacity, std::min(keys_of(row), MqaKept::kMostKeys));
  }
  nothing.lone_row = m == 1;
  std::vector<MqaKept> kept(static_cast<size_t>(pool.size()), nothing);

  pool.parallel_for(m * parts, [&](int64_t task, int worker) {
    const int64_t row = m - 1 - task / parts, first = task % parts * heads_per_part;
    MqaBlock b;
    b.fp8 = layout.fp8;
    b.scale_ue8m0 = layout.scale_ue8m0;
    b.rank = layout.kv_lora_rank;
    b.rope = layout.rope_dim;
    b.record_bytes = layout.latent_bytes();
    b.layer_offset = layout.latent_offset(layer, 0);
    b.pages = rows[static_cast<size_t>(row)].pages;
    b.keys = selected == nullptr ? nullptr : selected->keys.data() + row * selected->stride;
    b.n_keys = keys_of(row);
    b.n_heads = std::min(heads_per_part, heads - first);
    const int64_t head = row * heads + first;
    b.q_latent = q_latent + head * b.rank;
    b.q_pe = q_pe + head * b.rope;
    b.sm_scale = shape.sm_scale;
    b.round_bf16 = shape.round_bf16;
    b.kept = &kept[static_cast<size_t>(worker)];
    b.p_stride = stride_of(row);
    const bool is_shared = parts > 1 && wants_mass(row);
    b.p = is_shared ? shared[static_cast<size_t>(row)].data() + first * b.p_stride
                    : reinterpret_cast<float*>(
                          thread_scratch(ScratchSlot::kScores, 4 * b.n_heads * b.p_stride));
    b.u = u + head * b.rank;
    ops.mqa_block(b);
    if (!wants_mass(row) || is_shared) return;
    for (int64_t h = 0; h < heads; ++h) ops.add(mass[row], b.p + h * b.p_stride, b.n_keys);
  });
  for (int64_t row = 0; parts > 1 && row < m; ++row) {
    if (!wants_mass(row)) continue;
    const float* p = shared[static_cast<size_t>(row)].data();
    for (int64_t h = 0; h < heads; ++h) ops.add(mass[row], p + h * stride_of(row), keys_of(row));
  }
}

namespace {

// out[m][h] = x[m][h] . w[h], w[h] being [k, n] row-major.
void per_head(ThreadPool& pool, const float* x, int64_t x_stride, const float* w, int64_t m,
              int64_t n_heads, int64_t k, int64_t n, bool round, float* out) {
  constexpr int64_t kRowsAtOnce = 64;
  const CpuOps& ops = cpu_ops();
  const bool dot = round && ops.has_dot;
  const int64_t chunks = (m + kRowsAtOnce - 1) / kRowsAtOnce, k_even = (k + 1) / 2 * 2;
  pool.parallel_for(n_heads * chunks, [&](int64_t task, int) {
    const int64_t head = task / chunks, first = task % chunks * kRowsAtOnce;
    const int64_t rows = std::min(kRowsAtOnce, m - first);
    const void* x_rows[kRowsAtOnce];
    float* y_rows[kRowsAtOnce];
    uint16_t* narrow =
        reinterpret_cast<uint16_t*>(thread_scratch(ScratchSlot::kRows, 2 * k_even * kRowsAtOnce));
    for (int64_t i = 0; i < rows; ++i) {
      const float* row = x + ((first + i) * n_heads + head) * x_stride;
      x_rows[i] = row;
      if (!dot) continue;
      uint16_t* to = narrow + i * k_even;
      ops.to_bf16(row, k, to);
      if (k_even != k) to[k] = 0;
      x_rows[i] = to;
    }
    LinearBlock b;
    b.n_rows = rows;
    b.x = x_rows;
    b.x_bf16 = dot;
    b.k = k;
    b.weight = LinearBlock::Weight::kF32Rows;
    b.w_stride = n;
    b.y = y_rows;
    b.round_bf16 = round;
    const int64_t step = rows == 1 ? LinearBlock::kMaxOutputsOneRow : LinearBlock::kMaxOutputs;
    for (int64_t j = 0; j < n; j += step) {
      for (int64_t i = 0; i < rows; ++i) y_rows[i] = out + ((first + i) * n_heads + head) * n + j;
      b.w = reinterpret_cast<const std::byte*>(w + head * k * n + j);
      b.n = std::min(step, n - j);
      ops.linear_block(b);
    }
  });
}

}  // namespace

void absorb_query(ThreadPool& pool, const float* q, int64_t q_stride, const float* w_uk, int64_t m,
                  int64_t n_heads, int64_t qk_nope, int64_t r, bool round_bf16, float* q_latent) {
  per_head(pool, q, q_stride, w_uk, m, n_heads, qk_nope, r, round_bf16, q_latent);
}

void expand_value(ThreadPool& pool, const float* u, const float* w_uv_t, int64_t m, int64_t n_heads,
                  int64_t r, int64_t v, bool round_bf16, float* o) {
  per_head(pool, u, r, w_uv_t, m, n_heads, r, v, round_bf16, o);
}

}  // namespace leyden
