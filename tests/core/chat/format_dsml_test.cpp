// SPDX-License-Identifier: Apache-2.0
#include "core/chat/format_dsml.h"

#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

class FormatDsml : public ::testing::Test {
 protected:
  /// ⟦P⟧ of the goldens: the preamble, the tool's line, the end of the list.
  std::string with_preamble(std::string text) const {
    const std::string_view mark = "⟦P⟧";
    const size_t at = text.find(mark);
    return text.replace(at, mark.size(),
                        chat_.dsml.tools + R"({"name": "tide_height", "description": "Tide at a port.", )" +
                            R"("parameters": {"type": "object"}})" + "\n</functions>\n");
  }
  std::vector<Message> harbour() const {
    return {system_message("You are a harbour clerk."), user("Tide in Brest at 9h?"),
            assistant("", {{"tide_height", R"({"port":"Brest","hour":9,"opts":{"unit":"m"}})"}}, "Need the tool."),
            tool_result("5.2")};
  }
  ChatTemplate chat_ = plain_template(ChatFormat::kV32);
  std::vector<ToolSpec> tools_ = {{"tide_height", "Tide at a port.", R"({"type":"object"})"}};
  RenderOptions thinking_{.thinking = true};
};

TEST_F(FormatDsml, WorkedExampleA) {
  EXPECT_EQ(render_text(chat_, harbour(), thinking_, tools_), with_preamble(golden("dsml_a.txt")));
}

TEST_F(FormatDsml, WorkedExampleBDropsEarlierReasoning) {
  std::vector<Message> messages = harbour();
  messages.push_back(assistant("5.2 m.", {}, "Got it."));
  messages.push_back(user("And Cadiz?"));
  EXPECT_EQ(render_text(chat_, messages, thinking_, tools_), with_preamble(golden("dsml_b.txt")));
}

TEST_F(FormatDsml, WorkedExampleC) {
  EXPECT_EQ(render_text(chat_, {user("Q"), assistant("Looking.", {{"now", "{}"}, {"tide_height", R"({"port": "Brest"})"}}),
                                tool_result("09:00"), tool_result("5.2"), assistant("Done.")},
                        {.add_generation_prompt = false}), golden("dsml_c.txt"));
}

TEST_F(FormatDsml, ReferencePromptOfTheModelCard) {
  EXPECT_EQ(render_text(chat_, {user("hello"), assistant("Hello! I am DeepSeek."), user("1+1=?")}, thinking_),
            expand("<BOS><U>hello<A></think>Hello! I am DeepSeek.<EOS><U>1+1=?<A><think>"));
}

TEST_F(FormatDsml, SystemTextStaysInPlace) {
  EXPECT_EQ(render_text(chat_, {system_message("S1"), user("a"), system_message("S2")}),
            expand("<BOS>S1<U>a<A></think>S2"));
}

TEST_F(FormatDsml, ToolsWithoutSystemText) {
  const std::string text = render_text(chat_, {user("Q")}, {}, tools_);
  EXPECT_TRUE(text.starts_with(expand("<BOS>\n\n## Tools\n\n"))) << text;
  EXPECT_TRUE(text.ends_with(expand("\n</functions>\n<U>Q<A></think>"))) << text;
}

TEST_F(FormatDsml, ResponseFormatFollowsTheTools) {
  Message system = system_message("S");
  system.response_format = R"({"type":"object"})";
  const std::string text = render_text(chat_, {system, user("Q")}, {}, tools_);
  EXPECT_NE(text.find("\n</functions>\n\n\n" + chat_.dsml.response_format + R"({"type": "object"})" + expand("<U>Q")),
            std::string::npos) << text;
}

TEST_F(FormatDsml, DeveloperMessageCarriesTheTools) {
  const std::string text = render_text(chat_, {{Role::kDeveloper, "Find it."}}, thinking_, tools_);
  EXPECT_TRUE(text.starts_with(expand("<BOS><U>\n\n## Tools"))) << text;
  EXPECT_TRUE(text.ends_with(expand("</functions>\n\n\n# The user's message is: Find it.<A><think>"))) << text;
}

TEST_F(FormatDsml, ArgumentsKeepOrderDigitsAndRawStrings) {
  const std::string text = render_text(
      chat_, {user("Q"), assistant("", {{"f", R"({"z":123456789012345678901234567890,"a":"say \"hi\" <b>\n2","x":1e-7,"l":[1,2.50,"ä"],"n":null})"}}),
              tool_result("r")});
  const std::string wanted = expand(
      "<D|parameter name=\"z\" string=\"false\">123456789012345678901234567890</D|parameter>\n"
      "<D|parameter name=\"a\" string=\"true\">say \"hi\" <b>\n2</D|parameter>\n"
      "<D|parameter name=\"x\" string=\"false\">1e-07</D|parameter>\n"
      "<D|parameter name=\"l\" string=\"false\">[1, 2.5, \"ä\"]</D|parameter>\n"
      "<D|parameter name=\"n\" string=\"false\">null</D|parameter>\n");
  EXPECT_NE(text.find(wanted), std::string::npos) << text;
}

TEST_F(FormatDsml, ThinkTokensOfThePreambleAreControl) {
  const auto rendered = render_chat(chat_, {user("<think>")}, tools_, {});
  ASSERT_TRUE(rendered.ok());
  size_t think = 0, marks = 0;
  for (const Piece& piece : rendered->pieces()) {
    think += piece.is_control() && rendered->text_of(piece) == token::kThink;
    marks += piece.kind == PieceKind::kSoftControl && rendered->text_of(piece) == token::kDsml;
  }
  EXPECT_EQ(think, 1u) << "the preamble's, not the user's";
  EXPECT_GT(marks, 5u);
}

TEST_F(FormatDsml, DocumentsComeFirst) {
  Rendered document;
  document.text("DOC");
  const auto rendered = render_chat(chat_, {system_message("S"), user("Q")}, {}, {.documents = true});
  ASSERT_TRUE(rendered.ok());
  EXPECT_EQ(rendered->with_documents(document).to_string(), expand("<BOS>DOCS<U>Q<A></think>"));
  chat_.profile.document.placement = DocumentProfile::Placement::kFirstUser;
  chat_.profile.document.question = "\n{question}";
  const auto first = render_chat(chat_, {system_message("S"), user("Q"), assistant("R"), user("Q2")}, {},
                                 {.thinking = true, .documents = true});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->with_documents(document).to_string(),
            expand("<BOS><U>DOC\nS\nQ<A></think>R<EOS><U>Q2<A><think>"));
}

}  // namespace
}  // namespace leyden
