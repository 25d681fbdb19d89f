// SPDX-License-Identifier: Apache-2.0
// How the CPU backend keeps one page (64 tokens, all layers) in memory. Layers follow each other:
//
//   latents   64 records, token-major
//             deployed   [kv_lora_rank e4m3 codes][f32 scale per group of 128][rope_dim bf16]   656
//             B at 671B dims reference  [kv_lora_rank + rope_dim f32]
//   index     4 panels of 16 keys, as PackedMatrix panels of a [64, index_dim] matrix
//             deployed   [index_dim/2][16][2] e4m3 codes; after the 4 panels 64 f32 scales     132
//             B a token reference  [index_dim][16] f32
//
// The canonical page (what a PageStore keeps) differs only in the index codes: token-major there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leyden {

struct KvLayout {
  static constexpr int64_t kPageTokens = 64;
  static constexpr int64_t kGroup = 128;

  bool fp8 = true;  ///< deployed records; false: reference (fp32)
  int64_t n_layers = 0;
  int64_t kv_lora_rank = 0;
  int64_t rope_dim = 0;
  int64_t index_dim = 0;    ///< even
  bool scale_ue8m0 = true;  ///< scales are powers of two

  int64_t groups() const { return (kv_lora_rank + kGroup - 1) / kGroup; }
  int64_t latent_bytes() const {
    return fp8 ? kv_lora_rank + 4 * groups() + 2 * rope_dim : 4 * (kv_lora_rank + rope_dim);
  }
  int64_t index_bytes() const { return fp8 ? index_dim + 4 : 4 * index_dim; }
  int64_t bytes_per_token() const { return n_layers * (latent_bytes() + index_bytes()); }
  int64_t layer_bytes() const { return kPageTokens * (latent_bytes() + index_bytes()); }
  int64_t page_bytes() const { return n_layers * layer_bytes(); }

  int64_t latent_offset(int64_t layer, int64_t slot) const {
    return layer * layer_bytes() + slot * latent_bytes();
  }
  int64_t index_offset(int64_t layer) const {
    return layer * layer_bytes() + kPageTokens * latent_bytes();
  }
  /// Byte offset, from index_offset(layer), of element d of key `slot`.
  int64_t index_element(int64_t slot, int64_t d) const {
    const int64_t panel = slot / 16, lane = slot % 16;
    return fp8 ? panel * 16 * index_dim + (d / 2) * 32 + lane * 2 + d % 2
               : 4 * (panel * 16 * index_dim + d * 16 + lane);
  }
  /// Byte offset, from index_offset(layer), of the f32 scale of key `slot` (fp8 only).
  int64_t index_scale(int64_t slot) const { return kPageTokens * index_dim + 4 * slot; }
};

/// A query token's view of its sequence: it sees keys 0..position, key s in slot s % 64 of
/// pages[s / 64].
struct AttentionRow {
  const std::byte* const* pages = nullptr;
  int64_t position = 0;
};

/// Writes the records of one token.
/// @param latent  [kv_lora_rank] normalised latent, before quantisation
/// @param k_pe    [rope_dim] rotated
/// @param index_k [index_dim] after LayerNorm, RoPE and (deployed) Hadamard; quantised here
void kv_write(const KvLayout& layout, int64_t layer, std::byte* page, int64_t slot,
              const float* latent, const float* k_pe, const float* index_k);

/// Reads a token's latent (dequantised; in deployed mode exact in bf16 up to one rounding) and
/// k_pe.
void kv_read(const KvLayout& layout, int64_t layer, const std::byte* page, int64_t slot,
             float* latent, float* k_pe);

/// Canonical page bytes <-> in-memory page. Sizes are both page_bytes().
void kv_to_canonical(const KvLayout& layout, const std::byte* page, std::byte* canonical);
void kv_from_canonical(const KvLayout& layout, const std::byte* canonical, std::byte* page);

}  // namespace leyden
