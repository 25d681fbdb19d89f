// SPDX-License-Identifier: Apache-2.0
#include "core/chat/message.h"

#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

std::string why(const std::vector<Message>& messages, MessageRules rules = {}) {
  const Status status = check_messages(messages, rules);
  EXPECT_TRUE(status.ok() || status.code() == StatusCode::kInvalidArgument ||
              status.code() == StatusCode::kUnsupported);
  return status.ok() ? "ok" : status.message();
}

TEST(ChatMessages, RejectsPromptsThatCannotBeAnswered) {
  EXPECT_EQ(why({}), "messages: expected at least one, got none");
  EXPECT_EQ(why({user("a"), assistant("b")}),
            "message 1 (assistant): nothing to answer: the last message is the assistant's");
  EXPECT_EQ(why({user("a"), assistant("b")}, {.generation = false}), "ok");
  EXPECT_EQ(why({user("a"), assistant("", {{"f", "{}"}})}), "message 1 (assistant): the tool calls have no results");
}

TEST(ChatMessages, ResultsMustAnswerCallsOneEach) {
  const Message two = assistant("", {{"f", "{}"}, {"g", "{}"}});
  EXPECT_EQ(why({user("a"), two, tool_result("1"), tool_result("2")}), "ok");
  EXPECT_EQ(why({user("a"), two, tool_result("1")}), "message 2 (tool): 1 tool call(s) without a result");
  EXPECT_EQ(why({user("a"), two, tool_result("1"), tool_result("2"), tool_result("3")}),
            "message 4 (tool): more results than calls");
  EXPECT_EQ(why({user("a"), tool_result("1")}), "message 1 (tool): a tool result must follow the call it answers");
  EXPECT_EQ(why({user("a"), two, user("b")}), "message 2 (user): 2 tool call(s) before it have no result");
  EXPECT_EQ(why({user("a"), two, tool_result("1"), system_message("s"), tool_result("2")}, {.dsml = true}),
            "message 3 (system): stands between tool calls and their results");
}

TEST(ChatMessages, ChecksCalls) {
  EXPECT_NE(why({user("a"), assistant("", {{"f", "{"}}), tool_result("1")}).find("message 1 (assistant): tool call 0: arguments: not JSON"),
            std::string::npos);
  EXPECT_NE(why({user("a"), assistant("", {{"f", "[]"}}), tool_result("1")}).find("expected a JSON object"), std::string::npos);
  for (const char* name : {"", "a b", "a\"b", "<think>", "x｜DSML｜", "a\nb"}) {
    EXPECT_NE(why({user("a"), assistant("", {{name, "{}"}}), tool_result("1")}).find("tool call 0: name"), std::string::npos) << name;
  }
}

TEST(ChatMessages, PrefixOnlyLastAndOnlyAssistant) {
  Message prefix = assistant("The");
  prefix.prefix = true;
  EXPECT_EQ(why({user("a"), prefix}), "ok");
  EXPECT_EQ(why({user("a"), prefix, user("b")}), "message 1 (assistant): a prefix must be the last message");
  Message odd = user("a");
  odd.prefix = true;
  EXPECT_EQ(why({odd}), "message 0 (user): only an assistant message can be a prefix");
}

TEST(ChatMessages, FormatsDiffer) {
  const Message developer{Role::kDeveloper, "x"};
  EXPECT_EQ(why({developer}), "message 0 (developer): this model's format has no developer role");
  EXPECT_EQ(why({developer}, {.dsml = true}), "ok");
  EXPECT_EQ(why({developer, assistant("y"), user("z")}, {.dsml = true}),
            "message 0 (developer): a developer message can only be the single question of a chat");
  EXPECT_EQ(why({{Role::kDeveloper, ""}}, {.dsml = true}), "message 0 (developer): content is empty");
  EXPECT_EQ(why({user("q"), assistant("a")}, {.dsml = true, .thinking = true, .generation = false}),
            "message 1 (assistant): in thinking mode it needs reasoning_content or tool calls");
  Message format = system_message("s");
  format.response_format = "{}";
  EXPECT_EQ(why({format, user("q")}), "message 0 (system): response_format: this model's format has none");
  EXPECT_EQ(why({format, user("q")}, {.dsml = true}), "ok");
}

