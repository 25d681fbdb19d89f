// SPDX-License-Identifier: Apache-2.0
// Opening folders: whole, sharded, incomplete and contradictory ones.
#include "core/model/checkpoint.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

using test::json;
using test::Tensors;

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    config_ = *test::parse(test::small_config());
    tensors_ = test::random_tensors(config_);
  }
  Result<Checkpoint> open(int n_shards = 1) {
    test::write_tensors(dir_.path(), tensors_, n_shards);
    return Checkpoint::open(dir_.path(), config_);
  }
  void expect_error(StatusCode code, const std::vector<std::string>& told, int n_shards = 1) {
    const Result<Checkpoint> opened = open(n_shards);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.status().code(), code) << opened.status().message();
    for (const std::string& part : told) {
      EXPECT_NE(opened.status().message().find(part), std::string::npos)
          << opened.status().message();
    }
  }

  test::TempDir dir_;
  ModelConfig config_;
  Tensors tensors_;
};

constexpr char kWq[] = "model.layers.1.self_attn.q_a_proj.weight";

TEST_F(CheckpointTest, OpensASingleFileAndShardsAlike) {
  for (const int n_shards : {1, 4}) {
    test::TempDir dir;
    test::write_tensors(dir.path(), tensors_, n_shards);
    Result<Checkpoint> opened = Checkpoint::open(dir.path(), config_);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    const Checkpoint c = std::move(*opened);
    EXPECT_EQ(c.names().size(), tensors_.size());
    EXPECT_TRUE(c.unused().empty());
    EXPECT_EQ(c.mtp(), MtpState::kComplete);
    const PublishedTotals totals = published_totals(config_);
    EXPECT_EQ(c.bytes(), totals.all.bytes);  // though total_size says 1
    EXPECT_EQ(c.parameters() + c.mtp_parameters(), totals.all.elements - totals.scales.elements);
    const Result<TensorView> head = c.tensor("lm_head.weight");
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(
        std::memcmp(head->data.data(), tensors_["lm_head.weight"].bytes.data(), head->data.size()),
        0);
    EXPECT_EQ(c.tensor("nope").status().code(), StatusCode::kNotFound);
  }
}

TEST_F(CheckpointTest, DequantisesRaggedBlocks) {
  const Result<Checkpoint> c = open();
  ASSERT_TRUE(c.ok());
  const Result<WeightView> w = c->weight(kWq);  // [20, 136]: two column blocks, the second of 8
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(w->scale_inv.shape, (std::vector<int64_t>{1, 2}));
  const Result<std::vector<float>> values = c->floats(kWq);
  ASSERT_TRUE(values.ok());
  float scales[2];
  std::memcpy(scales, tensors_[scale_name(kWq)].bytes.data(), 8);
  const std::string& codes = tensors_[kWq].bytes;
  for (const size_t column : {0u, 127u, 128u, 135u}) {
    const size_t i = 19 * 136 + column;
    EXPECT_EQ((*values)[i], float_from_e4m3(static_cast<uint8_t>(codes[i])) * scales[column / 128]);
  }
}

TEST_F(CheckpointTest, NormsMayBeBf16) {
  const std::string name = "model.norm.weight";
  const Result<std::vector<float>> before = open()->vector(name, config_.dim);
  ASSERT_TRUE(before.ok());
  std::string bytes;
  for (const float v : *before) {
    const uint16_t b = bf16_from_float(v);
    bytes.append(reinterpret_cast<const char*>(&b), 2);
  }
  tensors_[name] = {"BF16", {config_.dim}, bytes};
  const Result<Checkpoint> c = open();
  ASSERT_TRUE(c.ok()) << c.status().to_string();
  const Result<std::vector<float>> after = c->vector(name, config_.dim);
  ASSERT_TRUE(after.ok());
  for (size_t i = 0; i < after->size(); ++i) EXPECT_EQ((*after)[i], round_bf16((*before)[i]));
}

TEST_F(CheckpointTest, MtpLayersMayBeMissingOrPartial) {
  std::erase_if(tensors_, [](const auto& t) { return t.first.starts_with("model.layers.3."); });
  EXPECT_EQ(open()->mtp(), MtpState::kNone);
  tensors_ = test::random_tensors(config_);
  tensors_.erase("model.layers.3.enorm.weight");
  EXPECT_EQ(open()->mtp(), MtpState::kPartial);
  config_.n_mtp_layers = 0;  // a config that forgets them
  const Result<Checkpoint> c = open();
  ASSERT_TRUE(c.ok()) << c.status().to_string();
  EXPECT_EQ(c->mtp(), MtpState::kPartial);
  EXPECT_TRUE(c->unused().empty());
}

