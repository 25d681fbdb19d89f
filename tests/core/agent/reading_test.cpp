// SPDX-License-Identifier: Apache-2.0
// Readings with the model that ships, over libraries larger than the context they are given.
#include "core/agent/reading.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/agent/memory_library.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCode = "What is the access code of the old lighthouse?";

std::string filler(int n) {
  static const char* kWhat[] = {"The kitchen orders flour on Monday and salt on Thursday.",
                                "Visitors leave their umbrellas in the hall next to the stairs.",
                                "The committee met in the library and spoke about the new roof.",
                                "Bicycles are kept behind the workshop under the wooden porch."};
  std::string text;
  for (int i = 0; i < 8; ++i)
    text += std::string(kWhat[(n + i) % 4]) + " Note " + std::to_string(n * 8 + i) +
            " was filed the same day. ";
  return text;
}

class ReadingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    OpenOptions options;
    options.threads = 2;
    const fs::path dir = fs::path(LEYDEN_SOURCE_DIR) / "models/default";
    if (!fs::exists(dir / "model.safetensors")) return;
    auto opened = LoadedModel::open(dir, options, nullptr, nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    model_ = *opened;
  }
  static void TearDownTestSuite() { model_.reset(); }
  void SetUp() override {
    if (!model_) GTEST_SKIP() << "no trained model";
    for (int d = 0; d < 5; ++d) {
      std::vector<PageText> pages;
      for (int p = 0; p < 4; ++p) {
        pages.push_back({"p. " + std::to_string(p + 1), filler(d * 4 + p)});
        if (d == 3 && p == 2)
          pages.back().text +=
              "\n\nThe harbour office keeps a list of all keys. The access code of the old "
              "lighthouse is 4471903. It is changed every spring.\n\n" +
              filler(90);
      }
      library_.add("House book " + std::to_string(d + 1), std::move(pages));
    }
    options_.ask.max_tokens = 120;
    options_.ask.constrain_references = true;
    options_.ask.clamp_quotes = true;
  }

  Reading read(const char* question, ReadingMode mode, int64_t context,
               const CancelToken* cancel = nullptr) {
    options_.mode = mode;
    options_.context = context;
    auto result = read_library(
        model_, library_, question, options_,
        [&](const ReadingEvent& e) {
          if (e.kind == ReadingEvent::Kind::kPlan) ++plans_;
          if (e.kind == ReadingEvent::Kind::kPart) parts_.emplace_back(e.part, e.parts);
          if (e.kind == ReadingEvent::Kind::kAnswer && e.answer->kind == AnswerEvent::Kind::kText)
            streamed_ += e.answer->text;
        },
        cancel);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    return result.ok() ? std::move(*result) : Reading();
  }

  void expect_code(const Reading& r) {
    EXPECT_NE(r.answer.text.find("4471903"), std::string::npos) << r.answer.text;
    ASSERT_FALSE(r.claims.empty());
    EXPECT_TRUE(r.claims[0].verified);
    EXPECT_EQ(r.claims[0].place.title, "House book 4");
    EXPECT_EQ(r.claims[0].place.page, 3u);
    EXPECT_NE(r.claims[0].place.text.find("4471903"), std::string::npos);
    const LibraryPart page = *library_.part(4, 2);
    EXPECT_EQ(
        page.text.substr(r.claims[0].place.begin, r.claims[0].place.end - r.claims[0].place.begin),
        r.claims[0].place.text);
    EXPECT_EQ(streamed_, r.answer.text) << "a part's words were streamed as the answer";
    EXPECT_EQ(plans_, 1);
  }

  static std::shared_ptr<LoadedModel> model_;
  MemoryLibrary library_;
  ReadingOptions options_;
  int plans_ = 0;
  std::vector<std::pair<size_t, size_t>> parts_;
  std::string streamed_;
};
std::shared_ptr<LoadedModel> ReadingTest::model_;

