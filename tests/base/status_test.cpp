// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <gtest/gtest.h>

#include "base/page_store.h"

namespace leyden {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return invalid_argument("half: expected an even number, got " + std::to_string(n));
  return n / 2;
}
Result<int> quarter(int n) {
  LEYDEN_ASSIGN(int h, half(n));
  return half(h);
}
Status quarters(int n) {
  LEYDEN_TRY(quarter(n));
  return {};
}

TEST(Status, PassesErrorsOnUnchanged) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).status().message(), "half: expected an even number, got 3");
  EXPECT_EQ(quarters(7).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(quarters(4).ok());
}

TEST(Status, ContextGoesInFront) {
  const Status s = corrupt("bad header").with_context("a.safetensors");
  EXPECT_EQ(s.to_string(), "corrupt: a.safetensors: bad header");
  EXPECT_TRUE(Status().with_context("x").ok());
}

TEST(PageId, PrintsAsHex) {
  PageId id;
  id.bytes[0] = 0xab;
  id.bytes[31] = 0x01;
  EXPECT_EQ(id.to_hex(), "ab" + std::string(60, '0') + "01");
}

}  // namespace
}  // namespace leyden
