// SPDX-License-Identifier: Apache-2.0
// The network against other people's implementations: logits of Hugging Face transformers on small
// random checkpoints (tests/goldens/checkpoints, made by tests/tools/make_checkpoints.py), and an
// independent fp32 reader's answers for a trained model.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/engine/engine.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

/// A float32 .npy of any shape, flattened.
std::vector<float> read_npy(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string all((std::istreambuf_iterator<char>(in)), {});
  const size_t header = 10u + static_cast<uint8_t>(all[8]) + 256u * static_cast<uint8_t>(all[9]);
  EXPECT_NE(all.find("'<f4'"), std::string::npos) << path;
  std::vector<float> v((all.size() - header) / 4);
  std::memcpy(v.data(), all.data() + header, v.size() * 4);
  return v;
}

std::vector<int32_t> read_ids(const fs::path& path) {
  std::ifstream in(path);
  std::vector<int32_t> ids;
  for (int32_t id; in >> id;) ids.push_back(id);
  return ids;
}

std::unique_ptr<Engine> open(const fs::path& dir, ModelOptions options, int64_t chunk, int threads = 2) {
  auto pool = std::make_shared<ThreadPool>(threads);
  auto model = Model::load(dir, options, *pool, nullptr, nullptr);
  if (!model.ok()) {
    ADD_FAILURE() << dir << ": " << model.status().to_string();
    return nullptr;
  }
  EngineOptions e;
  e.chunk_tokens = chunk;
  return std::move(*Engine::create(*model, pool, e));
}

std::vector<float> all_logits(Engine& engine, const std::vector<int32_t>& ids) {
  std::vector<float> out;
  const Status s = engine.logits(ids, [&](int64_t, int64_t n, const float* l) {
    out.insert(out.end(), l, l + n * engine.model().config().vocab_size);
    return Status();
  }, nullptr, nullptr);
  EXPECT_TRUE(s.ok()) << s.to_string();
  return out;
}

