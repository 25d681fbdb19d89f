// SPDX-License-Identifier: Apache-2.0
// The zip files that DOCX and EPUB are, read with limits: a few kilobytes must not become a full
// memory.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/status.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

constexpr uint64_t kMaxUnpacked = 256 << 20;  ///< bytes of all entries that are kept
constexpr size_t kMaxEntries = 20'000;

/// Entries whose name `wanted` accepts, by name.
/// Errors: kCorrupt (no zip, damaged), kUnsupported (encrypted), kOutOfMemory (unpacks to more than
/// kMaxUnpacked, or has more than kMaxEntries entries), kCancelled.
Result<std::map<std::string, std::string>> read_archive(
    const File& file, const std::function<bool(const std::string&)>& wanted,
    const Cancelled& cancelled);

}  // namespace leyden::documents
