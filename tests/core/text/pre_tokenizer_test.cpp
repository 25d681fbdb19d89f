// SPDX-License-Identifier: Apache-2.0
#include "core/text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <random>

#include "core/text/deepseek_split.h"
#include "core/text/onig_pattern.h"
#include "core/text/unicode_class.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

using Pieces = std::vector<std::string>;

struct Collector final : PieceSink {
  Pieces pieces;
  void piece(std::string_view piece) override { pieces.emplace_back(piece); }
};

Pieces pieces_of(const PreTokenizer& pre_tokenizer, std::string_view text) {
  Collector collector;
  pre_tokenizer.split(text, &collector);
  return collector.pieces;
}

PreTokenizer::Options deepseek_options(bool fast_paths) {
  PreTokenizer::Options options;
  for (const std::string_view p : deepseek_patterns()) options.splits.push_back({std::string(p)});
  options.fast_paths = fast_paths;
  return options;
}

Pieces regex_pieces(const std::string& pattern, std::string_view text) {
  PreTokenizer::Options options;
  options.splits.push_back({pattern});
  const auto p = PreTokenizer::create(options, "t");
  EXPECT_TRUE(p.ok()) << p.status().message();
  return p.ok() ? pieces_of(*p, text) : Pieces{};
}

// chat.md 2.3.
TEST(DeepseekSplit, CutsTheExamplesOfTheSpecification) {
  const std::pair<const char*, Pieces> cases[] = {
      {"Hello world", {"Hello", " world"}},
      {"x  y", {"x", " ", " y"}},
      {"a  1", {"a", "  ", "1"}},
      {"3.14159", {"3", ".", "141", "59"}},
      {"foo.bar(baz)", {"foo", ".bar", "(baz", ")"}},
      {" ~", {" ~"}},
      {"hi!!\n\nok", {"hi", "!!\n\n", "ok"}},
      {"a \n b", {"a", " \n", " b"}},
      {"don't", {"don", "'t"}},
      {"x 7", {"x", " ", "7"}},
      {"C++ >= 3", {"C", "++", " >=", " ", "3"}},
      {"x=1;\n\n\n  y", {"x", "=", "1", ";\n\n\n", " ", " y"}},
      {"  lead", {" ", " lead"}},
      {"灯塔看守人ABC def", {"灯塔看守人", "ABC", " def"}},
      {"カ・カ", {"カ", "・", "カ"}},    // R3 works inside the runs of R2
      {"\x01\x02z", {"\x01", "\x02z"}},  // what nothing matches stays together
      {"12345", {"123", "45"}},
  };
  for (const bool fast : {true, false}) {
    const auto p = PreTokenizer::create(deepseek_options(fast), "t");
    ASSERT_TRUE(p.ok()) << p.status().message();
    EXPECT_EQ(p->uses_deepseek_matcher(), fast);
    for (const auto& [text, expected] : cases) EXPECT_EQ(pieces_of(*p, text), expected) << text;
  }
}

TEST(DeepseekSplit, EqualsTheRegexesOnRandomText) {
  const auto fast = PreTokenizer::create(deepseek_options(true), "t");
  const auto slow = PreTokenizer::create(deepseek_options(false), "t");
  ASSERT_TRUE(fast.ok() && slow.ok());
  constexpr uint32_t kSeed = 20260717;
  std::mt19937 random(kSeed);
  const std::u32string corners =
      U"aZ19 "
      U"!.,_~$"
      U"\n\r\t\u000b\u00a0\u3000\u2028\u0085\u180e\u200b\u0301\u0903\u0e01\u4e00\u9fa5\u9fa6\u3040"
      U"\u3097\u309b\u30a0\u30fb\u30ff\u3100\u3007\u2160\u00bd\uff11\u20ac\U0001f600\U0001d7d8"
      U"\u0897\u1c89"
      U"\u2427\U00010d40\U00016100\U0002ebf0\u0000\u007f\ufffd\uffff";
  for (int round = 0; round < 60000; ++round) {
    std::string text;
    const uint32_t length = random() % 24;
    for (uint32_t i = 0; i < length; ++i) {
      char32_t c = corners[random() % corners.size()];
      if (random() % 6 == 0) c = random() % (random() % 3 == 0 ? 0x110000 : 0x3100);
      if (c >= 0xD800 && c < 0xE000) continue;
      for (uint32_t n = random() % 8 == 0 ? 3 : 1; n > 0; --n) utf8_append(c, &text);
    }
    ASSERT_EQ(pieces_of(*fast, text), pieces_of(*slow, text))
        << "seed " << kSeed << " round " << round;
  }
}

