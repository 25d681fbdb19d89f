// SPDX-License-Identifier: Apache-2.0
// Which three-byte characters may start as one symbol instead of three bytes, without changing what
// BPE makes of any text.
//
// BPE takes the lowest rank first. Say a character's bytes b0 b1 b2 merge by (b0 b1) and then (t
// b2), at ranks r1 and r2, M = max(r1, r2). If no merge that could take b0, b1, b2 or t away has a
// rank at or below M, then whatever surrounds the character, those two merges happen before any
// other that touches its bytes. If no merge that uses the whole character has a rank at or below M
// either, doing them first changes the order of independent merges only, never the outcome. The
// same for (b1 b2) and then (b0 t). What can take them away, in valid UTF-8:
//   b0, t = (b0 b1), the character   as the right part of a merge with anything
//   b2, t = (b1 b2)                  as the left part, with what begins with no continuation byte
//   the character                    as the left part
//   b1                               by b2 before b0, or the other way round: the lower rank
//   decides
// A longer symbol that begins with b2 or ends with b0 would have needed one of the first two.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/text/bpe.h"

namespace leyden {

/// By code point below 0x10000: the symbol of a three-byte character that is bound to form, or -1.
/// `rank(left, right)` is 0xFFFFFFFF for no merge.
std::vector<int32_t> bound_characters(const std::array<int32_t, 256>& byte_ids,
                                      const std::vector<Bpe::Merge>& merges,
                                      const std::function<uint32_t(int32_t, int32_t)>& rank);

}  // namespace leyden
