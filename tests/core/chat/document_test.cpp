// SPDX-License-Identifier: Apache-2.0
#include "core/chat/document.h"

#include <chrono>
#include <cmath>
#include <random>

#include "core/chat/sentences.h"
#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

/// One token a word, or a character of scripts without spaces: easy to count by hand.
size_t count_words(std::string_view text) {
  size_t words = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    if (static_cast<unsigned char>(c) >= 0xE3) ++words;
    words += !space && !in_word && static_cast<unsigned char>(c) < 0x80;
    in_word = !space && static_cast<unsigned char>(c) < 0x80;
  }
  return words;
}

Profile passages_profile(int min = 8, int max = 16, int count = 1024) {
  auto profile = Profile::parse(golden("passages_first_user.json"), "leyden.json");
  EXPECT_TRUE(profile.ok());
  profile->document.passage_tokens_min = min;
  profile->document.passage_tokens_max = max;
  profile->document.reference_count = count;
  return *profile;
}

LaidOutDocument lay_out(const Profile& profile, std::string_view text, std::string_view title = "",
                        int first = 0) {
  auto laid = lay_out_document(profile, title, text, 0, first, count_words);
  EXPECT_TRUE(laid.ok()) << laid.status().to_string();
  return laid.ok() ? *std::move(laid) : LaidOutDocument();
}

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> out;
  for (const Sentence& s : split_sentences(text)) {
    out.push_back((s.heading ? "# " : "") + std::string(text.substr(s.begin, s.end - s.begin)));
  }
  return out;
}

TEST(Sentences, English) {
  EXPECT_EQ(sentences("The first sentence of the text. It cost 3.50 euros, e.g. at Dr. Miller's shop. "
                      "\"Is that so, really and truly?\" The last one comes at the end!"),
            (std::vector<std::string>{"The first sentence of the text.",
                                      "It cost 3.50 euros, e.g. at Dr. Miller's shop.",
                                      "\"Is that so, really and truly?\"", "The last one comes at the end!"}));
}

TEST(Sentences, ChineseEndsWithoutSpaces) {
  EXPECT_EQ(sentences("今天的天气非常好，我们一起去公园散步。他说：“明天也会是一个晴朗的好天气！”然后大家就都高高兴兴地回家去了。"),
            (std::vector<std::string>{"今天的天气非常好，我们一起去公园散步。", "他说：“明天也会是一个晴朗的好天气！”",
                                      "然后大家就都高高兴兴地回家去了。"}));
}

TEST(Sentences, HeadingsListsAndCode) {
  EXPECT_EQ(sentences("# Title #\nHard-wrapped\ntext.\n\n- item one\n- item two\n## Next\n```\n# no heading\nx = 1\n```\n#hash"),
            (std::vector<std::string>{"# Title", "Hard-wrapped\ntext.", "- item one", "- item two", "# Next",
                                      "```", "# no heading", "x = 1", "```\n#hash"}));
}

TEST(Sentences, EndlessOnesAreCut) {
  for (const std::string& unit : {std::string("word "), std::string("x"), std::string("字"), std::string("ab, ")}) {
    std::string text;
    while (text.size() < 20000) text += unit;
    size_t last = 0;
    for (const Sentence& s : split_sentences(text)) {
      EXPECT_LE(s.end - s.begin, 484u);
      EXPECT_GE(s.begin, last);
      EXPECT_TRUE((static_cast<unsigned char>(text[s.begin]) & 0xC0) != 0x80) << "whole characters";
      last = s.end;
    }
    EXPECT_GE(last, text.size() - 2);
  }
}

TEST(Sentences, SurvivesAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 400; ++i) {
      text += random() % 3 == 0 ? static_cast<char>(random() % 256) : " .\n#aA。"[random() % 9];
    }
    size_t last = 0;
    for (const Sentence& s : split_sentences(text)) {
      ASSERT_LE(last, s.begin);
      ASSERT_LT(s.begin, s.end);
      ASSERT_LE(s.end, text.size());
      last = s.end;
    }
  }
}

TEST(Sentences, SingleSpaced) {
  EXPECT_EQ(single_spaced("a\n  b\tc  d"), "a b c d");
  EXPECT_EQ(single_spaced("天气\n很好 吗\nok"), "天气很好 吗 ok");
}