TEST(PreTokenizer, IsolatesMatchesAndGaps) {
  EXPECT_EQ(regex_pieces("b+", "abbcb"), (Pieces{"a", "bb", "c", "b"}));
  EXPECT_EQ(regex_pieces("x", "abc"), (Pieces{"abc"}));
  EXPECT_EQ(regex_pieces("x", ""), (Pieces{}));
  EXPECT_EQ(regex_pieces("b*", "abbé"), (Pieces{"a", "bb", "é"}));  // empty matches cut as well
}

TEST(PreTokenizer, ServesLiteralsPrefixSpaceAndGpt2) {
  PreTokenizer::Options options;
  options.splits.push_back({"ab", false});
  options.add_prefix_space = true;
  auto p = PreTokenizer::create(options, "t");
  ASSERT_TRUE(p.ok());
  EXPECT_EQ(pieces_of(*p, "xabab y"), (Pieces{" x", " ab", " ab", " y"}));
  options = {};
  options.use_regex = true;
  p = PreTokenizer::create(options, "t");
  ASSERT_TRUE(p.ok());
  EXPECT_EQ(pieces_of(*p, "I'll go  12ü!"), (Pieces{"I", "'ll", " go", " ", " 12", "ü", "!"}));
}

TEST(OnigPattern, SpellsOnigurumaForPcre2) {
  EXPECT_EQ(*onig_to_pcre2("\\p{Han}\\u4e00{,3}"), "\\p{sc:Han}\\x{4e00}{0,3}");
  EXPECT_EQ(*onig_to_pcre2("[\\v\\p{^Lu}]"), "[\\x{B}\\P{Lu}]");
  // Measured: U+00B2 is \w alone but not in a class; U+24B6 is alphabetic.
  EXPECT_EQ(regex_pieces("\\w+", "!²!"), (Pieces{"!", "²", "!"}));
  EXPECT_EQ(regex_pieces("[\\w]+", "!²!"), (Pieces{"!²!"}));
  EXPECT_EQ(regex_pieces("[\\w]+", "!Ⓐ!"), (Pieces{"!", "Ⓐ", "!"}));
  EXPECT_EQ(regex_pieces("\\s+", "a\u180eb"), (Pieces{"a\u180eb"}));
  EXPECT_EQ(regex_pieces("^a", "a\na"), (Pieces{"a", "\n", "a"}));
  EXPECT_EQ(regex_pieces("\\p{L}+", "1\u1c89\U0002ebf01"), (Pieces{"1", "\u1c89\U0002ebf0", "1"}));
}

TEST(OnigPattern, RefusesWhatWouldMeanSomethingElse) {
  for (const char* pattern : {"a{1,3}+",
                              "a{2}?",
                              "[a[b]]",
                              "[a&&b]",
                              "[[:alpha:]]",
                              "\\bx",
                              "\\h",
                              "\\R",
                              "(a)\\1",
                              "(?<n>a)",
                              "(?m:a)",
                              "(?#c)",
                              "\\p{Greek_Extended}",
                              "\\pL",
                              "{",
                              "a\\",
                              "[",
                              "[a",
                              "[]a]",
                              "(?",
                              "\\x{",
                              "\\xE4",
                              "\\u12",
                              "a++?",
                              "(*UCP)",
                              "[\\W]",
                              "\\p{L"}) {
    const auto r = onig_to_pcre2(pattern);
    ASSERT_FALSE(r.ok()) << pattern;
    EXPECT_EQ(r.status().code(), StatusCode::kUnsupported) << pattern;
    EXPECT_NE(r.status().message().find("offset"), std::string::npos);
  }
  for (const char* pattern : {"(", "a)", "*a", "[b-a]"}) {
    PreTokenizer::Options options;
    options.splits.push_back({pattern});
    const auto p = PreTokenizer::create(options, "file");
    ASSERT_FALSE(p.ok()) << pattern;
    EXPECT_EQ(p.status().code(), StatusCode::kCorrupt) << pattern;
    EXPECT_TRUE(p.status().message().starts_with("file: pre_tokenizer: Split 0: regex"))
        << p.status().message();
  }
}

TEST(SplitRegex, SurvivesDeepBacktracking) {
  const std::string text(300000, 'a');
  EXPECT_EQ(regex_pieces("\\A(?:a|b)*c|a", text).size(), text.size());
}

}  // namespace
}  // namespace leyden
