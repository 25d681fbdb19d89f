// SPDX-License-Identifier: Apache-2.0
#include "sessions/page_collector.h"

#include <gtest/gtest.h>

#include "sessions/resume_cost.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

CollectOptions at_once(uint64_t quota = 0) { return {.grace_s = -1, .quota_bytes = quota}; }

class Collecting : public ::testing::Test {
 protected:
  uint32_t pages_of(const Conversation& c) {
    uint32_t n = 0;
    for (const StoredPage& page : c.chain) n += store_->pages().contains(page.id);
    return n;
  }
  uint64_t stored() { return store_->pages().stats()->stored_bytes; }
  void set_used(CatalogueId session, int64_t days_ago) {
    ASSERT_TRUE(store_->sessions().file().db().execute(
        "UPDATE sessions SET used_at=used_at-" + std::to_string(days_ago * 86400000) + " WHERE id=" +
        std::to_string(session)).ok());
  }
  ScratchFolder folder_;
  std::unique_ptr<Store> store_ = open_store(folder_ / "s");
};

TEST_F(Collecting, RemovesWhatNothingPointsAt) {
  Conversation a = add_conversation(*store_, "A", 1, 5), b = add_conversation(*store_, "B", 2, 5);
  CatalogueId fork = *store_->sessions().fork(a.session, "fork");
  ASSERT_TRUE(store_->sessions().remove(b.session).ok());
  ASSERT_TRUE(store_->sessions().remove(a.session).ok());
  auto report = store_->collect(at_once());
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_EQ(report->unreachable_pages, 5u);
  EXPECT_EQ(pages_of(a), 5u);
  EXPECT_EQ(pages_of(b), 0u);
  ASSERT_TRUE(store_->sessions().remove(fork).ok());
  EXPECT_EQ(store_->collect(at_once())->unreachable_pages, 5u);
  EXPECT_EQ(store_->check()->n_problems, 0u);
}

TEST_F(Collecting, SparesWhatIsYoung) {
  const auto chain = make_test_chain(4, 6);
  for (const auto& page : chain) ASSERT_TRUE(store_->pages().put(page).ok());
  ASSERT_TRUE(store_->pages().flush().ok());
  EXPECT_EQ(store_->collect({.grace_s = 600})->unreachable_pages, 0u);
  // A chain in the making: only its newest page is young, and that keeps the rest.
  store_.reset();
  store_ = open_store(folder_ / "s");
  ASSERT_TRUE(store_->pages().database().execute(
      "UPDATE pages SET written_at=written_at-100000 WHERE depth<5").ok());
  EXPECT_EQ(store_->collect({.grace_s = 600})->unreachable_pages, 0u);
  ASSERT_TRUE(store_->pages().database().execute("UPDATE pages SET written_at=written_at-100000").ok());
  EXPECT_EQ(store_->collect({.grace_s = 600})->unreachable_pages, 6u);
}

TEST_F(Collecting, EvictsTheLeastValuableFirstAndFromTheEnd) {
  Conversation old = add_conversation(*store_, "Old", 1, 8), young = add_conversation(*store_, "New", 2, 8);
  set_used(old.session, 30);
  const uint64_t all = stored();
  auto report = store_->collect(at_once(all * 3 / 4));
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->over_quota);
  EXPECT_LE(stored(), all * 3 / 4);
  EXPECT_EQ(pages_of(young), 8u);
  EXPECT_LT(pages_of(old), 6u);
  for (uint32_t i = 0; i < pages_of(old); ++i) EXPECT_TRUE(store_->pages().contains(old.chain[i].id));
  // It still opens; it reads again.
  EXPECT_EQ(store_->sessions().resume_state(old.session, "", 0)->kind, ResumeState::Kind::kReread);
  EXPECT_EQ(store_->sessions().path(old.session)->size(), 2u);
}

