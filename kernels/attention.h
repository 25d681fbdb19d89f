// SPDX-License-Identifier: Apache-2.0
// Attention over the latent cache, in MQA (absorbed) and MHA (explicit heads) form.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/indexer.h"
#include "kernels/kv_layout.h"

namespace leyden {

class ThreadPool;

struct AttentionShape {
  int64_t n_heads = 0;
  int64_t qk_nope_head_dim = 0;
  int64_t v_head_dim = 0;
  float sm_scale = 0;
  bool round_bf16 = false;  ///< deployed: q', latents, P and outputs are bf16 values
};

/// MQA form: score_h(s) = sm_scale * (q'_h . c_s + q_pe_h . k_pe_s), u_h = sum_s P_h(s) c_s.
/// The softmax is over the row's keys only, fp32, max subtracted. Keys are visited in ascending
/// order, sums do not depend on batch mates or threads.
/// @param q_latent [rows, n_heads, kv_lora_rank]  q' = W_UK^T q_nope
/// @param q_pe     [rows, n_heads, rope_dim]      rotated
/// @param selected keys of each row, or nullptr: all of 0..position
/// @param[out] u   [rows, n_heads, kv_lora_rank]
/// @param mass     nullptr, or one entry a row, each nullptr or [keys of that row] f32, to which
///                 sum over h of P_h(s) is added (evidence)
void mqa_attention(ThreadPool& pool, const KvLayout& layout, int64_t layer,
                   const AttentionShape& shape, std::span<const AttentionRow> rows,
                   const float* q_latent, const float* q_pe, const SelectedKeys* selected, float* u,
                   float* const* mass);
void mqa_attention_ref(const KvLayout& layout, int64_t layer, const AttentionShape& shape,
                       std::span<const AttentionRow> rows, const float* q_latent, const float* q_pe,
                       const SelectedKeys* selected, float* u, float* const* mass);

/// Heads whose packed keys and values mha_attention() holds at a time.
int64_t mha_heads_at_once(int64_t n_heads, int threads);

/// MHA form for rows of one sequence: k_h(s) = [W_UK_h c_s ; k_pe_s], v_h(s) = W_UV_h c_s.
/// @param q    [rows, n_heads, qk_nope + rope]  rotated
/// @param kv   [n_keys, n_heads, qk_nope + v]   kv_b applied to the dequantised latents, keys
/// 0..n_keys
/// @param k_pe [n_keys, rope]
/// @param selected keys of each row (masks the others), or nullptr: all of 0..position
/// @param[out] o [rows, n_heads, v_head_dim]
/// With round_bf16, q, kv and k_pe must hold bf16 values already (products take their upper
/// halves). Same conventions and same `mass` as mqa_attention.
void mha_attention(ThreadPool& pool, const KvLayout& layout, const AttentionShape& shape,
                   std::span<const AttentionRow> rows, const float* q, const float* kv,
                   const float* k_pe, int64_t n_keys, const SelectedKeys* selected, float* o,
                   float* const* mass);
void mha_attention_ref(const KvLayout& layout, const AttentionShape& shape,
                       std::span<const AttentionRow> rows, const float* q, const float* kv,
                       const float* k_pe, int64_t n_keys, const SelectedKeys* selected, float* o,
                       float* const* mass);

/// Per-head products with the two halves of kv_b, used around mqa_attention.
/// W_UK_h and W_UV_h are [qk_nope, r] and [v, r], values already rounded as the mode wants, stored
/// head after head as fp32 (bf16 values when round_bf16): w_uk [n_heads, qk_nope, r], w_uv_t
/// [n_heads, r, v]. q_latent[m][h] = q_nope[m][h] . W_UK_h;  q_nope at q + (m * n_heads + h) *
/// q_stride.
void absorb_query(ThreadPool& pool, const float* q, int64_t q_stride, const float* w_uk, int64_t m,
                  int64_t n_heads, int64_t qk_nope, int64_t r, bool round_bf16, float* q_latent);
/// o[m][h] = W_UV_h . u[m][h].
void expand_value(ThreadPool& pool, const float* u, const float* w_uv_t, int64_t m, int64_t n_heads,
                  int64_t r, int64_t v, bool round_bf16, float* o);

}  // namespace leyden
