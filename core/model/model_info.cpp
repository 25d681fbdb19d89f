// SPDX-License-Identifier: Apache-2.0
#include "core/model/model_info.h"

#include <algorithm>

namespace leyden {

int64_t latent_record_bytes(const ModelConfig& c, Precision precision) {
  if (precision == Precision::kReference) return 4 * (c.kv_lora_rank + c.qk_rope_head_dim);
  const int64_t group = std::min<int64_t>(128, c.kv_lora_rank);
  const int64_t groups = (c.kv_lora_rank + group - 1) / group;
  return c.kv_lora_rank + 4 * groups + 2 * c.qk_rope_head_dim;
}

int64_t index_record_bytes(const ModelConfig& c, Precision precision) {
  return precision == Precision::kReference ? 4 * c.index_head_dim : c.index_head_dim + 4;
}

int64_t kv_bytes_per_token(const ModelConfig& c, Precision precision) {
  return c.n_layers * (latent_record_bytes(c, precision) + index_record_bytes(c, precision));
}

ModelInfo model_info(const Checkpoint& checkpoint, const KvShape& shape) {
  const ModelConfig& c = checkpoint.config();
  ModelInfo info;
  info.architecture = c.architecture;
  info.layers = c.n_layers;
  info.parameters = checkpoint.parameters();
  info.mtp_parameters = checkpoint.mtp_parameters();
  info.bytes = checkpoint.bytes();
  if (const auto hash = cached_tensor_hash(checkpoint)) {
    info.fingerprint = fingerprint(*hash, c, shape);
  }
  info.kv_bytes_per_token = kv_bytes_per_token(c, shape.precision);
  info.index_topk = c.index_topk;
  info.max_context = c.max_seq_len;
  return info;
}

Result<ModelInfo> model_info(const std::filesystem::path& dir, const KvShape& shape) {
  LEYDEN_ASSIGN(const ModelConfig config, ModelConfig::load(dir));
  LEYDEN_ASSIGN(const Checkpoint checkpoint, Checkpoint::open(dir, config));
  return model_info(checkpoint, shape);
}

}  // namespace leyden
