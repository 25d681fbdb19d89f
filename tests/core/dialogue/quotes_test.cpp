// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/dialogue/dialogue.h"

namespace leyden {
namespace {

const std::vector<Dialogue::Document> kDocuments{
    {"one", "The harbour opens at six.\nIt closes  at nine\nin the evening.\nBoats wait outside."},
    {"two", "港口六点开放。晚上九点关闭，\n船只在外面等候。The harbour opens at six."}};

std::string quoted(const Quote& q) {
  return kDocuments[q.document].text.substr(q.begin, q.end - q.begin);
}

TEST(Quotes, AWholeSentenceIsFoundWhateverItsWhiteSpace) {
  const auto q = find_quotes("It closes at nine in the evening.", kDocuments, Profile::generic(), {});
  ASSERT_EQ(q.size(), 1u);
  EXPECT_EQ(quoted(q[0]), "It closes  at nine\nin the evening.");
}

TEST(Quotes, QuotationMarksInsideASentence) {
  const std::string answer = "The text says \"closes at nine in the evening\", I think.";
  const auto q = find_quotes(answer, kDocuments, Profile::generic(), {});
  ASSERT_EQ(q.size(), 1u);
  EXPECT_EQ(answer.substr(q[0].answer_begin, q[0].answer_end - q[0].answer_begin),
            "closes at nine in the evening");
  EXPECT_EQ(q[0].document, 0u);
}

TEST(Quotes, ChineseAcrossALineBreak) {
  const auto q = find_quotes("晚上九点关闭，船只在外面等候。", kDocuments, Profile::generic(), {});
  ASSERT_EQ(q.size(), 1u);
  EXPECT_EQ(q[0].document, 1u);
}

TEST(Quotes, ACitedPassageIsPreferredToAnEarlierCopy) {
  Profile profile = Profile::generic();
  profile.document.reference = "[{n}]";
  profile.document.reference_count = 10;
  PassageTokens passage;
  passage.document = 1;
  passage.reference = 3;
  passage.byte_begin = kDocuments[1].text.find("The");
  passage.byte_end = kDocuments[1].text.size();
  const auto q = find_quotes("[3] > The harbour opens at six.", kDocuments, profile, {passage});
  ASSERT_EQ(q.size(), 1u);
  EXPECT_EQ(q[0].document, 1u);
  EXPECT_EQ(q[0].begin, passage.byte_begin);
}

TEST(Quotes, ACitedPassageGoesOnBehindItsHeading) {
  Profile profile = Profile::generic();
  profile.document.reference = "[{n}]";
  profile.document.reference_count = 10;
  const std::string text = "# Opening hours\n\nIt opens at six. 7 is its number.\n\n# Boats\n\nFew.";
  PassageTokens passage;
  passage.reference = 3;
  passage.byte_begin = text.find("Opening");
  passage.byte_end = text.find("\n\n# Boats");
  const std::string answer =
      "[3] > Opening hours\nIt opens at six. 7 is its number.\nAnswer: 7.\n[3] > Opening hours\nwrong";
  const auto q = find_quotes(answer, {{"", text}}, profile, {passage});
  ASSERT_EQ(q.size(), 2u);
  EXPECT_EQ(q[0].begin, passage.byte_begin);
  EXPECT_EQ(q[0].end, passage.byte_end);
  EXPECT_EQ(answer.substr(q[0].answer_end, 8), "\nAnswer:");
  EXPECT_EQ(answer.substr(q[1].answer_begin, q[1].answer_end - q[1].answer_begin), "Opening hours");
}

TEST(Quotes, NothingIsInventedWhereNothingMatches) {
  EXPECT_TRUE(find_quotes("The harbour opens at seven.", kDocuments, Profile::generic(), {}).empty());
  EXPECT_TRUE(find_quotes("six", kDocuments, Profile::generic(), {}).empty());
  EXPECT_TRUE(find_quotes("", kDocuments, Profile::generic(), {}).empty());
}

}  // namespace
}  // namespace leyden
