// SPDX-License-Identifier: Apache-2.0
// The shipped model's goldens hold prompts made by its own recipe: the same chats, rendered here,
// must give the same ids.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/chat/conversation.h"
#include "core/text/tokenizer.h"
#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

/// One golden prompt taken apart again.
struct GoldenChat {
  std::string title, document, question;
  int first_reference = 0;
  bool has_tools = false;
};

GoldenChat take_apart(const std::string& prompt) {
  GoldenChat out;
  const std::string user_mark(token::kUser), answer_mark = std::string(token::kAssistant) + "</think>";
  const size_t user_at = prompt.rfind(user_mark);
  const size_t question = user_at + user_mark.size();
  out.question = prompt.substr(question, prompt.rfind(answer_mark) - question);
  out.has_tools = prompt.find("## Tools") != std::string::npos;
  static const std::regex kReference("⟦([0-9]+)⟧");
  std::smatch match;
  const std::string begin = "<｜document▁begin｜># ";
  if (size_t at = prompt.find(begin); at != std::string::npos) {
    at += begin.size();
    const size_t line = prompt.find('\n', at);
    out.title = prompt.substr(at, line - at);
    const std::string body = prompt.substr(line + 1, prompt.find("<｜document▁end｜>") - line - 1);
    if (std::regex_search(body, match, kReference)) out.first_reference = std::stoi(match[1]);
    out.document = std::regex_replace(body, kReference, "\n\n");  // each passage its own paragraph
  }
  return out;
}

TEST(DefaultModelPrompt, EqualsItsGoldens) {
  const fs::path root = LEYDEN_SOURCE_DIR;
  const fs::path model = root / "models/default", goldens = root / "tests/goldens/default_model/goldens.json";
  if (!fs::exists(goldens) || !fs::exists(model / "leyden.json")) GTEST_SKIP() << "the default model is not here";
  auto chat = ChatTemplate::load(model);
  ASSERT_TRUE(chat.ok()) << chat.status().to_string();
  EXPECT_TRUE(chat->warnings.empty());
  const auto tokenizer = Tokenizer::load(model / "tokenizer.json");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().to_string();
  std::ifstream file(goldens);
  const auto json = nlohmann::json::parse(file);
  // A paragraph a passage, so that the grouping is the golden's.
  chat->profile.document.passage_tokens_min = 1;
  chat->profile.document.passage_tokens_max = 1000;
  const auto tool = [&](const char* name) {
    return "{\"function\": " + chat->profile.tasks.at(name) + "}";
  };
  const auto tools = parse_tools("[" + tool("search_tool") + "," + tool("open_tool") + "]");
  ASSERT_TRUE(tools.ok()) << tools.status().to_string();
  size_t compared = 0;
  for (const auto& golden_case : json["cases"]) {
    const auto ids = golden_case["prompt_ids"].get<std::vector<int32_t>>();
    const auto text = (*tokenizer)->decode(ids);
    ASSERT_TRUE(text.ok());
    const GoldenChat wanted = take_apart(*text);
    auto block = DocumentBlock::start(*chat, **tokenizer);
    ASSERT_TRUE(block.ok());
    block->next_reference = wanted.first_reference;
    if (!wanted.document.empty()) {
      const Status status = block->append(*chat, wanted.title, wanted.document, **tokenizer);
      ASSERT_TRUE(status.ok()) << status.to_string();
    }
    const auto prompt = build_prompt(*chat, *block, {user(wanted.question)},
                                     wanted.has_tools ? *tools : std::vector<ToolSpec>(), {}, **tokenizer);
    ASSERT_TRUE(prompt.ok()) << prompt.status().to_string();
    EXPECT_EQ(prompt->ids, ids) << golden_case["name"] << "\n" << *(*tokenizer)->decode(prompt->ids) << "\n" << *text;
    ++compared;
  }
  EXPECT_GE(compared, 5u);
}

}  // namespace
}  // namespace leyden
