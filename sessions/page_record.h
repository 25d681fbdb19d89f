// SPDX-License-Identifier: Apache-2.0
// A page as one self-contained, checked byte string: what a row of the KV file and an entry of a
// bundle hold.
//
//   record = "LYPR" | version 1 | flags (1: sealed) | body | XXH3-128 of all before
//   body   = id 32 | parent 32 | depth | numerics profile | tokens | encoded payload
//   a sealed body is Vault::seal(kPayload, body, "page")
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/page_store.h"
#include "sessions/codec.h"
#include "sessions/crypto.h"

namespace leyden {

/// @param vault  null for an unencrypted record
Result<std::vector<std::byte>> encode_page(const StoredPage& page, const PageLayout& layout,
                                           const CodecOptions& options, const Vault* vault);

/// Errors: kCorrupt on damage; kUnsupported on a newer version, or a sealed record without vault.
/// @param room  memory the payload may use again; fresh memory costs as much as decoding into it
Result<StoredPage> decode_page(std::span<const std::byte> record, const Vault* vault,
                               unsigned threads = 1, std::vector<std::byte> room = {});

/// Verifies the outer hash only; needs no key and does not decode.
bool record_hash_holds(std::span<const std::byte> record);

}  // namespace leyden