TEST_F(CheckpointTest, ReportsWhatNothingNeeds) {
  tensors_["model.layers.0.self_attn.rotary_emb.inv_freq"] = {"F64", {1}, std::string(8, '\0')};
  const Result<Checkpoint> c = open();
  ASSERT_TRUE(c.ok()) << c.status().to_string();
  EXPECT_EQ(c->unused(), std::vector<std::string>{"model.layers.0.self_attn.rotary_emb.inv_freq"});
}

TEST_F(CheckpointTest, NamesMissingTensors) {
  tensors_.erase(kWq);
  tensors_.erase("model.norm.weight");
  expect_error(StatusCode::kNotFound, {"2 tensors are missing", kWq, "model.norm.weight"});
}

TEST_F(CheckpointTest, CountsWhenMuchIsMissing) {
  std::erase_if(tensors_, [](const auto& t) { return t.first.starts_with("model.layers.1."); });
  expect_error(StatusCode::kNotFound, {"tensors are missing", "more"});
}

TEST_F(CheckpointTest, UntiedHeadMustBeThere) {
  tensors_.erase("lm_head.weight");
  expect_error(StatusCode::kNotFound, {"lm_head.weight", "tie_word_embeddings is false"});
}

TEST_F(CheckpointTest, WrongShapesAreNamed) {
  tensors_[kWq].shape = {136, 20};
  expect_error(StatusCode::kCorrupt, {kWq, "expected [20, 136], found F8_E4M3 [136, 20]"});
}

TEST_F(CheckpointTest, UnusableDtypesAreNamed) {
  tensors_[kWq].dtype = "F8_E5M2";
  expect_error(StatusCode::kUnsupported, {kWq, "found F8_E5M2 [20, 136]"});
  tensors_ = test::random_tensors(config_);
  tensors_["lm_head.weight"].dtype = "F16";
  expect_error(StatusCode::kUnsupported, {"lm_head.weight", "expected BF16 or F32, found F16"});
}

TEST_F(CheckpointTest, Fp8WithoutScalesIsNamed) {
  tensors_.erase(scale_name(kWq));
  expect_error(StatusCode::kNotFound, {kWq, "q_a_proj.weight_scale_inv F32 [1, 2], found none"});
}

TEST_F(CheckpointTest, ScalesOfWrongShapeAreNamed) {
  test::StoredTensor& scale = tensors_[scale_name(kWq)];
  scale.shape = {2, 1};
  expect_error(StatusCode::kCorrupt, {"weight_scale_inv", "expected F32 [1, 2], found F32 [2, 1]"});
}

TEST_F(CheckpointTest, Fp8InAnUnquantisedConfigIsAContradiction) {
  config_.fp8_weights = false;
  expect_error(StatusCode::kCorrupt, {"no quantization_config"});
}

TEST_F(CheckpointTest, UnquantisedLinearsInAnFp8ConfigAreFine) {
  tensors_[kWq] = {"BF16", {20, 136}, std::string(2 * 20 * 136, '\0')};
  tensors_.erase(scale_name(kWq));
  const Result<Checkpoint> c = open();
  ASSERT_TRUE(c.ok()) << c.status().to_string();
  EXPECT_FALSE(c->weight(kWq)->fp8());
}

TEST_F(CheckpointTest, ForeignNamesAreRecognised) {
  const auto renamed = [&](const std::function<std::string(const std::string&)>& change) {
    Tensors all;
    for (const auto& [name, t] : test::random_tensors(config_)) all[change(name)] = t;
    return all;
  };
  tensors_ = renamed([](const std::string& n) { return n.rfind("model.", 0) ? n : n.substr(6); });
  expect_error(StatusCode::kUnsupported, {"begin with \"model.\"", "found embed_tokens.weight"});
  tensors_ = renamed([](const std::string& n) { return "model." + n; });
  expect_error(StatusCode::kUnsupported, {"\"model.\" twice"});
  tensors_ = {{"embed.weight", {"BF16", {1}, "ab"}}};
  expect_error(StatusCode::kUnsupported, {"demo format"});
}

TEST_F(CheckpointTest, MissingShardsAreNamed) {
  test::write_tensors(dir_.path(), tensors_, 3);
  std::filesystem::remove(dir_ / "part-1.safetensors");
  const Status status = Checkpoint::open(dir_.path(), config_).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find("1 of 3 shards missing: part-1.safetensors"), std::string::npos)
      << status.message();
}

