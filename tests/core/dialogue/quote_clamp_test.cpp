// SPDX-License-Identifier: Apache-2.0
// The clamp against a model that writes noise: whatever the logits say, a quote spells its passage.
#include "core/dialogue/quote_clamp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

namespace leyden {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(LEYDEN_SOURCE_DIR) / "models/default";
constexpr int32_t kStop = 1;

class QuoteClampTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kModel / "tokenizer.json")) GTEST_SKIP() << "no default model";
    tokenizer_ = *Tokenizer::load(kModel / "tokenizer.json");
    profile_ = *Profile::load(kModel);
  }

  int32_t reference(int n) const { return *tokenizer_->token_id(profile_.reference(n)); }
  std::vector<float> noise() {
    std::vector<float> logits(static_cast<size_t>(tokenizer_->vocab_size()));
    std::normal_distribution<float> normal;
    for (float& l : logits) l = normal(random_);
    return logits;
  }
  /// Writes n tokens behind `answer`, always the likeliest that is left.
  std::string write(QuoteClamp& clamp, std::vector<int32_t>& answer, size_t n) {
    for (size_t i = 0; i < n; ++i) {
      auto logits = noise();
      logits[kStop] = -100;  // goes on where it may
      clamp.mask(answer, logits);
      answer.push_back(
          static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    }
    return *tokenizer_->decode(std::span(answer).subspan(1));
  }

  std::shared_ptr<const Tokenizer> tokenizer_;
  Profile profile_;
  std::mt19937 random_{7};
};

TEST_F(QuoteClampTest, NoiseSpellsThePassageToItsEndAndIsFreeThen) {
  const std::string passages[] = {"The harbour closes at 22:15, and 文档 too.", "Short.",
                                  "It ends with \"quotes\" (and a bracket)"};
  for (int round = 0; round < 20; ++round) {
    QuoteClamp clamp(profile_, *tokenizer_, {kStop});
    for (int i = 0; i < 3; ++i) clamp.add_passage(40 + i, passages[i]);
    ASSERT_FALSE(clamp.empty());
    const int which = round % 3;
    std::vector<int32_t> answer{reference(40 + which)};
    auto logits = noise();
    clamp.mask(answer, logits);  // behind the reference the answer may end
    EXPECT_TRUE(std::isfinite(logits[kStop]));
    logits[kStop] = -std::numeric_limits<float>::infinity();
    answer.push_back(
        static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    const std::string wanted = " > " + passages[which];
    const std::string text = write(clamp, answer, 80);
    EXPECT_EQ(text.substr(0, wanted.size()), wanted);
    EXPECT_EQ(text[wanted.size()], '\n') << text;  // a quote ends with its passage
    EXPECT_GT(text.size(), wanted.size() + 20) << "still held behind the quote";
    EXPECT_GT(clamp.changed(), 0u);
    EXPECT_LE(clamp.changed(), clamp.clamped());
  }
}

TEST_F(QuoteClampTest, InsideAQuoteTheAnswerMayNotEnd) {
  QuoteClamp clamp(profile_, *tokenizer_, {kStop});
  clamp.add_passage(3, "The harbour closes at ten.");
  std::vector<int32_t> answer{reference(3)};
  for (int32_t id : tokenizer_->encode(" > The harbour", AddedTokens::kIgnore)) {
    auto logits = noise();
    clamp.mask(answer, logits);
    EXPECT_TRUE(std::isfinite(logits[static_cast<size_t>(id)]));
    answer.push_back(id);
  }
  auto logits = noise();
  clamp.mask(answer, logits);
  EXPECT_FALSE(std::isfinite(logits[kStop]));
  const size_t left = static_cast<size_t>(
      std::count_if(logits.begin(), logits.end(), [](float l) { return std::isfinite(l); }));
  EXPECT_GE(left, 1u);
  EXPECT_LT(left, 20u);
}

TEST_F(QuoteClampTest, OnlyAReferenceThatBeginsALineIsAQuote) {
  QuoteClamp clamp(profile_, *tokenizer_, {kStop});
  clamp.add_passage(3, "The harbour closes at ten.");
  for (const char* before : {"See ", "x"}) {
    std::vector<int32_t> answer = tokenizer_->encode(before, AddedTokens::kIgnore);
    answer.push_back(reference(3));
    QuoteClamp fresh = clamp;
    auto logits = noise();
    fresh.mask(answer, logits);
    EXPECT_TRUE(
        std::all_of(logits.begin(), logits.end(), [](float l) { return std::isfinite(l); }));
  }
  std::vector<int32_t> answer = tokenizer_->encode("Two passages:\n", AddedTokens::kIgnore);
  answer.push_back(reference(3));
  auto logits = noise();
  clamp.mask(answer, logits);
  EXPECT_FALSE(std::all_of(logits.begin(), logits.end(), [](float l) { return std::isfinite(l); }));
}

TEST_F(QuoteClampTest, ProfilesWithoutReferencesAreLeftAlone) {
  const Profile generic = Profile::generic();
  QuoteClamp clamp(generic, *tokenizer_, {kStop});
  clamp.add_passage(3, "The harbour closes at ten.");
  EXPECT_TRUE(clamp.empty());
}

}  // namespace
}  // namespace leyden
