// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/passage_choice.h"

#include <gtest/gtest.h>

#include <cmath>

namespace leyden {
namespace {

constexpr int32_t kFirst = 10;  // token of passage 0; token 3 is a refusal's

Profile profile() {
  Profile p = Profile::generic();
  p.document.reference = "[{n}]";
  p.tasks["cite"] = "Cite: {question}";
  return p;
}

PassageChoice choice(std::string_view question, const std::vector<std::string>& texts) {
  std::vector<NameablePassage> passages;
  for (size_t i = 0; i < texts.size(); ++i)
    passages.push_back({static_cast<int>(i) + 1, kFirst + static_cast<int32_t>(i), texts[i]});
  return PassageChoice(question, std::move(passages));
}

const std::vector<std::string> kTexts = {
    "Boats are moored at the pier over night.", "The lighthouse keeper signs the register.",
    "A register of boats is kept at the harbour office.", "Fishing is not allowed in winter."};

double probability_of(const std::vector<float>& logits, size_t begin, size_t end) {
  double all = 0, some = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    all += std::exp(logits[i]);
    if (i >= begin && i < end) some += std::exp(logits[i]);
  }
  return some / all;
}

TEST(PassageChoice, WordsMoveTheChoiceAmongPassagesOnly) {
  PassageChoice c = choice("Where is the register of boats kept?", kTexts);
  std::vector<float> logits(20, -5.0f);
  logits[3] = 0.5f;
  logits[10] = 1.0f, logits[11] = 0.9f, logits[12] = 0.2f, logits[13] = 0.4f;
  const std::vector<float> before = logits;
  c.weigh(logits);
  EXPECT_GT(logits[12], logits[10]);
  EXPECT_GT(logits[12], logits[13]);
  EXPECT_NEAR(probability_of(logits, 10, 14), probability_of(before, 10, 14), 1e-5);
  EXPECT_EQ(logits[3], before[3]);
  EXPECT_EQ(c.told(profile()),
            "model and words of the question together put passage [3] first; the model alone [1], "
            "the words alone [3]; then [2], [1], [4]");
}

TEST(PassageChoice, WithoutCommonWordsTheModelChooses) {
  PassageChoice c = choice("Who?", kTexts);
  std::vector<float> logits(20, 0.0f);
  logits[11] = 2.0f;
  const std::vector<float> before = logits;
  c.weigh(logits);
  for (size_t i = 0; i < logits.size(); ++i) EXPECT_NEAR(logits[i], before[i], 1e-5);
  EXPECT_NE(c.told(profile()).find("passage [2] first; the model alone [2], the words alone none"),
            std::string::npos)
      << c.told(profile());
}

TEST(PassageChoice, WhatIsMaskedStaysMasked) {
  PassageChoice c = choice("Where is the register of boats kept?", kTexts);
  std::vector<float> logits(20, -INFINITY);
  logits[3] = 1.0f;
  c.weigh(logits);
  EXPECT_EQ(logits[3], 1.0f);
  for (size_t i = 10; i < 14; ++i) EXPECT_EQ(logits[i], -INFINITY);
  EXPECT_EQ(c.told(profile()), "");
  logits[11] = 0.0f;
  c.weigh(logits);
  EXPECT_EQ(logits[12], -INFINITY);
  EXPECT_NEAR(logits[11], 0.0f, 1e-5);
}

TEST(PassageChoice, NothingToChooseFrom) {
  PassageChoice none, empty = choice("Where?", {});
  std::vector<float> logits(20, 1.0f);
  none.weigh(logits);
  empty.weigh(logits);
  EXPECT_EQ(logits, std::vector<float>(20, 1.0f));
  EXPECT_EQ(none.told(profile()), "");
  EXPECT_EQ(empty.told(profile()), "");
}

TEST(PassageChoice, TheTasksQuestionIsFound) {
  Profile p = profile();
  EXPECT_EQ(p.cited_question("Cite: Who?"), "Who?");
  EXPECT_EQ(p.cited_question("Cite: "), "");
  EXPECT_FALSE(p.cited_question("Who?"));
  EXPECT_FALSE(p.cited_question("Cite:"));
  p.tasks["cite"] = "Where is it said: {question} Name the passage.";
  EXPECT_EQ(p.cited_question("Where is it said: Who? Name the passage."), "Who?");
  EXPECT_FALSE(p.cited_question("Where is it said: Name"));
  p.tasks["cite"] = "{question}";
  EXPECT_FALSE(p.cited_question("Who?"));
  p.tasks.clear();
  EXPECT_FALSE(p.cited_question("Cite: Who?"));
}

}  // namespace
}  // namespace leyden
