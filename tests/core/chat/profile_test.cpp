// SPDX-License-Identifier: Apache-2.0
#include "core/chat/profile.h"

#include "core/chat/render_parts.h"
#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

Profile full_profile() {
  auto profile = Profile::parse(golden("passages_first_user.json"), "leyden.json");
  EXPECT_TRUE(profile.ok()) << profile.status().to_string();
  return profile.ok() ? *profile : Profile::generic();
}

std::string why(const std::string& json) {
  const auto profile = Profile::parse(json, "leyden.json");
  return profile.ok() ? "ok" : profile.status().to_string();
}
/// An error of the document object `members`.
std::string why_document(const std::string& members) {
  return why(R"({"leyden_profile": 1, "document": {)" + members + "}}");
}

TEST(Profile, ReadsEverything) {
  const Profile p = full_profile();
  EXPECT_TRUE(p.from_file);
  EXPECT_EQ(p.chat_format, ChatFormat::kV32Exp);
  EXPECT_EQ(p.document.layout, DocumentProfile::Layout::kPassages);
  EXPECT_EQ(p.document.placement, DocumentProfile::Placement::kFirstUser);
  EXPECT_EQ(p.document.heading, "# {title}\n");
  EXPECT_EQ(p.document.reference_count, 1024);
  EXPECT_EQ(p.document.passage_tokens_max, 100);
  EXPECT_EQ(p.document.question, "\n{question}");
  EXPECT_EQ(p.answer.refusal.size(), 1u);
  ASSERT_TRUE(p.tools.has_value());
  EXPECT_FALSE(p.tools->degraded);
  EXPECT_EQ(*p.task("cite", {{"question", "who {question}?"}}), "Cite: who {question}?");
  EXPECT_EQ(p.task("sum", {}).status().message(), "task 'sum': this model knows cite");
  EXPECT_EQ(p.task("cite", {{"ref", "x"}}).status().message(), "task 'cite': no {ref} in 'Cite: {question}'");
}

TEST(Profile, GenericWithoutFile) {
  const auto p = Profile::load(std::string(LEYDEN_SOURCE_DIR) + "/tests/goldens/chat");
  ASSERT_TRUE(p.ok());
  EXPECT_FALSE(p->from_file);
  EXPECT_EQ(p->document.layout, DocumentProfile::Layout::kPlain);
  EXPECT_FALSE(p->chat_format.has_value());
}

TEST(Profile, ErrorsNameFileFieldExpectedAndFound) {
  EXPECT_EQ(why("{"), "corrupt: leyden.json: not JSON");
  EXPECT_EQ(why("[]"), "corrupt: leyden.json: expected an object, found []");
  EXPECT_EQ(why("{}"), "corrupt: leyden.json: leyden_profile: expected 1, found nothing");
  EXPECT_EQ(why(R"({"leyden_profile": 2})"), "unsupported: leyden.json: leyden_profile: this build reads version 1, found 2");
  EXPECT_EQ(why(R"({"leyden_profile": 1})"), "ok");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "x-note": 3, "comment": []})"), "ok");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "documnet": {}})"),
            "corrupt: leyden.json: documnet: expected no such name, found {}");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "chat_format": "v4"})"),
            "corrupt: leyden.json: chat_format: expected \"v3.2-exp\" or \"v3.2\", found \"v4\"");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "chat_format": 3})"),
            "corrupt: leyden.json: chat_format: expected a string, found 3");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "answer": {"refusal": [1]}})"),
            "corrupt: leyden.json: answer.refusal: expected a list of strings, found 1");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "tasks": {"cite": "Cite:"}})"),
            "corrupt: leyden.json: tasks.cite: expected a text with {question}, found \"Cite:\"");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "tools": {"tool": "x"}})"),
            "corrupt: leyden.json: tools: tool: expected a text with {name} or {json}, found 'x'");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "tasks": {"sum": 3}})"),
            "corrupt: leyden.json: tasks.sum: expected a string or an object, found 3");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "tasks": {"search_tool": {"description": 5}}})"),
            "corrupt: leyden.json: tasks.search_tool.description: expected a string, found 5");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "tasks": {"open_tool": {"parameters": "none"}}})"),
            "corrupt: leyden.json: tasks.open_tool.parameters: expected an object, found \"none\"");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "tasks": {"open_tool": "open"}})"),
            "corrupt: leyden.json: tasks.open_tool: expected an object, found \"open\"");
  EXPECT_EQ(why(R"({"leyden_profile": 1, "notes": 1, "tasks": {"read": "{ref}", "tool": {"name": "t"}}})"), "ok");
  EXPECT_EQ(why(std::string(100, '[')), "corrupt: leyden.json: nested deeper than 64");
}