TEST_F(ReadingTest, WhatFitsIsReadWhole) {
  options_.ask.evidence = true;
  const Reading r = read(kCode, ReadingMode::kAuto, 0);
  EXPECT_EQ(r.mode, ReadingMode::kWhole) << r.reason;
  expect_code(r);
  ASSERT_EQ(r.read.size(), 5u);
  EXPECT_EQ(r.read[3].last_page, 4u);
  ASSERT_FALSE(r.evidence.empty());
  EXPECT_EQ(r.evidence[0].passage.title, "House book 4");
  EXPECT_EQ(r.evidence[0].passage.page, 3u);
}

TEST_F(ReadingTest, WhatDoesNotFitIsReadByPages) {
  const Reading r = read(kCode, ReadingMode::kAuto, 1200);
  EXPECT_EQ(r.mode, ReadingMode::kPages) << r.reason;
  EXPECT_GT(r.tokens, 1200);
  EXPECT_LE(r.answer.prompt_tokens + 120, 1200);
  expect_code(r);
}

TEST_F(ReadingTest, OrPartAfterPart) {
  const Reading r = read(kCode, ReadingMode::kMap, 1200);
  EXPECT_EQ(r.mode, ReadingMode::kMap);
  expect_code(r);
  ASSERT_GE(r.parts.size(), 5u);
  size_t found = 0;
  for (const PartRecord& p : r.parts) {
    EXPECT_LE(p.prompt_tokens + 120, 1200);
    const bool holds =
        p.read[0].document == 4 && p.read[0].first_page <= 3 && p.read[0].last_page >= 3;
    EXPECT_TRUE(p.found || !holds) << p.text;
    found += p.found;
  }
  EXPECT_LT(found, r.parts.size()) << "every part claims to know it";
  ASSERT_EQ(parts_.size(), r.parts.size() + 1);
  EXPECT_EQ(parts_.back().first, parts_.back().second);
  const auto json = nlohmann::json::parse(reading_json(r));
  EXPECT_EQ(json["mode"], "map");
  EXPECT_EQ(json["parts"].size(), r.parts.size());
  EXPECT_EQ(json["claims"][0]["page"], 3);
}

TEST_F(ReadingTest, WhereNoPartFindsAnythingItRefuses) {
  const Reading r =
      read("Who painted the ceiling of the opera in Vienna?", ReadingMode::kMap, 1500);
  EXPECT_EQ(r.answer.text.find("I could not find this"), 0u) << r.answer.text;
  EXPECT_EQ(streamed_, r.answer.text);
  EXPECT_TRUE(r.claims.empty());
  for (const PartRecord& p : r.parts) EXPECT_FALSE(p.found) << p.text;
}

TEST_F(ReadingTest, ACancelEndsAReadingInTheMiddle) {
  CancelToken cancel;
  options_.mode = ReadingMode::kMap;
  options_.context = 1200;
  const auto r = read_library(
      model_, library_, kCode, options_,
      [&](const ReadingEvent& e) {
        if (e.kind == ReadingEvent::Kind::kPart && e.part == 2) cancel.cancel();
      },
      &cancel);
  ASSERT_TRUE(r.ok()) << r.status().to_string();
  EXPECT_EQ(r->answer.finish_reason, "cancelled");
  EXPECT_EQ(r->parts.size(), 2u);
}

TEST_F(ReadingTest, BadRequestsAreSaid) {
  const auto status = [&](const char* question, ReadingMode mode, int64_t context) {
    options_.mode = mode;
    options_.context = context;
    return read_library(model_, library_, question, options_, nullptr, nullptr).status();
  };
  EXPECT_EQ(status(" ", ReadingMode::kAuto, 0).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status(kCode, ReadingMode::kWhole, 1200).code(), StatusCode::kContextOverflow);
  const Status tiny = status(kCode, ReadingMode::kAuto, 150);
  EXPECT_EQ(tiny.code(), StatusCode::kContextOverflow);
  EXPECT_NE(tiny.message().find("150 tokens"), std::string::npos) << tiny.message();
}

}  // namespace
}  // namespace leyden
