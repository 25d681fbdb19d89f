// SPDX-License-Identifier: Apache-2.0
// How the bytes of a page are arranged, as far as compression needs to know. Core describes its
// canonical page with this struct; sessions never learns what the bytes mean.
//
//   payload = layer 0 | layer 1 | ... | layer L-1                  all layers alike
//   layer   = block 0 | block 1 | ...
//   block   = record 0 | record 1 | ... | record R-1
//   record  = part 0 | part 1 | ...
//   part    = `elements` values of `element_bytes` bytes each
//
// A layout tiles its payload by construction: no byte is left out and none is covered twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"

namespace leyden {

struct PageLayout {
  struct Part {
    uint32_t elements = 0;
    uint8_t element_bytes = 1;  ///< 1, 2, 4 or 8
    bool operator==(const Part&) const = default;
  };
  struct Block {
    uint32_t records = 0;
    std::vector<Part> parts;
    size_t record_bytes() const;
    size_t bytes() const { return records * record_bytes(); }
    bool operator==(const Block&) const = default;
  };

  uint32_t layers = 0;
  std::vector<Block> blocks;

  size_t layer_bytes() const;
  size_t total_bytes() const { return layers * layer_bytes(); }
  bool operator==(const PageLayout&) const = default;

  /// kInvalidArgument when a count is zero or beyond what the codec accepts (see kMaxPayloadBytes).
  Status validate() const;
  std::vector<std::byte> serialize() const;
  /// Reads one layout from the front of `bytes` and moves `bytes` past it. Safe on hostile input.
  /// Errors: kCorrupt when it is cut short or does not pass validate().
  static Result<PageLayout> parse(std::span<const std::byte>& bytes);
};

/// No payload of one page may be larger than this.
inline constexpr size_t kMaxPayloadBytes = size_t{256} << 20;

/// Bytes without known structure: one block, one record.
PageLayout opaque_layout(size_t bytes);

/// The canonical DSA page. Per layer: `page_tokens` latent records of
/// [kv_lora_rank code bytes | scale_groups fp32 | qk_rope_head_dim bf16], then `page_tokens` rows of
/// index_head_dim code bytes, then `page_tokens` fp32 scales.
PageLayout dsa_page_layout(uint32_t layers, uint32_t kv_lora_rank, uint32_t scale_groups,
                           uint32_t qk_rope_head_dim, uint32_t index_head_dim,
                           uint32_t page_tokens = 64);

}  // namespace leyden