TEST(Profile, DocumentErrors) {
  const std::string fences = R"("begin": "a", "end": "b")";
  EXPECT_EQ(why_document(""), "corrupt: leyden.json: document.layout: expected a string, found nothing");
  EXPECT_EQ(why_document(R"("layout": "rows")"),
            "corrupt: leyden.json: document.layout: expected \"passages\" or \"plain\", found \"rows\"");
  EXPECT_EQ(why_document(R"("layout": "plain")"), "corrupt: leyden.json: document.begin: expected a string, found nothing");
  EXPECT_EQ(why_document(R"("layout": "plain", )" + fences), "ok");
  EXPECT_EQ(why_document(R"("layout": "plain", "begin": "{titel}", "end": "")"),
            "corrupt: leyden.json: document.begin: expected no placeholder {titel}, found \"{titel}\"");
  EXPECT_EQ(why_document(R"("layout": "passages", )" + fences),
            "corrupt: leyden.json: document.reference: expected an object, found nothing");
  EXPECT_EQ(why_document(R"("layout": "passages", "reference": {"pattern": "[n]"}, )" + fences),
            "corrupt: leyden.json: document.reference.pattern: expected a text with {n}, found \"[n]\"");
  EXPECT_EQ(why_document(R"("layout": "passages", "reference": {"pattern": "[{n}]", "count": 0}, )" + fences),
            "corrupt: leyden.json: document.reference.count: expected a whole number from 1 to 1000000, found 0");
  EXPECT_EQ(why_document(R"("layout": "passages", "reference": {"pattern": "[{n}]", "count": 18446744073709551615}, )" + fences),
            "corrupt: leyden.json: document.reference.count: expected a whole number from 1 to 1000000, found 18446744073709551615");
  const std::string numbered = R"("layout": "passages", "reference": {"pattern": "[{n}]"}, "passage": "{ref}{text}", )" + fences;
  EXPECT_EQ(why_document(numbered), "ok");
  EXPECT_EQ(why_document(numbered + R"(, "passage_tokens": {"min": 9, "max": 3})"),
            "corrupt: leyden.json: document.passage_tokens.min: expected at most max, found 9 > 3");
  EXPECT_EQ(why_document(numbered + R"(, "passage_tokens": {"min": 1.5})"),
            "corrupt: leyden.json: document.passage_tokens.min: expected a whole number from 1 to 100000, found 1.5");
  EXPECT_EQ(why_document(numbered + R"(, "question": "{question}")"),
            "corrupt: leyden.json: document.question: expected it only with placement first_user, found placement before_system");
}

TEST(Profile, MatchesItsReferences) {
  const Profile p = full_profile();
  EXPECT_EQ(p.reference(17), "⟦17⟧");
  EXPECT_EQ(p.match_reference("⟦17⟧ > x"), std::make_pair(17, size_t{8}));
  EXPECT_EQ(p.match_reference("⟦0⟧").first, 0);
  for (const char* none : {"", "⟦", "⟦17", "⟦⟧", "⟦017⟧", "⟦1024⟧", "⟦99999999999999999999⟧", "17⟧", "⟦-1⟧"}) {
    EXPECT_EQ(p.match_reference(none).first, -1) << none;
  }
}

TEST(Profile, AnswersGetTheirReferenceTokensBack) {
  Rendered out;
  render_answer(full_profile(), expand("⟦9⟧ > It is.</think>⟦⟦3⟧⟦5"), &out);
  std::string seen;
  for (const Piece& piece : out.pieces()) {
    seen += (piece.kind == PieceKind::kSoftControl ? "R:" : "T:") + std::string(out.text_of(piece)) + "|";
  }
  EXPECT_EQ(seen, "R:⟦9⟧|T: > It is.</think>⟦|R:⟦3⟧|T:⟦5|");
}

TEST(Profile, ToolPromptOfTheProfile) {
  ChatTemplate chat = plain_template(ChatFormat::kV32Exp);
  chat.profile = full_profile();
  const std::vector<ToolSpec> tools = {
      {"get_weather", "", R"({"type":"object","properties":{"city":{"type":"string"}}})"},
      {"search", "", R"({"properties":{"query":{},"limit":{}}})"}};
  EXPECT_EQ(render_text(chat, {user("What is the weather in Rome?")}, {}, tools),
            expand("<BOS>You can call these tools: get_weather(city), search(query, limit).\n"
                   "<U>What is the weather in Rome?<A></think>"));
}

}  // namespace
}  // namespace leyden
