// SPDX-License-Identifier: Apache-2.0
#include "kernels/router.h"

#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

TEST(Router, ExampleOfTheSpec) {
  const RouterShape shape{16, 3, 4, 2, 2.5f, true};
  const float logits[] = {0.2f, -1,   0.5f,  0.1f,  1.5f, -0.7f, -2, 0.3f,
                          0.9f, 0.8f, -0.4f, -0.6f, 2.2f, -3,    -3, -3};
  const float bias[] = {0,     0.05f, -0.02f, 0.01f, -0.1f, 0, 0, 0.02f,
                        0.03f, 0.04f, 0,      0,     -0.3f, 0, 0, 0};
  int32_t experts[3];
  float weights[3];
  route_token(shape, logits, bias, experts, weights);
  EXPECT_EQ(experts[0], 4);
  EXPECT_EQ(experts[1], 8);
  EXPECT_EQ(experts[2], 9);
  EXPECT_NEAR(weights[0], 0.921315, 1e-6);
  EXPECT_NEAR(weights[1], 0.801161, 1e-6);
  EXPECT_NEAR(weights[2], 0.777524, 1e-6);
  EXPECT_NEAR(weights[0] + weights[1] + weights[2], 2.5, 1e-6);
}

TEST(Router, TiesGoToTheSmallerIndex) {
  const RouterShape shape{8, 3, 4, 2, 1.0f, true};
  const std::vector<float> logits(8, 0.25f);
  int32_t experts[3];
  float weights[3];
  route_token(shape, logits.data(), nullptr, experts, weights);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(experts[i], i);
    EXPECT_NEAR(weights[i], 1.0 / 3, 1e-6);
  }
}

TEST(Router, MaskedGroupsNeverWinEvenWhenAllBiasedScoresAreNegative) {
  const RouterShape shape{8, 2, 2, 1, 1.0f, false};
  const std::vector<float> logits{-3, -3, -3, -3, 3, 3, 3, 3};
  const std::vector<float> bias{-1, -1, -1, -1, -9, -9, -9, -9};
  int32_t experts[2];
  float weights[2];
  route_token(shape, logits.data(), bias.data(), experts, weights);
  EXPECT_EQ(experts[0], 0);
  EXPECT_EQ(experts[1], 1);
  EXPECT_NEAR(weights[0], 1 / (1 + std::exp(3.0f)), 1e-7);
}

TEST(Router, ChoosesAscendingDistinctExpertsOnRandomLogits) {
  const RouterShape shape{256, 8, 8, 4, 2.5f, true};
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const auto logits = random_floats(seed, 256), bias = random_floats(seed + 99, 256, 0.05f);
    int32_t experts[8];
    float weights[8];
    route_token(shape, logits.data(), bias.data(), experts, weights);
    float sum = 0;
    for (int i = 0; i < 8; ++i) {
      sum += weights[i];
      if (i > 0) {
        ASSERT_GT(experts[i], experts[i - 1]);
      }
    }
    EXPECT_NEAR(sum, 2.5, 1e-5);
  }
}

}  // namespace
}  // namespace leyden
