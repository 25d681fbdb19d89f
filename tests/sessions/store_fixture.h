// SPDX-License-Identifier: Apache-2.0
// Short ways to open a store in a test and to put a small conversation into it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sessions/store.h"
#include "tests/sessions/scratch_folder.h"
#include "tests/sessions/test_pages.h"

namespace leyden {

inline StoreOptions store_options(const std::string& folder, const std::string& passphrase = "") {
  StoreOptions o;
  o.folder = folder;
  o.passphrase = passphrase;
  o.passphrase_cost = {1, 8192 * 1024};  // fast, for tests only
  o.collect_every_s = 0;
  o.kv.encoder_threads = 1;
  return o;
}

inline std::unique_ptr<Store> open_store(const StoreOptions& options) {
  auto store = Store::open(options);
  EXPECT_TRUE(store.ok()) << store.status().to_string();
  return store.ok() ? std::move(*store) : nullptr;
}
inline std::unique_ptr<Store> open_store(const std::string& folder) {
  return open_store(store_options(folder));
}

inline StoredMessage user_says(const std::string& text) {
  StoredMessage m;
  m.role = "user";
  m.text = text;
  m.tokens = {1, 2, 3};
  return m;
}
inline StoredMessage assistant_says(const std::string& text) {
  StoredMessage m = user_says(text);
  m.role = "assistant";
  return m;
}

inline CatalogueId add_test_model(Store& store, const std::string& fingerprint = "fp-1") {
  StoredModel model;
  model.name = "test-model";
  model.fingerprint = fingerprint;
  model.kv_format = 1;
  auto id = store.sessions().add_model(model);
  EXPECT_TRUE(id.ok()) << id.status().to_string();
  return id.ok() ? *id : 0;
}

inline CatalogueId add_test_session(Store& store, const std::string& title, CatalogueId model = 0) {
  auto id = store.sessions().create({title, model, "{}"});
  EXPECT_TRUE(id.ok()) << id.status().to_string();
  return id.ok() ? *id : 0;
}

inline TurnSave turn(CatalogueId session, CatalogueId message, const std::string& text,
                     const PageId& tip, uint32_t full_pages) {
  TurnSave save;
  save.session = session;
  save.message = message;
  save.text = text;
  save.tip = tip;
  save.tokens = {7, 8, 9};
  save.n_tokens = full_pages * 64 + 3;
  save.tail.tokens = {10, 11, 12};
  save.tail.payload.assign(500, std::byte{42});
  save.tail.manifest.assign(30, std::byte{7});
  save.tail.numerics_profile = "cpu-test";
  return save;
}

/// A session with one question, one answer and `pages` pages of KV. Answers its id and the chain.
struct Conversation {
  CatalogueId session = 0, question = 0, answer = 0;
  std::vector<StoredPage> chain;
};
inline Conversation add_conversation(Store& store, const std::string& title, uint64_t seed, size_t pages,
                                     CatalogueId model = 0) {
  Conversation c;
  c.session = add_test_session(store, title, model);
  c.chain = make_test_chain(seed, pages);
  c.question = *store.sessions().append(c.session, user_says("question of " + title));
  c.answer = *store.sessions().append(c.session, assistant_says(""));
  for (const StoredPage& page : c.chain) EXPECT_TRUE(store.pages().put(page).ok());
  auto saved = store.sessions().save_turn(turn(c.session, c.answer, "answer of " + title,
                                               c.chain.empty() ? PageId{} : c.chain.back().id,
                                               static_cast<uint32_t>(pages)));
  EXPECT_TRUE(saved.ok()) << saved.status().to_string();
  if (saved.ok()) {
    EXPECT_TRUE(saved->kv_saved) << saved->note;
  }
  return c;
}

}  // namespace leyden
