// SPDX-License-Identifier: Apache-2.0
// What a damaged or foreign tokenizer.json gets for an answer, and the settings that are followed.
#include "core/text/tokenizer_json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/text/byte_symbols.h"
#include "core/text/tokenizer.h"

namespace leyden {
namespace {

using nlohmann::json;
using Ids = std::vector<int32_t>;

// All bytes (ids 0-255), "ab" 256, "abc" 257, and one added token 258.
json small() {
  json vocab;
  for (int byte = 0; byte < 256; ++byte)
    vocab[byte_symbol(static_cast<unsigned char>(byte))] = byte;
  vocab["ab"] = 256;
  vocab["abc"] = 257;
  return {
      {"version", "1.0"},
      {"added_tokens",
       json::array({{{"id", 258}, {"content", "<x>"}, {"special", true}, {"normalized", false}}})},
      {"normalizer", nullptr},
      {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}},
      {"decoder", {{"type", "ByteLevel"}}},
      {"model",
       {{"type", "BPE"},
        {"vocab", vocab},
        {"merges", json::array({"a b", json::array({"ab", "c"})})}}}};
}

Result<std::shared_ptr<const Tokenizer>> parse(const json& document) {
  return Tokenizer::parse(document.dump(), "t.json");
}

void expect_refused(const std::function<void(json&)>& damage, StatusCode code,
                    const std::string& text) {
  json document = small();
  damage(document);
  const auto r = parse(document);
  ASSERT_FALSE(r.ok()) << "expected: " << text;
  EXPECT_EQ(r.status().code(), code) << r.status().message();
  EXPECT_TRUE(r.status().message().starts_with("t.json")) << r.status().message();
  EXPECT_NE(r.status().message().find(text), std::string::npos) << r.status().message();
  EXPECT_NE(r.status().message().find("found"), std::string::npos) << r.status().message();
}

TEST(TokenizerJson, ReadsBothSpellingsOfMerges) {
  const auto t = parse(small());
  ASSERT_TRUE(t.ok()) << t.status().message();
  EXPECT_EQ((*t)->vocab_size(), 259);
  EXPECT_EQ((*t)->encode("abcab<x>"), (Ids{257, 256, 258}));
}

TEST(TokenizerJson, RefusesWhatIsNotJson) {
  const std::string good = small().dump();
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("\xFF\xFE"), std::string("nul"),
        good.substr(0, good.size() / 2), good + "x", std::string("{\"a\":\"\\ud800\"}"),
        std::string(100000, '['), std::string("{\"a\":1e999}")}) {
    const auto r = Tokenizer::parse(text, "t.json");
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.status().code(), StatusCode::kCorrupt);
    EXPECT_TRUE(r.status().message().starts_with("t.json: expected ")) << r.status().message();
  }
  for (const char* text : {"[]", "1", "null", "\"x\"", "{}"}) {
    EXPECT_FALSE(Tokenizer::parse(text, "t.json").ok()) << text;
  }
  for (size_t n = 0; n < good.size(); n += 13)
    EXPECT_FALSE(Tokenizer::parse(good.substr(0, n), "t").ok());
}

