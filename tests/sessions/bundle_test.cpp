// SPDX-License-Identifier: Apache-2.0
#include "sessions/bundle.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <random>

#include "sessions/byte_io.h"
#include "sessions/transcript.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

class Bundle : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    store_ = open_store(store_options(folder_ / "from", GetParam()));
    const CatalogueId model = add_test_model(*store_);
    c_.session = add_test_session(*store_, "Journey 旅行", model);
    const CatalogueId d = *store_->documents().add({"Doc", "d.txt", {{"p1", "body"}}, {4, 5}, {std::byte{'7'}}});
    EXPECT_TRUE(*store_->documents().attach(c_.session, d));
    c_.chain = make_test_chain(3, 5);
    c_.question = *store_->sessions().append(c_.session, user_says("question"));
    c_.answer = *store_->sessions().append(c_.session, assistant_says(""));
    EXPECT_TRUE(store_->sessions().edit(c_.session, c_.question, "another question", {1}).ok());
    EXPECT_TRUE(store_->sessions().set_head(c_.session, c_.answer).ok());
    for (const auto& page : c_.chain) EXPECT_TRUE(store_->pages().put(page).ok());
    EXPECT_TRUE(store_->sessions().save_turn(turn(c_.session, c_.answer, "answer", c_.chain.back().id, 5))->kv_saved);
  }
  ScratchFolder folder_;
  std::unique_ptr<Store> store_;
  Conversation c_;
};
INSTANTIATE_TEST_SUITE_P(Plain, Bundle, ::testing::Values(""));
INSTANTIATE_TEST_SUITE_P(Sealed, Bundle, ::testing::Values("secret"));

TEST_P(Bundle, MovesEverythingToAnotherStore) {
  auto out = export_bundle(*store_, c_.session, folder_ / "b.leyden");
  ASSERT_TRUE(out.ok()) << out.status().to_string();
  EXPECT_EQ(out->pages, 5u);
  EXPECT_EQ(out->messages, 3u);
  auto to = open_store(folder_ / "to");
  auto in = import_bundle(*to, folder_ / "b.leyden");
  ASSERT_TRUE(in.ok()) << in.status().to_string();
  EXPECT_TRUE(in->note.empty()) << in->note;
  auto path = *to->sessions().path(in->session);
  ASSERT_EQ(path.size(), 2u);
  EXPECT_EQ(path[1].text, "answer");
  EXPECT_EQ(path[1].tokens, (std::vector<int32_t>{7, 8, 9}));
  EXPECT_EQ(to->sessions().tree(in->session)->size(), 3u);
  EXPECT_EQ(to->sessions().session(in->session)->title, "Journey 旅行");
  EXPECT_EQ(to->sessions().session(in->session)->uuid, store_->sessions().session(c_.session)->uuid);
  EXPECT_EQ(to->documents().parts(to->sessions().session(in->session)->documents.at(0))->at(0).text, "body");
  auto state = to->sessions().resume_state(in->session, "fp-1", 1);
  EXPECT_EQ(state->kind, ResumeState::Kind::kReady) << state->reason;
  EXPECT_EQ(state->tail.payload.size(), 500u);
  EXPECT_EQ(state->n_tokens, 5u * 64 + 3);
  size_t n = 0;
  EXPECT_TRUE(to->pages().load_chain(state->tip, 1, [&](StoredPage&& page) {
    expect_same_page(page, c_.chain[n++]);
    return true;
  }).ok());
  EXPECT_EQ(n, 5u);
  // Once more: the pages are shared, the session is another one.
  auto again = import_bundle(*to, folder_ / "b.leyden");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(to->pages().stats()->pages, 5u);
  EXPECT_NE(to->sessions().session(again->session)->uuid, to->sessions().session(in->session)->uuid);
  EXPECT_EQ(to->check()->n_problems, 0u);
}

