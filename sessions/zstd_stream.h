// SPDX-License-Identifier: Apache-2.0
// One byte string through zstd, with the library's contexts kept per thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/status.h"

namespace leyden {

/// A level for bytes without repeats, such as codes: Huffman only, no search for matches.
inline constexpr int kEntropyOnly = 0;

/// Appends the zstd frame of `raw` to `out` when it is smaller than `most` bytes and answers true;
/// otherwise leaves `out` alone and answers false.
bool zstd_append(std::span<const std::byte> raw, int level, size_t most,
                 std::vector<std::byte>& out);

/// Decodes a frame into `raw`, which it must fill exactly; false when it does not.
bool zstd_expand(std::span<const std::byte> frame, std::span<std::byte> raw);

}  // namespace leyden
