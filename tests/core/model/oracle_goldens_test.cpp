// SPDX-License-Identifier: Apache-2.0
// The committed oracle checkpoints load, and their files fit each other. What the engine computes
// from them is compared in the engine's own tests.
#include <gtest/gtest.h>

#include <cctype>
#include <sstream>

#include "core/model/checkpoint.h"
#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  const std::filesystem::path root = LEYDEN_SOURCE_DIR "/tests/goldens/checkpoints";
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Shape and floats of a little-endian float32 .npy of version 1.
std::pair<std::vector<size_t>, std::vector<float>> read_npy(const std::filesystem::path& path) {
  const std::string file = test::read_file(path);
  EXPECT_EQ(file.substr(0, 6), "\x93NUMPY");
  const size_t header = static_cast<uint8_t>(file[8]) + 256u * static_cast<uint8_t>(file[9]);
  const std::string text = file.substr(10, header);
  EXPECT_NE(text.find("'<f4'"), std::string::npos);
  const size_t open = text.find('('), close = text.find(')');
  std::vector<size_t> shape;
  std::istringstream numbers(text.substr(open + 1, close - open - 1));
  for (std::string n; std::getline(numbers, n, ',');) {
    if (n.find_first_of("0123456789") != std::string::npos) shape.push_back(std::stoul(n));
  }
  std::vector<float> values((file.size() - 10 - header) / 4);
  std::memcpy(values.data(), file.data() + 10 + header, values.size() * 4);
  return {shape, values};
}

class OracleGoldens : public testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path dir_ =
      std::filesystem::path(LEYDEN_SOURCE_DIR "/tests/goldens/checkpoints") / GetParam();
};

TEST_P(OracleGoldens, LoadsWholeAndClean) {
  const Result<ModelConfig> config = ModelConfig::load(dir_);
  ASSERT_TRUE(config.ok()) << config.status().to_string();
  const Result<Checkpoint> checkpoint = Checkpoint::open(dir_, *config);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().to_string();
  EXPECT_TRUE(checkpoint->unused().empty());
  for (const std::string& name : checkpoint->names()) {
    EXPECT_TRUE(checkpoint->check_values(name).ok()) << name;
  }
}

TEST_P(OracleGoldens, IdsLogitsAndMarginsFitEachOther) {
  const Result<ModelConfig> config = ModelConfig::load(dir_);
  ASSERT_TRUE(config.ok());
  std::istringstream text(test::read_file(dir_ / "ids.txt"));
  size_t n = 0;
  for (int64_t id = 0; text >> id; ++n) {
    EXPECT_GE(id, 0);
    EXPECT_LT(id, config->vocab_size);
  }
  EXPECT_GT(static_cast<int64_t>(n), config->index_topk) << "selection would not be tested";
  const auto [logits_shape, logits] = read_npy(dir_ / "logits.npy");
  EXPECT_EQ(logits_shape, (std::vector<size_t>{n, static_cast<size_t>(config->vocab_size)}));
  const auto [margins_shape, margins] = read_npy(dir_ / "margins.npy");
  EXPECT_EQ(margins_shape, std::vector<size_t>{n});
  for (const float m : margins) EXPECT_GE(m, 1e-5f) << "a row that would have to be excluded";
}

INSTANTIATE_TEST_SUITE_P(Committed, OracleGoldens, testing::ValuesIn(golden_names()),
                         [](const auto& info) { return info.param; });

TEST(OracleGoldens, CoverAtLeastEightShapes) { EXPECT_GE(golden_names().size(), 8u); }

}  // namespace
}  // namespace leyden
