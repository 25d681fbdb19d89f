// SPDX-License-Identifier: Apache-2.0
// Times of the store: saving and resuming, opening and listing 10,000 sessions, search, fork.
//
//   store_bench [folder] [pages] [messages] [store]      /tmp, 64 and 100000 by default
//
// Pages are of the 671B's records: 61 layers. With a store of a model with such records (the default
// one has them) they are put together from its layers, so that their statistics are those of real
// latents: the first layer from first layers, the rest from others of many pages.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

#include "sessions/codec.h"
#include "sessions/parallel_for.h"
#include "sessions/store.h"
#include "sessions/zstd_stream.h"
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

using Bytes = std::vector<std::byte>;
using Payloads = std::vector<Bytes>;
constexpr size_t kDistinctPages = 64;  // the jar compresses no page by another, so more would tell nothing

/// Payloads of `dims`, synthetic.
Payloads synthetic_payloads(const LatentDims& dims) {
  Payloads out;
  for (uint32_t i = 0; i < 4; ++i) out.push_back(synthetic_payload(dims, i));
  return out;
}

/// Payloads of `dims` whose layers are those of a store's pages.
Payloads real_payloads(const LatentDims& dims, const char* folder) {
  StoreOptions o;
  o.folder = folder;
  o.read_only = true;
  auto store = need(Store::open(o));
  const PageLayout layout = need(store->sessions().models()).front().page_layout;
  if (layout.blocks != dims.layout().blocks || layout.layers < 2)
    fail(invalid_argument(std::string(folder) + ": its records are not those of the 671B"));
  Payloads real;
  std::vector<PageId> ids;
  {
    std::lock_guard lock(store->pages().database().mutex());
    auto q = need(store->pages().database().prepare("SELECT id FROM pages WHERE state=0 AND raw_bytes=?"));
    q.bind(layout.total_bytes());
    while (need(q.step())) ids.push_back(tip_from(q.blob(0)));
  }
  const size_t wanted = std::min<size_t>(ids.size(), 8 * kDistinctPages);
  for (size_t i = 0; i < wanted; ++i)
    real.push_back(need(store->pages().get(ids[i * ids.size() / wanted]))->payload);
  if (real.empty()) fail(not_found(std::string(folder) + ": holds no whole page"));
  Payloads out(kDistinctPages, Bytes(dims.layout().total_bytes()));
  const size_t layer_bytes = layout.layer_bytes();
  size_t next = 0;
  for (Bytes& page : out)
    for (size_t l = 0; l < dims.layers; ++l, ++next) {
      const size_t from = l == 0 ? 0 : 1 + (l - 1) % (layout.layers - 1);
      std::memcpy(page.data() + l * layer_bytes, real[next * 7 % real.size()].data() + from * layer_bytes, layer_bytes);
    }
  return out;
}

/// Plain zstd of the same bytes, one core.
void plain_zstd(const Payloads& payloads, int level) {
  size_t raw = 0, stored = 0;
  double encode_s = 0, decode_s = 0;
  for (const Bytes& payload : payloads) {
    Bytes frame, back(payload.size());
    double start = cpu_seconds();
    if (!zstd_append(payload, level, SIZE_MAX, frame)) std::exit(1);
    encode_s += cpu_seconds() - start;
    start = cpu_seconds();
    if (!zstd_expand(frame, back)) std::exit(1);
    decode_s += cpu_seconds() - start;
    raw += payload.size();
    stored += frame.size();
  }
  const auto mb = static_cast<double>(raw) / 1e6;
  std::printf("plain zstd -%d:              ratio %.3f   %.0f MB per CPU s in, %.0f out\n", level,
              mb * 1e6 / static_cast<double>(stored), mb / encode_s, mb / decode_s);
}

