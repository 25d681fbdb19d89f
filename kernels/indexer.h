// SPDX-License-Identifier: Apache-2.0
// The lightning indexer: scores every cached key against a query token, keeps the best top-k.
//   score(t, s) = k_scale(s) * sum over h of w(t, h) * relu(q(t, h) . k(s))
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kv_layout.h"

namespace leyden {

class ThreadPool;

/// Queries of n rows, ready for scoring. Head factors n_heads^-0.5 * dim^-0.5 and, in deployed
/// mode, the query's FP8 scale are folded into `weights`.
struct IndexerQueries {
  int64_t n_heads = 0;
  int64_t dim = 0;
  std::vector<float> f32;      ///< reference: [rows, n_heads, dim]
  std::vector<uint16_t> bf16;  ///< deployed: code values, exact in bf16, [rows, n_heads, dim]
  std::vector<float> weights;  ///< [rows, n_heads]

  /// @param q [rows, n_heads, dim] after RoPE (and Hadamard in deployed mode)
  /// @param w [rows, n_heads] raw output of weights_proj
  static IndexerQueries prepare(ThreadPool& pool, const KvLayout& layout, const float* q,
                                const float* w, int64_t rows, int64_t n_heads);
};

/// The selected keys of each row, ascending by position. Row i owns keys[i * stride .. + count[i]).
struct SelectedKeys {
  int64_t stride = 0;
  std::vector<int32_t> keys;
  std::vector<int32_t> count;
};

/// logits[i][s] for s in [0, rows[i].position]; entries behind are left alone.
/// @param[out] logits [rows, stride] f32
/// Reference and tests; the engine uses indexer_select.
void indexer_logits(ThreadPool& pool, const KvLayout& layout, int64_t layer,
                    std::span<const AttentionRow> rows, const IndexerQueries& queries,
                    float* logits, int64_t stride);
void indexer_logits_ref(const KvLayout& layout, int64_t layer, std::span<const AttentionRow> rows,
                        const IndexerQueries& queries, float* logits, int64_t stride);

/// The min(topk, n) largest of scores[0..n): larger score first, equal scores by smaller position,
/// -0 equal to +0, NaN last. Written ascending by position. Returns the count.
int64_t select_topk(const float* scores, int64_t n, int64_t topk, int32_t* keys);
int64_t select_topk_ref(const float* scores, int64_t n, int64_t topk, int32_t* keys);

/// Scores and selects in one go, scores never all in memory at once for long prefills.
/// Rows with position < topk select everything and are not scored.
/// Neighbouring rows with the same `pages` share the reading of keys.
/// Cost: 2 * n_heads * dim flop a (row, key) pair.
void indexer_select(ThreadPool& pool, const KvLayout& layout, int64_t layer,
                    std::span<const AttentionRow> rows, const IndexerQueries& queries, int64_t topk,
                    SelectedKeys* out);

}  // namespace leyden
