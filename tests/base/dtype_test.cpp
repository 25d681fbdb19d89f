// SPDX-License-Identifier: Apache-2.0
// Golden numbers: DeepSeek-V3.2's FP8 activation format (E4M3 codes, power-of-two scales).
#include "base/dtype.h"

#include <gtest/gtest.h>

#include <cmath>

namespace leyden {
namespace {

TEST(E4M3, EveryCodeRoundTrips) {
  for (int c = 0; c < 256; ++c) {
    const float v = float_from_e4m3(static_cast<uint8_t>(c));
    if ((c & 0x7f) == 0x7f) {
      EXPECT_TRUE(std::isnan(v));
    } else {
      EXPECT_EQ(e4m3_from_float(v), c) << v;
    }
  }
}

TEST(E4M3, RoundsHalfToEvenAndSaturates) {
  EXPECT_EQ(e4m3_from_float(17), 0x58);
  EXPECT_EQ(e4m3_from_float(19), 0x5a);
  EXPECT_EQ(e4m3_from_float(1.0625f), 0x38);
  EXPECT_EQ(e4m3_from_float(1.1875f), 0x3a);
  EXPECT_EQ(e4m3_from_float(0x1p-10f), 0x00);
  EXPECT_EQ(e4m3_from_float(0x3p-10f), 0x02);
  EXPECT_EQ(e4m3_from_float(464), 0x7e);
  EXPECT_EQ(e4m3_from_float(500), 0x7e);
  EXPECT_EQ(e4m3_from_float(-500), 0xfe);
  EXPECT_EQ(e4m3_from_float(0x1.fp-7f), 0x08);  // the largest subnormal's neighbour rounds up
}

TEST(E4M3, ScalesArePowersOfTwo) {
  EXPECT_EQ(e4m3_scale(448, true), 1.0f);
  EXPECT_EQ(e4m3_scale(449, true), 2.0f);
  EXPECT_EQ(e4m3_scale(1.0f, true), 0x1p-8f);
  EXPECT_EQ(e4m3_scale(0.875f, true), 0x1p-9f);
  EXPECT_EQ(e4m3_scale(1.75f, true), 0x1p-8f);
  EXPECT_EQ(e4m3_scale(5.0f, true), 0x1p-6f);
  EXPECT_EQ(e4m3_scale(0, true), 0x1p-22f);
}

TEST(E4M3, CodesAtScaleTwoToTheMinusSix) {
  const float inverse = 64.0f;
  const struct { float x; uint8_t code; } cases[] = {{0.1f, 0x4d}, {-0.3f, 0xda}, {1.0f, 0x68},
      {2.5f, 0x72}, {-7.0f, 0xfe}, {3.1415927f, 0x75}};
  for (const auto& c : cases) EXPECT_EQ(e4m3_from_float(c.x * inverse), c.code) << c.x;
}

TEST(BF16, RoundsToNearestEvenAndKeepsNaN) {
  EXPECT_EQ(round_bf16(1.0f + 0x1p-8f), 1.0f);
  EXPECT_EQ(round_bf16(1.0f + 0x3p-8f), 1.0f + 0x1p-6f);
  EXPECT_TRUE(std::isnan(round_bf16(NAN)));
  EXPECT_TRUE(std::isinf(round_bf16(INFINITY)));
}

}  // namespace
}  // namespace leyden
