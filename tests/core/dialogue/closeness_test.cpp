// SPDX-License-Identifier: Apache-2.0
// How far apart two ways of computing the same text may be, teacher-forced on real text:
// deployed against reference precision, MHA against MQA form, DSA against dense below top-k.
//
// FP8 activations amplify any difference: one of relative size e makes a share e / s of the values
// round to another code of step s, a noise of sqrt(e * s), and after a few layers of s itself. Two
// deployed computations that differ in a single bit therefore end as far apart as deployed and
// reference precision are, whatever the bit. The forms are held to the promise of closeness where
// it can show a mistake, in reference precision; in deployed precision to the noise that FP8 has
// anyway.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/dialogue/loaded_model.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

fs::path trained_model() {
  const fs::path root = LEYDEN_SOURCE_DIR;
  for (const fs::path& dir :
       {root / "models/default", root.parent_path() / "shared/data/pilot-model"})
    if (fs::exists(dir / "model.safetensors")) return dir;
  return {};
}

/// Real text that no edit of ours changes: the licence, then prose.
std::vector<int32_t> text_ids(const Tokenizer& tokenizer, size_t n) {
  std::string text;
  const fs::path root = LEYDEN_SOURCE_DIR;
  for (const char* name : {"LICENSE", "models/recipe/smoke_corpus.txt"}) {
    std::ifstream in(root / name);
    text.append(std::istreambuf_iterator<char>(in), {});
  }
  std::vector<int32_t> ids, once = tokenizer.encode(text, AddedTokens::kIgnore);
  while (ids.size() < n) ids.insert(ids.end(), once.begin(), once.end());
  ids.resize(n);
  return ids;
}

struct Closeness {
  double mean_kl = 0;
  double top1_equal = 0;
};

/// KL(a || b) in nats, mean over positions; both are streamed, never held whole.
Closeness compare(const ModelOptions& a, const ModelOptions& b, size_t n) {
  std::vector<float> logits;
  Closeness c;
  size_t rows = 0, equal = 0;
  for (int side = 0; side < 2; ++side) {
    OpenOptions options;
    options.model = side == 0 ? a : b;
    auto model = LoadedModel::open(trained_model(), options, nullptr, nullptr);
    EXPECT_TRUE(model.ok()) << model.status().to_string();
    const auto ids = text_ids(**(*model)->tokenizer(), n);
    const auto vocab = static_cast<size_t>((*model)->model().config().vocab_size);
    logits.reserve(n * vocab);
    const Status s = (*model)->engine().logits(
        ids,
        [&](int64_t first, int64_t count, const float* l) {
          if (side == 0) {
            logits.insert(logits.end(), l, l + static_cast<size_t>(count) * vocab);
            return Status();
          }
          for (size_t r = 0; r < static_cast<size_t>(count); ++r) {
            const float* p = logits.data() + (static_cast<size_t>(first) + r) * vocab;
            const float* q = l + r * vocab;
            const auto normaliser = [&](const float* x) {
              double top = x[0], sum = 0;
              for (size_t v = 0; v < vocab; ++v) top = std::max<double>(top, x[v]);
              for (size_t v = 0; v < vocab; ++v) sum += std::exp(x[v] - top);
              return top + std::log(sum);
            };
            const double np = normaliser(p), nq = normaliser(q);
            for (size_t v = 0; v < vocab; ++v)
              c.mean_kl += std::exp(p[v] - np) * ((p[v] - np) - (q[v] - nq));
            equal += std::max_element(p, p + vocab) - p == std::max_element(q, q + vocab) - q;
            ++rows;
          }
          return Status();
        },
        nullptr, nullptr);
    EXPECT_TRUE(s.ok()) << s.to_string();
  }
  c.mean_kl /= static_cast<double>(rows);
  c.top1_equal = static_cast<double>(equal) / static_cast<double>(rows);
  return c;
}

size_t positions() { return std::getenv("LEYDEN_LONG_TESTS") ? 20000 : 1500; }

class ClosenessTest : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a matter of numbers: minutes under a sanitizer, the same result";
#endif
    if (trained_model().empty()) GTEST_SKIP() << "no trained model";
  }
};

Closeness print(const char* what, const Closeness& c, size_t n) {
  std::printf("%s, %zu positions: mean KL %.2e nats, top-1 equal %.2f %%\n", what, n, c.mean_kl,
              100 * c.top1_equal);
  return c;
}

/// The goal is 0.01 nats; the shipped model stands at 0.009 to 0.012 by text (docs/performance.md).
constexpr double kDeployedKl = 0.0125;

TEST_F(ClosenessTest, DeployedStaysNearReference) {
  const auto c = print("deployed against reference",
                       compare({.precision = Precision::kReference},
                               {.precision = Precision::kDeployed}, positions()),
                       positions());
  EXPECT_LE(c.mean_kl, kDeployedKl);
}

TEST_F(ClosenessTest, TheFormsAreTheSameFunction) {
  const auto c =
      print("MHA against MQA form, reference precision",
            compare({.precision = Precision::kReference, .form = AttentionForm::kMha},
                    {.precision = Precision::kReference, .form = AttentionForm::kMqa}, positions()),
            positions());
  EXPECT_LE(c.mean_kl, 1e-3);
  EXPECT_GE(c.top1_equal, 0.995);
}

TEST_F(ClosenessTest, TheFormsDifferByNoMoreThanFp8Noise) {
  const auto c =
      print("MHA against MQA form, deployed precision",
            compare({.form = AttentionForm::kMha}, {.form = AttentionForm::kMqa}, positions()),
            positions());
  EXPECT_LE(c.mean_kl, 1.25 * kDeployedKl);
}

TEST_F(ClosenessTest, DsaIsDenseWhileTheContextFitsTopK) {
  const auto c =
      compare({.attention = AttentionMode::kDsa}, {.attention = AttentionMode::kDense}, 500);
  EXPECT_EQ(c.mean_kl, 0);
  EXPECT_EQ(c.top1_equal, 1);
}

}  // namespace
}  // namespace leyden
