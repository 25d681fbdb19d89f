// SPDX-License-Identifier: Apache-2.0
// The crash harness. A child works on a store (ingest of documents, streaming, forks, edits,
// removal, eviction, vacuum, import) and reports through a pipe what it was told is durable; the
// parent kills it with SIGKILL at a random moment, opens the store and looks whether all of it is
// there.
//
//   sessions_crash_test [--kills N] [--seed S]        60 kills by default
//
// The seed is printed; the moments of the kills depend on the machine all the same.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "sessions/bundle.h"
#include "sessions/stream_saver.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

int kills = 60;
uint32_t seed = 1;

/// One acknowledgement. Small enough that a pipe takes it whole or not at all.
struct Ack {
  enum Kind : int32_t { kSession, kRemoved, kMessage, kStreamed, kDocument, kRead } kind;
  int32_t words;    ///< of the message's text; which document it is
  int64_t session;  ///< or document
  int64_t message;
};

std::string words(int64_t message, int32_t n) {
  std::string text;
  for (int32_t i = 0; i < n; ++i) text += "w" + std::to_string(message % 97 + i) + " ";
  return text;
}

StoreOptions crash_options(const std::string& folder) {
  StoreOptions o = store_options(folder);
  o.collect.grace_s = 600;
  return o;
}

/// The page that follows `parent` in a session; every byte follows from its place.
StoredPage next_page(const PageId& parent, uint32_t depth) {
  uint64_t key;
  std::memcpy(&key, parent.bytes.data(), sizeof key);
  return make_test_page((key ^ depth) | 1, 12000, parent, depth);
}

constexpr int kDocuments = 5;
constexpr size_t kDocumentPages = 6;

NewDocument document(int which) {
  NewDocument d;
  d.title = "document " + std::to_string(which);
  for (int part = 0; part < 3; ++part)
    d.parts.push_back({"p. " + std::to_string(part), words(100 * which + part, 40)});
  d.tokens.assign(kDocumentPages * 64, which);
  return d;
}

std::vector<StoredPage> document_pages(int which) {
  return make_test_chain(900 + static_cast<uint64_t>(which), kDocumentPages, 12000);
}

/// Adds a document, reads it into pages and remembers the chain.
template <typename Tell>
void ingest(Store& store, int which, const Tell& tell) {
  auto id = store.documents().add(document(which));
  if (!id.ok()) _exit(12);
  tell({Ack::kDocument, which, *id, 0});
  auto model = store.sessions().add_model({.name = "m", .fingerprint = "fp", .kv_format = 1});
  if (!model.ok()) _exit(13);
  const std::vector<StoredPage> pages = document_pages(which);
  for (const StoredPage& page : pages)
    if (!store.pages().put(page).ok()) _exit(14);
  if (!store.pages().flush().ok()) _exit(15);
  if (!store.documents().set_chain(*id, *model, pages.back().id, kDocumentPages * 64).ok())
    _exit(16);
  tell({Ack::kRead, which, *id, *model});
}

