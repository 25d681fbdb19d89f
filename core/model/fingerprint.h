// SPDX-License-Identifier: Apache-2.0
// A model's identity: what a stored KV page is only valid for.
//
//   fingerprint = H(format, everything of the config and the options that shapes KV, tensor hash)
//   tensor hash = H(for each tensor, sorted by name: H(name, dtype, shape, its chunks' hashes))
//   chunk hash  = H(4 MiB of the tensor's bytes)           H: BLAKE2b-256, personalised per level
//
// Shards, file order, threads and padding do not enter; one flipped bit of any tensor does.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/status.h"
#include "core/model/checkpoint.h"

namespace leyden {

using TensorHash = std::array<uint8_t, 32>;

/// What shapes KV besides tensors and config. Never device, ranks, threads or chunk size.
struct KvShape {
  Precision precision = Precision::kDeployed;
  bool dsa = true;                 ///< false: --attention dense
  int64_t mha_positions = 0;       ///< form switch-over: prefill below this uses the MHA form
  uint32_t kv_format_version = 1;  ///< of the canonical page bytes
};

/// Reads every tensor byte: about 1 GB/s a thread once the files are in memory. Writes the result
/// to the cache; a cache that cannot be written is no error.
/// @param n_threads  at least 1; `progress` is called on the calling thread only
/// Errors: kCancelled; kIo when a file changed while it was read.
Result<TensorHash> compute_tensor_hash(const Checkpoint& checkpoint, int n_threads,
                                       const ProgressFn& progress = {},
                                       const CancelToken* cancel = nullptr);

/// The hash an earlier compute left behind for these very files (device, inode, size, mtime), or
/// nothing. Reads no tensor data: for `info` on models of hundreds of gigabytes.
std::optional<TensorHash> cached_tensor_hash(const Checkpoint& checkpoint);

/// Cached, else computed.
Result<TensorHash> tensor_hash(const Checkpoint& checkpoint, int n_threads,
                               const ProgressFn& progress = {},
                               const CancelToken* cancel = nullptr);

/// 64 hex digits. Vocabulary ids, the context limit and MTP settings do not enter: KV does not
/// depend on them.
std::string fingerprint(const TensorHash& tensors, const ModelConfig& config, const KvShape& shape);

/// $XDG_CACHE_HOME/leyden, else ~/.cache/leyden; empty when neither is an absolute path.
std::filesystem::path cache_directory();

}  // namespace leyden
