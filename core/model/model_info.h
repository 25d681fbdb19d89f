// SPDX-License-Identifier: Apache-2.0
// What `leyden info` tells about a model folder, from headers alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/status.h"
#include "core/model/fingerprint.h"

namespace leyden {

/// Bytes of one token's record in one layer. Deployed: latent codes, a 4-byte scale per group of
/// min(128, rank) of them, rope part in BF16; index key codes and one scale (656 + 132 at 671B
/// dims). Reference: all in F32.
int64_t latent_record_bytes(const ModelConfig& config, Precision precision);
int64_t index_record_bytes(const ModelConfig& config, Precision precision);
/// All layers, without MTP: 48,068 for the deployed 671B model.
int64_t kv_bytes_per_token(const ModelConfig& config, Precision precision);

struct ModelInfo {
  std::string architecture;
  int64_t layers = 0;
  int64_t parameters = 0;                  ///< without MTP layers and scales
  int64_t mtp_parameters = 0;              ///< 0 when the folder has none
  int64_t bytes = 0;                       ///< of all tensors in the files
  std::optional<std::string> fingerprint;  ///< nothing: "not computed" (nobody has hashed it yet)
  int64_t kv_bytes_per_token = 0;
  int64_t index_topk = 0;
  int64_t max_context = 0;
};

/// Reads config and headers; the fingerprint only from the cache.
/// Errors: those of ModelConfig::load and Checkpoint::open.
Result<ModelInfo> model_info(const std::filesystem::path& dir, const KvShape& shape);
ModelInfo model_info(const Checkpoint& checkpoint, const KvShape& shape);

}  // namespace leyden