[[noreturn]] void work(const std::string& folder, const std::string& bundle, uint32_t child_seed,
                       int pipe) {
  std::mt19937 rng(child_seed);
  const auto tell = [pipe](Ack ack) {
    if (write(pipe, &ack, sizeof ack) != sizeof ack) _exit(3);
  };
  auto opened = Store::open(crash_options(folder));
  if (!opened.ok()) {
    std::fprintf(stderr, "child: %s\n", opened.status().to_string().c_str());
    _exit(4);
  }
  Store& store = **opened;
  for (;;) {
    auto list = store.sessions().list();
    if (!list.ok()) _exit(5);
    const uint32_t what = rng() % 100;
    if (list->empty() || (what < 8 && list->size() < 12)) {
      auto id = store.sessions().create({"session", 0, "{}"});
      if (id.ok()) tell({Ack::kSession, 0, *id, 0});
      continue;
    }
    const SessionInfo s = (*list)[rng() % list->size()];
    if (what < 60) {  // a streamed turn, with pages on the way
      StoredMessage m = assistant_says("");
      m.state = MessageState::kStreaming;
      auto id = store.sessions().append(s.id, m);
      if (!id.ok()) _exit(6);
      tell({Ack::kMessage, 0, s.id, *id});
      PageId tip = s.tip;
      uint32_t depth = 0;
      if (auto chain = store.pages().inspect_chain(tip); chain.ok() && chain->complete)
        depth = chain->pages;
      else
        tip = {};
      const int32_t steps = 1 + static_cast<int32_t>(rng() % 4);
      for (int32_t i = 1; i <= steps; ++i) {
        const StoredPage page = next_page(tip, depth);
        if (!store.pages().put(page).ok()) _exit(7);
        tip = page.id;
        ++depth;
        TurnSave save = turn(s.id, *id, words(*id, i * 5), tip, depth);
        save.complete = i == steps;
        if (!store.sessions().save_turn(save).ok()) _exit(8);
        tell({Ack::kStreamed, i * 5, s.id, *id});
      }
    } else if (what < 70) {
      if (auto id = store.sessions().fork(s.id, "fork"); id.ok()) tell({Ack::kSession, 0, *id, 0});
    } else if (what < 78 && s.head != 0) {
      if (auto id = store.sessions().edit(s.id, s.head, "edited", {1}); id.ok())
        tell({Ack::kMessage, 0, s.id, *id});
    } else if (what < 82 && list->size() > 4) {
      tell({Ack::kRemoved, 0, s.id, 0});  // from here on it may be gone
      if (!store.sessions().remove(s.id).ok()) _exit(9);
    } else if (what < 88) {
      if (!store.collect({.grace_s = -1, .quota_bytes = 400000}).ok()) _exit(10);
    } else if (what < 91) {
      if (!store.vacuum().ok()) _exit(11);
    } else if (what < 95) {
      ingest(store, static_cast<int>(rng() % kDocuments), tell);
    } else if (list->size() < 12) {
      if (auto in = import_bundle(store, bundle); in.ok()) tell({Ack::kSession, 0, in->session, 0});
    }
  }
}

/// What must be there, over all kills since the store was new.
struct Expected {
  std::set<int64_t> sessions;
  std::map<int64_t, std::pair<int64_t, int32_t>> messages;   // id -> session, words
  std::map<int64_t, std::pair<int32_t, int64_t>> documents;  // id -> which, model that read it or 0
  void take(const Ack& ack) {
    switch (ack.kind) {
      case Ack::kSession:
        sessions.insert(ack.session);
        break;
      case Ack::kRemoved:
        sessions.erase(ack.session);
        std::erase_if(messages, [&](const auto& m) { return m.second.first == ack.session; });
        break;
      case Ack::kMessage:
      case Ack::kStreamed:
        messages[ack.message] = {ack.session, ack.words};
        break;
      case Ack::kDocument:
        documents[ack.session].first = ack.words;
        break;
      case Ack::kRead:
        documents[ack.session] = {ack.words, ack.message};
        break;
    }
  }
};

/// Every document's text is there, and its pages are what reading it made, unless they were
/// evicted.
void verify_documents(Store& store, const Expected& expected) {
  for (const auto& [id, said] : expected.documents) {
    auto parts = store.documents().parts(id);
    ASSERT_TRUE(parts.ok()) << "document " << id << ": " << parts.status().to_string();
    const NewDocument added = document(said.first);
    ASSERT_EQ(parts->size(), added.parts.size());
    for (size_t i = 0; i < parts->size(); ++i) EXPECT_EQ((*parts)[i].text, added.parts[i].text);
    if (said.second == 0) continue;
    auto chain = store.documents().chain(id, said.second);
    ASSERT_TRUE(chain.ok()) << chain.status().to_string();
    ASSERT_TRUE(chain->has_value()) << "document " << id << ": its chain is forgotten";
    const std::vector<StoredPage> made = document_pages(said.first);
    EXPECT_EQ((*chain)->tip, made.back().id);
    auto there = store.pages().inspect_chain((*chain)->tip);
    ASSERT_TRUE(there.ok());
    if (!there->complete) continue;
    size_t at = 0;
    const Status loaded = store.pages().load_chain((*chain)->tip, 1, [&](StoredPage&& page) {
      expect_same_page(page, made[at++]);
      return true;
    });
    EXPECT_TRUE(loaded.ok()) << loaded.to_string();
  }
}

