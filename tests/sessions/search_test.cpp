// SPDX-License-Identifier: Apache-2.0
#include "sessions/search.h"

#include <gtest/gtest.h>

#include "sessions/search_tokenizer.h"
#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

std::vector<std::string> terms(std::string_view text, bool for_query = false) {
  std::vector<std::string> out;
  split_search_terms(text, for_query, [&](const SearchTerm& t) {
    EXPECT_LE(t.begin, t.end);
    EXPECT_LE(t.end, text.size());
    out.emplace_back(t.text);
    return true;
  });
  return out;
}
using Terms = std::vector<std::string>;

TEST(SearchTokenizer, SplitsWordsAndFoldsThem) {
  EXPECT_EQ(terms("Hello, World! x86-64"), (Terms{"hello", "world", "x86", "64"}));
  EXPECT_EQ(terms("Café ÉCOLE Straße"), (Terms{"cafe", "ecole", "strasse"}));
  EXPECT_EQ(terms("Ｆｕｌｌ ①"), (Terms{"full", "1"}));
  EXPECT_EQ(terms("Привет МИР"), (Terms{"привет", "мир"}));
  EXPECT_EQ(terms("  \n"), Terms{});
}

TEST(SearchTokenizer, MakesBigramsOfCjk) {
  EXPECT_EQ(terms("深度学习"), (Terms{"深度", "度学", "学习", "习"}));
  EXPECT_EQ(terms("深度学习", true), (Terms{"深度", "度学", "学习"}));
  EXPECT_EQ(terms("学", true), Terms{"学"});
  EXPECT_EQ(terms("用DSA注意力"), (Terms{"用", "dsa", "注意", "意力", "力"}));
  EXPECT_EQ(terms("データ"), (Terms{"デー", "ータ", "タ"}));
}

TEST(SearchTokenizer, FindsThaiWords) { EXPECT_GE(terms("สวัสดีครับ").size(), 2u); }

TEST(SearchTokenizer, SurvivesBrokenUtf8) {
  EXPECT_EQ(terms("ab\xff\xfe" "cd\xe6\xb7"), (Terms{"ab", "cd"}));
  for (int b = 0; b < 256; ++b) terms(std::string(3, static_cast<char>(b)));
}

TEST(SearchTokenizer, LetsNoQuerySyntaxThrough) {
  EXPECT_EQ(*search_expression("foo OR bar*"), "\"foo\" AND \"OR\" AND \"bar*\"*");
  EXPECT_EQ(*search_expression("\"two words\" x"), "\"two words\" AND \"x\"*");
  EXPECT_EQ(*search_expression("\"unclosed phrase"), "\"unclosed phrase\"");
  EXPECT_EQ(*search_expression("  ;;; "), "");
  EXPECT_EQ(*search_expression("学 x"), "\"学\"* AND \"x\"*");
}

TEST(SearchTokenizer, SpellsPrefixesOut) {
  std::vector<std::string> asked, answer = {"light", "lightning"};
  const auto complete = [&](std::string_view prefix) -> Result<std::vector<std::string>> {
    asked.emplace_back(prefix);
    return answer;
  };
  EXPECT_EQ(*search_expression("Ligh", 3, complete), "(\"light\" OR \"lightning\")");
  EXPECT_EQ(*search_expression("the x-Ligh", 3, complete), "\"the\" AND (\"x-light\" OR \"x-lightning\")");
  EXPECT_EQ(asked, (Terms{"ligh", "ligh"}));
  EXPECT_EQ(*search_expression("lig", 3, complete), "\"lig\"*");       // a term of the index
  EXPECT_EQ(*search_expression("\"ligh\"", 3, complete), "\"ligh\"");  // no prefix at all
  EXPECT_EQ(asked.size(), 2u);
  answer = {"two words"};
  EXPECT_EQ(*search_expression("ligh", 3, complete), "\"ligh\"*");
  answer.clear();
  EXPECT_EQ(*search_expression("ligh", 3, complete), "\"ligh\"*");
}

