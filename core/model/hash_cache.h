// SPDX-License-Identifier: Apache-2.0
// Remembers tensor hashes by file identity: one small text file a checkpoint in cache_directory().
// Nothing here can fail loudly; a cache that is missing, damaged or read-only is no cache.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/fingerprint.h"

namespace leyden {

std::string to_hex(const TensorHash& hash);

/// `names` too: an index may offer fewer tensors than its shards hold.
std::optional<TensorHash> load_tensor_hash(const std::vector<FileIdentity>& files,
                                           const std::vector<std::string>& names);

/// Files changed within the last two seconds are not remembered: their mtime could stay the same
/// through one more change.
void store_tensor_hash(const std::vector<FileIdentity>& files,
                       const std::vector<std::string>& names, const TensorHash& hash);

}  // namespace leyden