TEST_P(Bundle, LeavesIncompleteKvOutAndSaysSo) {
  ASSERT_TRUE(store_->pages().quarantine(c_.chain[2].id, "test").ok());
  auto out = export_bundle(*store_, c_.session, folder_ / "b.leyden");
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->pages, 0u);
  EXPECT_FALSE(out->note.empty());
  auto to = open_store(folder_ / "to");
  EXPECT_EQ(import_bundle(*to, folder_ / "b.leyden")->messages, 3u);
}

TEST_P(Bundle, LeavesAPageMapOutThatIsNoJson) {
  const CatalogueId d = *store_->documents().add({"Odd", "o.txt", {{"p1", "other"}}, {}, {std::byte{1}}});
  ASSERT_TRUE(store_->documents().attach(c_.session, d).ok());
  ASSERT_TRUE(export_bundle(*store_, c_.session, folder_ / "b.leyden").ok());
  auto to = open_store(folder_ / "to");
  auto in = import_bundle(*to, folder_ / "b.leyden");
  ASSERT_TRUE(in.ok()) << in.status().message();
  EXPECT_NE(in->note.find("'Odd' without its page map"), std::string::npos) << in->note;
  const auto documents = to->documents().list();
  for (const DocumentInfo& info : *documents)
    EXPECT_EQ(to->documents().page_map(info.id)->size(), info.title == "Doc" ? 1u : 0u) << info.title;
}

TEST_P(Bundle, ChangesNothingOnDamage) {
  ASSERT_TRUE(export_bundle(*store_, c_.session, folder_ / "b.leyden").ok());
  std::ifstream in(folder_ / "b.leyden", std::ios::binary);
  const std::string sound{std::istreambuf_iterator<char>(in), {}};
  ASSERT_TRUE(verify_bundle_bytes(as_bytes(sound)).ok());
  auto to = open_store(folder_ / "to");
  std::mt19937 rng(1);
  for (int i = 0; i < 60; ++i) {
    std::string damaged = sound;
    if (i % 3 == 0) damaged.resize(rng() % sound.size());
    else damaged[rng() % sound.size()] ^= static_cast<char>(1 << rng() % 8);
    std::ofstream(folder_ / "bad.leyden", std::ios::binary) << damaged;
    auto imported = import_bundle(*to, folder_ / "bad.leyden");
    EXPECT_FALSE(imported.ok());
    EXPECT_FALSE(verify_bundle_bytes(as_bytes(damaged)).ok());
  }
  EXPECT_EQ(to->stats()->sessions, 0u);
  EXPECT_EQ(to->stats()->pages, 0u);
  EXPECT_EQ(import_bundle(*to, folder_ / "none.leyden").status().code(), StatusCode::kNotFound);
  CancelToken stop;
  stop.cancel();
  EXPECT_EQ(import_bundle(*to, folder_ / "b.leyden", &stop).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(export_bundle(*store_, c_.session, folder_ / "c.leyden", &stop).status().code(), StatusCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "c.leyden"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "c.leyden.partial"));
}

TEST_P(Bundle, WritesTranscripts) {
  auto markdown = transcript_markdown(*store_, c_.session);
  ASSERT_TRUE(markdown.ok());
  EXPECT_NE(markdown->find("# Journey 旅行"), std::string::npos);
  EXPECT_NE(markdown->find("## Assistant\n\nanswer"), std::string::npos);
  EXPECT_NE(markdown->find("Document: Doc"), std::string::npos);
  EXPECT_EQ(markdown->find("another question"), std::string::npos);  // not on the shown branch
  auto text = transcript_json(*store_, c_.session);
  ASSERT_TRUE(text.ok());
  const auto j = nlohmann::json::parse(*text, nullptr, false);
  ASSERT_TRUE(j.is_object());
  EXPECT_EQ(j["messages"].size(), 3u);
  EXPECT_EQ(j["model"], "test-model");
}

}  // namespace
}  // namespace leyden
