// SPDX-License-Identifier: Apache-2.0
#include "sessions/memory_page_store.h"

#include <gtest/gtest.h>

#include "tests/sessions/page_store_conformance.h"

namespace leyden {
namespace {

struct MemoryFixture {
  MemoryPageStore pages;
  PageStore& store() { return pages; }
  void settle() {}
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PageStoreConformance, ::testing::Types<MemoryFixture>);

TEST(MemoryPageStore, ForgetsTheLeastRecentlyUsed) {
  MemoryPageStore store(40000);
  const auto chain = make_test_chain(7, 6, 8000);
  for (size_t i = 0; i < 4; ++i) ASSERT_TRUE(store.put(chain[i]).ok());
  ASSERT_TRUE(store.get(chain[0].id).ok());  // page 1 is now the oldest
  ASSERT_TRUE(store.put(chain[4]).ok());
  EXPECT_TRUE(store.contains(chain[0].id));
  EXPECT_FALSE(store.contains(chain[1].id));
  EXPECT_LE(store.byte_count(), 40000u);
}

TEST(MemoryPageStore, AcceptsAPageLargerThanTheCap) {
  MemoryPageStore store(1000);
  ASSERT_TRUE(store.put(make_test_page(1, 5000)).ok());
  EXPECT_EQ(store.page_count(), 0u);
  EXPECT_EQ(store.byte_count(), 0u);
}

TEST(MemoryPageStore, ErasesOnePage) {
  MemoryPageStore store;
  const StoredPage page = make_test_page(1);
  ASSERT_TRUE(store.put(page).ok());
  store.erase(page.id);
  store.erase(page.id);
  EXPECT_FALSE(store.contains(page.id));
  EXPECT_EQ(store.byte_count(), 0u);
}

}  // namespace
}  // namespace leyden
