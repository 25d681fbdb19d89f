// SPDX-License-Identifier: Apache-2.0
// XXH3 of byte strings, with the widest vectors that the processor has: the library picks them at run time.
#pragma once

#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace leyden {

using Xxh3Digest = std::array<std::byte, 16>;

/// XXH3-128, in the canonical (big-endian) order of bytes.
inline Xxh3Digest xxh3_128(std::span<const std::byte> bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  Xxh3Digest digest;
  std::memcpy(digest.data(), canonical.digest, digest.size());
  return digest;
}

inline uint64_t xxh3_64(std::span<const std::byte> bytes, uint64_t seed = 0) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace leyden
