// SPDX-License-Identifier: Apache-2.0
// Constrained answers: under random logits calls of both formats parse, and with the model that
// ships JSON obeys its schema.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "core/chat/stream_parser.h"
#include "core/dialogue/answer_constraint.h"
#include "core/dialogue/dialogue.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const fs::path kModel = fs::path(LEYDEN_SOURCE_DIR) / "models/default";

std::vector<ToolSpec> tools() {
  return {{"tide_height", "",
           R"({"type": "object", "properties": {"port": {"type": "string", "maxLength": 12},
             "hour": {"type": "integer", "minimum": 0, "maximum": 23}, "unit": {"enum": ["m", "ft"]},
             "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "required": ["port", "hour"]})",
           ""},
          {"now", "", R"({"type": "object", "properties": {}})", ""}};
}

/// Random tokens under a constraint, behind `begin`, until it ends.
std::string random_answer(AnswerConstraint& constraint, const Tokenizer& tokenizer,
                          std::vector<int32_t> begin, uint64_t seed) {
  constexpr uint64_t kMost = 250;
  const int32_t end = *tokenizer.token_id(token::kEos);
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0, 4);
  std::vector<int32_t> ids = std::move(begin);
  std::vector<float> logits(static_cast<size_t>(tokenizer.vocab_size()));
  while (ids.size() < kMost) {
    for (float& l : logits) l = normal(random);
    constraint.mask(ids, logits, std::vector<int32_t>{end}, kMost - ids.size());
    const auto best =
        static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    if (best == end) break;
    ids.push_back(best);
  }
  return *tokenizer.decode(ids);
}

class Calls : public ::testing::TestWithParam<ChatFormat> {};

TEST_P(Calls, ParseWhateverTheLogitsSay) {
  if (!fs::exists(kModel / "tokenizer.json")) GTEST_SKIP() << "no default model";
  const auto tokenizer = *Tokenizer::load(kModel / "tokenizer.json");
  const auto trie = std::make_shared<TokenTrie>(*tokenizer);
  const auto chat = *ChatTemplate::load(kModel, GetParam());
  const bool dsml = GetParam() == ChatFormat::kV32;
  std::vector<int32_t> begin = dsml
                                   ? tokenizer->encode(
                                         "\n\n"
                                         "<｜DSML｜function_calls",
                                         AddedTokens::kIgnore)
                                   : std::vector<int32_t>{*tokenizer->token_id(token::kCallsBegin)};
  size_t calls = 0;
  for (uint64_t seed = 0; seed < 150; ++seed) {
    ConstraintRequest request;
    request.tools = tools();
    std::vector<std::string> notices;
    auto constraint = *AnswerConstraint::create(request, chat, tokenizer, trie, &notices);
    ASSERT_TRUE(constraint);
    EXPECT_TRUE(notices.empty()) << notices[0];
    const std::string text = random_answer(*constraint, *tokenizer, begin, seed);
    const ParsedAnswer parsed = parse_answer(GetParam(), false, text);
    EXPECT_TRUE(parsed.malformed.empty()) << text << "\n" << parsed.malformed[0].reason;
    ASSERT_FALSE(parsed.message.tool_calls.empty()) << text;
    for (const ToolCall& call : parsed.message.tool_calls) {
      ++calls;
      const Json arguments = Json::parse(call.arguments, nullptr, false);
      ASSERT_TRUE(arguments.is_object()) << call.arguments;
      if (call.name == "now") {
        EXPECT_TRUE(arguments.empty());
        continue;
      }
      ASSERT_EQ(call.name, "tide_height");
      ASSERT_TRUE(arguments.at("port").is_string());
      ASSERT_TRUE(arguments.at("hour").is_number_integer());
      EXPECT_LE(arguments["hour"].get<int64_t>(), 23);
      for (const auto& [key, value] : arguments.items())
        EXPECT_TRUE(key == "port" || key == "hour" || key == "unit" || key == "note") << key;
      const Json unit = arguments.value("unit", Json("m"));
      EXPECT_TRUE(unit == "m" || unit == "ft") << unit;
    }
  }
  EXPECT_GT(calls, 150u);
}
INSTANTIATE_TEST_SUITE_P(Formats, Calls, ::testing::Values(ChatFormat::kV32Exp, ChatFormat::kV32));

TEST(Constraint, SaysWhatOfAToolsSchemaIsNotEnforced) {
  if (!fs::exists(kModel / "tokenizer.json")) GTEST_SKIP() << "no default model";
  const auto tokenizer = *Tokenizer::load(kModel / "tokenizer.json");
  ConstraintRequest request;
  request.tools = {
      {"zip", "", R"({"type": "object", "properties": {"z": {"type": "string", "pattern": "x"}}})",
       ""}};
  std::vector<std::string> notices;
  const auto c = AnswerConstraint::create(request, *ChatTemplate::load(kModel), tokenizer,
                                          std::make_shared<TokenTrie>(*tokenizer), &notices);
  ASSERT_TRUE(c.ok());
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_NE(notices[0].find("pattern"), std::string::npos);
}

