// SPDX-License-Identifier: Apache-2.0
// A sequence as bytes: what must be kept beside its full pages so that it goes on as if it had
// never stopped.
//
//   manifest = version 1 | count u32 | entries: type u32, size u32, bytes          little-endian
//     1 kv      latent bytes u32, index bytes u32, layers u32: of one token, as this engine keeps
//     them 2 forms   u64: which tail tokens were computed in decode form | u8: 1 when every page is
//     the one
//               its identity names, bit for bit
//     3 sampler seed u64, step u64: of the answer that was being written
//   The state of MTP layers and the last logits would be two more; this engine needs neither, since
//   the last token of a prompt is always computed again. A type this build does not know cannot be
//   restored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/page_store.h"
#include "base/status.h"
#include "kernels/kv_layout.h"

namespace leyden {

/// Where the random numbers of an answer stand.
struct SamplerState {
  uint64_t seed = 0;
  uint64_t step = 0;
  bool operator==(const SamplerState&) const = default;
};

struct SavedSequence {
  PageId tip;                        ///< last full page; all zero when there is none
  int64_t n_tokens = 0;              ///< in full pages and tail together
  std::vector<int32_t> tail_tokens;  ///< after the last full page
  std::vector<std::byte>
      tail_payload;  ///< their records: a canonical page whose other slots are zero
  std::vector<std::byte> manifest;
  std::string numerics_profile;  ///< who computed the tail
};

struct Manifest {
  uint32_t latent_bytes = 0, index_bytes = 0, layers = 0;
  uint64_t tail_decoded = 0;
  bool exact = true;
  std::optional<SamplerState> sampler;

  std::vector<std::byte> serialize() const;
  /// Errors: kCorrupt when it is cut short or lacks an entry; kUnsupported for what this build does
  /// not know. Safe on hostile input.
  static Result<Manifest> parse(const std::vector<std::byte>& bytes);
  /// Errors: kUnsupported when the records are not those of `layout`.
  Status check_layout(const KvLayout& layout) const;
};

/// Zeroes the slots [n, 64) of a canonical page.
void clear_slots(const KvLayout& layout, size_t n, std::byte* canonical);

}  // namespace leyden