TEST_F(CheckpointTest, BrokenIndexesAreRefused) {
  test::write_tensors(dir_.path(), tensors_, 2);
  const std::filesystem::path index = dir_ / "model.safetensors.index.json";
  const json good = json::parse(test::read_file(index));
  const auto code_of = [&](const json& changed) {
    test::write_file(index, changed.dump());
    return Checkpoint::open(dir_.path(), config_).status().code();
  };
  ASSERT_EQ(code_of(good), StatusCode::kOk);
  json bad = good;
  bad["weight_map"][kWq] = "../part-0.safetensors";
  EXPECT_EQ(code_of(bad), StatusCode::kCorrupt);
  bad["weight_map"][kWq] = "..";
  EXPECT_EQ(code_of(bad), StatusCode::kCorrupt);
  bad["weight_map"][kWq] = 7;
  EXPECT_EQ(code_of(bad), StatusCode::kCorrupt);
  bad = good;  // the shard exists, the tensor is in the other one
  bad["weight_map"][kWq] =
      good["weight_map"][kWq] == "part-0.safetensors" ? "part-1.safetensors" : "part-0.safetensors";
  EXPECT_EQ(code_of(bad), StatusCode::kNotFound);
  EXPECT_EQ(code_of(json{{"weight_map", json::array()}}), StatusCode::kCorrupt);
  EXPECT_EQ(code_of(json::object()), StatusCode::kCorrupt);
  EXPECT_EQ(code_of(json{{"weight_map", json::object()}}), StatusCode::kNotFound);
  test::write_file(index, "not json");
  EXPECT_EQ(Checkpoint::open(dir_.path(), config_).status().code(), StatusCode::kCorrupt);
}

TEST_F(CheckpointTest, EmptyFoldersSayWhatIsExpected) {
  const Status status = Checkpoint::open(dir_.path(), config_).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find("model.safetensors.index.json"), std::string::npos);
}

TEST_F(CheckpointTest, NanCodesAndBadScalesAreFoundByScanning) {
  const auto status_with = [&](const std::string& name, size_t at, const std::string& bytes) {
    tensors_ = test::random_tensors(config_);
    tensors_[name].bytes.replace(at, bytes.size(), bytes);
    const Result<Checkpoint> c = open();
    EXPECT_TRUE(c.ok()) << c.status().to_string();  // headers are fine
    return c->check_values(kWq);
  };
  EXPECT_TRUE(status_with(kWq, 5, "\x10").ok());
  for (const char* nan : {"\x7f", "\xff"}) {
    const Status found = status_with(kWq, 5, nan);
    EXPECT_EQ(found.code(), StatusCode::kCorrupt);
    EXPECT_NE(found.message().find("element 5"), std::string::npos) << found.message();
  }
  const std::string infinity("\x00\x00\x80\x7f", 4), negative("\x00\x00\x80\xbf", 4);
  EXPECT_EQ(status_with(scale_name(kWq), 4, infinity).code(), StatusCode::kCorrupt);
  EXPECT_EQ(status_with(scale_name(kWq), 4, negative).code(), StatusCode::kCorrupt);
  tensors_ = test::random_tensors(config_);
  tensors_["model.norm.weight"].bytes.replace(8, 4, infinity);
  EXPECT_EQ(open()->vector("model.norm.weight", config_.dim).status().code(), StatusCode::kCorrupt);
}

TEST_F(CheckpointTest, UnalignedDataIsRead) {
  // A header of odd length puts every F32 at an odd address.
  std::string file = test::safetensors_bytes(tensors_);
  uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  const std::string spaces(length % 2 == 0 ? 1 : 2, ' ');
  file.insert(8 + length, spaces);
  length += spaces.size();
  std::memcpy(file.data(), &length, 8);
  test::write_file(dir_ / "model.safetensors", file);
  const Result<Checkpoint> c = Checkpoint::open(dir_.path(), config_);
  ASSERT_TRUE(c.ok()) << c.status().to_string();
  const Result<std::vector<float>> norm = c->vector("model.norm.weight", config_.dim);
  ASSERT_TRUE(norm.ok());
  EXPECT_EQ(std::memcmp(norm->data(), tensors_["model.norm.weight"].bytes.data(),
                        norm->size() * sizeof(float)),
            0);
  EXPECT_TRUE(c->floats(kWq).ok());
}

}  // namespace
}  // namespace leyden
