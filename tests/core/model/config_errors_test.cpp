// SPDX-License-Identifier: Apache-2.0
// Configs that must be refused, each with a message that names the file and the field.
#include <gtest/gtest.h>

#include "core/model/config.h"
#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

using test::json;

struct BadConfig {
  const char* name;
  const char* patch;  ///< merged into the published config; null removes a field
  const char* field;  ///< that the message names
  StatusCode code = StatusCode::kCorrupt;
};

void PrintTo(const BadConfig& bad, std::ostream* out) { *out << bad.name; }

constexpr auto kUnsupported = StatusCode::kUnsupported;

const BadConfig kBadConfigs[] = {
    {"OtherModelType", R"({"model_type": "llama"})", "model_type", kUnsupported},
    {"OlderFamily", R"({"model_type": "deepseek_v3", "architectures": ["DeepseekV3ForCausalLM"]})",
     "architectures", kUnsupported},
    {"NoArchitecture", R"({"model_type": null, "architectures": null})", "model_type",
     kUnsupported},
    {"TwoArchitectures", R"({"architectures": ["DeepseekV32ForCausalLM", "X"]})", "architectures"},
    {"ModelTypeIsANumber", R"({"model_type": 32})", "model_type"},
    {"Gelu", R"({"hidden_act": "gelu"})", "hidden_act", kUnsupported},
    {"AttentionBias", R"({"attention_bias": true})", "attention_bias", kUnsupported},
    {"HalfSplitMla", R"({"rope_interleave": false})", "rope_interleave", kUnsupported},
    {"SharedIndexers", R"({"index_topk_freq": 4})", "index_topk_freq", kUnsupported},
    {"NoVocabulary", R"({"vocab_size": null})", "vocab_size"},
    {"VocabularyOfZero", R"({"vocab_size": 0})", "vocab_size"},
    {"VocabularyIsText", R"({"vocab_size": "129280"})", "vocab_size"},
    {"AbsurdVocabulary", R"({"vocab_size": 4611686018427387904})", "vocab_size"},
    {"BeyondSixtyFourBits", R"({"hidden_size": 99999999999999999999999})", "hidden_size"},
    {"NegativeDim", R"({"hidden_size": -7168})", "hidden_size"},
    {"FractionalDim", R"({"hidden_size": 7168.5})", "hidden_size"},
    {"DimIsTrue", R"({"hidden_size": true})", "hidden_size"},
    {"NoLayers", R"({"num_hidden_layers": 0})", "num_hidden_layers"},
    {"AbsurdLayers", R"({"num_hidden_layers": 1000000000})", "num_hidden_layers"},
    {"NoHeads", R"({"num_attention_heads": 0})", "num_attention_heads"},
    {"GroupedHeads", R"({"num_key_value_heads": 8})", "num_key_value_heads"},
    {"NoQueryRank", R"({"q_lora_rank": null})", "q_lora_rank", kUnsupported},
    {"NoLatent", R"({"kv_lora_rank": 0})", "kv_lora_rank"},
    {"OddRopeDim", R"({"qk_rope_head_dim": 63})", "qk_rope_head_dim"},
    {"RopeWiderThanIndexHead", R"({"index_head_dim": 32})", "index_head_dim"},
    {"WrongHeadDim", R"({"qk_head_dim": 128})", "qk_head_dim"},
    {"NoIndexer", R"({"index_n_heads": null})", "index_n_heads"},
    {"TopKOfZero", R"({"index_topk": 0})", "index_topk"},
    {"NegativeTopK", R"({"index_topk": -1})", "index_topk"},
    {"ExpertsDoNotDivide", R"({"n_group": 7})", "n_group"},
    {"MoreGroupsKeptThanThere", R"({"topk_group": 9})", "topk_group"},
    {"MoreExpertsThanKept", R"({"num_experts_per_tok": 129})", "num_experts_per_tok"},
    {"NoActiveExperts", R"({"num_experts_per_tok": 0})", "num_experts_per_tok"},
    {"GroupsOfOne", R"({"n_group": 256, "topk_group": 8})", "n_group"},
    {"NoGroupField", R"({"n_group": null})", "n_group"},
    {"AbsurdExperts", R"({"n_routed_experts": 1000000000000})", "n_routed_experts"},
    {"TooManyExpertMatrices", R"({"n_routed_experts": 65536, "num_hidden_layers": 100})",
     "n_routed_experts"},
    {"Softmax", R"({"scoring_func": "softmax"})", "scoring_func", kUnsupported},
    {"GreedyTopK", R"({"topk_method": "group_limited_greedy"})", "topk_method", kUnsupported},
    {"NegativeRouteScale", R"({"routed_scaling_factor": -2.5})", "routed_scaling_factor"},
    {"NoExpertWidth", R"({"moe_intermediate_size": null})", "moe_intermediate_size"},
    {"NoDenseWidth", R"({"intermediate_size": null})", "intermediate_size"},
    {"ExpertsForListedLayersMissing",
     R"({"n_routed_experts": 0, "num_hidden_layers": 1, "mlp_layer_types": ["sparse"]})",
     "n_routed_experts"},
    {"LayerListTooShort", R"({"mlp_layer_types": ["dense", "sparse"]})", "mlp_layer_types"},
    {"LayerListOfNonsense", R"({"num_hidden_layers": 1, "mlp_layer_types": ["mystic"]})",
     "mlp_layer_types"},
    {"FrequencyOfZero", R"({"moe_layer_freq": 0})", "moe_layer_freq"},
    {"EpsilonOfZero", R"({"rms_norm_eps": 0})", "rms_norm_eps"},
    {"NegativeEpsilon", R"({"rms_norm_eps": -1e-6})", "rms_norm_eps"},
    {"NoContext", R"({"max_position_embeddings": 0})", "max_position_embeddings"},
    {"AbsurdContext", R"({"max_position_embeddings": 1e18})", "max_position_embeddings"},
    {"ThetaOfZero", R"({"rope_theta": 0})", "rope_theta"},
    {"LinearRope", R"({"rope_scaling": {"type": "linear", "factor": 4}})", "rope_scaling.type",
     kUnsupported},
    {"UnnamedScaling", R"({"rope_scaling": {"type": null}})", "rope_scaling.rope_type"},
    {"RopeIsText", R"({"rope_scaling": "yarn"})", "rope_scaling"},
    {"ContradictingTypes", R"({"rope_scaling": {"rope_type": "default"}})",
     "rope_scaling.rope_type"},
    {"ShrinkingYarn", R"({"rope_scaling": {"factor": 0.5}})", "rope_scaling.factor"},
    {"BetasSwapped", R"({"rope_scaling": {"beta_fast": 1, "beta_slow": 32}})",
     "rope_scaling.beta_fast"},
    {"UntruncatedYarn", R"({"rope_scaling": {"truncate": false}})", "rope_scaling.truncate",
     kUnsupported},
    {"OriginalLengthOfZero", R"({"rope_scaling": {"original_max_position_embeddings": 0}})",
     "rope_scaling.original_max_position_embeddings"},
    {"PartialRotary", R"({"rope_scaling": {"partial_rotary_factor": 0.5}})",
     "rope_scaling.partial_rotary_factor", kUnsupported},
    {"TwoThetas", R"({"rope_parameters": {"rope_theta": 5, "rope_type": "default"}})",
     "rope_parameters.rope_theta"},
    {"TwoRopes", R"({"rope_parameters": {"rope_type": "default"}})", "rope_scaling"},
    {"RopePerLayerType", R"({"rope_parameters": {"full": {"rope_theta": 1e4}}})", "rope_parameters",
     kUnsupported},
    {"IntegerQuantization", R"({"quantization_config": {"quant_method": "awq"}})",
     "quantization_config.quant_method", kUnsupported},
    {"QuantizationWithoutMethod", R"({"quantization_config": {"quant_method": null}})",
     "quantization_config.quant_method"},
    {"QuantizationIsText", R"({"quantization_config": "fp8"})", "quantization_config"},
    {"OtherFp8", R"({"quantization_config": {"fmt": "e5m2"}})", "quantization_config.fmt",
     kUnsupported},
    {"StaticActivations", R"({"quantization_config": {"activation_scheme": "static"}})",
     "quantization_config.activation_scheme", kUnsupported},
    {"OtherScales", R"({"quantization_config": {"scale_fmt": "ue4m3"}})",
     "quantization_config.scale_fmt", kUnsupported},
    {"BlockOfZero", R"({"quantization_config": {"weight_block_size": [0, 128]}})",
     "quantization_config.weight_block_size"},
    {"BlockOfOneNumber", R"({"quantization_config": {"weight_block_size": [128]}})",
     "quantization_config.weight_block_size"},
    {"PerTensorScales", R"({"quantization_config": {"weight_block_size": null}})",
     "quantization_config.weight_block_size", kUnsupported},
    {"BosOutsideVocabulary", R"({"bos_token_id": 129280})", "bos_token_id"},
    {"EosIsText", R"({"eos_token_id": ["</s>"]})", "eos_token_id"},
    {"NegativeEos", R"({"eos_token_id": -1})", "eos_token_id"},
    {"TieIsText", R"({"tie_word_embeddings": "no"})", "tie_word_embeddings"},
    {"AbsurdMtp", R"({"num_nextn_predict_layers": 1000})", "num_nextn_predict_layers"},
    {"MatrixBeyondMemory", R"({"num_attention_heads": 65536, "num_key_value_heads": 65536,
                               "v_head_dim": 65536, "hidden_size": 1048576})",
     "num_attention_heads"},
};

