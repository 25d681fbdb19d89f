// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sampler.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace leyden {
namespace {

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

int32_t sample(const SamplingParams& params, std::vector<float> logits) {
  return *Sampler(params, {}).sample(logits);
}

/// Counts of 20,000 draws, one sampler, steps 0, 1, 2, ...
template <size_t N>
std::array<double, N> frequencies(const SamplingParams& params, const std::array<float, N>& logits) {
  Sampler sampler(params, {});
  std::array<double, N> f{};
  for (int i = 0; i < 20000; ++i) {
    std::vector<float> copy(logits.begin(), logits.end());
    f[static_cast<size_t>(*sampler.sample(copy))] += 1.0 / 20000;
  }
  return f;
}

TEST(Sampler, ZeroTemperatureTakesTheLargestAndTheSmallerIdOnATie) {
  EXPECT_EQ(sample({}, {1, 3, 3, 2}), 1);
  EXPECT_EQ(sample({}, {kMinusInfinity, -5, kMinusInfinity}), 1);
  EXPECT_EQ(sample({}, {NAN, -5, -7}), 1);
}

TEST(Sampler, NoFiniteLogitIsAnErrorNotAToken) {
  std::vector<float> logits(4, kMinusInfinity);
  EXPECT_EQ(Sampler({}, {}).sample(logits).status().code(), StatusCode::kInternal);
}

TEST(Sampler, DrawsFollowTheProbabilities) {
  SamplingParams p;
  p.temperature = 1;
  const auto f = frequencies(p, std::array<float, 3>{std::log(0.5f), std::log(0.3f), std::log(0.2f)});
  EXPECT_NEAR(f[0], 0.5, 0.02);
  EXPECT_NEAR(f[1], 0.3, 0.02);
  EXPECT_NEAR(f[2], 0.2, 0.02);
}

TEST(Sampler, TopPKeepsTheSmallestSetThatReachesIt) {
  SamplingParams p;
  p.temperature = 1;
  p.top_p = 0.7f;  // 0.5 alone is not enough, 0.5 + 0.3 is
  const auto f = frequencies(p, std::array<float, 3>{std::log(0.5f), std::log(0.3f), std::log(0.2f)});
  EXPECT_NEAR(f[0], 0.625, 0.02);
  EXPECT_EQ(f[2], 0);
}

TEST(Sampler, TopKAndMinPDropTheTail) {
  SamplingParams k;
  k.temperature = 1;
  k.top_k = 1;
  EXPECT_NEAR(frequencies(k, std::array<float, 3>{1, 1.1f, 1})[1], 1, 1e-9);
  SamplingParams m;
  m.temperature = 2;
  m.min_p = 0.5f;  // of the distribution at this temperature
  const auto f = frequencies(m, std::array<float, 3>{0, 2 * std::log(0.6f), 2 * std::log(0.4f)});
  EXPECT_GT(f[1], 0);
  EXPECT_EQ(f[2], 0);
}

TEST(Sampler, PenaltiesAndBiasMoveLogits) {
  SamplingParams p;
  p.repetition_penalty = 2;
  const std::array<int32_t, 1> prompt{0};
  std::vector<float> logits{3, 2};
  EXPECT_EQ(*Sampler(p, prompt).sample(logits), 1);
  SamplingParams q;
  q.presence_penalty = 0.5f;
  q.frequency_penalty = 0.4f;
  Sampler sampler(q, {});
  sampler.accept(0);
  std::vector<float> close{1, 0.2f};
  EXPECT_EQ(*sampler.sample(close), 1);
  EXPECT_FLOAT_EQ(close[0], 0.1f);
  SamplingParams b;
  b.logit_bias = {{1, 100.0f}};
  EXPECT_EQ(sample(b, {5, 0}), 1);
}

TEST(Sampler, AStepIsAFunctionOfSeedAndNumber) {
  SamplingParams p;
  p.temperature = 1;
  p.seed = 7;
  std::vector<int32_t> a, b;
  Sampler first(p, {}), second(p, {});
  for (int i = 0; i < 50; ++i) {
    std::vector<float> x(100, 0.0f), y(100, 0.0f);
    a.push_back(*first.sample(x));
    b.push_back(*second.sample(y));
  }
  EXPECT_EQ(a, b);
  p.seed = 8;
  Sampler other(p, {});
  std::vector<float> x(100, 0.0f);
  int equal = 0;
  for (int i = 0; i < 50; ++i) {
    std::vector<float> y(100, 0.0f);
    equal += *other.sample(y) == a[static_cast<size_t>(i)];
  }
  EXPECT_LT(equal, 10);
}

TEST(SamplingParams, BadValuesAreNamed) {
  SamplingParams p;
  p.top_p = 0;
  EXPECT_NE(p.validate(10).message().find("top_p"), std::string::npos);
  p = {};
  p.temperature = -1;
  EXPECT_EQ(p.validate(10).code(), StatusCode::kInvalidArgument);
  p = {};
  p.logit_bias = {{10, 1.0f}};
  EXPECT_FALSE(p.validate(10).ok());
  EXPECT_TRUE(SamplingParams().validate(10).ok());
}

}  // namespace
}  // namespace leyden
