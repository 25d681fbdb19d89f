// SPDX-License-Identifier: Apache-2.0
// Sessions, trees, forks, saving and resuming, documents. Applied to plain and to encrypted stores.
#include <gtest/gtest.h>

#include "sessions/store.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

class Catalogue : public ::testing::TestWithParam<const char*> {
 protected:
  StoreOptions options() { return store_options(folder_.path() + "/store", GetParam()); }
  void SetUp() override { store_ = open_store(options()); }
  void reopen() {
    store_.reset();
    store_ = open_store(options());
  }
  SessionCatalogue& sessions() { return store_->sessions(); }
  ScratchFolder folder_;
  std::unique_ptr<Store> store_;
};
INSTANTIATE_TEST_SUITE_P(Plain, Catalogue, ::testing::Values(""));
INSTANTIATE_TEST_SUITE_P(Sealed, Catalogue, ::testing::Values("correct horse"));

TEST_P(Catalogue, KeepsSessionsAcrossOpening) {
  const CatalogueId model = add_test_model(*store_);
  const Conversation c = add_conversation(*store_, "First", 1, 3, model);
  ASSERT_TRUE(sessions().rename(c.session, "Renamed").ok());
  ASSERT_TRUE(sessions().set_pinned(c.session, true).ok());
  ASSERT_TRUE(sessions().set_settings(c.session, R"({"temperature":0})").ok());
  reopen();
  auto s = sessions().session(c.session);
  ASSERT_TRUE(s.ok()) << s.status().to_string();
  EXPECT_EQ(s->title, "Renamed");
  EXPECT_TRUE(s->pinned);
  EXPECT_EQ(s->settings_json, R"({"temperature":0})");
  EXPECT_EQ(s->tip, c.chain.back().id);
  EXPECT_EQ(s->n_tokens, 3u * 64 + 3);
  EXPECT_EQ(s->uuid.size(), 32u);
  auto path = sessions().path(c.session);
  ASSERT_TRUE(path.ok()) << path.status().to_string();
  ASSERT_EQ(path->size(), 2u);
  EXPECT_EQ((*path)[0].text, "question of First");
  EXPECT_EQ((*path)[1].text, "answer of First");
  EXPECT_EQ((*path)[1].tokens, (std::vector<int32_t>{7, 8, 9}));
  EXPECT_EQ((*path)[1].tip, c.chain.back().id);
  auto models = sessions().models();
  ASSERT_TRUE(models.ok());
  EXPECT_EQ(models->at(0).fingerprint, "fp-1");
}

TEST_P(Catalogue, ResumesWithEverything) {
  const CatalogueId model = add_test_model(*store_);
  const Conversation c = add_conversation(*store_, "First", 1, 3, model);
  reopen();
  auto state = sessions().resume_state(c.session, "fp-1", 1);
  ASSERT_TRUE(state.ok()) << state.status().to_string();
  EXPECT_EQ(state->kind, ResumeState::Kind::kReady) << state->reason;
  EXPECT_EQ(state->full_pages, 3u);
  EXPECT_EQ(state->tail.tokens, (std::vector<int32_t>{10, 11, 12}));
  EXPECT_EQ(state->tail.payload.size(), 500u);
  EXPECT_EQ(state->tail.manifest.size(), 30u);
  size_t n = 0;
  ASSERT_TRUE(store_->pages().load_chain(state->tip, 2, [&](StoredPage&& page) {
    expect_same_page(page, c.chain[n++]);
    return true;
  }).ok());
  EXPECT_EQ(n, 3u);
}

TEST_P(Catalogue, RefusesTheKvOfOtherWeightsOrFormats) {
  const CatalogueId model = add_test_model(*store_);
  const Conversation c = add_conversation(*store_, "First", 1, 2, model);
  EXPECT_EQ(sessions().resume_state(c.session, "fp-2", 1)->kind, ResumeState::Kind::kOtherModel);
  EXPECT_EQ(sessions().resume_state(c.session, "fp-1", 2)->kind, ResumeState::Kind::kOtherModel);
}

