// SPDX-License-Identifier: Apache-2.0
// What a checkpoint's config.json says, in DeepSeek's own terms. The one place where Hugging Face
// spellings are translated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden {

/// How numbers are kept and computed: `kReference` is fp32 throughout with only the stored weights
/// quantised; `kDeployed` has FP8 activations and FP8 KV records, as the production service.
enum class Precision : uint8_t { kReference, kDeployed };
constexpr const char* precision_name(Precision p) {
  return p == Precision::kReference ? "reference" : "deployed";
}

/// Rotary embedding, shared by MLA and the indexer. factor == 1 means plain RoPE.
struct RopeConfig {
  double theta = 10000;
  double factor = 1;                ///< YaRN context extension, 40 for the 671B model
  int64_t original_seq_len = 4096;  ///< original_max_position_embeddings
  double beta_fast = 32;
  double beta_slow = 1;
  double mscale = 1;
  double mscale_all_dim = 0;
  bool yarn = false;
  /// cos and sin are multiplied by this (MLA and indexer alike). 1 for DeepSeek's own checkpoints,
  /// where mscale == mscale_all_dim; 0.1 ln(factor) + 1 where a YaRN config leaves them out.
  double attention_factor = 1;
};

struct ModelConfig {
  std::string architecture;  ///< "DeepseekV32ForCausalLM"
  std::string model_type;    ///< "deepseek_v32"

  int64_t vocab_size = 0;
  int64_t dim = 0;            ///< hidden_size
  int64_t inter_dim = 0;      ///< intermediate_size, dense FFN width
  int64_t moe_inter_dim = 0;  ///< moe_intermediate_size, per expert
  int64_t n_layers = 0;
  int64_t n_dense_layers = 0;  ///< first_k_dense_replace
  int64_t moe_layer_freq = 1;
  std::vector<bool> sparse_layers;  ///< mlp_layer_types, where given: layer i is "sparse"
  int64_t n_heads = 0;

  int64_t n_routed_experts = 0;
  int64_t n_shared_experts = 0;
  int64_t n_activated_experts = 0;  ///< num_experts_per_tok
  int64_t n_expert_groups = 1;      ///< n_group
  int64_t n_limited_groups = 1;     ///< topk_group
  double route_scale = 1;           ///< routed_scaling_factor
  bool norm_topk_prob = true;

  int64_t q_lora_rank = 0;
  int64_t kv_lora_rank = 0;
  int64_t qk_nope_head_dim = 0;
  int64_t qk_rope_head_dim = 0;
  int64_t v_head_dim = 0;

  int64_t index_n_heads = 0;
  int64_t index_head_dim = 0;
  int64_t index_topk = 0;
  bool indexer_rope_interleave = false;  ///< DeepSeek: false (half-split); absent means false

  RopeConfig rope;
  int64_t max_seq_len = 0;     ///< max_position_embeddings
  double rms_norm_eps = 1e-6;  ///< input, post-attention and final norms
  /// q_a_layernorm, kv_a_layernorm and the indexer's k_norm have 1e-6 whatever rms_norm_eps says
  /// (DeepSeek's modeling file and transformers agree).
  static constexpr double kLatentNormEps = 1e-6;
  bool tie_word_embeddings = false;

  std::vector<int32_t> bos_ids;  ///< usually one
  std::vector<int32_t> eos_ids;  ///< one or several; any of them ends a turn
  int32_t pad_id = -1;

  bool fp8_weights = false;  ///< quantization_config is there
  /// torch_dtype (dtype) is float32. A hint for plans; the loader goes by the tensors' own types.
  bool fp32_weights = false;
  int64_t weight_block_rows = 128;
  int64_t weight_block_cols = 128;
  bool scale_ue8m0 = false;  ///< scale_fmt == "ue8m0": activation scales are powers of two
  int64_t n_mtp_layers = 0;  ///< num_nextn_predict_layers

  /// True when layer i has routed experts.
  bool is_moe(int64_t layer) const {
    if (n_routed_experts == 0) return false;
    if (layer < static_cast<int64_t>(sparse_layers.size())) {
      return sparse_layers[static_cast<size_t>(layer)];
    }
    return layer >= n_dense_layers && layer % moe_layer_freq == 0;
  }
  /// The indexer's Hadamard rotation of the deployed mode exists for powers of two only. Where this
  /// is false, only `Precision::kReference` can run the model.
  bool hadamard_possible() const { return (index_head_dim & (index_head_dim - 1)) == 0; }
  int64_t qk_head_dim() const { return qk_nope_head_dim + qk_rope_head_dim; }
  /// qk_head_dim^-0.5, times YaRN's mscale^2 where it applies.
  double softmax_scale() const;

  /// Parses and validates; every error names the field, what was expected and what was found.
  /// Errors: kCorrupt (not JSON, wrong types, contradictions), kUnsupported (another architecture).
  static Result<ModelConfig> parse(std::string_view json, const std::string& file_name);
  /// Reads `dir`/config.json, and ids from generation_config.json where config.json has none.
  static Result<ModelConfig> load(const std::filesystem::path& dir);
};

}  // namespace leyden
