// SPDX-License-Identifier: Apache-2.0
// Stores of every format version must open forever. A golden is written once, with
// LEYDEN_WRITE_GOLDEN=<folder> in the environment, when a version is new; then it never changes.
#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sessions/checksum_vfs.h"
#include "tests/sessions/store_fixture.h"
#include "tests/sessions/synthetic_latents.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;
constexpr LatentDims kDims{.layers = 2, .kv_lora_rank = 64, .scale_groups = 1, .qk_rope_head_dim = 16,
                           .index_head_dim = 32};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<StoredPage> golden_chain() {
  auto chain = make_test_chain(20251, 3);
  for (size_t i = 0; i < chain.size(); ++i) {  // bytes that no library's rounding can change
    chain[i].payload.resize(kDims.layout().total_bytes());
    for (size_t b = 0; b < chain[i].payload.size(); ++b)
      chain[i].payload[b] = static_cast<std::byte>((b * b / 7 + i * 31 + (b >> 3)) & (b % 5 ? 0x3f : 0xff));
  }
  return chain;
}

/// A file of a golden; empty, and a failure, when it is not there.
std::string unpack(const std::string& version, const std::string& file) {
  const std::string packed =
      read_file(std::string(LEYDEN_SOURCE_DIR) + "/tests/sessions/goldens/" + version + "/" + file + ".zst");
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  std::string raw(size < (64u << 20) ? size : 0, '\0');
  EXPECT_EQ(ZSTD_decompress(raw.data(), raw.size(), packed.data(), packed.size()), size) << version << "/" << file;
  return raw;
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A version of the store is one of each file.
constexpr struct Version {
  const char* name;
  int catalogue, kv;
} kVersions[] = {{"store_v1", 1, 1}, {"store_v2", 2, 1}, {"store_v3", 2, 2}, {"store_v4", 3, 2}};

/// Of the newest version; what is older was written by the builds that had it.
void write_golden(const std::string& folder) {
  ScratchFolder scratch;
  {
    auto store = open_store(scratch / "s");
    StoredModel model{.name = "golden", .fingerprint = "golden-fp", .kv_format = 1, .page_layout = kDims.layout()};
    const CatalogueId model_id = *store->sessions().add_model(model);
    const CatalogueId s = *store->sessions().create({"黄金 Golden", model_id, R"({"a":1})"});
    const CatalogueId d = *store->documents().add({"Document", "d.pdf", {{"p. 1", "第一页 text"}}, {1, 2}, {std::byte{9}}});
    ASSERT_TRUE(*store->documents().attach(s, d));
    ASSERT_TRUE(store->sessions().append(s, user_says("What is kept?")).ok());
    const CatalogueId a = *store->sessions().append(s, assistant_says(""));
    const auto chain = golden_chain();
    for (const auto& page : chain) ASSERT_TRUE(store->pages().put(page).ok());
    ASSERT_TRUE(store->sessions().save_turn(turn(s, a, "Everything. 一切。", chain.back().id, 3))->kv_saved);
    const Conversation evicted = add_conversation(*store, "Evicted", 5, 4, model_id);
    ASSERT_TRUE(store->sessions().set_kv_quota(evicted.session, 2 * evicted.chain[0].payload.size()).ok());
    ASSERT_TRUE(store->collect({.grace_s = -1}).ok());
  }
  fs::create_directories(folder);
  for (const char* name : {"catalogue.db", "kv.db"}) {
    const std::string raw = read_file(scratch / (std::string("s/") + name));
    std::string packed(ZSTD_compressBound(raw.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), raw.data(), raw.size(), 19));
    std::ofstream(folder + "/" + name + ".zst", std::ios::binary) << packed;
  }
}

class GoldenStore : public ::testing::TestWithParam<Version> {
 protected:
  std::string unpacked(const std::string& file) const { return unpack(GetParam().name, file); }

  /// A store of these two files, in a folder of its own until the next call.
  std::string folder_of(const std::string& catalogue, const std::string& kv) {
    scratch_ = std::make_unique<ScratchFolder>();
    const std::string folder = *scratch_ / "s";
    fs::create_directories(folder);
    write_file(folder + "/catalogue.db", catalogue);
    write_file(folder + "/kv.db", kv);
    return folder;
  }
  /// Repairs such a store and opens it; null, and a failure, where anything is left to be mended.
  std::unique_ptr<Store> repaired(const std::string& catalogue, const std::string& kv, RepairReport* told) {
    const std::string folder = folder_of(catalogue, kv);
    auto repair = Store::repair(store_options(folder));
    EXPECT_TRUE(repair.ok()) << repair.status().to_string();
    if (!repair.ok()) return nullptr;
    *told = *repair;
    auto store = open_store(folder);
    EXPECT_NE(store, nullptr);
    if (store == nullptr) return nullptr;
    const auto report = store->check();
    EXPECT_TRUE(report.ok());
    if (!report.ok()) return nullptr;
    for (const auto& p : report->problems) ADD_FAILURE() << p;
    return store;
  }
  static std::string flipped(std::string bytes, size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    return bytes;
  }