TEST_P(Catalogue, ReReadsWhenAPageIsMissing) {
  const Conversation c = add_conversation(*store_, "First", 1, 4);
  ASSERT_TRUE(store_->pages().quarantine(c.chain[1].id, "test").ok());
  auto state = sessions().resume_state(c.session, "fp-1", 1);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->kind, ResumeState::Kind::kReread);
  EXPECT_FALSE(state->reason.empty());
  EXPECT_TRUE(state->tail.payload.empty());
  EXPECT_EQ(sessions().path(c.session)->size(), 2u);
}

TEST_P(Catalogue, SavesTheTextWhenItsPagesAreNotThere) {
  const Conversation c = add_conversation(*store_, "First", 1, 2);
  auto saved = sessions().save_turn(turn(c.session, c.answer, "longer answer", make_test_page(99).id, 5));
  ASSERT_TRUE(saved.ok());
  EXPECT_FALSE(saved->kv_saved);
  EXPECT_FALSE(saved->note.empty());
  EXPECT_EQ(sessions().message(c.answer)->text, "longer answer");
  EXPECT_EQ(sessions().session(c.session)->tip, c.chain.back().id);  // the last good one
}

TEST_P(Catalogue, EditsMakeBranches) {
  const Conversation c = add_conversation(*store_, "First", 1, 2);
  const CatalogueId q2 = *sessions().append(c.session, user_says("second question"));
  const CatalogueId a2 = *sessions().append(c.session, assistant_says("second answer"));
  auto edited = sessions().edit(c.session, q2, "second question, better", {5});
  ASSERT_TRUE(edited.ok()) << edited.status().to_string();
  auto path = *sessions().path(c.session);
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(path[2].text, "second question, better");
  EXPECT_EQ(path[2].role, "user");
  EXPECT_EQ(sessions().siblings(q2)->size(), 2u);
  EXPECT_EQ(*sessions().newest_end(q2), a2);
  EXPECT_EQ(*sessions().newest_end(*edited), *edited);
  EXPECT_EQ(*sessions().newest_end(c.question), *edited);  // the newer of both branches
  EXPECT_EQ(sessions().newest_end(9999).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions().tree(c.session)->size(), 5u);
  // The KV went back to what was known before the branch: full pages, no tail.
  auto state = sessions().resume_state(c.session, "", 0);
  EXPECT_EQ(state->tip, c.chain.back().id);
  EXPECT_EQ(state->n_tokens, 128u);
  EXPECT_TRUE(state->tail.tokens.empty());
  ASSERT_TRUE(sessions().set_head(c.session, c.question).ok());
  EXPECT_EQ(sessions().path(c.session)->size(), 1u);
  EXPECT_EQ(sessions().set_head(c.session, 9999).code(), StatusCode::kNotFound);
}

TEST_P(Catalogue, WhatIsKeptBesideATextIsReplaced) {
  const Conversation c = add_conversation(*store_, "First", 1, 2);
  const StoredMessage before = *sessions().message(c.answer);
  const std::string extra = R"({"run":{"stopped":"answered"}})";
  ASSERT_TRUE(sessions().set_extra(c.session, c.answer, extra).ok());
  const StoredMessage after = *sessions().message(c.answer);
  EXPECT_EQ(after.extra_json, extra);
  EXPECT_EQ(after.text, before.text);
  EXPECT_EQ(after.tokens, before.tokens);
  EXPECT_EQ(after.tip, before.tip);
  EXPECT_EQ(sessions().set_extra(c.session, 9999, extra).code(), StatusCode::kNotFound);
  const CatalogueId other = *sessions().create({});
  EXPECT_EQ(sessions().set_extra(other, c.answer, "{}").code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions().message(c.answer)->extra_json, extra);
}

