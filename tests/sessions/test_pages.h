// SPDX-License-Identifier: Apache-2.0
// Pages for tests: every byte follows from a seed.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "base/page_store.h"

namespace leyden {

/// A page whose every byte follows from `seed`.
inline StoredPage make_test_page(uint64_t seed, size_t payload_bytes = 5000,
                                 const PageId& parent = {}, uint32_t depth = 0) {
  uint64_t x = seed * 0x9e3779b97f4a7c15ull + 0x1234567;
  auto next = [&x] {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
  };
  StoredPage page;
  for (uint8_t& b : page.id.bytes) b = static_cast<uint8_t>(next() >> 24);
  page.parent = parent;
  page.depth = depth;
  for (int i = 0; i < 64; ++i) page.tokens.push_back(static_cast<int32_t>(next() % 129280));
  page.numerics_profile = "cpu-test";
  page.payload.resize(payload_bytes);
  for (std::byte& b : page.payload) {  // a skewed distribution, so that it compresses somewhat
    const uint64_t r = next();
    b = static_cast<std::byte>((r >> 20) & (r >> 40) & 0xff);
  }
  return page;
}

/// `count` pages, each the parent of the next.
inline std::vector<StoredPage> make_test_chain(uint64_t seed, size_t count,
                                               size_t payload_bytes = 5000) {
  std::vector<StoredPage> chain;
  for (size_t i = 0; i < count; ++i)
    chain.push_back(make_test_page(seed * 100003 + i + 1, payload_bytes,
                                   i == 0 ? PageId{} : chain.back().id, static_cast<uint32_t>(i)));
  return chain;
}

inline void expect_same_page(const StoredPage& a, const StoredPage& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.parent, b.parent);
  EXPECT_EQ(a.depth, b.depth);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.numerics_profile, b.numerics_profile);
  EXPECT_TRUE(a.payload == b.payload) << "payloads differ";
}

}  // namespace leyden
