// SPDX-License-Identifier: Apache-2.0
// Times of the store: saving and resuming, opening and listing 10,000 sessions, search, fork.
//
//   store_bench [folder] [pages] [messages]      /tmp, 64 and 100000 by default
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "sessions/store.h"
#include "tests/sessions/synthetic_latents.h"

namespace leyden {
namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
/// Of all threads; what is left of a figure when others use the machine.
double cpu_seconds() {
  timespec t = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
[[noreturn]] void fail(const Status& s) {
  std::fprintf(stderr, "%s\n", s.to_string().c_str());
  std::exit(1);
}
template <typename T>
T need(Result<T> r) {
  if (!r.ok()) fail(r.status());
  return std::move(*r);
}
void need(const Status& s) {
  if (!s.ok()) fail(s);
}

/// Raw sequential file I/O of as many bytes, for comparison.
void raw_file(const std::string& path, size_t bytes) {
  std::vector<char> block(1 << 20, 'x');
  auto start = Clock::now();
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (size_t at = 0; at < bytes; at += block.size())
    if (::write(fd, block.data(), block.size()) < 0) std::exit(1);
  ::fsync(fd);
  const double write_s = since(start);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::lseek(fd, 0, SEEK_SET);
  start = Clock::now();
  while (::read(fd, block.data(), block.size()) > 0) {
  }
  const double read_s = since(start);
  ::close(fd);
  std::filesystem::remove(path);
  std::printf("raw file, same disk:        write %.0f MB/s   read %.0f MB/s\n",
              static_cast<double>(bytes) / write_s / 1e6, static_cast<double>(bytes) / read_s / 1e6);
}

int run(int argc, char** argv) {
  const std::string folder = std::string(argc > 1 ? argv[1] : "/tmp") + "/leyden-bench";
  const size_t n_pages = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 64;
  const size_t n_messages = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 100000;
  std::filesystem::remove_all(folder);
  StoreOptions o;
  o.folder = folder;
  o.collect_every_s = 0;
  const LatentDims dims{.layers = 61};
  StoredModel model{.name = "bench", .fingerprint = "bench", .kv_format = 1, .page_layout = dims.layout()};
  std::vector<StoredPage> chain(n_pages);
  for (uint32_t i = 0; i < n_pages; ++i) {
    chain[i].id.bytes[0] = static_cast<uint8_t>(i);
    chain[i].id.bytes[1] = static_cast<uint8_t>(i >> 8);
    chain[i].id.bytes[2] = 1;
    if (i > 0) chain[i].parent = chain[i - 1].id;
    chain[i].depth = i;
    chain[i].tokens.assign(64, 1000);
    chain[i].payload = i < 4 ? synthetic_payload(dims, i) : chain[i % 4].payload;
  }
  const size_t raw = n_pages * dims.layout().total_bytes();
  raw_file(folder + ".raw", raw);
  CatalogueId session = 0;
  {
    auto store = need(Store::open(o));
    const CatalogueId model_id = need(store->sessions().add_model(model));
    session = need(store->sessions().create({"bench", model_id, "{}"}));
    const auto start = Clock::now();
    const double cpu = cpu_seconds();
    for (const StoredPage& page : chain) {
      while (!store->pages().wait_for_room(page.payload.size(), 1000)) {
      }
      need(store->pages().put(page));
    }
    TurnSave save;
    save.session = session;
    save.tip = chain.back().id;
    save.n_tokens = static_cast<uint32_t>(n_pages * 64);
    if (!need(store->sessions().save_turn(save)).kv_saved) std::exit(1);
    const double s = since(start);
    const auto stats = need(store->pages().stats());
    const double cpu_s = cpu_seconds() - cpu;
    std::printf("save %zu pages, %.0f MB:     %.2f s   %.0f MB/s   %.0f MB per CPU s   ratio %.3f\n", n_pages,
                static_cast<double>(raw) / 1e6, s, static_cast<double>(raw) / s / 1e6,
                static_cast<double>(raw) / cpu_s / 1e6,
                static_cast<double>(stats.raw_bytes) / static_cast<double>(stats.stored_bytes));
  }
  for (const char* cache : {"cold", "warm"}) {
    if (cache[0] == 'c') {
      const int fd = ::open((folder + "/kv.db").c_str(), O_RDONLY);
      ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
      ::close(fd);
    }
    for (unsigned threads : {1u, 2u}) {
      auto store = need(Store::open(o));
      const auto start = Clock::now();
      const double cpu = cpu_seconds();
      const ResumeState state = need(store->sessions().resume_state(session, "bench", 1));
      size_t got = 0;
      need(store->pages().load_chain(state.tip, threads, [&](StoredPage&& page) {
        got += page.payload.size();
        return true;
      }));
      const double s = since(start);
      const double cpu_s = cpu_seconds() - cpu;
      std::printf("resume, %s, %u threads:    %.2f s   %.0f MB/s   %.0f MB per CPU s\n", cache, threads, s,
                  static_cast<double>(got) / s / 1e6, static_cast<double>(got) / cpu_s / 1e6);
    }
  }
  {
    auto store = need(Store::open(o));
    const auto start = Clock::now();
    for (int i = 0; i < 20; ++i) need(store->sessions().fork(session, "fork"));
    std::printf("fork:                       %.2f ms\n", since(start) / 20 * 1e3);
  }
  {
    auto store = need(Store::open(o));
    {
      Transaction all(store->sessions().file().db());
      for (int i = 0; i < 10000; ++i) need(store->sessions().create({"Session number " + std::to_string(i), 0, "{}"}));
      need(all.commit());
    }
    const char* kWords[] = {"sparse", "attention", "jar", "lightning", "indexer", "page", "token", "深度学习",
                            "注意力机制", "模型", "会话", "压缩", "latent", "cache", "resume", "evidence"};
    std::mt19937 rng(1);
    const auto start = Clock::now();
    Transaction all(store->sessions().file().db());
    for (size_t i = 0; i < n_messages; ++i) {
      StoredMessage m;
      m.role = "user";
      for (int w = 0; w < 30; ++w) m.text += std::string(kWords[rng() % 16]) + (rng() % 2 ? " " : "，");
      if (i % 1000 == 7) m.text += " needle" + std::to_string(i);
      need(store->sessions().append(session, m));
    }
    need(all.commit());
    std::printf("append %zu messages:     %.1f s\n", n_messages, since(start));
  }
  for (int round = 0; round < 2; ++round) {
    auto start = Clock::now();
    auto store = need(Store::open(o));
    const double open_s = since(start);
    start = Clock::now();
    const size_t n = need(store->sessions().list()).size();
    std::printf("open:                       %.1f ms; list %zu sessions: %.1f ms\n", open_s * 1e3, n, since(start) * 1e3);
    for (const char* query : {"needle7007", "lightning", "注意力", "sparse 压缩", "模", "evid"}) {
      start = Clock::now();
      const size_t hits = need(store->search().find(query)).size();
      std::printf("search %-20s %.1f ms, %zu hits\n", query, since(start) * 1e3, hits);
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace leyden

int main(int argc, char** argv) { return leyden::run(argc, argv); }
