// SPDX-License-Identifier: Apache-2.0
#include "core/text/tokenizer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/text/utf8.h"

namespace leyden {
namespace {

using Ids = std::vector<int32_t>;
using TokenizerPtr = std::shared_ptr<const Tokenizer>;

const std::string kGoldens = LEYDEN_SOURCE_DIR "/tests/goldens/tokenizer/";
const std::string kDeepseek =
    LEYDEN_SOURCE_DIR "/../shared/data/deepseek-v3-tokenizer/tokenizer.json";

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TokenizerPtr load(const std::string& path) {
  static std::map<std::string, TokenizerPtr> cache;
  TokenizerPtr& entry = cache[path];
  if (entry == nullptr) {
    auto r = Tokenizer::load(path);
    EXPECT_TRUE(r.ok()) << r.status().message();
    if (r.ok()) entry = *r;
  }
  return entry;
}
TokenizerPtr tiny() { return load(kGoldens + "tiny.json"); }

#define SKIP_WITHOUT_DEEPSEEK() \
  if (!std::filesystem::exists(kDeepseek)) GTEST_SKIP() << "not here: " << kDeepseek

// The V3.1 file (V3.2-Exp has it too): four placeholders of V3 got names (chat.md section 3).
TokenizerPtr deepseek_v31() {
  static const TokenizerPtr kTokenizer = [] {
    auto document = nlohmann::json::parse(read_file(kDeepseek));
    const std::map<int, const char*> names = {{128796, "<｜search▁begin｜>"},
                                              {128797, "<｜search▁end｜>"},
                                              {128798, "<think>"},
                                              {128799, "</think>"}};
    for (auto& token : document["added_tokens"]) {
      if (const auto it = names.find(token["id"]); it != names.end()) {
        token["content"] = it->second;
        token["special"] = false;
        token["normalized"] = true;
      }
    }
    auto r = Tokenizer::parse(document.dump(), "v3.1");
    EXPECT_TRUE(r.ok()) << r.status().message();
    return r.ok() ? *r : nullptr;
  }();
  return kTokenizer;
}

std::string unhex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

void check_goldens(const Tokenizer& tokenizer, const char* oracle) {
  const auto document = nlohmann::json::parse(read_file(kGoldens + "cases.json"));
  size_t compared = 0;
  for (const auto& c : document["cases"]) {
    const std::string text = c.contains("text") ? c["text"].get<std::string>() : unhex(c["hex"]);
    const Ids ids = tokenizer.encode(text);
    EXPECT_EQ(ids, c[oracle].get<Ids>()) << c.dump();
    EXPECT_EQ(*tokenizer.decode(ids), utf8_replace_invalid(text)) << c.dump();
    ++compared;
  }
  EXPECT_GE(compared, 130u);
}

TEST(Tokenizer, EqualsHuggingFaceOnTheGoldens) { check_goldens(*tiny(), "tiny"); }

TEST(Tokenizer, EqualsHuggingFaceOnTheGoldensWithTheRealVocabulary) {
  SKIP_WITHOUT_DEEPSEEK();
  check_goldens(*load(kDeepseek), "deepseek");
}

// chat.md section 3, from the V3.2 model card.
TEST(Tokenizer, GivesTheReferenceEncoding) {
  SKIP_WITHOUT_DEEPSEEK();
  const TokenizerPtr t = deepseek_v31();
  const std::string prompt =
      "<｜begin▁of▁sentence｜><｜User｜>hello<｜Assistant｜></think>Hello! I am DeepSeek."
      "<｜end▁of▁sentence｜><｜User｜>1+1=?<｜Assistant｜><think>";
  const Ids expected = {0,    128803, 33310, 128804, 128799, 19923, 3,  342,    1030,   22651, 4374,
                        1465, 16,     1,     128803, 19,     13,    19, 127252, 128804, 128798};
  EXPECT_EQ(t->encode(prompt), expected);
  EXPECT_EQ(*t->decode(expected), prompt);
  EXPECT_EQ(t->encode(" ~"), Ids{6883});
}

TEST(Tokenizer, KnowsItsVocabulary) {
  SKIP_WITHOUT_DEEPSEEK();
  const TokenizerPtr t = load(kDeepseek);
  EXPECT_EQ(t->vocab_size(), 128815);
  EXPECT_EQ(t->token_id("<｜User｜>"), 128803);
  EXPECT_EQ(t->token_id("<｜end▁of▁sentence｜>"), 1);
  EXPECT_EQ(t->token_id(" ~"), 6883);
  EXPECT_EQ(t->token_id("<｜User"), std::nullopt);
  EXPECT_EQ(t->token_id(""), std::nullopt);
  EXPECT_EQ(t->token_bytes(6883), " ~");
  EXPECT_EQ(t->token_bytes(128804), "<｜Assistant｜>");
  EXPECT_EQ(t->token_bytes(128815), "");
  EXPECT_TRUE(t->is_added(128803));
  EXPECT_FALSE(t->is_special(128803));  // DeepSeek flags its role tokens as ordinary
  EXPECT_TRUE(t->is_special(1));
  EXPECT_TRUE(t->is_added(0));
  EXPECT_FALSE(t->is_added(6883));
  for (const int32_t id : {-1, 128815, 129279, INT32_MAX, INT32_MIN}) {
    EXPECT_FALSE(t->has_token(id));
    EXPECT_FALSE(t->is_added(id));
    EXPECT_FALSE(t->is_special(id));
  }
  for (int32_t id = 0; id < t->vocab_size(); ++id) {
    ASSERT_TRUE(t->has_token(id));
    ASSERT_EQ(t->token_id(t->token_bytes(id)), id);
  }
}

TEST(Tokenizer, IgnoredAddedTokensStayText) {
  const TokenizerPtr t = tiny();
  for (const char* text :
       {"<｜User｜>", "a<think>b</think>", "<｜begin▁of▁sentence｜>x", "<｜tool▁sep｜>"}) {
    bool any = false;
    for (const int32_t id : t->encode(text)) any = any || t->is_added(id);
    EXPECT_TRUE(any) << text;
    const Ids ids = t->encode(text, AddedTokens::kIgnore);
    for (const int32_t id : ids) EXPECT_FALSE(t->is_added(id)) << text;
    EXPECT_EQ(*t->decode(ids), text);
  }
}

TEST(Tokenizer, ErrorsOfDecodeNameIdAndVocabularySize) {
  const TokenizerPtr t = tiny();
  const Ids ids = {5, 1161, 7};
  const auto r = t->decode(ids);
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(r.status().message(),
            "decode: expected ids of tokens, vocabulary size 1161, got 1161 at position 1");
  EXPECT_FALSE(t->decode(Ids{-1}).ok());
  EXPECT_EQ(*t->decode({}), "");
}

TEST(StreamDecoder, HoldsUnfinishedCharactersBack) {
  const TokenizerPtr t = tiny();
  const auto byte = [&t](char c) { return *t->token_id(std::string_view(&c, 1)); };
  StreamDecoder stream(t);
  EXPECT_EQ(*stream.push(byte('\xF0')), "");
  EXPECT_EQ(*stream.push(byte('\x9F')), "");
  EXPECT_EQ(*stream.push(byte('\x98')), "");
  EXPECT_EQ(stream.pending_bytes(), 3u);
  EXPECT_FALSE(stream.push(1161).ok());
  EXPECT_EQ(stream.pending_bytes(), 3u);
  EXPECT_EQ(*stream.push(byte('\x80')), "😀");
  EXPECT_EQ(*stream.push(byte('\xE4')), "");
  EXPECT_EQ(*stream.push(byte('a')), "\uFFFDa");    // can never complete
  EXPECT_EQ(*stream.push(byte('\x80')), "\uFFFD");  // no character begins so
  EXPECT_EQ(*stream.push(byte('\xE4')), "");
  EXPECT_EQ(*stream.push(byte('\xB8')), "");
  EXPECT_EQ(stream.finish(), "\uFFFD");
  EXPECT_EQ(stream.finish(), "");
}

TEST(StreamDecoder, GivesWhatDecodeGivesOnRandomIds) {
  const TokenizerPtr t = tiny();
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    StreamDecoder stream(t);
    Ids ids;
    std::string streamed;
    for (uint32_t n = random() % 30; n > 0; --n) {
      ids.push_back(static_cast<int32_t>(random() % 1161));
      const auto text = stream.push(ids.back());
      ASSERT_EQ(utf8_valid_prefix(*text), text->size());
      ASSERT_LE(stream.pending_bytes(), 3u);
      streamed += *text;
    }
    streamed += stream.finish();
    ASSERT_EQ(streamed, utf8_replace_invalid(*t->decode(ids)));
  }
}

TEST(Tokenizer, RoundTripsRandomBytes) {
  const TokenizerPtr t = tiny();
  std::mt19937 random(12);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (uint32_t n = random() % 60; n > 0; --n) text.push_back(static_cast<char>(random() % 256));
    for (const AddedTokens added : {AddedTokens::kMatch, AddedTokens::kIgnore}) {
      ASSERT_EQ(*t->decode(t->encode(text, added)), utf8_replace_invalid(text));
    }
  }
}