/// Raw sequential file I/O of the same bytes, for comparison.
void raw_file(const std::string& path, const Payloads& payloads, size_t n_pages) {
  const size_t bytes = n_pages * payloads[0].size();
  std::vector<char> block(1 << 20);
  auto start = Clock::now();
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (size_t i = 0; i < n_pages; ++i) {
    const Bytes& payload = payloads[i % payloads.size()];
    if (::write(fd, payload.data(), payload.size()) != static_cast<ssize_t>(payload.size())) std::exit(1);
  }
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

/// Makes the system forget what it holds of a file: everything as root, else as much as it gives up.
void forget(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY);
  ::fsync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
  if (std::FILE* all = std::fopen("/proc/sys/vm/drop_caches", "w")) {
    std::fputs("1", all);
    std::fclose(all);
  }
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Of reading a file from end to end.
double read_seconds(const std::string& path) {
  std::vector<char> block(1 << 20);
  const auto start = Clock::now();
  const int fd = ::open(path.c_str(), O_RDONLY);
  while (::read(fd, block.data(), block.size()) > 0) {
  }
  ::close(fd);
  return since(start);
}

/// Of decoding one page that lies in memory, checks included, with `threads` at work on others.
double decode_seconds(const Payloads& payloads, const PageLayout& layout, unsigned threads) {
  Payloads encoded;
  for (const Bytes& payload : payloads) encoded.push_back(need(encode_payload(payload, layout)));
  const auto start = Clock::now();
  parallel_for(threads, threads, [&](size_t) {
    Bytes room;
    for (const Bytes& page : encoded) room = need(decode_payload(page, 1, std::move(room)));
  });
  return since(start) / static_cast<double>(encoded.size() * threads);
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
  }
  const Payloads payloads = argc > 4 ? real_payloads(dims, argv[4]) : synthetic_payloads(dims);
  const size_t raw = n_pages * dims.layout().total_bytes();
  raw_file(folder + ".raw", payloads, n_pages);
  for (int level : {1, 3}) plain_zstd(payloads, level);
  CatalogueId session = 0;
  {
    auto store = need(Store::open(o));
    const CatalogueId model_id = need(store->sessions().add_model(model));
    session = need(store->sessions().create({"bench", model_id, "{}"}));
    const auto start = Clock::now();
    const double cpu = cpu_seconds();
    for (size_t i = 0; i < n_pages; ++i) {
      StoredPage page = chain[i];
      page.payload = payloads[i % payloads.size()];
      while (!store->pages().wait_for_room(page.payload.size(), 1000)) {
      }
      need(store->pages().put(std::move(page)));
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
  const std::string kv_file = folder + "/kv.db";
  const double mb = static_cast<double>(raw) / 1e6;
  for (const bool cold : {true, false}) {
    for (unsigned threads : {1u, 2u}) {
      std::vector<double> read_s, decode_s, resume_s, cpu_s;
      for (int round = 0; round < 3; ++round) {
        if (cold) forget(kv_file);
        read_s.push_back(read_seconds(kv_file));
        decode_s.push_back(decode_seconds(payloads, dims.layout(), threads) * static_cast<double>(n_pages));
        if (cold) forget(kv_file);
        auto store = need(Store::open(o));
        const auto start = Clock::now();
        const double cpu = cpu_seconds();
        const ResumeState state = need(store->sessions().resume_state(session, "bench", 1));
        size_t got = 0;
        need(store->pages().load_chain(state.tip, threads, [&](StoredPage&& page) {
          got += page.payload.size();
          return true;
        }));
        if (got != raw) std::exit(1);
        resume_s.push_back(since(start));
        cpu_s.push_back(cpu_seconds() - cpu);
      }
      const double s = median(resume_s), read = median(read_s), decode = median(decode_s);
      std::printf("resume, %s, %u threads:    %.2f s   %.0f MB/s   %.0f MB per CPU s; reading the file alone %.0f MB/s, "
                  "decoding alone %.0f: %.0f %% of the lesser\n",
                  cold ? "cold" : "warm", threads, s, mb / s, mb / median(cpu_s), mb / read, mb / decode,
                  100 * std::max(read, decode) / s);
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
    const double list_s = since(start);
    std::vector<PageId> tips(n);
    for (size_t i = 0; i < n; ++i) tips[i] = chain[i % n_pages].id;
    start = Clock::now();
    need(store->pages().kept_pages(tips));
    std::printf("open:                       %.1f ms; list %zu sessions: %.1f ms, what is kept of them: %.1f ms\n",
                open_s * 1e3, n, list_s * 1e3, since(start) * 1e3);
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