class ConstrainedDialogue : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!fs::exists(kModel / "model.safetensors")) return;
    OpenOptions options;
    options.threads = 2;
    model_ = *LoadedModel::open(kModel, options, nullptr, nullptr);
  }
  static void TearDownTestSuite() { model_.reset(); }
  void SetUp() override {
    if (!model_) GTEST_SKIP() << "no trained model";
    dialogue_ = std::move(*Dialogue::create(model_));
  }
  static std::shared_ptr<LoadedModel> model_;
  std::unique_ptr<Dialogue> dialogue_;
};
std::shared_ptr<LoadedModel> ConstrainedDialogue::model_;

TEST_F(ConstrainedDialogue, WordsInQuotationMarksSayWhereAnAnswerBegins) {
  std::string text;
  for (int i = 0; i < 12; ++i)
    text += "The keeper of hall " + std::to_string(i) +
            " counts its lamps every evening and writes their number into the large book at the "
            "door, below the number of the evening before.\n\n";
  text += "Nobody has\nseen the second  key of the attic since the storm.\n";
  ASSERT_TRUE(dialogue_->add_document("halls", text).ok());
  AskOptions options;
  options.constrain_references = options.clamp_quotes = true;
  options.max_tokens = 40;
  options.sampling.temperature = 5.0f;
  const std::string question = "What about \"the second key of the attic\"?";
  int quoting = 0;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    options.sampling.seed = seed;
    ASSERT_TRUE(dialogue_->set_messages({}).ok());
    const auto answer = dialogue_->ask(question, options, nullptr, nullptr);
    ASSERT_TRUE(answer.ok()) << answer.status().to_string();
    ASSERT_FALSE(answer->notices.empty());
    EXPECT_NE(answer->notices[0].find("between quotation marks"), std::string::npos);
    const bool quotes = answer->text.starts_with("\u27e6");
    EXPECT_TRUE(quotes || answer->text.starts_with("I")) << answer->text;  // or a refusal
    if (quotes) {
      EXPECT_NE(answer->text.find("second"), std::string::npos) << answer->text;
    }
    quoting += quotes;
  }
  EXPECT_GT(quoting, 0);
  ASSERT_TRUE(dialogue_->set_messages({}).ok());
  const auto free = dialogue_->ask("What about \"a third key of the attic\"?", options, nullptr, nullptr);
  ASSERT_TRUE(free.ok());
  EXPECT_EQ(free->notices[0].find("between quotation marks"), std::string::npos);
}

TEST_F(ConstrainedDialogue, WritesNoMarksOfTurns) {
  AskOptions options;
  options.max_tokens = 60;
  options.sampling.temperature = 3.0f;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    options.sampling.seed = seed;
    ASSERT_TRUE(dialogue_->set_messages({}).ok());
    const auto answer = dialogue_->ask("Hello", options, nullptr, nullptr);
    ASSERT_TRUE(answer.ok()) << answer.status().to_string();
    for (const std::string_view mark : {token::kUser, token::kAssistant, token::kThinkEnd})
      EXPECT_EQ(answer->text.find(mark), std::string::npos) << answer->text;
  }
}

TEST_F(ConstrainedDialogue, AnswersInJson) {
  AskOptions options;
  options.schema = R"({"type": "object", "properties": {"word": {"type": "string", "maxLength": 20},
                       "count": {"type": "integer", "minimum": 1, "maximum": 9}}, "required": ["word", "count"]})";
  options.max_tokens = 60;
  for (float temperature : {0.0f, 1.5f}) {
    options.sampling.temperature = temperature;
    const auto answer = dialogue_->ask("Who are you?", options, nullptr, nullptr);
    ASSERT_TRUE(answer.ok()) << answer.status().to_string();
    const Json json = Json::parse(answer->text, nullptr, false);
    ASSERT_TRUE(json.is_object()) << answer->text;
    EXPECT_TRUE(json.at("word").is_string());
    EXPECT_GE(json.at("count").get<int>(), 1);
    EXPECT_LE(json.at("count").get<int>(), 9);
    EXPECT_EQ(answer->finish_reason, "stop");
  }
  options.schema = R"({"type": "string", "format": "date", "pattern": "x"})";
  EXPECT_EQ(dialogue_->ask("Hello", options, nullptr, nullptr).status().code(),
            StatusCode::kUnsupported);
}

TEST_F(ConstrainedDialogue, SaysWhenTheJsonIsCut) {
  AskOptions options;
  options.schema = R"({"type": "array", "items": {"const": "a rather long word"}, "minItems": 50})";
  options.max_tokens = 12;
  const auto answer = dialogue_->ask("Who are you?", options, nullptr, nullptr);
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->finish_reason, "length");
  ASSERT_FALSE(answer->notices.empty());
  EXPECT_NE(answer->notices.back().find("the JSON is cut"), std::string::npos);
}

TEST_F(ConstrainedDialogue, RefusesASchemaTogetherWithTools) {
  AskOptions options;
  options.schema = R"({"type": "string"})";
  options.max_tokens = 20;
  ASSERT_TRUE(dialogue_->set_tools(tools()).ok());
  EXPECT_EQ(dialogue_->ask("Hello", options, nullptr, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  options.forbid_calls = true;
  EXPECT_TRUE(dialogue_->ask("Hello", options, nullptr, nullptr).ok());
}

}  // namespace
}  // namespace leyden
