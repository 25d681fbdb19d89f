// SPDX-License-Identifier: Apache-2.0
// Spellings a config.json may come in, and what the loader makes of them.
#include "core/model/config.h"

#include <gtest/gtest.h>

#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

using test::deepseek_config;
using test::json;
using test::parse;
using test::small_config;

TEST(ModelConfig, ReadsThePublishedFile) {
  const Result<ModelConfig> c = parse(deepseek_config());
  ASSERT_TRUE(c.ok()) << c.status().to_string();
  EXPECT_EQ(c->dim, 7168);
  EXPECT_EQ(c->n_layers, 61);
  EXPECT_EQ(c->n_dense_layers, 3);
  EXPECT_EQ(c->n_expert_groups, 8);
  EXPECT_EQ(c->n_limited_groups, 4);
  EXPECT_EQ(c->n_activated_experts, 8);
  EXPECT_EQ(c->route_scale, 2.5);
  EXPECT_TRUE(c->rope.yarn);
  EXPECT_EQ(c->rope.factor, 40);
  EXPECT_EQ(c->rope.original_seq_len, 4096);
  EXPECT_EQ(c->rope.attention_factor, 1);
  EXPECT_TRUE(c->fp8_weights);
  EXPECT_TRUE(c->scale_ue8m0);
  EXPECT_FALSE(c->indexer_rope_interleave);
  EXPECT_EQ(c->n_mtp_layers, 1);
  EXPECT_EQ(c->bos_ids, std::vector<int32_t>{0});
  EXPECT_EQ(c->eos_ids, std::vector<int32_t>{1});
  EXPECT_EQ(c->pad_id, -1);
  EXPECT_FALSE(c->is_moe(2));
  EXPECT_TRUE(c->is_moe(3));
  EXPECT_TRUE(c->is_moe(61));
  EXPECT_TRUE(c->hadamard_possible());
}

TEST(ModelConfig, SoftmaxScaleHoldsYarnsTemperature) {
  EXPECT_NEAR(parse(deepseek_config())->softmax_scale(), 0.1352337789, 1e-10);
  json plain = deepseek_config();
  plain["rope_scaling"] = nullptr;
  EXPECT_NEAR(parse(plain)->softmax_scale(), 0.0721687836, 1e-10);
  json without = deepseek_config();
  without["rope_scaling"]["mscale_all_dim"] = 0;
  EXPECT_NEAR(parse(without)->softmax_scale(), 0.0721687836, 1e-10);
  json unstretched = deepseek_config();
  unstretched["rope_scaling"]["factor"] = 1;
  EXPECT_NEAR(parse(unstretched)->softmax_scale(), 0.0721687836, 1e-10);
}

TEST(ModelConfig, CosineFactorFollowsTransformersRule) {
  json c = deepseek_config();
  c["rope_scaling"].erase("mscale_all_dim");
  EXPECT_NEAR(parse(c)->rope.attention_factor, 1.3688879454, 1e-10);
  c["rope_scaling"]["mscale"] = 0.707;  // counts only beside mscale_all_dim
  EXPECT_NEAR(parse(c)->rope.attention_factor, 1.3688879454, 1e-10);
  c["rope_scaling"]["mscale_all_dim"] = 1.0;
  EXPECT_NEAR(parse(c)->rope.attention_factor, 1.2608037774 / 1.3688879454, 1e-9);
  c["rope_scaling"]["attention_factor"] = 0.5;
  EXPECT_EQ(parse(c)->rope.attention_factor, 0.5);
}

TEST(ModelConfig, BothRopeSpellingsMeanTheSame) {
  json c = deepseek_config();
  json rope = c["rope_scaling"];
  rope["rope_type"] = rope["type"];
  rope.erase("type");
  rope["rope_theta"] = 10000.0;
  c.erase("rope_scaling");
  c.erase("rope_theta");
  c["rope_parameters"] = rope;
  const Result<ModelConfig> five = parse(c);
  ASSERT_TRUE(five.ok()) << five.status().to_string();
  EXPECT_TRUE(five->rope.yarn);
  EXPECT_EQ(five->rope.theta, 10000);
  EXPECT_EQ(five->rope.factor, 40);
  EXPECT_EQ(five->softmax_scale(), parse(deepseek_config())->softmax_scale());
  c["rope_scaling"] = rope;  // both, agreeing
  EXPECT_TRUE(parse(c).ok());
}

TEST(ModelConfig, PlainRopeInEverySpelling) {
  for (const char* spelling :
       {R"({"rope_scaling": null, "rope_theta": 5e5})", R"({"rope_theta": 500000})",
        R"({"rope_parameters": {"rope_type": "default", "rope_theta": 500000}})",
        R"({"rope_parameters": {"rope_theta": 500000.0}, "rope_theta": 500000})",
        R"({"rope_scaling": {"type": "default"}, "rope_theta": 500000})",
        R"({"rope_scaling": {}, "rope_theta": 500000})"}) {
    json c = deepseek_config();
    c.erase("rope_scaling");
    c.erase("rope_theta");
    c.update(json::parse(spelling));
    const Result<ModelConfig> parsed = parse(c);
    ASSERT_TRUE(parsed.ok()) << spelling << parsed.status().to_string();
    EXPECT_FALSE(parsed->rope.yarn) << spelling;
    EXPECT_EQ(parsed->rope.theta, 500000) << spelling;
    EXPECT_EQ(parsed->rope.factor, 1) << spelling;
  }
}

