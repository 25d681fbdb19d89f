// SPDX-License-Identifier: Apache-2.0
// What the plan says against what loading and reading then take.
#include "core/plan/plan.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/engine/engine.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = LEYDEN_SOURCE_DIR;

/// The 671B model's config, as published.
ModelConfig published() {
  const char* text = R"({"architectures": ["DeepseekV32ForCausalLM"], "model_type": "deepseek_v32",
    "vocab_size": 129280, "hidden_size": 7168, "num_hidden_layers": 61, "first_k_dense_replace": 3,
    "moe_layer_freq": 1, "intermediate_size": 18432, "moe_intermediate_size": 2048,
    "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "n_group": 8,
    "topk_group": 4, "scoring_func": "sigmoid", "topk_method": "noaux_tc", "norm_topk_prob": true,
    "routed_scaling_factor": 2.5, "num_attention_heads": 128, "num_key_value_heads": 128,
    "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
    "v_head_dim": 128, "index_n_heads": 64, "index_head_dim": 128, "index_topk": 2048,
    "max_position_embeddings": 163840, "rope_theta": 10000, "torch_dtype": "bfloat16",
    "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096,
      "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0},
    "num_nextn_predict_layers": 1, "tie_word_embeddings": false,
    "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
      "weight_block_size": [128, 128], "scale_fmt": "ue8m0"}})";
  auto config = ModelConfig::parse(text, "config.json");
  EXPECT_TRUE(config.ok()) << config.status().to_string();
  return *config;
}

double rss_anon_bytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    long kilobytes = 0;
    if (std::sscanf(line.c_str(), "RssAnon: %ld", &kilobytes) == 1) return 1024.0 * kilobytes;
  }
  return 0;
}

TEST(Plan, WeightsOfEveryCheckpointAreExact) {
  size_t n = 0;
  for (const auto& e : fs::directory_iterator(kRoot / "tests/goldens/checkpoints")) {
    if (!e.is_directory()) continue;
    ThreadPool pool(1);
    ModelOptions options;
    options.precision = Precision::kReference;
    auto model = Model::load(e.path(), options, pool, nullptr, nullptr);
    ASSERT_TRUE(model.ok()) << model.status().to_string();
    const double planned = static_cast<double>(cpu_weight_bytes((*model)->config()));
    const double taken = static_cast<double>((*model)->weight_bytes());
    EXPECT_NEAR(planned, taken, 0.02 * taken) << e.path();
    ++n;
  }
  EXPECT_GE(n, 6u);
}

TEST(Plan, MemoryOfTheDefaultModelIsWhatItSaid) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer takes memory of its own";
#endif
  const fs::path dir = kRoot / "models/default";
  if (!fs::exists(dir / "model.safetensors")) GTEST_SKIP() << "no default model";
  auto pool = std::make_shared<ThreadPool>(2);
  const double before = rss_anon_bytes();
  auto model = Model::load(dir, {}, *pool, nullptr, nullptr);
  ASSERT_TRUE(model.ok()) << model.status().to_string();
  auto engine = std::move(*Engine::create(*model, pool, {}));
  GenerateRequest request;
  for (int i = 0; i < 6'000; ++i) request.prompt.push_back(300 + i * 7919 % 7000);
  request.max_tokens = 8;
  PlanRequest wanted;
  wanted.threads = pool->size();
  wanted.context = static_cast<int64_t>(request.prompt.size()) + request.max_tokens;
  const Plan plan = *make_plan((*model)->config(), wanted);
  ASSERT_EQ(plan.devices.size(), 1u);
  const DevicePlan& host = plan.devices[0];
  EXPECT_EQ(host.weights_bytes, static_cast<int64_t>((*model)->weight_bytes()));
  auto sequence = engine->new_sequence();
  const auto result = engine->generate(sequence, request);
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_EQ(host.kv_bytes, static_cast<int64_t>(engine->page_stats().bytes));
  const double taken = rss_anon_bytes() - before;
  const double planned =
      static_cast<double>(host.weights_bytes + host.kv_bytes + host.workspace_bytes);
  std::printf("planned %.1f MB (weights %.1f, KV %.1f, workspace %.1f), taken %.1f MB: %+.1f %%\n",
              planned / 1e6, static_cast<double>(host.weights_bytes) / 1e6,
              static_cast<double>(host.kv_bytes) / 1e6,
              static_cast<double>(host.workspace_bytes) / 1e6, taken / 1e6,
              100 * (taken / planned - 1));
  EXPECT_NEAR(planned, taken, 0.02 * taken);
}

