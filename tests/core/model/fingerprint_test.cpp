// SPDX-License-Identifier: Apache-2.0
#include "core/model/fingerprint.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "core/model/hash_cache.h"
#include "core/model/model_info.h"
#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

using test::Tensors;

class FingerprintTest : public testing::Test {
 protected:
  void SetUp() override {
    config_ = *test::parse(test::small_config());
    tensors_ = test::random_tensors(config_);
    ::setenv("XDG_CACHE_HOME", (cache_ / "xdg").c_str(), 1);
  }
  /// Writes, opens and hashes, with files old enough to be remembered.
  TensorHash hash(const Tensors& tensors, int n_shards = 1, int n_threads = 1) {
    test::TempDir dir;
    return *compute_tensor_hash(*open(dir, tensors, n_shards), n_threads);
  }
  Result<Checkpoint> open(const test::TempDir& dir, const Tensors& tensors, int n_shards = 1) {
    test::write_tensors(dir.path(), tensors, n_shards);
    for (const auto& file : std::filesystem::directory_iterator(dir.path())) {
      std::filesystem::last_write_time(
          file.path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    }
    return Checkpoint::open(dir.path(), config_);
  }

  test::TempDir cache_;
  ModelConfig config_;
  Tensors tensors_;
};

TEST_F(FingerprintTest, ShardsAndThreadsDoNotMatter) {
  const TensorHash one = hash(tensors_);
  EXPECT_EQ(hash(tensors_, 3), one);
  EXPECT_EQ(hash(tensors_, 7, 4), one);
}

TEST_F(FingerprintTest, AnyFlippedBitMatters) {
  const TensorHash before = hash(tensors_);
  for (const char* name : {"lm_head.weight", "model.layers.3.enorm.weight",
                           "model.layers.1.self_attn.q_a_proj.weight_scale_inv"}) {
    Tensors changed = tensors_;
    changed[name].bytes.back() = static_cast<char>(changed[name].bytes.back() ^ 1);
    EXPECT_NE(hash(changed), before) << name;
  }
}

TEST_F(FingerprintTest, NamesShapesAndDtypesMatter) {
  const TensorHash before = hash(tensors_);
  Tensors swapped = tensors_;  // the same bytes under each other's names
  std::swap(swapped["model.layers.0.input_layernorm.weight"],
            swapped["model.layers.1.input_layernorm.weight"]);
  EXPECT_NE(hash(swapped), before);
  Tensors extra = tensors_;
  extra["extra"] = {"F32", {0}, ""};
  EXPECT_NE(hash(extra), before);
  Tensors other_shape = tensors_;
  other_shape["extra"] = {"F32", {0, 1}, ""};
  Tensors other_dtype = tensors_;
  other_dtype["extra"] = {"BF16", {0}, ""};
  EXPECT_NE(hash(other_dtype), hash(extra));
  Tensors other_name = tensors_;  // sorts to the same place
  other_name["extrb"] = extra["extra"];
  EXPECT_NE(hash(other_name), hash(extra));
  EXPECT_NE(hash(other_shape), hash(extra));
}

TEST_F(FingerprintTest, LargeTensorsAreHashedInChunks) {
  Tensors big = tensors_;
  big["extra"] = {"U8", {9'000'001}, std::string(9'000'001, 'x')};
  const TensorHash before = hash(big, 1, 3);
  EXPECT_EQ(hash(big), before);
  big["extra"].bytes[4u << 20] = 'y';  // first byte of the second chunk
  EXPECT_NE(hash(big), before);
}

TEST_F(FingerprintTest, WhatShapesKvMattersAndNothingElse) {
  const TensorHash tensors = hash(tensors_);
  const KvShape shape;
  const std::string base = fingerprint(tensors, config_, shape);
  EXPECT_EQ(base.size(), 64u);
  const auto differs = [&](auto change) {
    KvShape s = shape;
    ModelConfig c = config_;
    change(s, c);
    return fingerprint(tensors, c, s) != base;
  };
  EXPECT_TRUE(differs([](KvShape& s, ModelConfig&) { s.precision = Precision::kReference; }));
  EXPECT_TRUE(differs([](KvShape& s, ModelConfig&) { s.dsa = false; }));
  EXPECT_TRUE(differs([](KvShape& s, ModelConfig&) { s.mha_positions = 64; }));
  EXPECT_TRUE(differs([](KvShape& s, ModelConfig&) { s.kv_format_version = 2; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.rope.theta = 20000; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.rope.factor = 41; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.rope.yarn = false; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.rope.attention_factor = 1.1; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.index_topk = 9; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.rms_norm_eps = 1e-5; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.n_dense_layers = 2; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.scale_ue8m0 = false; }));
  EXPECT_TRUE(differs([](KvShape&, ModelConfig& c) { c.indexer_rope_interleave = true; }));
  EXPECT_FALSE(differs([](KvShape&, ModelConfig& c) { c.eos_ids = {3, 4}; }));
  EXPECT_FALSE(differs([](KvShape&, ModelConfig& c) { c.max_seq_len = 99; }));
  EXPECT_FALSE(differs([](KvShape&, ModelConfig& c) { c.n_mtp_layers = 0; }));
}

TEST_F(FingerprintTest, IsRememberedByFileIdentity) {
  test::TempDir dir;
  const Result<Checkpoint> c = open(dir, tensors_, 2);
  ASSERT_TRUE(c.ok());
  EXPECT_FALSE(cached_tensor_hash(*c).has_value());
  EXPECT_FALSE(model_info(*c, KvShape()).fingerprint.has_value());  // "not computed"
  const Result<TensorHash> computed = tensor_hash(*c, 2);
  ASSERT_TRUE(computed.ok());
  EXPECT_EQ(cached_tensor_hash(*c), *computed);
  EXPECT_EQ(model_info(*c, KvShape()).fingerprint, fingerprint(*computed, config_, KvShape()));
  tensors_["lm_head.weight"].bytes[0] ^= 1;
  const Result<Checkpoint> changed = open(dir, tensors_, 2);
  ASSERT_TRUE(changed.ok());
  const std::optional<TensorHash> stale = cached_tensor_hash(*changed);
  EXPECT_TRUE(!stale || *stale != *computed);
}

TEST_F(FingerprintTest, FreshFilesAreNotRemembered) {
  test::TempDir dir;
  test::write_tensors(dir.path(), tensors_, 1);
  const Result<Checkpoint> c = Checkpoint::open(dir.path(), config_);
  ASSERT_TRUE(tensor_hash(*c, 1).ok());
  EXPECT_FALSE(cached_tensor_hash(*c).has_value());
}

TEST_F(FingerprintTest, DamagedAndUnwritableCachesAreNoCache) {
  test::TempDir dir;
  const Result<Checkpoint> c = open(dir, tensors_);
  const Result<TensorHash> computed = tensor_hash(*c, 1);
  ASSERT_TRUE(cached_tensor_hash(*c).has_value());
  for (const auto& file : std::filesystem::directory_iterator(cache_directory())) {
    std::string text = test::read_file(file.path());
    text[30] = text[30] == '0' ? '1' : '0';
    test::write_file(file.path(), text);
  }
  EXPECT_FALSE(cached_tensor_hash(*c).has_value());
  for (const char* nowhere : {"/proc/nowhere", "/dev/null", "relative"}) {
    ::setenv("XDG_CACHE_HOME", nowhere, 1);
    ::setenv("HOME", "/proc/nowhere", 1);
    EXPECT_EQ(*tensor_hash(*c, 1), *computed) << nowhere;
    EXPECT_FALSE(cached_tensor_hash(*c).has_value()) << nowhere;
  }
}

TEST_F(FingerprintTest, ReportsProgressAndCanBeCancelled) {
  test::TempDir dir;
  const Result<Checkpoint> c = open(dir, tensors_);
  uint64_t last = 0;
  uint64_t total = 0;
  const auto progress = [&](const Progress& p) {
    EXPECT_GE(p.done, last);
    last = p.done;
    total = p.total;
  };
  ASSERT_TRUE(compute_tensor_hash(*c, 2, progress).ok());
  EXPECT_EQ(last, total);
  EXPECT_EQ(total, static_cast<uint64_t>(c->bytes()));
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ(compute_tensor_hash(*c, 2, {}, &cancel).status().code(), StatusCode::kCancelled);
}

TEST_F(FingerprintTest, TellsWhichShardIsRead) {
  test::TempDir whole, dir;
  const Result<Checkpoint> one = open(whole, tensors_);
  ASSERT_TRUE(compute_tensor_hash(*one, 1, [](const Progress& p) {
                EXPECT_EQ(p.file.name, nullptr);
                EXPECT_EQ(p.file.count, 0u);
              }).ok());
  const Result<Checkpoint> three = open(dir, tensors_, 3);
  std::set<std::string> seen;
  const auto progress = [&](const Progress& p) {
    if (!p.file.name) return;
    EXPECT_EQ(p.file.name, "part-" + std::to_string(p.file.number - 1) + ".safetensors");
    EXPECT_EQ(p.file.count, 3u);
    seen.insert(p.file.name);
  };
  ASSERT_TRUE(compute_tensor_hash(*three, 1, progress).ok());
  EXPECT_EQ(seen.size(), 3u);
}

TEST_F(FingerprintTest, AFileReplacedMeanwhileIsAnError) {
  test::TempDir dir;
  const Result<Checkpoint> c = open(dir, tensors_);
  ASSERT_TRUE(c.ok());
  std::filesystem::rename(dir / "model.safetensors", dir / "old");
  std::filesystem::copy(dir / "old", dir / "model.safetensors");
  EXPECT_EQ(compute_tensor_hash(*c, 1).status().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace leyden
