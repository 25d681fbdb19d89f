// SPDX-License-Identifier: Apache-2.0
// How a reading is planned, and what of an answer is verified: without a model.
#include <gtest/gtest.h>

#include "core/agent/claims.h"
#include "core/agent/memory_library.h"
#include "core/agent/reading_plan.h"

namespace leyden {
namespace {

size_t words(std::string_view text) {
  size_t n = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    n += !space && !in_word;
    in_word = !space;
  }
  return n;
}

/// About 60 words that have nothing to do with any question here.
std::string filler(int n) {
  std::string text;
  for (int i = 0; i < 6; ++i)
    text += "Barrel number " + std::to_string(n * 6 + i) +
            " was rolled down to the cellar before noon. ";
  return text;
}

/// `documents` of `pages` pages each; page 3 of document 2 tells the code.
std::unique_ptr<MemoryLibrary> library(int documents, int pages) {
  auto out = std::make_unique<MemoryLibrary>();
  for (int d = 0; d < documents; ++d) {
    std::vector<PageText> texts;
    for (int p = 0; p < pages; ++p) {
      texts.push_back({"p. " + std::to_string(p + 1), filler(d * pages + p)});
      if (d == 1 && p == 2)
        texts.back().text += "\n\nThe access code of the lighthouse is 4471903.";
    }
    out->add("Log " + std::to_string(d + 1), std::move(texts));
  }
  return out;
}

ReadingPlan plan(Library& library, std::string_view question, int64_t room,
                 ReadingMode mode = ReadingMode::kAuto, bool overflowed = false) {
  ReadingLimits limits;
  limits.room = room;
  limits.whole_overflowed = overflowed;
  const auto result = plan_reading(library, question, mode, limits, words, nullptr);
  EXPECT_TRUE(result.ok()) << result.status().to_string();
  return result.ok() ? *result : ReadingPlan();
}

constexpr const char* kQuestion = "What is the access code of the lighthouse?";

int64_t cost_of(const Material& material) {
  int64_t cost = 0;
  for (const ToolPassage& s : material) cost += prompt_cost(s.text, words);
  return cost;
}

TEST(ReadingPlan, WhatFitsIsReadWhole) {
  const auto files = library(3, 4);
  const ReadingPlan p = plan(*files, kQuestion, 100000);
  EXPECT_EQ(p.mode, ReadingMode::kWhole);
  EXPECT_EQ(p.documents, 3u);
  EXPECT_EQ(p.pages, 12u);
  ASSERT_EQ(p.parts.size(), 1u);
  EXPECT_EQ(p.parts[0].size(), 12u);
  EXPECT_NE(p.reason.find("3 documents, 12 pages"), std::string::npos) << p.reason;
  EXPECT_NE(p.reason.find("100,000 tokens"), std::string::npos) << p.reason;
}

TEST(ReadingPlan, AFactIsLookedForByItsWords) {
  const auto files = library(30, 10);
  const ReadingPlan p = plan(*files, kQuestion, 600);
  ASSERT_EQ(p.mode, ReadingMode::kPages) << p.reason;
  EXPECT_NE(p.reason.find("do not fit one reading of 600 tokens"), std::string::npos) << p.reason;
  ASSERT_FALSE(p.parts[0].empty());
  EXPECT_LE(cost_of(p.parts[0]), 600);
  const bool found = std::any_of(p.parts[0].begin(), p.parts[0].end(), [](const ToolPassage& s) {
    return s.title == "Log 2" && s.page == 3 && s.text.find("4471903") != std::string::npos;
  });
  EXPECT_TRUE(found) << "the page with the code was not chosen";
}

TEST(ReadingPlan, OfALongPageOnlyTheSurroundingsAreTaken) {
  MemoryLibrary files;
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += filler(i) + (i == 200 ? "The lighthouse code is 5.\n\n" : "\n\n");
  files.add("Long", {{"p. 1", text}});
  const ReadingPlan p = plan(files, "What is the lighthouse code?", 4000);
  ASSERT_EQ(p.mode, ReadingMode::kPages) << p.reason;
  ASSERT_EQ(p.parts[0].size(), 1u);
  const ToolPassage& s = p.parts[0][0];
  EXPECT_NE(s.text.find("code is 5"), std::string::npos);
  EXPECT_LT(s.text.size(), text.size() / 4);
  EXPECT_EQ(text.substr(s.begin, s.end - s.begin), s.text);
}

TEST(ReadingPlan, QuestionsAboutEverythingAreAskedOfEveryPart) {
  const auto files = library(8, 10);
  const ReadingPlan p = plan(*files, "How many barrels are there in the cellar?", 900);
  ASSERT_EQ(p.mode, ReadingMode::kMap);
  EXPECT_NE(p.reason.find("\"how many\""), std::string::npos) << p.reason;
  EXPECT_NE(p.reason.find("8 parts are asked one by one"), std::string::npos) << p.reason;
  ASSERT_EQ(p.parts.size(), 8u) << "a part for each file";
  size_t pages = 0;
  for (const Material& part : p.parts) {
    EXPECT_LE(cost_of(part), 900);
    for (const ToolPassage& s : part) EXPECT_EQ(s.document, part[0].document);
    pages += part.size();
  }
  EXPECT_EQ(pages, 80u) << "a page is missing";
}

TEST(ReadingPlan, WithoutACommonWordEverythingIsRead) {
  const auto files = library(8, 10);
  const ReadingPlan p = plan(*files, "Wo liegt der Hafen?", 900);
  EXPECT_EQ(p.mode, ReadingMode::kMap);
  EXPECT_NE(p.reason.find("no word of the question"), std::string::npos) << p.reason;
}

TEST(ReadingPlan, WordsThatStandEverywhereChooseNothing) {
  const auto files = library(20, 20);
  const ReadingPlan p = plan(*files, "Where was the barrel rolled before noon?", 900);
  EXPECT_EQ(p.mode, ReadingMode::kMap);
  EXPECT_NE(p.reason.find("more than fit"), std::string::npos) << p.reason;
}

TEST(ReadingPlan, AModeThatIsAskedForIsUsed) {
  const auto files = library(8, 10);
  EXPECT_EQ(plan(*files, kQuestion, 100000, ReadingMode::kMap).mode, ReadingMode::kMap);
  EXPECT_EQ(plan(*files, kQuestion, 100000, ReadingMode::kPages).mode, ReadingMode::kPages);
  EXPECT_EQ(plan(*files, "How many?", 100000, ReadingMode::kWhole).reason.rfind("asked for", 0),
            0u);
  ReadingLimits limits;
  limits.room = 900;
  const auto whole = plan_reading(*files, kQuestion, ReadingMode::kWhole, limits, words, nullptr);
  EXPECT_EQ(whole.status().code(), StatusCode::kContextOverflow);
  const auto pages = plan_reading(*files, "Wo?", ReadingMode::kPages, limits, words, nullptr);
  EXPECT_EQ(pages.status().code(), StatusCode::kNotFound);
}

TEST(ReadingPlan, WhatDidNotFitOnceIsNotTriedWholeAgain) {
  const auto files = library(3, 4);
  EXPECT_EQ(plan(*files, kQuestion, 100000, ReadingMode::kAuto, true).mode, ReadingMode::kPages);
}

TEST(ReadingPlan, NothingToReadAndCancelAreSaid) {
  MemoryLibrary empty;
  empty.add("Blank", {{"p. 1", " \n\f"}});
  ReadingLimits limits;
  limits.room = 900;
  EXPECT_EQ(plan_reading(empty, "x", ReadingMode::kAuto, limits, words, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  CancelToken cancel;
  cancel.cancel();
  const auto files = library(2, 2);
  EXPECT_EQ(plan_reading(*files, "x", ReadingMode::kAuto, limits, words, &cancel).status().code(),
            StatusCode::kCancelled);
}

TEST(ReadingPlan, WordsAreWholeWords) {
  EXPECT_EQ(asks_about_everything("Who called the balloon?"), "");
  EXPECT_EQ(asks_about_everything("ALL of them?"), "all");
  EXPECT_EQ(asks_about_everything("列出港口"), "列出");
}

TEST(ReadingPlan, HalvesLoseNothing) {
  ToolPassage one;
  one.begin = 10;
  one.text = filler(1) + "\n\n" + filler(2) + "\n\n" + filler(3);
  one.end = one.begin + one.text.size();
  const auto [a, b] = halves({one});
  ASSERT_EQ(a.size(), 1u);
  ASSERT_EQ(b.size(), 1u);
  EXPECT_EQ(a[0].text + b[0].text, one.text);
  EXPECT_EQ(a[0].end, b[0].begin);
  EXPECT_EQ(b[0].end, one.end);
  const auto [c, d] = halves({one, one, one});
  EXPECT_EQ(c.size() + d.size(), 3u);
  EXPECT_FALSE(c.empty() || d.empty());
  one.text = "One sentence.";
  EXPECT_TRUE(halves({one}).second.empty());
}

// What an answer claims.

Material harbour() {
  const auto stretch = [](int64_t document, const char* title, uint32_t page, uint64_t begin,
                          const char* text) {
    ToolPassage s;
    s.document = document;
    s.title = title;
    s.label = "p. " + std::to_string(page);
    s.page = page;
    s.begin = begin;
    s.text = text;
    s.end = begin + s.text.size();
    return s;
  };
  return {stretch(1, "Rules", 4, 100, "The gate closes at nine in the evening."),
          stretch(1, "Rules", 5, 0, "Boats are moored at night by their owners."),
          stretch(2, "Keys", 1, 0, "The access code is 4471903. It changes in spring.")};
}

Profile trained() { return *Profile::load(std::string(LEYDEN_SOURCE_DIR) + "/models/default"); }

/// The passages as a prompt numbers them: one a stretch, from 3 on.
std::vector<PassageTokens> passages(const PromptDocuments& documents) {
  std::vector<PassageTokens> out;
  for (const auto& [document, text] :
       {std::pair{0, "The gate closes"}, {0, "Boats are"}, {1, "The access"}}) {
    PassageTokens p;
    p.document = static_cast<size_t>(document);
    p.reference = 3 + static_cast<int>(out.size());
    const std::string& all = documents.documents()[p.document].text;
    p.byte_begin = all.find(text);
    p.byte_end = std::min(all.find("\n\n", p.byte_begin), all.size());
    out.push_back(p);
  }
  return out;
}

std::vector<Claim> claims_of(const std::string& text, const Profile& profile) {
  const PromptDocuments documents(harbour());
  std::vector<Dialogue::Document> told;
  for (const auto& d : documents.documents()) told.push_back({d.title, d.text});
  const std::vector<PassageTokens> numbered =
      profile.document.reference.empty() ? std::vector<PassageTokens>() : passages(documents);
  Answer answer;
  answer.text = text;
  answer.quotes = find_quotes(text, told, profile, numbered);
  return find_claims(answer, profile, profile.answer.refusal, documents, numbered);
}

TEST(Claims, AQuoteLinksToItsPageAndTheValueToItsQuote) {
  const auto claims = claims_of(
      "⟦5⟧ > The access code is 4471903. It changes in spring.\nAnswer: 4471903.", trained());
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].kind, ClaimKind::kQuote);
  EXPECT_TRUE(claims[0].verified);
  EXPECT_EQ(claims[0].reference, 5);
  EXPECT_EQ(claims[0].place.title, "Keys");
  EXPECT_EQ(claims[0].place.page, 1u);
  EXPECT_EQ(claims[0].place.text, "The access code is 4471903. It changes in spring.");
  EXPECT_EQ(claims[1].kind, ClaimKind::kValue);
  EXPECT_TRUE(claims[1].verified);
  EXPECT_EQ(claims[1].place.title, "Keys");
}

TEST(Claims, WordsThatAreNowhereAndValuesThatWereNotQuotedAreMarked) {
  const auto claims = claims_of(
      "⟦5⟧ > The access code is 9999999. It changes in spring.\nAnswer: 9999999.", trained());
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_FALSE(claims[0].verified);
  EXPECT_TRUE(claims[0].place.title.empty());
  EXPECT_FALSE(claims[1].verified);
}

TEST(Claims, AWrongNumberLinksToWhereTheWordsAre) {
  const auto claims = claims_of("⟦3⟧ > Boats are moored at night by their owners.", trained());
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_TRUE(claims[0].verified);
  EXPECT_EQ(claims[0].place.page, 5u);
  EXPECT_EQ(claims[0].place.begin, 0u);
}

TEST(Claims, ABareNumberNamesThePassage) {
  const auto claims = claims_of("⟦3⟧", trained());
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_TRUE(claims[0].verified);
  EXPECT_EQ(claims[0].place.page, 4u);
  EXPECT_EQ(claims[0].place.begin, 100u);
  EXPECT_EQ(claims[0].place.text, "The gate closes at nine in the evening.");
  EXPECT_FALSE(claims_of("⟦9⟧", trained())[0].verified);
}

TEST(Claims, FreeAnswersAreCheckedByTheirQuotationMarks) {
  const auto claims = claims_of(
      "The rules say “The gate closes at nine in the evening.” They also say “Dogs stay outside of "
      "the gate.” So it is shut at ten.",
      Profile::generic());
  ASSERT_EQ(claims.size(), 3u);
  EXPECT_TRUE(claims[0].verified);
  EXPECT_EQ(claims[0].place.page, 4u);
  EXPECT_EQ(claims[0].place.begin, 100u);
  EXPECT_EQ(claims[1].kind, ClaimKind::kQuote);
  EXPECT_FALSE(claims[1].verified);
  EXPECT_EQ(claims[2].kind, ClaimKind::kStatement);
  EXPECT_FALSE(claims[2].verified);
}

TEST(Claims, ARefusalClaimsNothing) {
  EXPECT_TRUE(claims_of("I could not find this in the document.", trained()).empty());
}

TEST(Claims, APlaceMayRunOverAPagesEnd) {
  const PromptDocuments documents(harbour());
  const std::string& text = documents.documents()[0].text;
  const Material places = documents.places(0, text.find("evening"), text.find("moored"));
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].page, 4u);
  EXPECT_EQ(places[0].text, "evening.");
  EXPECT_EQ(places[1].page, 5u);
  EXPECT_EQ(places[1].text, "Boats are ");
  EXPECT_EQ(places[1].end, 10u);
}

TEST(Claims, WhatAPartSaidIsNoSource) {
  ToolPassage note;
  note.title = "Rules, pages 1-2";
  note.text = "The gate is said to be closed at nine.";
  const PromptDocuments documents({note});
  Answer answer;
  answer.text = "“The gate is said to be closed at nine.”";
  answer.quotes = find_quotes(answer.text, {{note.title, note.text}}, Profile::generic(), {});
  const auto claims = find_claims(answer, Profile::generic(), {}, documents, {});
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_FALSE(claims[0].verified);
}

}  // namespace
}  // namespace leyden
