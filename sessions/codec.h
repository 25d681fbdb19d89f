// SPDX-License-Identifier: Apache-2.0
// The lossless page codec: payload bytes to a self-describing, checked, smaller form and back.
//
// Numbers of one kind are gathered into planes (all code bytes, the high bytes of all RoPE halves,
// ...). A plane of codes is either left in rows, where zstd finds the records that repeated tokens
// repeat, or sorted by channel into classes of similar magnitude, so that each class gets an entropy
// table of its own: whichever is smaller. Each stream is then zstd, or raw where zstd does not pay.
// The byte layout is drawn in format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "sessions/page_layout.h"

namespace leyden {

struct CodecOptions {
  int zstd_level = 1;      ///< of planes in rows
  unsigned threads = 1;    ///< planes in parallel
  unsigned classes = 4;    ///< channel classes to try for a code plane, 1 to 16; 1: do not try
};

/// Encodes a payload.
/// @param payload  exactly layout.total_bytes() bytes
/// Errors: kInvalidArgument on a size mismatch or a layout that does not validate.
/// Threads: reentrant; spawns options.threads - 1 helpers.
/// Cost:    see docs/performance.md, "page codec". Output is at most payload + 1 % + 4 KiB.
Result<std::vector<std::byte>> encode_payload(std::span<const std::byte> payload,
                                              const PageLayout& layout,
                                              const CodecOptions& options = {});

/// Decodes what encode_payload() made and verifies its XXH3-128. Safe on hostile input: nothing is
/// allocated beyond kMaxPayloadBytes, and no byte of the result is left unwritten.
/// @param room  memory the result may use again
/// Errors: kCorrupt on any damage; kUnsupported on a newer codec version.
/// Threads: reentrant; spawns threads - 1 helpers.
Result<std::vector<std::byte>> decode_payload(std::span<const std::byte> encoded,
                                              unsigned threads = 1,
                                              std::vector<std::byte> room = {});

/// The same into memory of the caller's, which must have exactly the payload's size: for restoring many
/// pages into one buffer. On an error the memory holds anything.
Status decode_payload_into(std::span<const std::byte> encoded, std::span<std::byte> payload,
                           unsigned threads = 1);

/// What an encoded payload says about itself, unverified.
struct EncodedInfo {
  uint32_t version = 0;
  size_t raw_bytes = 0;
  PageLayout layout;
};
Result<EncodedInfo> inspect_payload(std::span<const std::byte> encoded);

}  // namespace leyden