void verify(const std::string& folder, Expected& expected, int kill_number) {
  SCOPED_TRACE("kill " + std::to_string(kill_number));
  auto opened = Store::open(crash_options(folder));
  ASSERT_TRUE(opened.ok()) << opened.status().to_string();
  Store& store = **opened;
  for (const std::string& note : store.notes()) ADD_FAILURE() << note;
  auto report = store.check();
  ASSERT_TRUE(report.ok());
  for (const auto& p : report->problems) ADD_FAILURE() << p;
  for (int64_t id : expected.sessions)
    EXPECT_TRUE(store.sessions().session(id).ok()) << "session " << id;
  for (const auto& [id, said] : expected.messages) {
    auto m = store.sessions().message(id);
    ASSERT_TRUE(m.ok()) << "message " << id << ": " << m.status().to_string();
    if (m->text == "edited") continue;
    // At least what was acknowledged; a save under way at the kill may have made it as well.
    EXPECT_TRUE(m->text.starts_with(words(id, said.second))) << "message " << id << ": " << m->text;
    EXPECT_EQ(m->text,
              words(id, static_cast<int32_t>(std::count(m->text.begin(), m->text.end(), ' '))));
  }
  verify_documents(store, expected);
  auto list = store.sessions().list();
  ASSERT_TRUE(list.ok());
  for (const SessionInfo& s : *list) {
    ASSERT_TRUE(store.sessions().path(s.id).ok());
    auto state = store.sessions().resume_state(s.id, "", 0);
    ASSERT_TRUE(state.ok()) << state.status().to_string();
    if (state->kind != ResumeState::Kind::kReady) continue;  // empty, or evicted
    PageId parent;
    uint32_t depth = 0;
    const Status loaded = store.pages().load_chain(state->tip, 1, [&](StoredPage&& page) {
      if (s.title != "imported") {
        const StoredPage made = next_page(parent, depth);
        if (made.id == page.id) {
          EXPECT_TRUE(made.payload == page.payload);
        }
      }
      parent = page.id;
      ++depth;
      return true;
    });
    EXPECT_TRUE(loaded.ok()) << loaded.to_string();
  }
}

/// Lets a child work on a store for a while and kills it. Answers how much it acknowledged.
uint64_t run_and_kill(const std::string& folder, const std::string& bundle, uint32_t number,
                      uint64_t after_us, Expected& expected) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child == 0) {
    close(ends[0]);
    work(folder, bundle, seed * 1000003 + number, ends[1]);
  }
  close(ends[1]);
  usleep(static_cast<useconds_t>(after_us));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  uint64_t acknowledged = 0;
  Ack ack;
  for (; read(ends[0], &ack, sizeof ack) == static_cast<ssize_t>(sizeof ack); ++acknowledged)
    expected.take(ack);
  close(ends[0]);
  return acknowledged;
}

TEST(Crash, AStoreThatWasBeingMadeIsMadeByTheNextToOpenIt) {
  ScratchFolder folder;
  std::mt19937 rng(seed);
  for (int k = 0; k < kills / 2 && !::testing::Test::HasFailure(); ++k) {
    const std::string path = folder / ("new" + std::to_string(k));
    Expected expected;
    (void)run_and_kill(path, "", static_cast<uint32_t>(k), rng() % 8000, expected);
    verify(path, expected, k);
    std::filesystem::remove_all(path);
  }
}

TEST(Crash, EveryKillLeavesAWholeStore) {
  std::printf("  %d kills, seed %u\n", kills, seed);
  ScratchFolder folder;
  const std::string bundle = folder / "bundle";
  {
    auto store = open_store(folder / "source");
    const Conversation c = add_conversation(*store, "imported", 4, 6);
    ASSERT_TRUE(export_bundle(*store, c.session, bundle).ok());
  }
  std::mt19937 rng(seed);
  Expected expected;
  uint64_t acknowledged = 0;
  std::string path;
  for (int k = 0; k < kills && !::testing::Test::HasFailure(); ++k) {
    if (k % 25 == 0) {  // now and then a new store, so that opening a new one is struck too
      if (!path.empty()) std::filesystem::remove_all(path);
      path = folder / ("store" + std::to_string(k));
      expected = {};
    }
    // Mostly within the work, sometimes while opening.
    const auto after_us = rng() % 5 == 0 ? rng() % 5000 : rng() % 60000;
    acknowledged += run_and_kill(path, bundle, static_cast<uint32_t>(k), after_us, expected);
    verify(path, expected, k);
  }
  std::printf("  %llu acknowledgements, all there\n",
              static_cast<unsigned long long>(acknowledged));
}

}  // namespace
}  // namespace leyden

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (const char* all = std::getenv("LEYDEN_CRASH_KILLS")) leyden::kills = std::atoi(all);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--kills") == 0) leyden::kills = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--seed") == 0)
      leyden::seed = static_cast<uint32_t>(std::atoi(argv[i + 1]));
  }
  return RUN_ALL_TESTS();
}