 private:
  std::unique_ptr<ScratchFolder> scratch_;
};
INSTANTIATE_TEST_SUITE_P(Version, GoldenStore, ::testing::ValuesIn(kVersions),
                         [](const auto& version) { return std::string(version.param.name); });

TEST_P(GoldenStore, OpensForever) {
  const std::string name = GetParam().name;
  if (const char* folder = std::getenv("LEYDEN_WRITE_GOLDEN"); folder && name == std::rbegin(kVersions)->name)
    write_golden(std::string(folder) + "/" + name);
  auto store = open_store(folder_of(unpacked("catalogue.db"), unpacked("kv.db")));
  ASSERT_NE(store, nullptr);
  EXPECT_TRUE(store->notes().empty());
  auto report = store->check();
  ASSERT_TRUE(report.ok());
  for (const auto& p : report->problems) ADD_FAILURE() << p;
  auto s = store->sessions().find("黄金 Golden");
  ASSERT_TRUE(s.ok()) << s.status().to_string();
  EXPECT_EQ(s->settings_json, R"({"a":1})");
  EXPECT_EQ(s->documents.size(), 1u);
  auto path = *store->sessions().path(s->id);
  ASSERT_EQ(path.size(), 2u);
  EXPECT_EQ(s->n_messages, 2u);
  EXPECT_EQ(path[1].text, "Everything. 一切。");
  EXPECT_EQ(store->documents().parts(s->documents[0])->at(0).text, "第一页 text");
  EXPECT_EQ(store->search().find("一页")->size(), 1u);
  auto state = store->sessions().resume_state(s->id, "golden-fp", 1);
  ASSERT_EQ(state->kind, ResumeState::Kind::kReady) << state->reason;
  EXPECT_EQ(state->tail.payload.size(), 500u);
  const auto chain = golden_chain();
  size_t n = 0;
  ASSERT_TRUE(store->pages().load_chain(state->tip, 1, [&](StoredPage&& page) {
    expect_same_page(page, chain[n++]);
    return true;
  }).ok());
  EXPECT_EQ(n, 3u);
  if (GetParam().kv >= 2) {
    const auto evicted = store->sessions().find("Evicted");
    ASSERT_TRUE(evicted.ok());
    const auto left = store->pages().inspect_chain(evicted->tip);
    EXPECT_EQ(left->length, 4u);
    EXPECT_EQ(left->pages, *store->pages().kept_pages(evicted->tip));
    EXPECT_TRUE(left->pages == 2 || left->pages == 3) << left->pages;
  }
  // And it can be written to.
  EXPECT_TRUE(store->sessions().append(s->id, user_says("More.")).ok());
  EXPECT_EQ(store->sessions().session(s->id)->n_messages, 3u);
  EXPECT_TRUE(store->sessions().set_kv_quota(s->id, 1000).ok());
}

// A flipped bit in one page at a time: every third of the catalogue, every one of the KV file, but not the first.
// No text is lost; of the KV no more than what the bit was in.
TEST_P(GoldenStore, IsRepairedForever) {
  const std::string catalogue = unpacked("catalogue.db"), kv = unpacked("kv.db");
  RepairReport told;
  for (size_t page = 1; page < catalogue.size() / 4096; page += 3) {
    SCOPED_TRACE("page " + std::to_string(page) + " of the catalogue");
    auto store = repaired(flipped(catalogue, page * 4096 + 2000), kv, &told);
    ASSERT_NE(store, nullptr);
    const auto s = store->sessions().find("黄金 Golden");
    ASSERT_TRUE(s.ok()) << s.status().to_string();
    const auto path = store->sessions().path(s->id);
    ASSERT_TRUE(path.ok() && path->size() == 2);
    EXPECT_EQ((*path)[1].text, "Everything. 一切。");
    EXPECT_EQ(store->documents().parts(s->documents[0])->at(0).text, "第一页 text");
  }
  const uint64_t pages = open_store(folder_of(catalogue, kv))->pages().stats()->pages;
  ASSERT_GE(pages, 3u);
  uint64_t all = 0, some = 0;
  for (size_t page = 1; page < kv.size() / 65536; ++page) {
    SCOPED_TRACE("page " + std::to_string(page) + " of the KV file");
    auto store = repaired(catalogue, flipped(kv, page * 65536 + 60000), &told);
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->sessions().find("黄金 Golden").ok());
    const auto left = store->pages().stats();
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(left->pages, told.pages_kept);
    (told.pages_kept == pages ? all : some) += 1;
  }
  EXPECT_GT(all, some);  // so small a file has its records in two pages of ten
}

}  // namespace
}  // namespace leyden