TEST(TokenizerJson, RefusesWrongTypes) {
  const auto set = [](const char* pointer, json value) {
    return [=](json& d) { d[json::json_pointer(pointer)] = value; };
  };
  const auto c = StatusCode::kCorrupt;
  expect_refused(set("/model", nullptr), c, "t.json.model: expected an object, found null");
  expect_refused(set("/model/vocab", json::array()), c,
                 "model.vocab: expected an object, found an array of 0");
  expect_refused(set("/model/vocab", 5), c, "model.vocab: expected an object, found 5");
  expect_refused(set("/model/merges", "a b"), c, "model.merges: expected an array");
  expect_refused(set("/model/merges/0", 1), c,
                 "model.merges[0]: expected \"a b\" or [\"a\", \"b\"], found 1");
  expect_refused(set("/model/merges/0", json::array({"a"})), c, "model.merges[0]");
  expect_refused(set("/model/merges/0", "ab"), c,
                 "model.merges[0]: expected two tokens with one space");
  expect_refused(set("/model/merges/0", "a b c"), c,
                 "model.merges[0]: expected two tokens with one space");
  expect_refused(set("/model/merges/0", "a z9"), c,
                 "model.merges[0]: expected tokens of model.vocab, found \"z9\"");
  expect_refused(set("/model/merges/0", "b a"), c, "found \"ba\", which is not there");
  expect_refused(set("/model/merges/0", json::array({"", "a"})), c, "found \"\"");
  expect_refused(set("/model/ignore_merges", 1), c,
                 "model.ignore_merges: expected true or false, found 1");
  expect_refused(set("/added_tokens", {{"a", 1}}), c, "added_tokens: expected an array");
  expect_refused(set("/added_tokens/0", 7), c, "added_tokens[0]: expected an object, found 7");
  expect_refused(set("/added_tokens/0/content", nullptr), c,
                 "added_tokens[0].content: expected a string");
  expect_refused(set("/added_tokens/0/content", ""), c,
                 "added_tokens[0].content: expected at least one");
  expect_refused(set("/added_tokens/0/special", "yes"), c,
                 "added_tokens[0].special: expected true or false");
  expect_refused(set("/pre_tokenizer", 3), c, "pre_tokenizer: expected an object");
  expect_refused(set("/pre_tokenizer/type", 3), c,
                 "pre_tokenizer.type: expected a string, found 3");
  expect_refused(set("/pre_tokenizer/use_regex", 3), c, "pre_tokenizer.use_regex");
  expect_refused(set("/pre_tokenizer", {{"type", "Sequence"}}), c,
                 "pretokenizers: expected an array, found null");
}

TEST(TokenizerJson, RefusesBadIds) {
  const auto c = StatusCode::kCorrupt;
  for (const json& id :
       {json(-1), json(1.5), json("7"), json(nullptr), json(4194304), json(2147483648u),
        json(18446744073709551615u), json(INT64_MIN), json(1e300)}) {
    expect_refused([&](json& d) { d["model"]["vocab"]["abc"] = id; }, c,
                   "model.vocab[\"abc\"]: expected an id");
    expect_refused([&](json& d) { d["added_tokens"][0]["id"] = id; }, c,
                   "added_tokens[0].id: expected an id");
  }
  expect_refused([](json& d) { d["model"]["vocab"]["abc"] = 256; }, c, "expected an id of its own");
  expect_refused([](json& d) { d["added_tokens"][0]["id"] = 97; }, c,
                 "added_tokens[0].id: expected an id of its own");
  expect_refused([](json& d) { d["added_tokens"][0]["content"] = "ab"; }, c,
                 "expected id 256, which model.vocab has");
  expect_refused([](json& d) { d["added_tokens"].push_back(d["added_tokens"][0]); }, c,
                 "added_tokens[1].content: expected a string of its own");
  expect_refused([](json& d) { d["model"]["vocab"][""] = 300; }, c,
                 "expected a token with at least one byte");
  expect_refused([](json& d) { d["model"]["vocab"].erase("Ġ"); }, c, "none for byte 32, \"Ġ\"");
}

TEST(TokenizerJson, RefusesRepeatedKeysAndDepth) {
  std::string text = small().dump();
  text.replace(text.find("\"ab\":256"), 8, "\"ab\":256,\"ab\":300");
  auto r = Tokenizer::parse(text, "t.json");
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.status().message(),
            "t.json: expected each key once in its object, found one repeated");
  json deep = 1;
  for (int i = 0; i < 200; ++i) deep = json::array({std::move(deep)});
  expect_refused([&](json& d) { d["x"] = deep; }, StatusCode::kCorrupt, "levels of JSON");
}