TEST_P(Catalogue, ForksShareEverything) {
  const Conversation c = add_conversation(*store_, "First", 1, 3);
  auto fork = sessions().fork(c.session, "Second");
  ASSERT_TRUE(fork.ok()) << fork.status().to_string();
  EXPECT_EQ(store_->pages().stats()->pages, 3u);
  EXPECT_EQ(sessions().session(*fork)->forked_from, c.session);
  EXPECT_EQ(sessions().resume_state(*fork, "", 0)->kind, ResumeState::Kind::kReady);
  EXPECT_EQ(sessions().resume_state(*fork, "", 0)->tail.tokens.size(), 3u);
  // Each goes on alone.
  const CatalogueId more = *sessions().append(*fork, user_says("only in the fork"));
  EXPECT_EQ(sessions().path(*fork)->size(), 3u);
  EXPECT_EQ(sessions().path(c.session)->size(), 2u);
  for (const CatalogueId id : {c.session, *fork}) EXPECT_EQ(sessions().session(id)->n_messages, 3u);
  ASSERT_TRUE(sessions().save_turn(turn(*fork, more, "only in the fork", c.chain.back().id, 3)).ok());
  EXPECT_EQ(sessions().resume_state(c.session, "", 0)->kind, ResumeState::Kind::kReady);
  // The original goes; the fork keeps what it needs.
  ASSERT_TRUE(sessions().append(c.session, user_says("only in the original")).ok());
  ASSERT_TRUE(sessions().remove(c.session).ok());
  auto path = *sessions().path(*fork);
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(path[0].text, "question of First");
  EXPECT_EQ(sessions().tree(*fork)->size(), 3u);
  EXPECT_EQ(sessions().session(*fork)->n_messages, 3u);
  EXPECT_EQ(sessions().resume_state(*fork, "", 0)->kind, ResumeState::Kind::kReady);
  ASSERT_TRUE(sessions().remove(*fork).ok());
  EXPECT_EQ(store_->stats()->messages, 0u);
  EXPECT_EQ(*store_->sessions().file().db().query_integer("SELECT count(*) FROM texts"), 0);
  EXPECT_EQ(*store_->sessions().file().db().query_integer("SELECT count(*) FROM tails"), 0);
}

TEST_P(Catalogue, ForksAtAMessage) {
  const Conversation c = add_conversation(*store_, "First", 1, 2);
  auto fork = sessions().fork(c.session, "", c.question);
  ASSERT_TRUE(fork.ok());
  EXPECT_EQ(sessions().session(*fork)->title, "First");
  EXPECT_EQ(sessions().path(*fork)->size(), 1u);
  EXPECT_EQ(sessions().fork(c.session, "", 12345).status().code(), StatusCode::kNotFound);
}