double relative_error(const float* a, const float* b, size_t n) {
  double d = 0, r = 0;
  for (size_t i = 0; i < n; ++i) {
    d += std::pow(static_cast<double>(a[i]) - b[i], 2);
    r += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(d / r);
}

std::vector<fs::path> golden_checkpoints() {
  std::vector<fs::path> dirs;
  std::vector<fs::path> roots{fs::path(LEYDEN_SOURCE_DIR) / "tests/goldens/checkpoints"};
  if (const char* more = std::getenv("LEYDEN_CHECKPOINTS")) roots.emplace_back(more);
  for (const auto& root : roots) {
    if (!fs::is_directory(root)) continue;
    for (const auto& entry : fs::directory_iterator(root))
      if (fs::exists(entry.path() / "logits.npy")) dirs.push_back(entry.path());
  }
  std::sort(dirs.begin(), dirs.end());
  return dirs;
}

TEST(Oracle, ReferenceLogitsEqualTransformers) {
  const auto dirs = golden_checkpoints();
  ASSERT_FALSE(dirs.empty());
  for (const auto& dir : dirs) {
    SCOPED_TRACE(dir.filename().string());
    auto engine = open(dir, {.precision = Precision::kReference}, 17);
    ASSERT_TRUE(engine);
    const auto ids = read_ids(dir / "ids.txt");
    const auto expected = read_npy(dir / "logits.npy");
    const auto margins = fs::exists(dir / "margins.npy") ? read_npy(dir / "margins.npy") : std::vector<float>();
    const auto logits = all_logits(*engine, ids);
    ASSERT_EQ(logits.size(), expected.size());
    const size_t vocab = logits.size() / ids.size();
    double worst = 0;
    size_t excluded = 0;
    for (size_t t = 0; t < ids.size(); ++t) {
      if (!margins.empty() && margins[t] < 1e-5f) {
        ++excluded;
        continue;
      }
      worst = std::max(worst, relative_error(&logits[t * vocab], &expected[t * vocab], vocab));
    }
    std::printf("%-24s %4zu rows, %zu excluded, worst relative error %.2e\n",
                dir.filename().c_str(), ids.size(), excluded, worst);
    EXPECT_LE(worst, 1e-4);
    EXPECT_LE(excluded, ids.size() / 100);
  }
}

TEST(Oracle, FormsAgreeInReferencePrecision) {
  for (const auto& dir : golden_checkpoints()) {
    SCOPED_TRACE(dir.filename().string());
    const auto ids = read_ids(dir / "ids.txt");
    std::vector<float> mqa, mha;
    for (auto form : {AttentionForm::kMqa, AttentionForm::kMha}) {
      auto engine = open(dir, {.precision = Precision::kReference, .form = form}, 64);
      ASSERT_TRUE(engine);
      (form == AttentionForm::kMqa ? mqa : mha) = all_logits(*engine, ids);
    }
    EXPECT_LE(relative_error(mqa.data(), mha.data(), mqa.size()), 1e-5);
  }
}

TEST(Oracle, BitsDoNotDependOnChunksOrThreads) {
  for (const auto& dir : golden_checkpoints()) {
    SCOPED_TRACE(dir.filename().string());
    const auto ids = read_ids(dir / "ids.txt");
    const bool hadamard = ModelConfig::load(dir)->hadamard_possible();
    for (auto precision : {Precision::kDeployed, Precision::kReference}) {
      if (precision == Precision::kDeployed && !hadamard) continue;  // refused at load, with a message
      std::vector<float> first;
      for (auto [chunk, threads] : {std::pair{1024, 1}, {64, 3}, {17, 2}, {1, 2}}) {
        auto engine = open(dir, {.precision = precision}, chunk, threads);
        if (!engine) return;
        auto logits = all_logits(*engine, ids);
        if (first.empty()) first = logits;
        EXPECT_EQ(std::memcmp(first.data(), logits.data(), logits.size() * 4), 0)
            << "chunk " << chunk << ", threads " << threads;
      }
    }
  }
}

fs::path trial_model() { return fs::path(LEYDEN_SOURCE_DIR).parent_path() / "shared/data/pilot-model"; }

TEST(Oracle, TrialModelAnswersAsTheIndependentReader) {
  const fs::path dir = trial_model();
  if (!fs::exists(dir / "ref_logits.json")) GTEST_SKIP() << "no " << dir;
  const auto reference = nlohmann::json::parse(std::ifstream(dir / "ref_logits.json"));
  for (auto precision : {Precision::kReference, Precision::kDeployed}) {
    auto engine = open(dir, {.precision = precision}, 512);
    ASSERT_TRUE(engine);
    for (const auto& c : reference["cases"]) {
      SCOPED_TRACE(c["name"].get<std::string>());
      GenerateRequest request;
      request.prompt = c["prompt_ids"].get<std::vector<int32_t>>();
      const auto expected = c["greedy_ids"].get<std::vector<int32_t>>();
      request.max_tokens = static_cast<int64_t>(expected.size());
      std::vector<float> first;
      request.mask = [&](std::span<const int32_t> answer, std::span<float> logits) {
        if (answer.empty()) first.assign(logits.begin(), logits.end());
      };
      const auto result = engine->generate(engine->new_sequence(), request);
      ASSERT_TRUE(result.ok()) << result.status().to_string();
      const double tolerance = precision == Precision::kReference ? 2e-3 : 1.0;  // FP8 noise
      for (const auto& top : c["logits_top5"])
        EXPECT_NEAR(first[top[0].get<size_t>()], top[1].get<double>(), tolerance);
      if (precision == Precision::kReference) {
        EXPECT_EQ(result->tokens, expected);
      }
      std::printf("%s %-14s prompt %zu: prefill %.2f s, decode %.1f tokens/s\n",
                  precision_name(precision), c["name"].get<std::string>().c_str(),
                  request.prompt.size(), result->prefill_s,
                  static_cast<double>(result->tokens.size()) / result->decode_s);
    }
  }
}

}  // namespace
}  // namespace leyden