TEST(ChatMessages, ReadsTheApiSpelling) {
  const auto list = parse_messages(R"([
    {"role": "system", "content": null},
    {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    {"role": "assistant", "content": null, "reasoning_content": "r", "tool_calls": [
      {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}},
      {"function": {"name": "g", "arguments": {"z":1,"a":[1,2]}}}]},
    {"role": "tool", "content": "1"}, {"role": "tool", "content": "2"},
    {"role": "assistant", "content": "P", "tool_calls": [], "prefix": true}])");
  ASSERT_TRUE(list.ok()) << list.status().to_string();
  EXPECT_EQ((*list)[1].content, "ab");
  EXPECT_EQ((*list)[2].tool_calls[0].arguments, "{\"x\":1}");
  EXPECT_EQ((*list)[2].tool_calls[1].arguments, R"({"z": 1, "a": [1, 2]})");
  EXPECT_EQ((*list)[2].reasoning, "r");
  EXPECT_TRUE((*list)[5].tool_calls.empty());
  EXPECT_TRUE((*list)[5].prefix);
  EXPECT_TRUE(check_messages(*list, {}).ok());
}

TEST(ChatMessages, NamesTheBadField) {
  const auto message = [](const char* json) { return parse_messages(json).status().message(); };
  EXPECT_EQ(message("{}"), "messages: expected a list, got object");
  EXPECT_EQ(message("[1]"), "message 0: expected an object");
  EXPECT_EQ(message(R"([{"role": "boss", "content": ""}])"),
            "message 0: role: expected system, developer, user, assistant or tool, got 'boss'");
  EXPECT_EQ(message(R"([{"role": "user", "content": null}])"), "message 0: content: expected a string, got nothing");
  EXPECT_EQ(message(R"([{"role": "user", "content": 3}])"), "message 0: content: expected a string, got number");
  EXPECT_EQ(message(R"([{"role": "user", "content": [{"type": "image_url"}]}])"),
            "message 0: content: only parts of type text can be read");
  EXPECT_EQ(message(R"([{"role": "assistant", "tool_calls": {}}])"), "message 0: tool_calls: expected a list");
  EXPECT_EQ(message(R"([{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": 3}}]}])"),
            "message 0: tool_calls: arguments: expected a string or an object, got number");
  EXPECT_FALSE(parse_messages(std::string(1000000, '[')).ok());
}

TEST(ChatTools, ReadsWrappedAndBare) {
  const auto tools = parse_tools(R"([{"type": "function", "function": {"name": "f", "strict": true, "parameters": {"a": 1}}},
                                     {"description": "d", "name": "g"}])");
  ASSERT_TRUE(tools.ok()) << tools.status().to_string();
  EXPECT_EQ(*(*tools)[0].to_json_line(), R"({"name": "f", "strict": true, "parameters": {"a": 1}})");
  EXPECT_EQ(*(*tools)[1].to_json_line(), R"({"description": "d", "name": "g"})");
  EXPECT_EQ(*ToolSpec({"h", "d", ""}).to_json_line(), R"({"name": "h", "description": "d", "parameters": {}})");
  EXPECT_TRUE(check_tools(*tools).ok());
}

TEST(ChatTools, RejectsBadOnes) {
  EXPECT_EQ(check_tools({{"a", "", "{}"}, {"a", "", "{}"}}).message(), "tool 1 (a): name is taken");
  EXPECT_NE(check_tools({{"a", "", "[]"}}).message().find("tool 0 (a): parameters: expected a JSON object"), std::string::npos);
  EXPECT_FALSE(check_tools({{"a b", "", "{}"}}).ok());
}

}  // namespace
}  // namespace leyden
