// SPDX-License-Identifier: Apache-2.0
// What every PageStore owes its callers. An implementation applies it in a few lines:
//
//   struct MyStoreFixture { PageStore& store(); void settle(); };
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyStore, PageStoreConformance, ::testing::Types<MyStoreFixture>);
//
// settle() returns once everything put so far is where it will stay (a flush, or nothing).
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/page_store.h"
#include "tests/sessions/test_pages.h"

namespace leyden {

template <typename Fixture>
class PageStoreConformance : public ::testing::Test {
 protected:
  PageStore& store() { return fixture_.store(); }
  Fixture fixture_;
};
TYPED_TEST_SUITE_P(PageStoreConformance);

TYPED_TEST_P(PageStoreConformance, GivesBackWhatWasPut) {
  const StoredPage page = make_test_page(1);
  ASSERT_TRUE(this->store().put(page).ok());
  for (int round = 0; round < 2; ++round) {  // at once, and after it settled
    EXPECT_TRUE(this->store().contains(page.id));
    auto got = this->store().get(page.id);
    ASSERT_TRUE(got.ok()) << got.status().to_string();
    ASSERT_TRUE(got->has_value());
    expect_same_page(page, **got);
    this->fixture_.settle();
  }
}

TYPED_TEST_P(PageStoreConformance, AnswersNothingForUnknownPages) {
  const PageId id = make_test_page(2).id;
  EXPECT_FALSE(this->store().contains(id));
  auto got = this->store().get(id);
  ASSERT_TRUE(got.ok());
  EXPECT_FALSE(got->has_value());
}

TYPED_TEST_P(PageStoreConformance, FirstWriterWins) {
  StoredPage first = make_test_page(3);
  StoredPage second = first;
  second.numerics_profile = "gpu-other";
  second.payload[0] ^= std::byte{1};
  ASSERT_TRUE(this->store().put(first).ok());
  ASSERT_TRUE(this->store().put(second).ok());
  this->fixture_.settle();
  ASSERT_TRUE(this->store().put(second).ok());
  this->fixture_.settle();
  auto got = this->store().get(first.id);
  ASSERT_TRUE(got.ok() && got->has_value());
  expect_same_page(first, **got);
}

TYPED_TEST_P(PageStoreConformance, KeepsOddSizes) {
  std::vector<StoredPage> pages;
  uint64_t seed = 10;
  for (size_t bytes : {0u, 1u, 2u, 255u, 4096u, 65536u, 1000003u}) {
    pages.push_back(make_test_page(++seed, bytes));
    pages.back().tokens.resize(bytes % 64);
  }
  pages.back().numerics_profile.clear();
  for (const StoredPage& page : pages) ASSERT_TRUE(this->store().put(page).ok());
  this->fixture_.settle();
  for (const StoredPage& page : pages) {
    auto got = this->store().get(page.id);
    ASSERT_TRUE(got.ok() && got->has_value());
    expect_same_page(page, **got);
  }
}

TYPED_TEST_P(PageStoreConformance, LoadsWholeChainsRootFirst) {
  const std::vector<StoredPage> chain = make_test_chain(77, 23);
  for (const StoredPage& page : chain) ASSERT_TRUE(this->store().put(page).ok());
  this->fixture_.settle();
  for (const size_t length : {size_t{1}, size_t{9}, chain.size()}) {
    size_t n = 0;
    const Status status = this->store().load_chain(chain[length - 1].id, 3, [&](StoredPage&& page) {
      expect_same_page(chain[n++], page);
      return true;
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    EXPECT_EQ(n, length);
  }
  size_t taken = 0;
  EXPECT_EQ(this->store().load_chain(chain.back().id, 3, [&](StoredPage&&) { return ++taken < 2; }).code(),
            StatusCode::kCancelled);
  EXPECT_EQ(taken, 2u);
}

TYPED_TEST_P(PageStoreConformance, ChainsWithAGapAreNotFound) {
  const std::vector<StoredPage> chain = make_test_chain(78, 5);
  for (size_t i = 0; i < chain.size(); ++i) {
    if (i == 2) continue;
    ASSERT_TRUE(this->store().put(chain[i]).ok());
  }
  this->fixture_.settle();
  const auto take = [](StoredPage&&) { return true; };
  EXPECT_EQ(this->store().load_chain(chain.back().id, 2, take).code(), StatusCode::kNotFound);
  EXPECT_EQ(this->store().load_chain(make_test_page(79).id, 2, take).code(), StatusCode::kNotFound);
  EXPECT_TRUE(this->store().load_chain(chain[1].id, 2, take).ok());
  EXPECT_TRUE(this->store().wait_for_room(5000, 1000));
}

TYPED_TEST_P(PageStoreConformance, ServesManyThreads) {
  constexpr uint64_t kThreads = 4, kPages = 24;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < kPages; ++i) {
        // Neighbouring threads write the same pages.
        const StoredPage page = make_test_page(1000 + (t / 2) * kPages + i, 3000);
        if (!this->store().put(page).ok()) ++wrong;
        auto got = this->store().get(page.id);
        if (!got.ok() || !got->has_value() || (*got)->payload != page.payload) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

REGISTER_TYPED_TEST_SUITE_P(PageStoreConformance, GivesBackWhatWasPut,
                            AnswersNothingForUnknownPages, FirstWriterWins, KeepsOddSizes,
                            LoadsWholeChainsRootFirst, ChainsWithAGapAreNotFound, ServesManyThreads);

}  // namespace leyden