class SearchStore : public ::testing::TestWithParam<const char*> {
 protected:
  std::vector<CatalogueId> sessions_with(const std::string& query) {
    auto hits = store_->search().find(query);
    EXPECT_TRUE(hits.ok()) << hits.status().to_string();
    std::vector<CatalogueId> out;
    if (hits.ok())
      for (const SearchHit& hit : *hits) out.push_back(hit.session);
    return out;
  }
  ScratchFolder folder_;
  std::unique_ptr<Store> store_ = open_store(store_options(folder_ / "s", GetParam()));
};
INSTANTIATE_TEST_SUITE_P(Plain, SearchStore, ::testing::Values(""));
INSTANTIATE_TEST_SUITE_P(Sealed, SearchStore, ::testing::Values("secret"));

TEST_P(SearchStore, FindsChineseInMessagesTitlesAndDocuments) {
  auto& sessions = store_->sessions();
  const CatalogueId a = add_test_session(*store_, "关于稀疏注意力"), b = add_test_session(*store_, "Lightning");
  ASSERT_TRUE(sessions.append(a, user_says("请解释一下深度学习中的注意力机制。")).ok());
  ASSERT_TRUE(sessions.append(b, user_says("The lightning indexer scores keys")).ok());
  ASSERT_TRUE(store_->documents().add({"年度报告", "r.pdf", {{"第1页", "公司收入增长百分之五"}}, {}, {}}).ok());
  EXPECT_EQ(sessions_with("深度学习"), std::vector<CatalogueId>{a});
  EXPECT_EQ(sessions_with("注意力"), (std::vector<CatalogueId>{a, a}));  // title first, then message
  EXPECT_EQ(sessions_with("习"), std::vector<CatalogueId>{a});           // inside a run
  EXPECT_EQ(sessions_with("请"), std::vector<CatalogueId>{a});
  EXPECT_TRUE(sessions_with("学深").empty());
  EXPECT_EQ(sessions_with("LIGHT"), (std::vector<CatalogueId>{b, b}));   // prefix, case
  EXPECT_EQ(sessions_with("\"indexer scores\""), std::vector<CatalogueId>{b});
  EXPECT_TRUE(sessions_with("\"scores indexer\"").empty());
  auto hits = store_->search().find("收入增长");
  ASSERT_TRUE(hits.ok());
  ASSERT_EQ(hits->size(), 1u);
  EXPECT_EQ((*hits)[0].kind, TextKind::kDocumentPart);
  EXPECT_EQ((*hits)[0].label, "第1页");
  EXPECT_EQ((*hits)[0].snippet, "公司\x02收入增长\x02百分之五");
}

TEST_P(SearchStore, FindsBeginningsOfManyWordsAndOfFew) {
  const CatalogueId a = add_test_session(*store_, "Alpha");
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(store_->sessions().append(a, user_says("needle" + std::to_string(i) + " x-harbour" + std::to_string(i % 3))).ok());
  EXPECT_EQ(store_->search().find("needle", 1000)->size(), 100u);
  EXPECT_EQ(store_->search().find("needle7", 1000)->size(), 11u);   // 7, 70 to 79
  EXPECT_EQ(store_->search().find("harbo", 1000)->size(), 100u);
  EXPECT_EQ(store_->search().find("x-harbour1", 1000)->size(), 33u);
  EXPECT_EQ(store_->search().find("needle7 harb", 5)->size(), 1u);  // only the last word is a beginning
  EXPECT_EQ(store_->search().find("x needle", 5)->size(), 5u);
  EXPECT_EQ(store_->search().find("needle777", 1000)->size(), 0u);
  EXPECT_EQ((*store_->search().find("need", 1))[0].snippet, "\x02needle99\x02 x-harbour0");  // newest first
}

TEST_P(SearchStore, FollowsChanges) {
  auto& sessions = store_->sessions();
  const CatalogueId a = add_test_session(*store_, "Alpha");
  const CatalogueId m = *sessions.append(a, assistant_says("before"));
  EXPECT_EQ(sessions_with("before").size(), 1u);
  ASSERT_TRUE(sessions.save_turn(turn(a, m, "after", {}, 0)).ok());
  EXPECT_TRUE(sessions_with("before").empty());
  EXPECT_EQ(sessions_with("after").size(), 1u);
  ASSERT_TRUE(sessions.rename(a, "Omega").ok());
  EXPECT_TRUE(sessions_with("alpha").empty());
  EXPECT_EQ(sessions_with("omega").size(), 1u);
  ASSERT_TRUE(sessions.remove(a).ok());
  EXPECT_TRUE(sessions_with("after").empty());
  EXPECT_TRUE(sessions_with("omega").empty());
}

}  // namespace
}  // namespace leyden
