// SPDX-License-Identifier: Apache-2.0
#include "core/model/config_sections.h"

#include <cmath>

namespace leyden {
namespace {

using nlohmann::json;

constexpr double kMaxTheta = 1e15;
constexpr int64_t kMaxExperts = 65536;
constexpr int64_t kMaxWidth = int64_t{1} << 24;

/// YaRN's attention temperature: 0.1 * m * ln(factor) + 1, or 1 where nothing is stretched.
double yarn_mscale(double factor, double m) {
  return factor <= 1 ? 1 : 0.1 * m * std::log(factor) + 1;
}

/// transformers' rule for what multiplies cos and sin.
double inferred_attention_factor(const RopeConfig& rope, bool has_mscale) {
  if (has_mscale && rope.mscale != 0 && rope.mscale_all_dim != 0) {
    return yarn_mscale(rope.factor, rope.mscale) / yarn_mscale(rope.factor, rope.mscale_all_dim);
  }
  return yarn_mscale(rope.factor, 1);
}

Status parse_yarn(const JsonFields& rope, const ModelConfig& config, RopeConfig& out) {
  out.yarn = true;
  LEYDEN_ASSIGN(out.original_seq_len, rope.integer_or("original_max_position_embeddings", 1,
                                                      kMaxPositions, config.max_seq_len));
  const double ratio =
      static_cast<double>(config.max_seq_len) / static_cast<double>(out.original_seq_len);
  LEYDEN_ASSIGN(out.factor, rope.number_or("factor", 1, 1e6, ratio < 1 ? 1 : ratio));
  LEYDEN_ASSIGN(out.beta_fast, rope.number_or("beta_fast", 1e-6, 1e6, 32));
  LEYDEN_ASSIGN(out.beta_slow, rope.number_or("beta_slow", 1e-6, 1e6, 1));
  LEYDEN_ASSIGN(out.mscale, rope.number_or("mscale", 0, 100, 1));
  LEYDEN_ASSIGN(out.mscale_all_dim, rope.number_or("mscale_all_dim", 0, 100, 0));
  LEYDEN_ASSIGN(const bool truncate, rope.boolean_or("truncate", true));
  if (!truncate) return rope.unsupported_field("truncate", "true");
  if (out.beta_fast < out.beta_slow) {
    return rope.corrupt_field("beta_fast", "at least beta_slow");
  }
  LEYDEN_ASSIGN(out.attention_factor,
                rope.number_or("attention_factor", 1e-3, 1e3,
                               inferred_attention_factor(out, rope.has("mscale"))));
  return {};
}

/// One of the two spellings: an object with type or rope_type, and maybe rope_theta inside.
Result<RopeConfig> parse_rope_object(const json& object, const char* name, double theta,
                                     bool theta_given, const JsonFields& fields,
                                     const ModelConfig& config) {
  if (!object.is_object()) return fields.corrupt_field(name, "an object or null");
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) return fields.unsupported_field(name, "one RoPE for all layers");
  }
  const JsonFields rope(object, fields.file(), std::string(name) + ".");
  RopeConfig out;
  LEYDEN_ASSIGN(out.theta, rope.number_or("rope_theta", 1.0001, kMaxTheta, theta));
  if (theta_given && out.theta != theta) {
    return rope.corrupt_field("rope_theta", "what rope_theta says outside");
  }
  LEYDEN_ASSIGN(const double partial, rope.number_or("partial_rotary_factor", 0, 1, 1));
  if (partial != 1) return rope.unsupported_field("partial_rotary_factor", "1");
  LEYDEN_ASSIGN(const std::string old_type, rope.string_or_empty("type"));
  LEYDEN_ASSIGN(std::string type, rope.string_or_empty("rope_type"));
  if (!type.empty() && !old_type.empty() && type != old_type) {
    return rope.corrupt_field("rope_type", "the same as type");
  }
  if (type.empty()) type = old_type;
  const char* type_field = rope.has("rope_type") ? "rope_type" : "type";
  if (type == "yarn") {
    LEYDEN_TRY(parse_yarn(rope, config, out));
  } else if (type.empty() && rope.has("factor")) {
    return rope.corrupt_field("rope_type", "\"yarn\" or \"default\" beside factor");
  } else if (!type.empty() && type != "default") {
    return rope.unsupported_field(type_field, "\"yarn\" or \"default\"");
  } else {
    out.original_seq_len = config.max_seq_len;
  }
  return out;
}

