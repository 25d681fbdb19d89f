// SPDX-License-Identifier: Apache-2.0
#include "core/model/tensor_list.h"

#include <gtest/gtest.h>

#include <set>

#include "core/model/model_info.h"
#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

void expect_count(const TensorCount& count, int64_t tensors, int64_t elements, int64_t bytes) {
  EXPECT_EQ(count.tensors, tensors);
  EXPECT_EQ(count.elements, elements);
  EXPECT_EQ(count.bytes, bytes);
}

// The audit of all 163 published shards of DeepSeek-V3.2.
TEST(TensorList, TotalsOfThe671BModelAreTheAuditedOnes) {
  const Result<ModelConfig> config = test::parse(test::deepseek_config());
  ASSERT_TRUE(config.ok());
  const PublishedTotals t = published_totals(*config);
  expect_count(t.fp8, 45'932, 681'408'069'632, 681'408'069'632);
  expect_count(t.scales, 45'932, 41'591'584, 166'366'336);
  expect_count(t.bf16, 126, 3'946'184'704, 7'892'369'408);
  expect_count(t.norms, 314, 1'052'416, 4'209'664);
  expect_count(t.biases, 121, 23'040, 92'160);
  expect_count(t.all, 92'425, 685'396'921'376, 689'471'107'200);
}

TEST(TensorList, ShapesOfThe671BModel) {
  const Result<ModelConfig> config = test::parse(test::deepseek_config());
  std::map<std::string, TensorSpec> by_name;
  for (const TensorSpec& spec : required_tensors(*config)) {
    EXPECT_TRUE(by_name.emplace(spec.name, spec).second) << spec.name << " twice";
  }
  const auto shape = [&](const std::string& name) { return by_name.at(name).shape; };
  const std::string a = "model.layers.0.self_attn.";
  EXPECT_EQ(shape(a + "kv_a_proj_with_mqa.weight"), (std::vector<int64_t>{576, 7168}));
  EXPECT_EQ(scale_shape(*config, {576, 7168}), (std::vector<int64_t>{5, 56}));
  EXPECT_EQ(shape(a + "q_b_proj.weight"), (std::vector<int64_t>{24576, 1536}));
  EXPECT_EQ(shape(a + "kv_b_proj.weight"), (std::vector<int64_t>{32768, 512}));
  EXPECT_EQ(shape(a + "o_proj.weight"), (std::vector<int64_t>{7168, 16384}));
  EXPECT_EQ(shape(a + "indexer.wq_b.weight"), (std::vector<int64_t>{8192, 1536}));
  EXPECT_EQ(shape("model.layers.2.mlp.gate_proj.weight"), (std::vector<int64_t>{18432, 7168}));
  EXPECT_EQ(shape("model.layers.60.mlp.experts.255.down_proj.weight"),
            (std::vector<int64_t>{7168, 2048}));
  EXPECT_EQ(shape("model.layers.61.eh_proj.weight"), (std::vector<int64_t>{7168, 14336}));
  EXPECT_TRUE(by_name.at("model.layers.61.eh_proj.weight").mtp);
  EXPECT_FALSE(by_name.at("lm_head.weight").mtp);
}

TEST(TensorList, TiedHeadsAndDenseModelsNeedLess) {
  test::json c = test::small_config();
  c["tie_word_embeddings"] = true;
  c["n_routed_experts"] = nullptr;
  c["n_shared_experts"] = 0;
  std::set<std::string> names;
  for (const TensorSpec& spec : required_tensors(*test::parse(c))) names.insert(spec.name);
  EXPECT_FALSE(names.contains("lm_head.weight"));
  EXPECT_FALSE(names.contains("model.layers.2.mlp.gate.weight"));
  EXPECT_TRUE(names.contains("model.layers.2.mlp.down_proj.weight"));
}

TEST(ModelInfo, KvBytesOfThe671BModel) {
  const Result<ModelConfig> config = test::parse(test::deepseek_config());
  EXPECT_EQ(latent_record_bytes(*config, Precision::kDeployed), 656);
  EXPECT_EQ(index_record_bytes(*config, Precision::kDeployed), 132);
  EXPECT_EQ(kv_bytes_per_token(*config, Precision::kDeployed), 48'068);
  EXPECT_EQ(kv_bytes_per_token(*config, Precision::kReference), 61 * 4 * (576 + 128));
}

TEST(ModelInfo, KvBytesFollowTheRanks) {
  test::json c = test::small_config();  // rank 24, rope 8, index 16, 3 layers
  EXPECT_EQ(kv_bytes_per_token(*test::parse(c), Precision::kDeployed), 3 * (24 + 4 + 16 + 16 + 4));
  c["kv_lora_rank"] = 192;  // one whole group and a ragged one
  EXPECT_EQ(latent_record_bytes(*test::parse(c), Precision::kDeployed), 192 + 8 + 16);
}

}  // namespace
}  // namespace leyden
