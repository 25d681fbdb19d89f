// SPDX-License-Identifier: Apache-2.0
// What the store does when something is wrong, and its upkeep.
#include "sessions/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sessions/checksum_vfs.h"
#include "sessions/store_schema.h"
#include "sessions/stream_saver.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class StoreWrong : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = open_store(path_);
    model_ = add_test_model(*store);
    c_ = add_conversation(*store, "First", 1, 4, model_);
  }
  /// The text is all there.
  void expect_text(Store& store) {
    auto path = store.sessions().path(c_.session);
    ASSERT_TRUE(path.ok()) << path.status().to_string();
    ASSERT_EQ(path->size(), 2u);
    EXPECT_EQ((*path)[1].text, "answer of First");
  }
  ResumeState::Kind resume_kind(Store& store) {
    return store.sessions().resume_state(c_.session, "fp-1", 1)->kind;
  }
  ScratchFolder folder_;
  std::string path_ = folder_ / "store";
  CatalogueId model_ = 0;
  Conversation c_;
};

TEST_F(StoreWrong, FilesAreForTheirOwnerOnly) {
  auto store = open_store(path_);
  for (const char* name : {"catalogue.db", "kv.db", "catalogue.db-wal", "kv.db-wal", "store.lock"}) {
    struct stat info;
    ASSERT_EQ(stat((path_ + "/" + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(StoreWrong, KvFileMissing) {
  fs::remove(path_ + "/kv.db");
  auto store = open_store(path_);
  EXPECT_EQ(store->notes().size(), 1u);
  expect_text(*store);
  EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReread);
}

TEST_F(StoreWrong, CatalogueMissing) {
  fs::remove(path_ + "/catalogue.db");
  auto opened = Store::open(store_options(path_));
  EXPECT_EQ(opened.status().code(), StatusCode::kNotFound);
  EXPECT_NE(opened.status().message().find("repair"), std::string::npos);
  EXPECT_TRUE(fs::exists(path_ + "/kv.db"));
  ASSERT_TRUE(Store::repair(store_options(path_)).ok());
  auto store = open_store(path_);
  EXPECT_EQ(store->stats()->sessions, 0u);
}

TEST_F(StoreWrong, KvOfAnotherStore) {
  { add_conversation(*open_store(folder_ / "other"), "Other", 2, 3); }
  fs::copy_file(folder_ / "other/kv.db", path_ + "/kv.db", fs::copy_options::overwrite_existing);
  auto store = open_store(path_);
  ASSERT_EQ(store->notes().size(), 1u);
  EXPECT_NE(store->notes()[0].find("another store"), std::string::npos);
  EXPECT_TRUE(fs::exists(path_ + "/kv.db.aside-1"));
  expect_text(*store);
  EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReread);
}

TEST_F(StoreWrong, KvFromAnotherDay) {
  const std::string old_kv = read_file(path_ + "/kv.db");
  {
    auto store = open_store(path_);
    StoredPage next = make_test_page(77, 5000, c_.chain.back().id, 4);
    ASSERT_TRUE(store->pages().put(next).ok());
    ASSERT_TRUE(store->sessions().save_turn(turn(c_.session, c_.answer, "answer of First", next.id, 5))->kv_saved);
  }
  write_file(path_ + "/kv.db", old_kv);
  auto store = open_store(path_);
  expect_text(*store);
  EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReread);
}

TEST_F(StoreWrong, KvTruncatedOrOverwritten) {
  for (const std::string& damaged : {std::string("garbage, not a database at all"),
                                     read_file(path_ + "/kv.db").substr(0, 65536 * 3 + 100)}) {
    write_file(path_ + "/kv.db", damaged);
    auto store = open_store(path_);
    expect_text(*store);
    EXPECT_NE(resume_kind(*store), ResumeState::Kind::kOtherModel);
    for (const StoredPage& page : c_.chain) {
      auto got = store->pages().get(page.id);
      if (got.ok() && got->has_value()) expect_same_page(page, **got);
    }
  }
}

// Whoever moved the log into the file was stopped in the middle of its first page.
TEST_F(StoreWrong, TheFirstPageIsTornWhileTheLogHasItWhole) {
  const std::string torn = folder_ / "torn";
  {
    auto store = open_store(path_);
    add_conversation(*store, "Second", 2, 2, model_);
    // Writes page 1 of each.
    const auto set_version = [](Database& db, int version) {
      ASSERT_TRUE(db.execute("PRAGMA user_version=" + std::to_string(version)).ok());
    };
    set_version(store->pages().database(), kKvVersion);
    set_version(store->sessions().file().db(), kCatalogueVersion);
    fs::copy(path_, torn);
  }
  for (const char* name : {"/kv.db", "/catalogue.db"}) {
    ASSERT_GT(fs::file_size(torn + name + std::string("-wal")), 0u);
    std::string bytes = read_file(torn + name);
    bytes.replace(2048, 2048, 2048, '\x5a');
    write_file(torn + name, bytes);
  }
  auto store = open_store(torn);
  ASSERT_NE(store, nullptr);
  for (const std::string& note : store->notes()) ADD_FAILURE() << note;
  EXPECT_EQ(store->check()->n_problems, 0u);
  expect_text(*store);
  EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReady);
}

TEST_F(StoreWrong, CatalogueDamagedIsRepaired) {
  // One damaged page at a time, anywhere but the first.
  const std::string sound = read_file(path_ + "/catalogue.db");
  size_t failed_to_open = 0, with_text = 0, tried = 0;
  for (size_t page = 1; page < sound.size() / 4096; page += 3, ++tried) {
    std::string damaged = sound;
    damaged[page * 4096 + 2000] = static_cast<char>(damaged[page * 4096 + 2000] ^ 4);
    fs::remove_all(path_);
    fs::create_directories(path_);
    write_file(path_ + "/catalogue.db", damaged);
    auto opened = Store::open(store_options(path_));
    if (!opened.ok()) {
      ++failed_to_open;
      EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt) << opened.status().to_string();
    }
    opened = not_found("closed");
    auto repaired = Store::repair(store_options(path_));
    ASSERT_TRUE(repaired.ok()) << repaired.status().to_string();
    auto store = open_store(path_);
    ASSERT_NE(store, nullptr);
    auto report = store->check();
    ASSERT_TRUE(report.ok());
    for (const auto& p : report->problems) ADD_FAILURE() << "page " << page << ": " << p;
    auto path = store->sessions().path(c_.session);
    if (path.ok() && path->size() == 2 && (*path)[1].text == "answer of First") ++with_text;
  }
  EXPECT_EQ(with_text, tried);  // one flipped bit in dead space or structure loses no text
}