TEST(Plan, FindsTheEdges) {
  const ModelConfig config = published();
  PlanRequest request;
  request.gpu_bytes.assign(8, 141'000'000'000);
  request.context = 131072;
  const Plan plan = *make_plan(config, request);
  EXPECT_TRUE(plan.fits);
  ASSERT_EQ(plan.devices.size(), 8u);
  EXPECT_EQ(plan.devices[0].kv_bytes, int64_t{131072} * 48'068);
  EXPECT_EQ(plan.max_context, config.max_seq_len);
  // One more session than the most does not fit; the most does.
  ASSERT_GE(plan.max_sessions, 1);
  request.sessions = plan.max_sessions;
  EXPECT_TRUE(make_plan(config, request)->fits);
  ++request.sessions;
  const Plan over = *make_plan(config, request);
  EXPECT_FALSE(over.fits);
  EXPECT_LT(over.devices[0].free_bytes, 0);
  EXPECT_LT(over.max_context, 131072);
  ASSERT_FALSE(over.advice.empty());
  request.context = over.max_context;
  EXPECT_TRUE(make_plan(config, request)->fits);
  ++request.context;
  while (request.context % 64 != 1) ++request.context;  // the next page
  EXPECT_FALSE(make_plan(config, request)->fits);
}

TEST(Plan, RanksShareTheBytesOfTheSpec) {
  const ModelConfig config = published();
  // One rank holds the published payload without the MTP layer, with kv_b's halves once more in
  // bf16 and norms in F32: 61 layers of 16,777,216 elements beside the stored bytes.
  const PublishedTotals totals = published_totals(config);
  ModelConfig without = config;
  without.n_mtp_layers = 0;
  const double stored = static_cast<double>(published_totals(without).all.bytes);
  EXPECT_LT(stored, static_cast<double>(totals.all.bytes));
  const double one = static_cast<double>(gpu_weight_bytes(config, 1));
  EXPECT_NEAR(one, stored + 61.0 * 16'777'216 * 2, 1e-6 * stored);
  // Experts are 81.7 GB of a rank of 8 (spec/model.md, 15.3): 32 of them in each of 58 layers.
  ModelConfig few = config;
  few.n_routed_experts = 8;  // one a rank
  const int64_t expert = 3 * (7168 * 2048 + 4 * 56 * 16), router = 248 * (7168 * 2 + 4);
  EXPECT_EQ(gpu_weight_bytes(config, 8) - gpu_weight_bytes(few, 8), 58 * (31 * expert + router));
  EXPECT_NEAR(58.0 * 32 * static_cast<double>(expert), 81.7e9, 0.1e9);
  EXPECT_LT(static_cast<double>(gpu_weight_bytes(config, 8)), one / 6);
}

TEST(Plan, SaysWhatIsMissing) {
  const ModelConfig config = published();
  PlanRequest request;
  request.gpu_bytes.assign(8, 80'000'000'000);
  request.context = 131072;
  const Plan plan = *make_plan(config, request);
  EXPECT_FALSE(plan.fits);
  EXPECT_EQ(plan.max_context, 0);
  EXPECT_EQ(plan.max_sessions, 0);
  ASSERT_FALSE(plan.advice.empty());
  EXPECT_NE(plan.advice[0].find("weights alone"), std::string::npos) << plan.advice[0];
  const Status status = check_loadable(config, {}, 16'000'000'000);
  EXPECT_EQ(status.code(), StatusCode::kOutOfMemory);
  EXPECT_NE(status.message().find("16.0 GB"), std::string::npos) << status.message();
  EXPECT_TRUE(check_loadable(config, {}, 1'000'000'000'000).ok());
}

TEST(Plan, RefusesNonsense) {
  const ModelConfig config = published();
  PlanRequest request;
  for (const int64_t context : {-1, 163841}) {
    request.context = context;
    EXPECT_EQ(make_plan(config, request).status().code(), StatusCode::kInvalidArgument);
  }
  request.context = 4096;
  for (const int64_t sessions : {-3, 0, 2'000'000}) {
    request.sessions = sessions;
    EXPECT_EQ(make_plan(config, request).status().code(), StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace leyden