TEST(TokenizerJson, RefusesOtherTokenizers) {
  const auto u = StatusCode::kUnsupported;
  const auto set = [](const char* pointer, json value) {
    return [=](json& d) { d[json::json_pointer(pointer)] = value; };
  };
  expect_refused(set("/model/type", "WordPiece"), u,
                 "model.type: expected \"BPE\", found \"WordPiece\"");
  expect_refused(set("/model/byte_fallback", true), u, "model.byte_fallback");
  expect_refused(set("/model/dropout", 0.1), u, "model.dropout");
  expect_refused(set("/model/end_of_word_suffix", "</w>"), u, "model.end_of_word_suffix");
  expect_refused(set("/normalizer", {{"type", "NFC"}}), u,
                 "normalizer: expected no normalizer, found type NFC");
  expect_refused(set("/decoder", {{"type", "Metaspace"}}), u,
                 "decoder: expected a ByteLevel decoder");
  expect_refused(set("/pre_tokenizer", nullptr), u,
                 "pre_tokenizer: expected a chain that ends with ByteLevel");
  expect_refused(set("/pre_tokenizer", {{"type", "Metaspace"}}), u, "found type Metaspace");
  const json split = {{"type", "Split"},
                      {"pattern", {{"Regex", "a"}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  const auto chain = [](json steps) {
    return json{{"type", "Sequence"}, {"pretokenizers", steps}};
  };
  const json level = {{"type", "ByteLevel"}, {"use_regex", false}};
  expect_refused(set("/pre_tokenizer", chain(json::array({split}))), u,
                 "a chain that ends with ByteLevel");
  expect_refused(set("/pre_tokenizer", chain(json::array({level, split}))), u,
                 "pretokenizers[1]: expected nothing after ByteLevel");
  for (const char* behavior : {"Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"}) {
    json other = split;
    other["behavior"] = behavior;
    expect_refused(set("/pre_tokenizer", chain(json::array({other, level}))), u,
                   std::string("found \"") + behavior);
  }
  json odd = split;
  odd["pattern"] = {{"Regex", "a{1,2}+"}};
  expect_refused(set("/pre_tokenizer", chain(json::array({odd, level}))), u,
                 "pre_tokenizer: Split 0: regex \"a{1,2}+\"");
  odd["pattern"] = {{"String", ""}};
  expect_refused(set("/pre_tokenizer", chain(json::array({odd, level}))), u,
                 "pattern.String: expected a pattern");
}

TEST(TokenizerJson, FollowsFlagsOfAddedTokens) {
  json document = small();
  const auto token = [](int id, const char* content, std::vector<const char*> flags) {
    json t = {{"id", id}, {"content", content}, {"special", false}, {"normalized", false}};
    for (const char* f : flags) t[f] = true;
    return t;
  };
  document["added_tokens"] = {token(258, "<l>", {"lstrip"}),     token(259, "<r>", {"rstrip"}),
                              token(260, "ww", {"single_word"}), token(261, "<l>>", {}),
                              token(262, "nn", {"normalized"}),  token(263, "n!", {})};
  const auto t = parse(document);
  ASSERT_TRUE(t.ok()) << t.status().message();
  EXPECT_EQ((*t)->encode(" \n<l> "), (Ids{258, 32}));
  EXPECT_EQ((*t)->encode(" <r> \u3000x"), (Ids{32, 259, 'x'}));
  EXPECT_EQ((*t)->encode("ww www!ww"), (Ids{260, 32, 'w', 'w', 'w', '!', 260}));
  EXPECT_EQ((*t)->encode("<l>>"), (Ids{261}));             // the longest
  EXPECT_EQ((*t)->encode("nn!nn"), (Ids{'n', 263, 262}));  // normalized ones come second
}

TEST(TokenizerJson, FollowsIgnoreMergesAndHoles) {
  json document = small();
  document["model"]["merges"] = json::array({"a b"});
  document["added_tokens"][0]["id"] = 300;
  auto t = parse(document);
  ASSERT_TRUE(t.ok()) << t.status().message();
  EXPECT_EQ((*t)->encode("abc"), (Ids{256, 'c'}));
  EXPECT_EQ((*t)->vocab_size(), 301);
  EXPECT_FALSE((*t)->has_token(258));
  EXPECT_EQ((*t)->decode(Ids{258}).status().code(), StatusCode::kInvalidArgument);
  document["model"]["ignore_merges"] = true;
  t = parse(document);
  ASSERT_TRUE(t.ok()) << t.status().message();
  EXPECT_EQ((*t)->encode("abc"), (Ids{257}));
}

// A vocabulary whose merges spell an added token must not let user text reach it.
TEST(TokenizerJson, IgnoredAddedTokensCannotBeMerged) {
  json document = small();
  document["added_tokens"] =
      json::array({{{"id", 257}, {"content", "abc"}, {"special", true}, {"normalized", false}}});
  for (const bool ignore_merges : {false, true}) {
    document["model"]["ignore_merges"] = ignore_merges;
    const auto t = parse(document);
    ASSERT_TRUE(t.ok()) << t.status().message();
    EXPECT_EQ((*t)->encode("abc"), (Ids{257}));
    EXPECT_EQ((*t)->encode("abc", AddedTokens::kIgnore), (Ids{256, 'c'}));
    EXPECT_TRUE((*t)->is_special(257));
  }
}

}  // namespace
}  // namespace leyden