TEST(Document, NumberedPassages) {
  const std::string text =
      "# Harbour\nThe harbour of Brest has a large tide range. Ships wait for high water.\n\n"
      "The crane was built in the year 1861 by the navy. It lifted forty tons.\n";
  const LaidOutDocument d = lay_out(passages_profile(8, 14), text, "faq.txt");
  EXPECT_EQ(d.rendered.to_string(),
            "<｜document▁begin｜>\n# faq.txt\n# Harbour\n"
            "⟦0⟧ The harbour of Brest has a large tide range. Ships wait for high water.\n"
            "⟦1⟧ The crane was built in the year 1861 by the navy.\n"
            "⟦2⟧ It lifted forty tons.\n<｜document▁end｜>");
  ASSERT_EQ(d.passages.size(), 3u);
  EXPECT_EQ(d.next_reference, 3);
  EXPECT_EQ(text.substr(d.passages[2].begin, d.passages[2].end - d.passages[2].begin), "It lifted forty tons.");
  EXPECT_TRUE(d.rendered.pieces()[0].starts_segment);
  std::vector<std::string> texts;
  for (const RenderedSpan& span : d.rendered.spans()) {
    if (span.kind == SpanKind::kPassageText) texts.push_back(d.rendered.to_string().substr(span.begin, span.end - span.begin));
  }
  EXPECT_EQ(texts[2], " It lifted forty tons.");
}

TEST(Document, HeadingsInsideTheirPassage) {
  Profile profile = passages_profile(8, 14);
  profile.document.heading.reset();
  profile.document.passage = "{ref}{text}";
  const std::string text = "# Harbour\n## Tides\nThe tide range\nof Brest is large and it grows.\n# Ships\nShips wait for the water to be high.\n# End";
  const LaidOutDocument d = lay_out(profile, text);
  EXPECT_EQ(d.rendered.to_string(),
            "<｜document▁begin｜>\n⟦0⟧Harbour\nTides\nThe tide range of Brest is large and it grows."
            "⟦1⟧Ships\nShips wait for the water to be high.⟦2⟧End<｜document▁end｜>");
  EXPECT_EQ(text.substr(d.passages[1].begin, 5), "Ships");
  profile.document.heading = "";
  EXPECT_EQ(lay_out(profile, text).rendered.to_string().find("Tides"), std::string::npos) << "left out on request";
}

TEST(Document, ReferencesRunOn) {
  const Profile profile = passages_profile();
  const LaidOutDocument d = lay_out(profile, "One two three.", "", 41);
  EXPECT_EQ(d.rendered.to_string(), "<｜document▁begin｜>\n⟦41⟧ One two three.\n<｜document▁end｜>");
  EXPECT_EQ(d.next_reference, 42);
}

TEST(Document, ChineseHasNoSpaceBehindTheReference) {
  const LaidOutDocument d = lay_out(passages_profile(), "今天的天气\n非常好。");
  EXPECT_EQ(d.rendered.to_string(), "<｜document▁begin｜>\n⟦0⟧今天的天气非常好。\n<｜document▁end｜>");
}

TEST(Document, EmptyOnesAreFine) {
  for (const char* text : {"", " \n\t\n", "###", "# "}) {
    const LaidOutDocument d = lay_out(passages_profile(), text);
    EXPECT_LE(d.passages.size(), 1u);
  }
  EXPECT_EQ(lay_out(passages_profile(), "").rendered.to_string(), "<｜document▁begin｜>\n<｜document▁end｜>");
  EXPECT_EQ(lay_out(Profile::generic(), "", "a.txt").rendered.to_string(),
            "[file name]: a.txt\n[file content begin]\n\n[file content end]\n");
}

TEST(Document, ControlAndReferenceStringsInItAreText) {
  const LaidOutDocument d = lay_out(passages_profile(), "See ⟦5⟧ and <｜User｜> here.", "<｜document▁end｜>");
  size_t control = 0;
  for (const Piece& piece : d.rendered.pieces()) control += piece.kind != PieceKind::kText;
  EXPECT_EQ(control, 3u) << "begin, one reference, end";
}