TEST(ModelConfig, YarnFillsInWhatIsLeftOut) {
  json c = deepseek_config();
  c["rope_scaling"] = {{"type", "yarn"}, {"original_max_position_embeddings", 4096}};
  const Result<ModelConfig> parsed = parse(c);
  ASSERT_TRUE(parsed.ok()) << parsed.status().to_string();
  EXPECT_EQ(parsed->rope.factor, 40);  // max_position_embeddings / original
  EXPECT_EQ(parsed->rope.beta_fast, 32);
  EXPECT_EQ(parsed->rope.beta_slow, 1);
}

TEST(ModelConfig, SpecialIdsMayBeListsOrMissing) {
  json c = small_config();
  c["bos_token_id"] = nullptr;
  c["eos_token_id"] = {1, 5, 5, 7};
  c["pad_token_id"] = 3;
  const Result<ModelConfig> parsed = parse(c);
  ASSERT_TRUE(parsed.ok()) << parsed.status().to_string();
  EXPECT_TRUE(parsed->bos_ids.empty());
  EXPECT_EQ(parsed->eos_ids, (std::vector<int32_t>{1, 5, 7}));
  EXPECT_EQ(parsed->pad_id, 3);
}

TEST(ModelConfig, GenerationConfigFillsMissingIdsOnly) {
  test::TempDir dir;
  json c = small_config();
  c.erase("bos_token_id");
  test::write_file(dir / "config.json", c.dump());
  test::write_file(dir / "generation_config.json",
                   R"({"bos_token_id": 9, "eos_token_id": [8], "pad_token_id": 2})");
  const Result<ModelConfig> loaded = ModelConfig::load(dir.path());
  ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
  EXPECT_EQ(loaded->bos_ids, std::vector<int32_t>{9});
  EXPECT_EQ(loaded->eos_ids, std::vector<int32_t>{1});
  EXPECT_EQ(loaded->pad_id, 2);
  test::write_file(dir / "generation_config.json", R"({"bos_token_id": 4000})");
  EXPECT_EQ(ModelConfig::load(dir.path()).status().code(), StatusCode::kCorrupt);
}

TEST(ModelConfig, DenseOnlyModelsNeedNoExpertFields) {
  for (const char* spelling :
       {R"({"n_routed_experts": null})", R"({"n_routed_experts": 0})",
        R"({"first_k_dense_replace": 3, "num_nextn_predict_layers": 0})",
        R"({"first_k_dense_replace": 99, "num_nextn_predict_layers": 0})",
        R"({"mlp_layer_types": ["dense", "dense", "dense"], "n_routed_experts": 0})"}) {
    json c = small_config();
    for (const char* gone : {"n_group", "topk_group", "num_experts_per_tok",
                             "routed_scaling_factor", "moe_intermediate_size"}) {
      c.erase(gone);
    }
    c.update(json::parse(spelling));
    const Result<ModelConfig> parsed = parse(c);
    ASSERT_TRUE(parsed.ok()) << spelling << parsed.status().to_string();
    EXPECT_EQ(parsed->n_routed_experts, 0) << spelling;
    EXPECT_FALSE(parsed->is_moe(2)) << spelling;
  }
}

TEST(ModelConfig, LayerTypesAndFrequencyPlaceTheExperts) {
  json c = small_config();
  c["mlp_layer_types"] = {"sparse", "dense", "sparse"};
  c.erase("first_k_dense_replace");
  const Result<ModelConfig> listed = parse(c);
  ASSERT_TRUE(listed.ok()) << listed.status().to_string();
  EXPECT_TRUE(listed->is_moe(0));
  EXPECT_FALSE(listed->is_moe(1));
  EXPECT_TRUE(listed->is_moe(2));
  json f = small_config();
  f["moe_layer_freq"] = 2;
  EXPECT_FALSE(parse(f)->is_moe(1));
  EXPECT_TRUE(parse(f)->is_moe(2));
}

TEST(ModelConfig, DeployedNeedsAPowerOfTwoButReadingDoesNot) {
  json c = small_config();
  c["index_head_dim"] = 24;
  ASSERT_TRUE(parse(c).ok());
  EXPECT_FALSE(parse(c)->hadamard_possible());
}

TEST(ModelConfig, QuantizationWithoutScaleFormatAndWithout) {
  json c = small_config();
  c["quantization_config"].erase("scale_fmt");
  EXPECT_FALSE(parse(c)->scale_ue8m0);
  EXPECT_TRUE(parse(c)->fp8_weights);
  c["quantization_config"] = nullptr;
  EXPECT_FALSE(parse(c)->fp8_weights);
}

TEST(ModelConfig, IntegersMayBeWrittenAsFloats) {
  json c = small_config();
  c["rope_scaling"]["original_max_position_embeddings"] = 4096.0;
  EXPECT_TRUE(parse(c).ok());
}

TEST(ModelConfig, MissingFolderIsNotFound) {
  EXPECT_EQ(ModelConfig::load("/nonexistent/model").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace leyden