TEST_F(Collecting, KeepsTheFrontOfWhatItEvictedAndKnowsHowMuchThatIs) {
  Conversation a = add_conversation(*store_, "A", 1, 8);
  const PageId tip = a.chain.back().id;
  EXPECT_EQ(*store_->pages().kept_pages(tip), 8u);
  ASSERT_TRUE(store_->collect(at_once(stored() / 2)).ok());
  const uint32_t left = pages_of(a);
  ASSERT_GT(left, 2u);
  ASSERT_LT(left, 5u);
  for (int pass = 0; pass < 2; ++pass) {  // what is left is not taken for unreachable later
    EXPECT_EQ(store_->collect(at_once())->unreachable_pages, 0u);
    EXPECT_EQ(pages_of(a), left);
    EXPECT_EQ(*store_->pages().kept_pages(tip), left);
    const PageId tips[] = {tip, {}, a.chain[0].id, tip, PageId{{7}}};
    EXPECT_EQ(*store_->pages().kept_pages(tips), (std::vector<uint32_t>{left, 0, 1, left, 0}));
  }
  auto chain = store_->pages().inspect_chain(tip);
  EXPECT_FALSE(chain->complete);
  EXPECT_EQ(chain->pages, left);
  EXPECT_EQ(chain->length, 8u);
  EXPECT_EQ(chain->stored_bytes, stored());
  EXPECT_NE(store_->sessions().resume_state(a.session, "", 0)->reason.find(std::to_string(left) + " pages are left"),
            std::string::npos);
  EXPECT_EQ(store_->check()->n_problems, 0u);
  EXPECT_EQ(store_->stats()->quarantined_pages, 0u);
  // Read again, it is whole; removed, it leaves no row.
  for (uint32_t i = left; i < 8; ++i) ASSERT_TRUE(store_->pages().put(a.chain[i]).ok());
  ASSERT_TRUE(store_->pages().flush().ok());
  EXPECT_TRUE(store_->pages().inspect_chain(tip)->complete);
  EXPECT_EQ(*store_->pages().kept_pages(tip), 8u);
  ASSERT_TRUE(store_->collect(at_once(1)).ok());
  EXPECT_EQ(pages_of(a), 0u);
  EXPECT_EQ(*store_->pages().kept_pages(tip), 0u);
  ASSERT_TRUE(store_->sessions().remove(a.session).ok());
  ASSERT_TRUE(store_->collect(at_once()).ok());
  EXPECT_EQ(*store_->pages().database().query_integer("SELECT count(*) FROM pages"), 0);
}

TEST_F(Collecting, NeverEvictsWhatIsPinnedOrOpen) {
  Conversation pinned = add_conversation(*store_, "Pinned", 1, 4), open = add_conversation(*store_, "Open", 2, 4),
               free = add_conversation(*store_, "Free", 3, 4);
  ASSERT_TRUE(store_->sessions().set_pinned(pinned.session, true).ok());
  auto other = open_store(folder_ / "s");  // as if another process had it open
  auto hold = other->sessions().hold(open.session);
  ASSERT_TRUE(hold.ok());
  auto report = store_->collect(at_once(1));
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->over_quota);
  EXPECT_EQ(pages_of(pinned), 4u);
  EXPECT_EQ(pages_of(open), 4u);
  EXPECT_EQ(pages_of(free), 0u);
}

TEST_F(Collecting, KeepsTheQuotaOfASession) {
  Conversation a = add_conversation(*store_, "A", 1, 8), b = add_conversation(*store_, "B", 2, 8);
  ASSERT_TRUE(store_->sessions().set_kv_quota(a.session, stored() / 4).ok());
  ASSERT_TRUE(store_->collect(at_once()).ok());
  EXPECT_LE(pages_of(a), 4u);
  EXPECT_GE(pages_of(a), 3u);
  EXPECT_EQ(pages_of(b), 8u);
}

TEST_F(Collecting, LeavesItToOneAtATime) {
  auto lock = StoreLock::acquire(store_->folder(), StoreLock::kMaintenance, true);
  ASSERT_TRUE(lock.ok());
  EXPECT_TRUE(store_->collect(at_once())->skipped);
}

TEST(PageValue, FallsWithAgeAndSizeAndRisesWithDepth) {
  EXPECT_GT(page_value(0, 100, 0, 7), page_value(0, 200, 0, 7));
  EXPECT_GT(page_value(0, 100, 0, 7), page_value(0, 100, 1, 7));
  EXPECT_GT(page_value(2000, 100, 0, 7), page_value(0, 100, 0, 7));
  EXPECT_NEAR(page_value(0, 100, 7, 7) * 2, page_value(0, 100, 0, 7), 1e-12);
}

TEST(ResumeCost, ChoosesTheFasterWayAndSaysSo) {
  const ResumeSpeeds speeds{2e9, 4e9, 10000};
  const ResumeChoice big = choose_resume(speeds, 5'000'000'000, 6'300'000'000, 131072);
  EXPECT_TRUE(big.load);
  EXPECT_NEAR(big.load_s, 2.5, 1e-9);
  EXPECT_NEAR(big.recompute_s, 13.1072, 1e-9);
  EXPECT_NE(big.reason.find("2.50 s"), std::string::npos);
  EXPECT_FALSE(choose_resume({1e7, 4e9, 10000}, 5'000'000'000, 6'300'000'000, 131072).load);
  EXPECT_TRUE(choose_resume({}, 1, 1, 1).load);
  ResumeMeter meter;
  meter.disk(100, 1);
  meter.disk(200, 1);
  EXPECT_NEAR(meter.speeds().disk_bytes_per_s, 130, 1e-9);
}

}  // namespace
}  // namespace leyden