bool same_rope(const RopeConfig& a, const RopeConfig& b) {
  return a.yarn == b.yarn && a.theta == b.theta && a.factor == b.factor &&
         a.original_seq_len == b.original_seq_len && a.beta_fast == b.beta_fast &&
         a.beta_slow == b.beta_slow && a.mscale == b.mscale &&
         a.mscale_all_dim == b.mscale_all_dim && a.attention_factor == b.attention_factor;
}

Status parse_layer_types(const JsonFields& fields, ModelConfig& config) {
  const json* types = fields.find("mlp_layer_types");
  if (!types) return {};
  if (!types->is_array() || static_cast<int64_t>(types->size()) != config.n_layers) {
    return fields.corrupt_field("mlp_layer_types", "one entry per layer");
  }
  for (const json& type : *types) {
    if (type != "dense" && type != "sparse") {
      return fields.corrupt_field("mlp_layer_types", "\"dense\" or \"sparse\" for each layer");
    }
    config.sparse_layers.push_back(type == "sparse");
  }
  return {};
}

}  // namespace

double ModelConfig::softmax_scale() const {
  const double scale = 1 / std::sqrt(static_cast<double>(qk_head_dim()));
  if (!rope.yarn || rope.mscale_all_dim == 0) return scale;
  const double m = yarn_mscale(rope.factor, rope.mscale_all_dim);
  return scale * m * m;
}

Status parse_rope(const JsonFields& fields, ModelConfig& config) {
  const bool theta_given = fields.has("rope_theta");
  LEYDEN_ASSIGN(config.rope.theta, fields.number_or("rope_theta", 1.0001, kMaxTheta, 10000));
  config.rope.original_seq_len = config.max_seq_len;
  const json* scaling = fields.find("rope_scaling");
  const json* parameters = fields.find("rope_parameters");
  const double theta = config.rope.theta;
  if (parameters) {
    LEYDEN_ASSIGN(config.rope, parse_rope_object(*parameters, "rope_parameters", theta, theta_given,
                                                 fields, config));
  }
  if (scaling) {
    LEYDEN_ASSIGN(const RopeConfig rope,
                  parse_rope_object(*scaling, "rope_scaling", config.rope.theta, theta_given,
                                    fields, config));
    if (parameters && !same_rope(rope, config.rope)) {
      return fields.corrupt_field("rope_scaling", "the same as rope_parameters, or only one");
    }
    config.rope = rope;
  }
  return {};
}

Status parse_quantization(const JsonFields& fields, ModelConfig& config) {
  const json* object = fields.find("quantization_config");
  if (!object) return {};
  if (!object->is_object()) {
    return fields.corrupt_field("quantization_config", "an object or null");
  }
  const JsonFields q(*object, fields.file(), "quantization_config.");
  if (!q.has("quant_method")) return q.corrupt_field("quant_method", "\"fp8\"");
  LEYDEN_TRY(q.must_be("quant_method", "fp8"));
  LEYDEN_TRY(q.must_be("fmt", "e4m3"));
  LEYDEN_TRY(q.must_be("activation_scheme", "dynamic"));
  LEYDEN_TRY(q.must_be("scale_fmt", "ue8m0"));
  config.scale_ue8m0 = q.has("scale_fmt");
  config.fp8_weights = true;
  if (!q.has("weight_block_size")) {
    return q.unsupported_field("weight_block_size", "two integers (block-wise scales)");
  }
  LEYDEN_ASSIGN(const std::vector<int64_t> block, q.integers("weight_block_size", 1, 65536));
  if (block.size() != 2) return q.corrupt_field("weight_block_size", "two integers");
  config.weight_block_rows = block[0];
  config.weight_block_cols = block[1];
  return {};
}

