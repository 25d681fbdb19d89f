// SPDX-License-Identifier: Apache-2.0
// Power cuts that lose unsynced writes, failing disks, and flipped bits, each swept over where they
// strike. LEYDEN_FAULT_SAMPLES and LEYDEN_FLIP_SAMPLES set how many points are tried; "all" tries all
// of the former.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/sessions/fault_vfs.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

int64_t samples(const char* variable, int64_t by_default) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return by_default;
  return std::string(text) == "all" ? INT64_MAX : std::atoll(text);
}

/// What a run was told is durable.
struct Acknowledged {
  std::vector<std::pair<CatalogueId, std::string>> messages;
  std::vector<std::pair<CatalogueId, std::vector<StoredPage>>> chains;  // by session
};

/// Sessions, turns with pages, a fork, an edit, an eviction, a vacuum. Goes on after errors, as an
/// app would. `alive` says whether an acknowledgement still counts.
template <typename Alive>
Acknowledged run_workload(const std::string& folder, const Alive& alive) {
  Acknowledged ack;
  StoreOptions o = store_options(folder);
  o.vfs = fault_vfs_name();
  auto opened = Store::open(o);
  if (!opened.ok()) return ack;
  Store& store = **opened;
  for (uint64_t s = 1; s <= 2; ++s) {
    auto session = store.sessions().create({"session " + std::to_string(s), 0, "{}"});
    if (!session.ok()) continue;
    std::vector<StoredPage> chain;
    for (uint64_t t = 0; t < 3; ++t) {
      auto m = store.sessions().append(*session, assistant_says(""));
      if (!m.ok()) continue;
      if (alive()) ack.messages.emplace_back(*m, "");
      std::vector<StoredPage> longer = chain;
      longer.push_back(make_test_page(s * 100 + t, 20000, chain.empty() ? PageId{} : chain.back().id,
                                      static_cast<uint32_t>(chain.size())));
      (void)store.pages().put(longer.back());
      const std::string text = "text " + std::to_string(s * 10 + t);
      auto saved = store.sessions().save_turn(turn(*session, *m, text, longer.back().id,
                                                   static_cast<uint32_t>(longer.size())));
      if (!saved.ok()) continue;
      if (saved->kv_saved) chain = longer;
      if (!alive()) continue;
      if (!ack.messages.empty() && ack.messages.back().first == *m) ack.messages.back().second = text;
      else ack.messages.emplace_back(*m, text);
    }
    if (alive()) ack.chains.emplace_back(*session, chain);
    (void)store.sessions().fork(*session, "fork");
    if (s == 1) (void)store.collect({.grace_s = 600, .quota_bytes = 1});
  }
  (void)store.vacuum();
  return ack;
}