TEST_F(StoreWrong, CatalogueOfNoUse) {
  write_file(path_ + "/catalogue.db", std::string(5000, 'x'));
  auto opened = Store::open(store_options(path_));
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(opened.status().message().find("repair"), std::string::npos);
}

TEST_F(StoreWrong, NewerSchema) {
  for (const char* name : {"catalogue.db", "kv.db"}) {
    auto copy = folder_ / (std::string("newer-") + name);
    fs::copy(path_, copy, fs::copy_options::recursive);
    {
      auto vfs = checksum_vfs_over("");
      auto db = Database::open(copy + "/" + name, {.vfs = *vfs});
      ASSERT_TRUE((*db)->execute("PRAGMA user_version=99").ok());
    }
    const std::string before = read_file(copy + "/" + name);
    auto opened = Store::open(store_options(copy));
    EXPECT_EQ(opened.status().code(), StatusCode::kUnsupported) << opened.status().to_string();
    EXPECT_TRUE(read_file(copy + "/" + name) == before) << "the file was changed";
  }
}

TEST_F(StoreWrong, MigratesVersionOne) {
  {
    auto vfs = checksum_vfs_over("");
    auto db = Database::open(path_ + "/catalogue.db", {.vfs = *vfs});
    ASSERT_TRUE((*db)
                    ->execute("DROP TRIGGER message_added; DROP TRIGGER message_removed;"
                              "ALTER TABLE sessions DROP COLUMN n_messages;"
                              "ALTER TABLE sessions DROP COLUMN kv_quota; PRAGMA user_version=1")
                    .ok());
  }
  auto store = open_store(path_);
  expect_text(*store);
  EXPECT_EQ(store->sessions().session(c_.session)->kv_quota_bytes, 0u);
  EXPECT_TRUE(store->sessions().set_kv_quota(c_.session, 5).ok());
}

TEST_F(StoreWrong, OpensForReadingOnly) {
  StoreOptions o = store_options(path_);
  o.read_only = true;
  auto store = open_store(o);
  ASSERT_NE(store, nullptr);
  expect_text(*store);
  EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReady);
  EXPECT_EQ(store->sessions().rename(c_.session, "x").code(), StatusCode::kIo);
  EXPECT_EQ(store->sessions().create({}).status().code(), StatusCode::kIo);
  EXPECT_EQ(store->pages().put(make_test_page(5)).code(), StatusCode::kIo);
  EXPECT_FALSE(store->search().find("answer")->empty());
  EXPECT_EQ(store->vacuum().code(), StatusCode::kIo);
}