TEST(Document, PassagesGrowWhenNumbersRunOut) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "Sentence number " + std::to_string(i) + " says something of its own here.\n\n";
  const LaidOutDocument d = lay_out(passages_profile(8, 16, 100), text);
  EXPECT_LE(d.passages.size(), 80u) << "four fifths of 100";
  EXPECT_GE(d.passages.size(), 50u);
  const auto next = lay_out_document(passages_profile(8, 16, 100), "", text, 1, d.next_reference, count_words);
  ASSERT_TRUE(next.ok());
  EXPECT_LE(next->next_reference, 100);
  const auto none = lay_out_document(passages_profile(8, 16, 100), "", text, 1, 100, count_words);
  EXPECT_EQ(none.status().message(),
            "document 1: all 100 passage numbers of this model are taken by the documents before it");
  EXPECT_TRUE(lay_out_document(passages_profile(8, 16, 100), "", "", 1, 100, count_words).ok());
}

TEST(Document, MoreHeadingsThanNumbers) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "# Part " + std::to_string(i) + "\nShort text.\n";
  for (const int count : {1, 2, 7, 100}) {
    for (const bool inside : {false, true}) {
      Profile profile = passages_profile(8, 16, count);
      if (inside) profile.document.heading.reset();
      const LaidOutDocument d = lay_out(profile, text);
      EXPECT_LE(d.next_reference, count);
      EXPECT_GE(d.passages.size(), 1u);
      EXPECT_NE(d.rendered.to_string().find("\nPart 499\nShort"), std::string::npos) << "headings are kept";
    }
  }
}

TEST(Document, StopsAtTheTokenLimit) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "Ten words stand in this sentence, no more and less. ";
  const auto d = lay_out_document(passages_profile(), "", text, 2, 0, count_words, 500);
  EXPECT_EQ(d.status().code(), StatusCode::kContextOverflow);
  EXPECT_EQ(d.status().message(), "document 2: more than the 500 tokens there is room for");
}

TEST(Document, PlainLayoutIsVerbatim) {
  const std::string text = "  A heading\n=====\n\nFirst   sentence of it is here. Second sentence follows now.\n\n\tIndented. \n";
  Profile profile = Profile::generic();
  profile.document.passage_tokens_min = 2;
  profile.document.passage_tokens_max = 10;
  const LaidOutDocument d = lay_out(profile, text, "a b.txt");
  EXPECT_EQ(d.rendered.to_string(), "[file name]: a b.txt\n[file content begin]\n" + text + "\n[file content end]\n");
  ASSERT_GE(d.passages.size(), 2u);
  size_t last = 0;
  for (const Passage& p : d.passages) {
    EXPECT_EQ(p.reference, -1);
    EXPECT_LE(last, p.begin);
    EXPECT_NE(text[p.begin], ' ');
    last = p.end;
  }
  EXPECT_EQ(text.substr(last), " \n");
}

TEST(Document, SameInputSameLayout) {
  const std::string text = "Some text. Some more text is here. 再来一点中文内容。";
  const LaidOutDocument a = lay_out(passages_profile(), text), b = lay_out(passages_profile(), text);
  EXPECT_EQ(a.rendered.to_string(), b.rendered.to_string());
}

/// Seconds to lay out `bytes` of generated text; checks that the map covers every word.
double timed_layout(size_t bytes, bool one_line) {
  std::string text;
  text.reserve(bytes + 100);
  std::mt19937 random(3);
  while (text.size() < bytes) {
    const auto r = random();
    text += "word" + std::to_string(r % 1000);
    text += r % 13 == 0 ? ". The " : r % 101 == 0 && !one_line ? "\n\n" : r % 997 == 0 && !one_line ? "\n# Head\n" : " ";
  }
  const auto start = std::chrono::steady_clock::now();
  const LaidOutDocument d = lay_out(passages_profile(40, 100, 1024), text);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LE(d.passages.size(), 820u);
  EXPECT_GE(d.passages.size(), 400u);
  size_t covered = 0;
  for (const Passage& p : d.passages) covered += p.end - p.begin;
  EXPECT_GE(covered, text.size() * 95 / 100);
  return seconds.count();
}

TEST(Document, LargeTextInLinearTime) {
  for (const bool one_line : {false, true}) {
    const double small = timed_layout(size_t{2} << 20, one_line);
    const double large = timed_layout(size_t{20} << 20, one_line);
    EXPECT_LT(large, 40 * small + 1) << "ten times the text";
  }
}

}  // namespace
}  // namespace leyden
