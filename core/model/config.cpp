// SPDX-License-Identifier: Apache-2.0
#include "core/model/config.h"

#include <algorithm>

#include "core/model/config_sections.h"
#include "core/model/json_fields.h"

namespace leyden {
namespace {

using nlohmann::json;

// Far above anything published, and small enough that no product of three overflows 64 bits.
constexpr int64_t kMaxVocab = int64_t{1} << 24;
constexpr int64_t kMaxDim = int64_t{1} << 20;
constexpr int64_t kMaxLayers = 4096;
constexpr int64_t kMaxHeads = 65536;
constexpr int64_t kMaxHeadDim = 65536;
constexpr int64_t kMaxExpertMatrices = int64_t{1} << 20;
constexpr int64_t kMaxMatrixElements = int64_t{1} << 40;
constexpr uint64_t kMaxConfigBytes = 16u << 20;

Status check_architecture(const JsonFields& fields, ModelConfig& config) {
  LEYDEN_ASSIGN(config.model_type, fields.string_or_empty("model_type"));
  if (const json* list = fields.find("architectures")) {
    if (!list->is_array() || list->size() != 1 || !(*list)[0].is_string()) {
      return fields.corrupt_field("architectures", "a list of one name");
    }
    config.architecture = (*list)[0].get<std::string>();
    if (config.architecture != "DeepseekV32ForCausalLM") {
      return fields.unsupported_field("architectures", "[\"DeepseekV32ForCausalLM\"]");
    }
  }
  if (!config.model_type.empty() && config.model_type != "deepseek_v32") {
    return fields.unsupported_field("model_type", "\"deepseek_v32\"");
  }
  if (config.model_type.empty() && config.architecture.empty()) {
    return fields.unsupported_field("model_type", "\"deepseek_v32\"");
  }
  config.model_type = "deepseek_v32";
  config.architecture = "DeepseekV32ForCausalLM";
  return {};
}

/// Switches that change the network and that no DeepSeek checkpoint sets.
Status check_fixed_choices(const JsonFields& fields) {
  LEYDEN_TRY(fields.must_be("hidden_act", "silu"));
  for (const char* off : {"attention_bias", "mlp_bias"}) {
    LEYDEN_ASSIGN(const bool on, fields.boolean_or(off, false));
    if (on) return fields.unsupported_field(off, "false");
  }
  LEYDEN_ASSIGN(const bool interleave, fields.boolean_or("rope_interleave", true));
  if (!interleave) return fields.unsupported_field("rope_interleave", "true (MLA's layout)");
  // Indexers shared between layers belong to another model family.
  for (const char* sharing : {"indexer_types", "index_topk_freq", "index_topk_pattern"}) {
    if (fields.has(sharing)) return fields.unsupported_field(sharing, "one indexer per layer");
  }
  return {};
}

Status parse_attention(const JsonFields& fields, ModelConfig& c) {
  LEYDEN_ASSIGN(c.n_heads, fields.integer("num_attention_heads", 1, kMaxHeads));
  LEYDEN_ASSIGN(const int64_t kv_heads,
                fields.integer_or("num_key_value_heads", 1, kMaxHeads, c.n_heads));
  if (kv_heads != c.n_heads && kv_heads != 1) {
    return fields.corrupt_field(
        "num_key_value_heads",
        "num_attention_heads " + std::to_string(c.n_heads) + " (MLA has no grouped heads)");
  }
  if (!fields.has("q_lora_rank")) {
    return fields.unsupported_field("q_lora_rank", "a rank (the indexer reads the query latent)");
  }
  LEYDEN_ASSIGN(c.q_lora_rank, fields.integer("q_lora_rank", 1, kMaxDim));
  LEYDEN_ASSIGN(c.kv_lora_rank, fields.integer("kv_lora_rank", 1, kMaxDim));
  LEYDEN_ASSIGN(c.qk_nope_head_dim, fields.integer("qk_nope_head_dim", 1, kMaxHeadDim));
  LEYDEN_ASSIGN(c.qk_rope_head_dim, fields.integer("qk_rope_head_dim", 2, kMaxHeadDim));
  LEYDEN_ASSIGN(c.v_head_dim, fields.integer("v_head_dim", 1, kMaxHeadDim));
  if (c.qk_rope_head_dim % 2 != 0) {
    return fields.corrupt_field("qk_rope_head_dim", "an even number");
  }
  LEYDEN_ASSIGN(const int64_t qk,
                fields.integer_or("qk_head_dim", 1, 2 * kMaxHeadDim, c.qk_head_dim()));
  if (qk != c.qk_head_dim()) {
    return fields.corrupt_field(
        "qk_head_dim", "qk_nope_head_dim + qk_rope_head_dim = " + std::to_string(c.qk_head_dim()));
  }
  LEYDEN_ASSIGN(c.index_n_heads, fields.integer("index_n_heads", 1, kMaxHeads));
  LEYDEN_ASSIGN(c.index_head_dim, fields.integer("index_head_dim", 1, kMaxHeadDim));
  LEYDEN_ASSIGN(c.index_topk, fields.integer("index_topk", 1, kMaxPositions));
  LEYDEN_ASSIGN(c.indexer_rope_interleave, fields.boolean_or("indexer_rope_interleave", false));
  if (c.qk_rope_head_dim > c.index_head_dim) {
    return fields.corrupt_field("index_head_dim",
                                "at least qk_rope_head_dim " + std::to_string(c.qk_rope_head_dim));
  }
  return {};
}

/// Every matrix has a size that can exist, and their number stays countable.
Status check_sizes(const JsonFields& fields, const ModelConfig& c) {
  const auto too_big = [](int64_t rows, int64_t cols) { return rows > kMaxMatrixElements / cols; };
  const int64_t heads = c.n_heads;
  const std::string limit = "a matrix of at most 2^40 elements";
  if (too_big(c.vocab_size, c.dim)) return fields.corrupt_field("vocab_size", limit);
  if (too_big(heads * c.qk_head_dim(), c.q_lora_rank) ||
      too_big(heads * (c.qk_nope_head_dim + c.v_head_dim), c.kv_lora_rank) ||
      too_big(heads * c.v_head_dim, c.dim)) {
    return fields.corrupt_field("num_attention_heads", limit);
  }
  if (too_big(c.index_n_heads * c.index_head_dim, c.q_lora_rank) ||
      too_big(c.index_n_heads, c.dim)) {
    return fields.corrupt_field("index_n_heads", limit);
  }
  if (c.inter_dim > 0 && too_big(c.inter_dim, c.dim)) {
    return fields.corrupt_field("intermediate_size", limit);
  }
  if (c.n_routed_experts == 0) return {};
  if (too_big(c.moe_inter_dim * std::max<int64_t>(c.n_shared_experts, 1), c.dim)) {
    return fields.corrupt_field("moe_intermediate_size", limit);
  }
  if (c.n_routed_experts > kMaxExpertMatrices / (c.n_layers + c.n_mtp_layers)) {
    return fields.corrupt_field("n_routed_experts", "at most 2^20 experts in all layers");
  }
  return {};
}

Status parse_ids(const JsonFields& fields, int64_t vocab_size, bool only_missing, ModelConfig& c) {
  const auto take = [&](const char* field, std::vector<int32_t>& out) -> Status {
    if (only_missing && !out.empty()) return {};
    LEYDEN_ASSIGN(const std::vector<int64_t> ids, fields.integers(field, 0, vocab_size - 1));
    out.clear();
    for (int64_t id : ids) {
      const auto small = static_cast<int32_t>(id);
      if (std::find(out.begin(), out.end(), small) == out.end()) out.push_back(small);
    }
    return {};
  };
  LEYDEN_TRY(take("bos_token_id", c.bos_ids));
  LEYDEN_TRY(take("eos_token_id", c.eos_ids));
  if (!only_missing || c.pad_id < 0) {
    LEYDEN_ASSIGN(const int64_t pad, fields.integer_or("pad_token_id", -1, vocab_size - 1, -1));
    c.pad_id = static_cast<int32_t>(pad);
  }
  return {};
}

}  // namespace

Result<ModelConfig> ModelConfig::parse(std::string_view text, const std::string& file_name) {
  LEYDEN_ASSIGN(const json object, parse_json_object(text, file_name));
  const JsonFields fields(object, file_name);
  ModelConfig c;
  LEYDEN_TRY(check_architecture(fields, c));
  LEYDEN_TRY(check_fixed_choices(fields));
  LEYDEN_ASSIGN(c.vocab_size, fields.integer("vocab_size", 1, kMaxVocab));
  LEYDEN_ASSIGN(c.dim, fields.integer("hidden_size", 1, kMaxDim));
  LEYDEN_ASSIGN(c.n_layers, fields.integer("num_hidden_layers", 1, kMaxLayers));
  LEYDEN_ASSIGN(c.n_mtp_layers, fields.integer_or("num_nextn_predict_layers", 0, 16, 0));
  LEYDEN_ASSIGN(c.max_seq_len, fields.integer("max_position_embeddings", 1, kMaxPositions));
  LEYDEN_ASSIGN(c.rms_norm_eps, fields.number_or("rms_norm_eps", 1e-12, 0.1, 1e-6));
  LEYDEN_ASSIGN(c.tie_word_embeddings, fields.boolean_or("tie_word_embeddings", false));
  LEYDEN_TRY(parse_attention(fields, c));
  LEYDEN_TRY(parse_experts(fields, c));
  LEYDEN_TRY(parse_rope(fields, c));
  LEYDEN_TRY(parse_quantization(fields, c));
  for (const char* field : {"torch_dtype", "dtype"}) {
    const json* dtype = fields.find(field);
    c.fp32_weights |= dtype && dtype->is_string() && *dtype == "float32";
  }
  LEYDEN_TRY(check_sizes(fields, c));
  LEYDEN_TRY(parse_ids(fields, c.vocab_size, /*only_missing=*/false, c));
  return c;
}

Result<ModelConfig> ModelConfig::load(const std::filesystem::path& dir) {
  const std::filesystem::path path = dir / "config.json";
  LEYDEN_ASSIGN(const std::string text, read_text_file(path, kMaxConfigBytes));
  LEYDEN_ASSIGN(ModelConfig config, parse(text, path.string()));
  const std::filesystem::path generation = dir / "generation_config.json";
  std::error_code ignored;
  if (std::filesystem::exists(generation, ignored)) {
    LEYDEN_ASSIGN(const std::string more, read_text_file(generation, kMaxConfigBytes));
    LEYDEN_ASSIGN(const json object, parse_json_object(more, generation.string()));
    LEYDEN_TRY(parse_ids(JsonFields(object, generation.string()), config.vocab_size,
                         /*only_missing=*/true, config));
  }
  return config;
}

}  // namespace leyden