Status parse_experts(const JsonFields& fields, ModelConfig& config) {
  LEYDEN_TRY(parse_layer_types(fields, config));
  const char* count_field = "n_routed_experts";
  if (!fields.has(count_field) && fields.has("num_experts")) count_field = "num_experts";
  if (!fields.has(count_field) && fields.has("num_local_experts"))
    count_field = "num_local_experts";
  LEYDEN_ASSIGN(config.n_routed_experts, fields.integer_or(count_field, 0, kMaxExperts, 0));
  LEYDEN_ASSIGN(config.moe_layer_freq, fields.integer_or("moe_layer_freq", 1, 4096, 1));
  const bool moe_somewhere = config.n_routed_experts > 0;
  if (moe_somewhere && config.sparse_layers.empty()) {
    LEYDEN_ASSIGN(config.n_dense_layers, fields.integer("first_k_dense_replace", 0, 1 << 20));
  } else {
    LEYDEN_ASSIGN(config.n_dense_layers,
                  fields.integer_or("first_k_dense_replace", 0, 1 << 20, config.n_layers));
  }
  bool any_moe = false;
  bool any_dense = false;
  bool any_sparse = false;
  for (int64_t i = 0; i < config.n_layers; ++i) {
    (config.is_moe(i) ? any_moe : any_dense) = true;
    any_sparse = any_sparse ||
                 (!config.sparse_layers.empty() && config.sparse_layers[static_cast<size_t>(i)]);
  }
  if (!moe_somewhere && any_sparse) {
    return fields.corrupt_field("n_routed_experts", "experts for the sparse layers");
  }
  any_moe = any_moe || (moe_somewhere && config.n_mtp_layers > 0 && config.is_moe(config.n_layers));
  if (any_dense) {
    LEYDEN_ASSIGN(config.inter_dim, fields.integer("intermediate_size", 1, kMaxWidth));
  } else {
    LEYDEN_ASSIGN(config.inter_dim, fields.integer_or("intermediate_size", 1, kMaxWidth, 0));
  }
  if (!any_moe) {
    config.n_routed_experts = 0;
    return {};
  }

  LEYDEN_TRY(fields.must_be("scoring_func", "sigmoid"));
  LEYDEN_TRY(fields.must_be("topk_method", "noaux_tc"));
  LEYDEN_ASSIGN(config.moe_inter_dim, fields.integer("moe_intermediate_size", 1, kMaxWidth));
  LEYDEN_ASSIGN(config.n_shared_experts, fields.integer_or("n_shared_experts", 0, 4096, 0));
  LEYDEN_ASSIGN(config.n_expert_groups, fields.integer("n_group", 1, config.n_routed_experts));
  LEYDEN_ASSIGN(config.n_limited_groups, fields.integer("topk_group", 1, config.n_expert_groups));
  LEYDEN_ASSIGN(config.norm_topk_prob, fields.boolean_or("norm_topk_prob", true));
  LEYDEN_ASSIGN(config.route_scale, fields.number("routed_scaling_factor", 1e-6, 1e6));
  if (config.n_routed_experts % config.n_expert_groups != 0) {
    return fields.corrupt_field(
        "n_group", "a divisor of n_routed_experts " + std::to_string(config.n_routed_experts));
  }
  const int64_t group = config.n_routed_experts / config.n_expert_groups;
  if (group < 2 && config.n_limited_groups < config.n_expert_groups) {
    return fields.corrupt_field("n_group",
                                "groups of at least two experts (a group's score is the "
                                "sum of its best two)");
  }
  LEYDEN_ASSIGN(config.n_activated_experts,
                fields.integer("num_experts_per_tok", 1, group * config.n_limited_groups));
  return {};
}

}  // namespace leyden