class BadConfigs : public testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigs, AreRefusedByName) {
  json config = test::deepseek_config();
  config.merge_patch(json::parse(GetParam().patch));
  const Result<ModelConfig> parsed = ModelConfig::parse(config.dump(), "models/x/config.json");
  ASSERT_FALSE(parsed.ok());
  const std::string message = parsed.status().message();
  EXPECT_EQ(parsed.status().code(), GetParam().code) << message;
  const std::string start =
      std::string("models/x/config.json: ") + GetParam().field + ": expected ";
  EXPECT_EQ(message.substr(0, start.size()), start) << message;
  EXPECT_NE(message.find(", found "), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Published, BadConfigs, testing::ValuesIn(kBadConfigs),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ModelConfig, RefusesWhatIsNoJsonObject) {
  const std::string deep(100000, '[');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("null"), std::string("42"),
        std::string("{\"vocab_size\": 1e999}"), std::string("\xff\xfe{}"), deep, "{\"a\": " + deep,
        std::string("{} trailing")}) {
    const Result<ModelConfig> parsed = ModelConfig::parse(text, "config.json");
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.status().code(), StatusCode::kCorrupt) << parsed.status().message();
    EXPECT_LT(parsed.status().message().size(), 200u);
  }
}

TEST(ModelConfig, NamesRequiredFieldsThatAreMissing) {
  for (const char* field :
       {"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "kv_lora_rank",
        "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "index_n_heads", "index_head_dim",
        "index_topk", "max_position_embeddings", "num_experts_per_tok", "topk_group",
        "first_k_dense_replace", "routed_scaling_factor"}) {
    json config = test::deepseek_config();
    config.erase(field);
    const Result<ModelConfig> parsed = test::parse(config);
    ASSERT_FALSE(parsed.ok()) << field;
    EXPECT_NE(parsed.status().message().find(std::string(field) + ": expected"), std::string::npos)
        << parsed.status().message();
    EXPECT_NE(parsed.status().message().find("found nothing"), std::string::npos);
  }
}

}  // namespace
}  // namespace leyden