void write_disk(const std::map<std::string, std::vector<char>>& disk, const std::string& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const auto& [path, bytes] : disk) {
    std::ofstream out(folder + "/" + fs::path(path).filename().string(), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}

/// Everything acknowledged is there, and nothing that is there is wrong.
void expect_all(const std::string& folder, const Acknowledged& ack, int64_t point) {
  auto opened = Store::open(store_options(folder));
  ASSERT_TRUE(opened.ok()) << "point " << point << ": " << opened.status().to_string();
  Store& store = **opened;
  auto report = store.check();
  ASSERT_TRUE(report.ok());
  for (const auto& p : report->problems) ADD_FAILURE() << "point " << point << ": " << p;
  for (const auto& [id, text] : ack.messages) {
    auto m = store.sessions().message(id);
    ASSERT_TRUE(m.ok()) << "point " << point << ": " << m.status().to_string();
    // The save after the acknowledged one may have made it too.
    EXPECT_TRUE(m->text == text || text.empty()) << "point " << point << ": " << m->text;
  }
  auto list = store.sessions().list();
  ASSERT_TRUE(list.ok());
  for (const SessionInfo& s : *list) {
    auto state = store.sessions().resume_state(s.id, "", 0);
    ASSERT_TRUE(state.ok()) << state.status().to_string();
    // Pages go first and durably, so no tip may point at nothing.
    EXPECT_TRUE(state->kind == ResumeState::Kind::kReady || state->kind == ResumeState::Kind::kEmpty)
        << "point " << point << ": " << state->reason;
    if (state->kind != ResumeState::Kind::kReady) continue;
    const Status loaded = store.pages().load_chain(state->tip, 1, [&](StoredPage&& page) {
      for (uint64_t seed : {100u, 101u, 102u, 200u, 201u, 202u}) {
        const StoredPage made = make_test_page(seed, 20000);
        if (made.id == page.id) {
          EXPECT_TRUE(made.payload == page.payload);
          return true;
        }
      }
      ADD_FAILURE() << "an unknown page";
      return true;
    });
    EXPECT_TRUE(loaded.ok()) << loaded.to_string();
  }
}

int64_t count_operations() {
  ScratchFolder folder;
  fault_vfs_reset();
  fault_vfs_arm({});
  run_workload(folder / "s", [] { return true; });
  const int64_t n = fault_vfs_operations();
  fault_vfs_reset();
  return n;
}

TEST(Fault, APowerCutLosesNothingThatWasAcknowledged) {
  const int64_t n = count_operations();
  ASSERT_GT(n, 100);
  const int64_t step = std::max<int64_t>(1, n / samples("LEYDEN_FAULT_SAMPLES", 40));
  ScratchFolder folder;
  for (int64_t point = 0; point < n; point += step) {
    for (double keep : {0.0, 0.5}) {
      fs::remove_all(folder / "s");
      fault_vfs_reset();
      fault_vfs_arm({.cut_at = point, .keep_unsynced = keep, .seed = static_cast<uint32_t>(point)});
      const Acknowledged ack = run_workload(folder / "s", [] { return !fault_vfs_is_cut(); });
      write_disk(fault_vfs_disk(), folder / "after");
      expect_all(folder / "after", ack, point);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Fault, AFailingDiskIsAnErrorAndLosesNothing) {
  const int64_t n = count_operations();
  const int64_t step = std::max<int64_t>(1, n / samples("LEYDEN_FAULT_SAMPLES", 40));
  ScratchFolder folder;
  for (int64_t point = 0; point < n; point += step) {
    for (int variant = 0; variant < 3; ++variant) {  // full for good, full once, one I/O error
      fs::remove_all(folder / "s");
      fault_vfs_reset();
      fault_vfs_arm({.fail_from = point, .fail_count = variant == 0 ? INT64_MAX / 2 : 1, .disk_full = variant < 2});
      const Acknowledged ack = run_workload(folder / "s", [] { return true; });
      fault_vfs_arm({});
      expect_all(folder / "s", ack, point);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

/// Everything a user could read, in one string a line; errors are left out.
std::vector<std::string> everything(Store& store) {
  std::vector<std::string> out;
  auto list = store.sessions().list();
  if (!list.ok()) return out;
  for (const SessionInfo& s : *list) {
    out.push_back("session " + std::to_string(s.id) + s.title + s.settings_json + std::to_string(s.head));
    auto tree = store.sessions().tree(s.id);
    if (tree.ok())
      for (const StoredMessage& m : *tree)
        out.push_back("message " + std::to_string(m.id) + m.role + m.text + m.extra_json +
                      std::to_string(m.parent) + std::to_string(m.tokens.size()));
    auto state = store.sessions().resume_state(s.id, "", 0);
    if (!state.ok() || state->kind != ResumeState::Kind::kReady) continue;
    out.push_back("tail " + std::to_string(s.id) + std::string(state->tail.payload.size(), 't') + state->tip.to_hex());
    (void)store.pages().load_chain(state->tip, 1, [&](StoredPage&& page) {
      out.push_back("page " + page.id.to_hex() + std::string(reinterpret_cast<const char*>(page.payload.data()),
                                                             page.payload.size()));
      return true;
    });
  }
  auto documents = store.documents().list();
  if (documents.ok())
    for (const DocumentInfo& d : *documents) {
      auto parts = store.documents().parts(d.id);
      if (parts.ok())
        for (const DocumentPart& part : *parts) out.push_back("part " + d.title + part.label + part.text);
    }
  auto hits = store.search().find("answer");
  if (hits.ok()) out.push_back("hits " + std::to_string(hits->size()));
  return out;
}

/// Sessions, a document, and what removing leaves: pages of the files that nothing uses.
void make_sound_store(const std::string& folder) {
  auto store = open_store(folder);
  for (uint64_t s = 1; s <= 3; ++s) add_conversation(*store, "Talk " + std::to_string(s), s, 4);
  ASSERT_TRUE(store->documents().add({"Doc", "d", {{"p1", "answer"}, {"p2", "x"}}, {1, 2}, {}}).ok());
  for (Database* db : {&store->sessions().file().db(), &store->pages().database()}) {
    std::lock_guard lock(db->mutex());
    const int64_t page_bytes = *db->query_integer("PRAGMA page_size");
    ASSERT_TRUE(db->execute("CREATE TABLE gone(x); INSERT INTO gone VALUES(randomblob(" +
                            std::to_string(2 * page_bytes) + ")); DROP TABLE gone").ok());
  }
}

/// Numbers of the database pages that hold something, and how long one is.
struct UsedPages {
  uint64_t page_bytes = 0, in_file = 0;
  std::set<uint64_t> numbers;
};
UsedPages used_pages(Database& db) {
  UsedPages out;
  std::lock_guard lock(db.mutex());
  out.page_bytes = static_cast<uint64_t>(*db.query_integer("PRAGMA page_size"));
  out.in_file = static_cast<uint64_t>(*db.query_integer("PRAGMA page_count"));
  auto q = db.prepare("SELECT pageno FROM dbstat");
  EXPECT_TRUE(q.ok()) << q.status().to_string();
  while (q.ok() && *q->step()) out.numbers.insert(static_cast<uint64_t>(q->integer(0)));
  return out;
}

/// What one flipped bit did.
enum class Flip { kNoticed, kUnused };

/// Opens a damaged store as an app would, reads all of it, and has it checked.
Flip read_flipped(const std::string& folder, const std::vector<std::string>& truth, const std::string& where) {
  auto opened = Store::open(store_options(folder));
  if (!opened.ok()) {
    EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt) << where << ": " << opened.status().to_string();
    return Flip::kNoticed;
  }
  std::vector<std::string> seen = everything(**opened);
  std::sort(seen.begin(), seen.end());
  for (const std::string& line : seen)
    EXPECT_TRUE(std::binary_search(truth.begin(), truth.end(), line)) << where << ": " << line.substr(0, 80);
  const bool all_there = seen == truth && (*opened)->notes().empty();
  auto report = (*opened)->check();
  return all_there && report.ok() && report->n_problems == 0 ? Flip::kUnused : Flip::kNoticed;
}

// A damaged first page is read again for an eighth of a second before it is called damage, so most of
// the time is waiting: eight positions at a time.
TEST(Fault, AFlippedBitIsNeverUsed) {
  ScratchFolder folder;
  make_sound_store(folder / "sound");
  std::vector<std::string> truth;
  std::map<std::string, UsedPages> used;
  {
    auto store = open_store(folder / "sound");
    truth = everything(*store);
    ASSERT_GT(truth.size(), 20u);
    used["catalogue.db"] = used_pages(store->sessions().file().db());
    used["kv.db"] = used_pages(store->pages().database());
    for (const auto& [name, pages] : used) ASSERT_LT(pages.numbers.size(), pages.in_file) << name;
  }
  std::sort(truth.begin(), truth.end());
  const int64_t n = samples("LEYDEN_FLIP_SAMPLES", 300);
  std::atomic<int64_t> next{0}, noticed{0}, unused{0};
  const auto work = [&](const std::string& bad) {
    for (int64_t i; (i = next.fetch_add(1)) < n && !::testing::Test::HasFailure();) {
      std::mt19937_64 rng(20251 + static_cast<uint64_t>(i));
      const std::string name = i % 2 ? "kv.db" : "catalogue.db";
      fs::remove_all(bad);
      fs::copy(folder / "sound", bad);
      std::fstream file(bad + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
      // Every tenth hits the first header, where the damage does most.
      const uint64_t bit = i % 10 == 3 ? rng() % 800 : rng() % (fs::file_size(bad + "/" + name) * 8);
      char byte = 0;
      file.seekg(static_cast<std::streamoff>(bit / 8));
      file.get(byte);
      byte = static_cast<char>(byte ^ (1 << bit % 8));
      file.seekp(static_cast<std::streamoff>(bit / 8));
      file.put(byte);
      file.close();
      const std::string where = name + " bit " + std::to_string(bit);
      if (read_flipped(bad, truth, where) == Flip::kNoticed) {
        ++noticed;
      } else {  // must lie where nothing is
        ++unused;
        EXPECT_FALSE(used[name].numbers.contains(bit / 8 / used[name].page_bytes + 1)) << where;
      }
    }
  };
  std::vector<std::thread> workers;
  for (int t = 0; t < 8; ++t) workers.emplace_back(work, folder / ("bad-" + std::to_string(t)));
  for (std::thread& worker : workers) worker.join();
  std::printf("  flips: %lld noticed, %lld in pages that hold nothing\n", static_cast<long long>(noticed),
              static_cast<long long>(unused));
  EXPECT_GT(noticed, n / 2);
  EXPECT_EQ(noticed + unused, n);
}

}  // namespace
}  // namespace leyden