TEST_F(StoreWrong, ReadOnlyFolderForAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  fs::permissions(folder_.path(), fs::perms(0755));
  fs::permissions(path_, fs::perms(0755));
  for (const char* name : {"catalogue.db", "kv.db"}) fs::permissions(path_ + "/" + name, fs::perms(0444));
  fs::remove(path_ + "/store.lock");
  const pid_t child = fork();
  if (child == 0) {
    if (setuid(65534) != 0) _exit(9);
    auto store = Store::open(store_options(path_));
    if (!store.ok()) _exit(1);
    if ((*store)->notes().empty() || !(*store)->read_only()) _exit(2);
    if ((*store)->sessions().path(c_.session)->size() != 2) _exit(3);
    if ((*store)->sessions().resume_state(c_.session, "fp-1", 1)->kind != ResumeState::Kind::kReady) _exit(4);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(StoreWrong, TwoStoresAtOnce) {
  auto a = open_store(path_), b = open_store(path_);
  const Conversation in_b = add_conversation(*b, "From b", 5, 3, model_);
  EXPECT_EQ(a->sessions().list()->size(), 2u);
  EXPECT_EQ(a->sessions().resume_state(in_b.session, "fp-1", 1)->kind, ResumeState::Kind::kReady);
  EXPECT_EQ(Store::repair(store_options(path_)).status().code(), StatusCode::kBusy);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE((i % 2 ? a : b)->sessions().append(c_.session, user_says("more")).ok());
  }
  EXPECT_EQ(a->sessions().path(c_.session)->size(), 12u);
}

TEST_F(StoreWrong, TwoProcessesAtOnce) {
  constexpr int kEach = 15;
  std::vector<pid_t> children;
  for (int p = 0; p < 2; ++p) {
    const pid_t child = fork();
    if (child == 0) {
      auto store = Store::open(store_options(path_));
      if (!store.ok()) _exit(1);
      for (int i = 0; i < kEach; ++i) {
        auto s = (*store)->sessions().create({"p" + std::to_string(p), 0, "{}"});
        if (!s.ok()) _exit(2);
        if (!(*store)->sessions().append(*s, user_says("hello")).ok()) _exit(3);
        if (!(*store)->pages().put(make_test_page(static_cast<uint64_t>(1000 + i))).ok()) _exit(4);
      }
      if (!(*store)->pages().flush().ok()) _exit(5);
      store->reset();
      _exit(0);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  auto store = open_store(path_);
  EXPECT_EQ(store->sessions().list()->size(), 1u + 2 * kEach);
  EXPECT_EQ(store->pages().stats()->pages, 4u + kEach);  // both wrote the same pages
  EXPECT_EQ(store->check()->n_problems, 0u);
}

TEST_F(StoreWrong, EncryptionTellsRightFromWrong) {
  const std::string sealed = folder_ / "sealed";
  { add_conversation(*open_store(store_options(sealed, "right")), "Secret plan", 3, 2); }
  EXPECT_EQ(Store::open(store_options(sealed, "wrong")).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Store::open(store_options(sealed)).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Store::open(store_options(path_, "any")).status().code(), StatusCode::kInvalidArgument);
  const std::string bytes = read_file(sealed + "/catalogue.db") + read_file(sealed + "/catalogue.db-wal") +
                            read_file(sealed + "/kv.db") + read_file(sealed + "/kv.db-wal");
  EXPECT_EQ(bytes.find("Secret plan"), std::string::npos);
  const PageId id = make_test_chain(3, 2).front().id;
  EXPECT_EQ(bytes.find(std::string(reinterpret_cast<const char*>(id.bytes.data()), 32)), std::string::npos);
  {
    auto store = open_store(store_options(sealed, "right"));
    EXPECT_EQ(store->change_passphrase("wrong", "new").code(), StatusCode::kInvalidArgument);
    ASSERT_TRUE(store->change_passphrase("right", "new").ok());
  }
  EXPECT_EQ(Store::open(store_options(sealed, "right")).status().code(), StatusCode::kInvalidArgument);
  auto store = open_store(store_options(sealed, "new"));
  EXPECT_EQ(store->sessions().list()->at(0).title, "Secret plan");
  EXPECT_EQ(store->check()->n_problems, 0u);
}

TEST_F(StoreWrong, ShredsWhatItRemoves) {
  const std::string secret = "xyzzyplughsecret";
  {
    auto store = open_store(path_);
    Conversation c = add_conversation(*store, "Shred me", 9, 3);
    ASSERT_TRUE(store->sessions().append(c.session, user_says(secret + " " + secret)).ok());
    ASSERT_TRUE(store->remove_session(c.session, true).ok());
    EXPECT_EQ(store->pages().stats()->pages, 4u);  // the other session's
    EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReady);
  }
  for (const char* name : {"/catalogue.db", "/catalogue.db-wal", "/kv.db", "/kv.db-wal"}) {
    const std::string bytes = read_file(path_ + name);
    EXPECT_EQ(bytes.find(secret), std::string::npos) << name;
    for (const StoredPage& page : make_test_chain(9, 3))
      EXPECT_EQ(bytes.find(std::string(reinterpret_cast<const char*>(page.id.bytes.data()), 32)),
                std::string::npos) << name;
  }
}

TEST_F(StoreWrong, BacksUpWhileOpen) {
  auto store = open_store(path_);
  ASSERT_TRUE(store->backup(folder_ / "copy").ok());
  EXPECT_EQ(store->backup(folder_ / "copy").code(), StatusCode::kInvalidArgument);
  auto copy = open_store(folder_ / "copy");
  expect_text(*copy);
  EXPECT_EQ(resume_kind(*copy), ResumeState::Kind::kReady);
  EXPECT_EQ(copy->check()->n_problems, 0u);
}

TEST_F(StoreWrong, ACopyNeedsRoomForIt) {
  EXPECT_TRUE(require_room(path_, 1).ok());
  const Status none = require_room(path_, uint64_t{1} << 60);
  EXPECT_EQ(none.code(), StatusCode::kIo);
  EXPECT_TRUE(none.message().starts_with(path_ + ": the disk has ")) << none.message();
  EXPECT_TRUE(none.message().ends_with("the copy takes " + std::to_string(1ull << 40))) << none.message();
}

TEST_F(StoreWrong, CheckFindsADamagedPageAndRepairDropsIt) {
  {
    auto store = open_store(path_);
    ASSERT_TRUE(store->pages().database().execute(
        "UPDATE payloads SET record=CAST(substr(record,1,300)||x'00'||substr(record,302) AS BLOB) WHERE page=3").ok());
    EXPECT_GE(store->check()->n_problems, 1u);
  }
  auto repaired = Store::repair(store_options(path_));
  ASSERT_TRUE(repaired.ok()) << repaired.status().to_string();
  EXPECT_EQ(repaired->pages_kept, 3u);
  EXPECT_EQ(repaired->pages_lost, 1u);
  auto store = open_store(path_);
  EXPECT_EQ(store->check()->n_problems, 0u);
  expect_text(*store);
  // The way from the tip over the lost page to those before it is still known, so they stay.
  ASSERT_TRUE(store->collect({.grace_s = -1}).ok());
  const auto chain = store->pages().inspect_chain(c_.chain.back().id);
  EXPECT_EQ(chain->pages, 3u);
  EXPECT_EQ(chain->length, 4u);
  EXPECT_FALSE(chain->complete);
}

TEST_F(StoreWrong, KvOfVersionOneIsReadAsItIsAndBroughtForwardWhenWritten) {
  {
    auto db = Database::open(path_ + "/kv.db", {.vfs = *checksum_vfs_over("")});
    ASSERT_TRUE((*db)->execute("PRAGMA user_version=1").ok());
  }
  StoreOptions reading = store_options(path_);
  reading.read_only = true;
  EXPECT_EQ(resume_kind(*open_store(reading)), ResumeState::Kind::kReady);
  auto store = open_store(path_);
  EXPECT_EQ(resume_kind(*store), ResumeState::Kind::kReady);
  EXPECT_EQ(*store->pages().database().query_integer("PRAGMA user_version"), 2);
}

TEST_F(StoreWrong, SavesStreamsInTheBackground) {
  auto store = open_store(path_);
  StoredMessage m = assistant_says("");
  m.state = MessageState::kStreaming;
  const CatalogueId id = *store->sessions().append(c_.session, m);
  StreamSaver saver(store->sessions(), 20);
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += "word ";
    TurnSave save = turn(c_.session, id, text, c_.chain.back().id, 4);
    save.complete = false;
    saver.offer(save);
    usleep(2000);
  }
  EXPECT_FALSE(store->sessions().message(id)->text.empty());
  auto saved = saver.finish(turn(c_.session, id, text + "end", c_.chain.back().id, 4));
  ASSERT_TRUE(saved.ok());
  EXPECT_TRUE(saved->kv_saved);
  EXPECT_EQ(store->sessions().message(id)->text, text + "end");
  EXPECT_EQ(store->sessions().message(id)->state, MessageState::kComplete);
}

TEST(StoreFolder, RefusesNothingAndMakesDeepOnes) {
  EXPECT_EQ(Store::open({}).status().code(), StatusCode::kInvalidArgument);
  ScratchFolder folder;
  EXPECT_NE(open_store(folder / "a/b/c d?#%"), nullptr);
  StoreOptions o = store_options(folder / "none");
  o.read_only = true;
  EXPECT_EQ(Store::open(o).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace leyden
