// SPDX-License-Identifier: Apache-2.0
// What the codec and its rivals make of page payloads.
//
//   page_codec_bench --store FOLDER [PAGES]
//   page_codec_bench [dump.bin layers kv_lora_rank scale_groups qk_rope_head_dim index_head_dim]
//
// A store gives real latents: pages of its first model, evenly spread, 48 by default. A dump is any number of canonical page payloads, one after the other. Without one, synthetic pages of
// the 671B's record sizes are used. Columns: ratio raw / stored, GB/s of raw bytes out and in, one core.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>

#include "sessions/codec.h"
#include "sessions/codec_planes.h"
#include "sessions/store.h"
#include "sessions/zstd_stream.h"
#include "tests/sessions/synthetic_latents.h"

namespace leyden {
namespace {

using Bytes = std::vector<std::byte>;

/// Of this thread: the figures are for one core, whatever else the machine does.
double cpu_seconds() {
  timespec t = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// Median seconds of a few runs.
double time_of(const std::function<void()>& body) {
  std::vector<double> runs;
  for (int i = 0; i < 5; ++i) {
    const double start = cpu_seconds();
    body();
    runs.push_back(cpu_seconds() - start);
  }
  std::sort(runs.begin(), runs.end());
  return runs[runs.size() / 2];
}

void report(const char* name, size_t raw, size_t stored, double encode_s, double decode_s) {
  std::printf("%-34s ratio %.4f   encode %.3f GB/s   decode %.3f GB/s\n", name,
              static_cast<double>(raw) / static_cast<double>(stored), static_cast<double>(raw) / encode_s / 1e9,
              static_cast<double>(raw) / decode_s / 1e9);
}

/// All bytes of one kind together: what a planes codec without channel classes compresses.
std::vector<Bytes> planes_of(const Bytes& page, const PageLayout& layout, bool channels) {
  std::vector<Bytes> out;
  size_t block_at = 0;
  for (const auto& block : layout.blocks) {
    size_t part_at = block_at;
    for (const auto& part : block.parts) {
      for (size_t b = 0; b < part.element_bytes; ++b) {
        const PlaneShape s{part_at + b, layout.layers, layout.layer_bytes(), block.records,
                           block.record_bytes(), part.elements, part.element_bytes};
        Bytes plane(s.bytes());
        if (channels && part.element_bytes == 1 && part.elements >= 32) {
          for (size_t l = 0; l < s.layers; ++l)
            gather_channels(page.data(), s, l, plane.data() + l * s.elements * s.records);
        } else {
          gather_rows(page.data(), s, plane.data());
        }
        out.push_back(std::move(plane));
      }
      part_at += size_t{part.elements} * part.element_bytes;
    }
    block_at += block.bytes();
  }
  return out;
}

double entropy_bytes(const Bytes& plane) {
  size_t count[256] = {};
  for (std::byte b : plane) ++count[static_cast<size_t>(b)];
  double bits = 0;
  for (size_t c : count)
    if (c != 0) bits -= static_cast<double>(c) * std::log2(static_cast<double>(c) / static_cast<double>(plane.size()));
  return bits / 8;
}

/// Eight planes of single bits.
Bytes bit_planes(const Bytes& plane) {
  Bytes out((plane.size() + 7) / 8 * 8);
  const size_t each = out.size() / 8;
  for (size_t i = 0; i < plane.size(); ++i)
    for (size_t bit = 0; bit < 8; ++bit)
      if ((static_cast<unsigned>(plane[i]) >> bit & 1) != 0)
        out[bit * each + i / 8] |= static_cast<std::byte>(1 << i % 8);
  return out;
}

Bytes nibbles(const Bytes& plane) {  // sign+exponent high bits apart from the mantissa
  Bytes out(plane.size() * 2);
  for (size_t i = 0; i < plane.size(); ++i) {
    out[i] = (plane[i] >> 3) & std::byte{15};
    out[plane.size() + i] = (plane[i] & std::byte{7}) | ((plane[i] >> 4) & std::byte{8});
  }
  return out;
}

void rival(const char* name, const std::vector<Bytes>& pages, int level,
           const std::function<std::vector<Bytes>(const Bytes&)>& split) {
  size_t raw = 0, stored = 0;
  double encode_s = 0, decode_s = 0;
  for (const Bytes& page : pages) {
    raw += page.size();
    Bytes out;
    std::vector<std::pair<size_t, size_t>> frames;
    encode_s += time_of([&] {
      out.clear();
      frames.clear();
      for (const Bytes& plane : split(page)) {
        const size_t before = out.size();
        if (!zstd_append(plane, level, SIZE_MAX, out)) std::abort();
        frames.emplace_back(out.size() - before, plane.size());
      }
    });
    stored += out.size();
    Bytes back;
    decode_s += time_of([&] {
      size_t at = 0;
      for (const auto& [size, plane] : frames) {
        back.resize(plane);
        if (!zstd_expand({out.data() + at, size}, back)) std::abort();
        at += size;
      }
    });
  }
  report(name, raw, stored, encode_s, decode_s);
}

/// Payloads of a store's pages and how they are arranged.
std::vector<Bytes> pages_of_store(const char* folder, size_t wanted, PageLayout* layout) {
  StoreOptions o;
  o.folder = folder;
  o.read_only = true;
  auto store = Store::open(o);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().to_string().c_str());
    std::exit(1);
  }
  const auto models = (*store)->sessions().models();
  if (!models.ok() || models->empty()) return {};
  *layout = models->front().page_layout;
  std::vector<PageId> ids;
  {
    Database& db = (*store)->pages().database();
    std::lock_guard lock(db.mutex());
    auto q = db.prepare("SELECT id FROM pages WHERE state=0 AND raw_bytes=? ORDER BY page");
    if (!q.ok()) return {};
    q->bind(layout->total_bytes());
    for (;;) {
      const auto row = q->step();
      if (!row.ok() || !*row) break;
      PageId id;
      std::memcpy(id.bytes.data(), q->blob(0).data(), 32);
      ids.push_back(id);
    }
  }
  std::vector<Bytes> pages;
  const size_t n = std::min(wanted, ids.size());
  for (size_t i = 0; i < n; ++i) {
    const auto page = (*store)->pages().get(ids[i * ids.size() / n]);
    if (page.ok() && page->has_value()) pages.push_back((*page)->payload);
  }
  return pages;
}

int run(int argc, char** argv) {
  LatentDims dims{.layers = 61};
  std::vector<Bytes> pages;
  PageLayout layout;
  const bool from_store = argc >= 3 && std::strcmp(argv[1], "--store") == 0;
  if (from_store) {
    pages = pages_of_store(argv[2], argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 48, &layout);
  } else if (argc >= 7) {
    dims = {static_cast<uint32_t>(std::atoi(argv[2])), static_cast<uint32_t>(std::atoi(argv[3])),
            static_cast<uint32_t>(std::atoi(argv[4])), static_cast<uint32_t>(std::atoi(argv[5])),
            static_cast<uint32_t>(std::atoi(argv[6]))};
    std::ifstream in(argv[1], std::ios::binary);
    Bytes page(dims.layout().total_bytes());
    while (in.read(reinterpret_cast<char*>(page.data()), static_cast<std::streamsize>(page.size())) &&
           pages.size() < 64)
      pages.push_back(page);
  } else {
    for (uint32_t i = 0; i < 3; ++i) pages.push_back(synthetic_payload(dims, i));
  }
  if (pages.empty()) {
    std::fprintf(stderr, "%s: no whole page\n", from_store ? argv[2] : argv[1]);
    return 1;
  }
  if (!from_store) layout = dims.layout();
  double raw = 0, entropy = 0;
  for (const Bytes& page : pages) {
    raw += static_cast<double>(page.size());
    for (const Bytes& plane : planes_of(page, layout, false)) entropy += entropy_bytes(plane);
  }
  std::printf("%zu pages of %zu bytes (%s)\n", pages.size(), pages[0].size(), from_store ? argv[2] : argc >= 7 ? argv[1] : "synthetic");
  std::printf("%-34s ratio %.4f\n", "order-0 entropy of the planes", raw / entropy);
  const auto whole = [](const Bytes& page) { return std::vector<Bytes>{page}; };
  rival("plain zstd -1", pages, 1, whole);
  rival("plain zstd -3", pages, 3, whole);
  for (int level : {kEntropyOnly, -1, 1, 3, 9}) {
    const std::string name = "planes by rows, zstd " + std::to_string(level);
    rival(name.c_str(), pages, level, [&](const Bytes& p) { return planes_of(p, layout, false); });
  }
  rival("planes by channels, zstd 1", pages, 1, [&](const Bytes& p) { return planes_of(p, layout, true); });
  rival("planes by channels, delta, zstd 1", pages, 1, [&](const Bytes& p) {
    auto planes = planes_of(p, layout, true);
    for (Bytes& plane : planes)
      for (size_t i = plane.size(); i-- > 1;)
        plane[i] = static_cast<std::byte>(static_cast<unsigned>(plane[i]) - static_cast<unsigned>(plane[i - 1]));
    return planes;
  });
  rival("bit planes, zstd 1", pages, 1, [&](const Bytes& p) {
    auto planes = planes_of(p, layout, false);
    for (Bytes& plane : planes) plane = bit_planes(plane);
    return planes;
  });
  rival("exponent and mantissa apart, zstd 1", pages, 1, [&](const Bytes& p) {
    auto planes = planes_of(p, layout, false);
    for (Bytes& plane : planes) plane = nibbles(plane);
    return planes;
  });
  for (int level : {1, 3, 6})
    for (unsigned classes : {1u, 2u, 4u, 8u, 16u}) {
      size_t total = 0, stored = 0;
      double encode_s = 0, decode_s = 0;
      for (const Bytes& page : pages) {
        total += page.size();
        Bytes out;
        encode_s += time_of([&] { out = *encode_payload(page, layout, {.zstd_level = level, .classes = classes}); });
        stored += out.size();
        Bytes back(page.size());
        decode_s += time_of([&] {
          if (!decode_payload_into(out, back).ok()) std::abort();
        });
        if (back != page) std::abort();
      }
      const std::string name = "codec: " + std::to_string(classes) + " classes tried, zstd " + std::to_string(level);
      report(name.c_str(), total, stored, encode_s, decode_s);
    }
  return 0;
}

}  // namespace
}  // namespace leyden

int main(int argc, char** argv) { return leyden::run(argc, argv); }