TEST(Tokenizer, ThreadsShareIt) {
  const TokenizerPtr t = tiny();
  const std::string text = read_file(kGoldens + "make.py");
  const Ids expected = t->encode(text);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) {
        if (t->encode(text) != expected || *t->decode(expected) != text) ++wrong[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Tokenizer, LongRunsAreNotQuadratic) {
  const TokenizerPtr t = tiny();
  const auto start = std::chrono::steady_clock::now();
  for (const char* unit : {"a", " ", "\n", "灯", "1", "<", "=", "\u0301", "\xFF", "<｜User", "é"}) {
    std::string text;
    while (text.size() < 1 << 20) text += unit;
    EXPECT_EQ(*t->decode(t->encode(text)), utf8_replace_invalid(text));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(100));
}

TEST(Tokenizer, LoadNamesWhatIsMissing) {
  const auto missing = Tokenizer::load("/nonexistent/tokenizer.json");
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_NE(missing.status().message().find("/nonexistent/tokenizer.json"), std::string::npos);
  EXPECT_EQ(Tokenizer::load(LEYDEN_SOURCE_DIR "/tests").status().code(), StatusCode::kIo);
}

TEST(Tokenizer, LoadRefusesTwoGigabytesUnread) {
  const std::string path = testing::TempDir() + "/leyden_tokenizer_2gb.json";
  std::ofstream(path) << "{}";
  std::error_code error;
  std::filesystem::resize_file(path, uintmax_t{2} << 30, error);  // sparse
  if (error) GTEST_SKIP() << "no sparse files here: " << error.message();
  const auto r = Tokenizer::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(r.status().code(), StatusCode::kUnsupported);
  EXPECT_NE(r.status().message().find("268435456"), std::string::npos) << r.status().message();
}

}  // namespace
}  // namespace leyden