TEST_P(Catalogue, FindsByIdUuidAndTitle) {
  const CatalogueId a = add_test_session(*store_, "Alpha"), b = add_test_session(*store_, "Beta");
  add_test_session(*store_, "Twice");
  add_test_session(*store_, "Twice");
  EXPECT_EQ(sessions().find(std::to_string(a))->id, a);
  EXPECT_EQ(sessions().find("Beta")->id, b);
  EXPECT_EQ(sessions().find(sessions().session(b)->uuid.substr(0, 12))->id, b);
  EXPECT_EQ(sessions().find("Gamma").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions().find("Twice").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(sessions().list(2)->size(), 2u);
  EXPECT_EQ(sessions().list()->size(), 4u);
}

TEST_P(Catalogue, GivesASessionToOneWriter) {
  const CatalogueId id = add_test_session(*store_, "Alpha");
  StoredMessage streaming = assistant_says("half");
  streaming.state = MessageState::kStreaming;
  const CatalogueId m = *sessions().append(id, streaming);
  auto other = open_store(options());
  {
    auto hold = sessions().hold(id);
    ASSERT_TRUE(hold.ok()) << hold.status().to_string();
    EXPECT_EQ(sessions().message(m)->state, MessageState::kInterrupted);
    EXPECT_EQ(other->sessions().hold(id).status().code(), StatusCode::kBusy);
    EXPECT_EQ(sessions().hold(id).status().code(), StatusCode::kBusy);
    EXPECT_EQ(sessions().remove(id).code(), StatusCode::kBusy);
    EXPECT_EQ(StoreLock::held_sessions(store_->folder()), std::vector<int64_t>{id});
  }
  EXPECT_TRUE(other->sessions().hold(id).ok());
}

TEST_P(Catalogue, KeepsDocumentsOnce) {
  const CatalogueId model = add_test_model(*store_);
  NewDocument d{"Manual", "manual.pdf", {{"p. 1", "first page"}, {"p. 2", "second page"}}, {1, 2, 3}, {}};
  d.page_map.assign(10, std::byte{3});
  const CatalogueId id = *store_->documents().add(d);
  EXPECT_EQ(*store_->documents().add(d), id);
  EXPECT_EQ(store_->documents().list()->size(), 1u);
  const auto chain = make_test_chain(3, 2);
  for (const auto& page : chain) ASSERT_TRUE(store_->pages().put(page).ok());
  ASSERT_TRUE(store_->pages().flush().ok());
  ASSERT_TRUE(store_->documents().set_chain(id, model, chain.back().id, 150).ok());
  reopen();
  auto& documents = store_->documents();
  EXPECT_EQ(documents.find("manual.pdf")->id, id);
  EXPECT_EQ(documents.info(id)->n_parts, 2u);
  EXPECT_EQ(documents.info(id)->n_tokens, 150u);  // as the model read it
  EXPECT_EQ(documents.parts(id)->at(1).text, "second page");
  EXPECT_EQ(documents.part(id, 1)->text, "second page");
  EXPECT_EQ(documents.part(id, 2).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(documents.tokens(id)->size(), 3u);
  EXPECT_EQ(documents.page_map(id)->size(), 10u);
  EXPECT_EQ((*documents.chain(id, model))->tip, chain.back().id);
  EXPECT_FALSE((*documents.chain(id, model + 1)).has_value());

  const CatalogueId s = add_test_session(*store_, "Chat", model);
  EXPECT_TRUE(*documents.attach(s, id));
  EXPECT_FALSE(*documents.attach(s, id));
  EXPECT_EQ(sessions().session(s)->documents, std::vector<CatalogueId>{id});
  auto state = sessions().resume_state(s, "fp-1", 1);  // read before: nothing to read again
  EXPECT_EQ(state->kind, ResumeState::Kind::kReady);
  EXPECT_EQ(state->n_tokens, 128u);
  EXPECT_EQ(documents.remove(id).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(*documents.detach(s, id));
  EXPECT_EQ(sessions().resume_state(s, "fp-1", 1)->kind, ResumeState::Kind::kEmpty);
  EXPECT_TRUE(documents.remove(id).ok());
  EXPECT_TRUE(documents.list()->empty());
}

TEST_P(Catalogue, KeepsSettings) {
  EXPECT_EQ(sessions().setting("theme").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(sessions().set_setting("theme", "dark").ok());
  reopen();
  EXPECT_EQ(*sessions().setting("theme"), "dark");
}

TEST_P(Catalogue, ChecksClean) {
  add_conversation(*store_, "First", 1, 3);
  auto report = store_->check();
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  for (const auto& p : report->problems) ADD_FAILURE() << p;
  EXPECT_EQ(report->pages, 3u);
  EXPECT_EQ(report->messages, 2u);
  auto stats = store_->stats();
  EXPECT_EQ(stats->sessions, 1u);
  EXPECT_EQ(stats->encrypted, GetParam()[0] != '\0');
}

}  // namespace
}  // namespace leyden
