// SPDX-License-Identifier: Apache-2.0
#include "sessions/kv_pages.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/sessions/page_store_conformance.h"
#include "tests/sessions/scratch_folder.h"
#include "tests/sessions/synthetic_latents.h"

namespace leyden {
namespace {

std::unique_ptr<Vault> test_vault() {
  std::vector<std::byte> header;
  auto vault = Vault::create("secret", {1, 8192 * 1024}, header);
  EXPECT_TRUE(vault.ok());
  return std::move(*vault);
}

std::unique_ptr<KvPages> open_pages(const std::string& path, KvPages::Options options = {},
                                    const Vault* vault = nullptr) {
  auto pages = KvPages::open(path, options, vault);
  EXPECT_TRUE(pages.ok()) << pages.status().to_string();
  return pages.ok() ? std::move(*pages) : nullptr;
}

struct KvFixture {
  ScratchFolder folder;
  std::unique_ptr<KvPages> pages = open_pages(folder / "kv.db");
  PageStore& store() { return *pages; }
  void settle() { EXPECT_TRUE(pages->flush().ok()); }
};
struct SealedKvFixture {
  ScratchFolder folder;
  std::unique_ptr<Vault> vault = test_vault();
  std::unique_ptr<KvPages> pages = open_pages(folder / "kv.db", {}, vault.get());
  PageStore& store() { return *pages; }
  void settle() { EXPECT_TRUE(pages->flush().ok()); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Kv, PageStoreConformance, ::testing::Types<KvFixture>);
INSTANTIATE_TYPED_TEST_SUITE_P(SealedKv, PageStoreConformance, ::testing::Types<SealedKvFixture>);

TEST(KvPages, KeepsPagesAcrossOpening) {
  ScratchFolder folder;
  const LatentDims dims{.layers = 2, .kv_lora_rank = 128, .scale_groups = 1};
  auto chain = make_test_chain(5, 6);
  for (size_t i = 0; i < chain.size(); ++i)
    chain[i].payload = synthetic_payload(dims, static_cast<uint32_t>(i));
  {
    auto pages = open_pages(folder / "kv.db");
    ASSERT_TRUE(pages->register_layout(dims.layout()).ok());
    for (const auto& page : chain) ASSERT_TRUE(pages->put(page).ok());
  }  // closing writes what is queued
  auto pages = open_pages(folder / "kv.db");
  std::vector<StoredPage> got;
  ASSERT_TRUE(pages->load_chain(chain.back().id, 2, [&](StoredPage&& page) {
    got.push_back(std::move(page));
    return true;
  }).ok());
  ASSERT_EQ(got.size(), chain.size());
  for (size_t i = 0; i < chain.size(); ++i) expect_same_page(chain[i], got[i]);
  auto stats = pages->stats();
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->pages, chain.size());
  EXPECT_LT(stats->stored_bytes, stats->raw_bytes * 9 / 10);
}

TEST(KvPages, FillsTheMemoryThatATakerLeavesAgain) {
  ScratchFolder folder;
  auto pages = open_pages(folder / "kv.db");
  const auto chain = make_test_chain(6, 60);
  for (const auto& page : chain) ASSERT_TRUE(pages->put(page).ok());
  ASSERT_TRUE(pages->flush().ok());
  std::set<const std::byte*> places;
  size_t n = 0;
  ASSERT_TRUE(pages->load_chain(chain.back().id, 2, [&](StoredPage&& page) {
    places.insert(page.payload.data());
    expect_same_page(chain[n++], page);
    return true;
  }).ok());
  EXPECT_EQ(n, chain.size());
  EXPECT_LT(places.size(), 15u);  // four a thread run ahead, and those being made
}

TEST(KvPages, ReportsHolesInAChain) {
  ScratchFolder folder;
  auto pages = open_pages(folder / "kv.db");
  const auto chain = make_test_chain(5, 6);
  for (size_t i = 0; i < chain.size(); ++i)
    if (i != 2) {
      ASSERT_TRUE(pages->put(chain[i]).ok());
    }
  ASSERT_TRUE(pages->flush().ok());
  auto info = pages->inspect_chain(chain.back().id);
  ASSERT_TRUE(info.ok());
  EXPECT_FALSE(info->complete);
  EXPECT_EQ(info->pages, 3u);
  EXPECT_EQ(pages->load_chain(chain.back().id, 2, [](StoredPage&&) { return true; }).code(),
            StatusCode::kNotFound);
  ASSERT_TRUE(pages->put(chain[2]).ok());
  ASSERT_TRUE(pages->flush().ok());
  info = pages->inspect_chain(chain.back().id);
  EXPECT_TRUE(info.ok() && info->complete);
}

TEST(KvPages, QuarantinesADamagedPageAndHealsIt) {
  ScratchFolder folder;
  auto pages = open_pages(folder / "kv.db");
  const auto chain = make_test_chain(9, 3);
  for (const auto& page : chain) ASSERT_TRUE(pages->put(page).ok());
  ASSERT_TRUE(pages->flush().ok());
  // Damage below the record hash, above SQLite: what a bug or a bad cable would leave.
  ASSERT_TRUE(pages->database().execute(
      "UPDATE payloads SET record=CAST(substr(record,1,100)||x'00ff'||substr(record,103) AS BLOB) "
      "WHERE page=2").ok());
  auto got = pages->get(chain[1].id);
  EXPECT_EQ(got.status().code(), StatusCode::kCorrupt);
  EXPECT_FALSE(pages->contains(chain[1].id));
  EXPECT_EQ(pages->stats()->quarantined, 1u);
  ASSERT_TRUE(pages->put(chain[1]).ok());
  ASSERT_TRUE(pages->flush().ok());
  got = pages->get(chain[1].id);
  ASSERT_TRUE(got.ok() && got->has_value());
  expect_same_page(chain[1], **got);
  EXPECT_EQ(pages->stats()->quarantined, 0u);
  EXPECT_TRUE(pages->inspect_chain(chain[2].id)->complete);
}

TEST(KvPages, RefusesInsteadOfWaitingWhenTheQueueIsFull) {
  ScratchFolder folder;
  KvPages::Options options;
  options.queue_bytes = 40000;
  auto pages = open_pages(folder / "kv.db", options);
  std::lock_guard stall(pages->database().mutex());  // the writer cannot begin a transaction
  int taken = 0;
  Status last;
  for (uint64_t i = 0; i < 20 && last.ok(); ++i, taken += last.ok())
    last = pages->put(make_test_page(i + 1, 5000));
  EXPECT_EQ(last.code(), StatusCode::kBusy);
  EXPECT_GE(taken, 4);
  EXPECT_LE(taken, 8);
  EXPECT_FALSE(pages->wait_for_room(5000, 5));
}

TEST(KvPages, KeepsTheIdsOfAnEncryptedStoreToItself) {
  ScratchFolder folder;
  auto vault = test_vault();
  const StoredPage page = make_test_page(1);
  {
    auto pages = open_pages(folder / "kv.db", {}, vault.get());
    ASSERT_TRUE(pages->put(page).ok());
  }
  auto other = test_vault();  // the same passphrase, but other keys
  auto pages = open_pages(folder / "kv.db", {}, other.get());
  EXPECT_FALSE(pages->contains(page.id));
}

}  // namespace
}  // namespace leyden
