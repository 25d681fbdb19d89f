// SPDX-License-Identifier: Apache-2.0
// A session with its text, documents and KV as one file.
//
//   file   = "LYBUNDL1" | entry ... | end entry
//   entry  = type u8 | length u64 | content | XXH3-64 of type, length and content
//   types    1 catalogue (JSON: session, model, messages, documents)
//            2 page (page_record.h, never sealed), root first
//            3 tail (JSON)
//            255 end: number of entries before it, u64
//
// A bundle is plain text for whoever has it: the store's encryption does not extend to it.
#pragma once

#include <string>

#include "base/cancel.h"
#include "base/status.h"
#include "sessions/store.h"

namespace leyden {

struct BundleReport {
  CatalogueId session = 0;
  uint64_t messages = 0, documents = 0, pages = 0;
  uint64_t bytes = 0;
  std::string note;   ///< e.g. that the KV was left out, and why; empty when all is there
};

/// Writes the session to `path` (through a temporary file, so that no half bundle appears). When its
/// KV is not complete, text and documents are exported and the note says so.
/// Errors: kIo; kCancelled.
Result<BundleReport> export_bundle(Store& store, CatalogueId session, const std::string& path,
                                   const CancelToken* cancel = nullptr, const ProgressFn& progress = {});

/// Adds the session of a bundle, as a new one. The whole file is verified before anything is changed;
/// pages come before the rows that point at them. A session with the same uuid stays as it is, and
/// the new one gets another uuid.
/// Errors: kNotFound without such a file; kCorrupt on damage (nothing was changed); kUnsupported on a
/// newer version; kIo.
Result<BundleReport> import_bundle(Store& store, const std::string& path,
                                   const CancelToken* cancel = nullptr, const ProgressFn& progress = {});

/// Parses a bundle in memory and throws the result away; for fuzzing.
Status verify_bundle_bytes(std::span<const std::byte> bytes);

}  // namespace leyden
