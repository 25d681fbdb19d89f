// SPDX-License-Identifier: Apache-2.0
// What a model folder says about its prompts: the format, the profile, the encoder's fixed texts.
#include <filesystem>

#include "core/chat/tool_prompt.h"
#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

class ModelFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    dir_ = fs::path(::testing::TempDir()) / (std::string("leyden_chat_") + info->name());
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name, std::ios::binary) << text;
  }
  ChatTemplate load(std::optional<ChatFormat> format = std::nullopt) {
    auto chat = ChatTemplate::load(dir_, format);
    EXPECT_TRUE(chat.ok()) << chat.status().to_string();
    return chat.ok() ? *std::move(chat) : ChatTemplate();
  }
  fs::path dir_;
};

TEST_F(ModelFolder, EmptyOneIsTakenForV32ExpWithAWarning) {
  const ChatTemplate chat = load();
  EXPECT_EQ(chat.format, ChatFormat::kV32Exp);
  ASSERT_EQ(chat.warnings.size(), 1u);
  EXPECT_TRUE(chat.tool_prompt.degraded);
}

TEST_F(ModelFolder, EncoderMeansV32) {
  write("encoding/encoding_dsv32.py", "x = 1\n");
  write("tokenizer_config.json", R"({"bos_token": "x"})");
  const ChatTemplate chat = load();
  EXPECT_EQ(chat.format, ChatFormat::kV32);
  EXPECT_TRUE(chat.dsml.tools_degraded);
  EXPECT_EQ(chat.warnings.size(), 2u) << "both texts are stand-ins";
}

TEST_F(ModelFolder, ChatTemplateMeansV32Exp) {
  write("encoding/encoding_dsv32.py", "");
  write("tokenizer_config.json", R"({"chat_template": "..."})");
  EXPECT_EQ(load().format, ChatFormat::kV32Exp);
  EXPECT_EQ(load(ChatFormat::kV32).format, ChatFormat::kV32) << "an explicit choice comes first";
  write("leyden.json", R"({"leyden_profile": 1, "chat_format": "v3.2"})");
  EXPECT_EQ(load().format, ChatFormat::kV32) << "then the profile's";
}

TEST_F(ModelFolder, TemplateFileMeansV32Exp) {
  write("chat_template.jinja", "{{ x }}");
  EXPECT_EQ(load().format, ChatFormat::kV32Exp);
  EXPECT_TRUE(load().warnings.empty());
}

TEST_F(ModelFolder, BadProfileIsAnError) {
  write("leyden.json", "{");
  EXPECT_EQ(ChatTemplate::load(dir_).status().message(), "leyden.json: not JSON");
  write("leyden.json", std::string((1 << 20) + 1, ' '));
  EXPECT_EQ(ChatTemplate::load(dir_).status().message(),
            (dir_ / "leyden.json").string() + ": expected at most 1048576 bytes, found 1048577");
  fs::remove(dir_ / "leyden.json");
  fs::create_directory(dir_ / "leyden.json");
  EXPECT_EQ(ChatTemplate::load(dir_).status().code(), StatusCode::kIo);
}

TEST_F(ModelFolder, ProfileToolWordsAreNotDegraded) {
  write("leyden.json", R"({"leyden_profile": 1, "tools": {"tool": "{name}"}})");
  EXPECT_FALSE(load().tool_prompt.degraded);
}

TEST(DsmlPreamble, ReadsPythonStrings) {
  const auto read = [](std::string_view python) {
    const auto text = read_python_string(python, 0);
    return text.ok() ? *text : "none";
  };
  EXPECT_EQ(read("\"\"\"a\n\"b\" \\n\\\n\\u00e4\\x41\"\"\" + x"), "a\n\"b\" \näA");
  EXPECT_EQ(read("'it\\'s \\q'"), "it's \\q");
  EXPECT_EQ(read("r'a\\n'"), "a\\n");
  EXPECT_EQ(read("''"), "");
  EXPECT_EQ(read("\"\"\"\"\"\""), "");
  for (const char* none : {"", "x", "'open", "\"\"\"open\"", "'a\nb'", "'\\ud800'", "'\\xg0'", "'\\"}) {
    EXPECT_EQ(read(none), "none") << none;
  }
}

TEST(DsmlPreamble, TakesTheEncodersConstantWithAWarningWhenItDiffers) {
  const std::string python =
      "# TOOLS_SYSTEM_TEMPLATE is below\nOTHER_TOOLS_SYSTEM_TEMPLATE = 'no'\n"
      "TOOLS_SYSTEM_TEMPLATE: str = \"\"\"## Tools\n{{x}} <{dsml_token}function_calls> {thinking_start_token}y"
      "{thinking_end_token}\n<functions>\n{tool_schemas}\n</functions>\n\"\"\"\n"
      "response_format_template = (\n    \"## Response Format:\\n\\nOther words\\n{schema}\"\n)\n";
  const DsmlPreamble preamble = DsmlPreamble::from_encoder(python, "encoding_dsv32.py");
  EXPECT_EQ(preamble.tools, "## Tools\n{x} <｜DSML｜function_calls> <think>y</think>\n<functions>\n");
  EXPECT_TRUE(preamble.tools_degraded);
  EXPECT_TRUE(preamble.response_format_degraded);
  ASSERT_EQ(preamble.warnings.size(), 2u);
  EXPECT_NE(preamble.warnings[0].find("SHA-256 differs"), std::string::npos);
}

TEST(DsmlPreamble, BuiltInWordsServeWhereTheEncoderIsUnreadable) {
  const std::string own = DsmlPreamble::built_in().tools;
  for (const char* python : {"", "TOOLS_SYSTEM_TEMPLATE", "TOOLS_SYSTEM_TEMPLATE =", "TOOLS_SYSTEM_TEMPLATE = 'x{'",
                             "TOOLS_SYSTEM_TEMPLATE = '{unknown}{tool_schemas}'", "TOOLS_SYSTEM_TEMPLATE = 'no place'",
                             "TOOLS_SYSTEM_TEMPLATE = \"\"\"open"}) {
    const DsmlPreamble preamble = DsmlPreamble::from_encoder(python, "e.py");
    EXPECT_EQ(preamble.tools, own) << python;
    EXPECT_TRUE(preamble.tools_degraded);
    EXPECT_NE(preamble.warnings.at(0).find("own words"), std::string::npos);
  }
}

TEST(DsmlPreamble, BuiltInHasThePublishedStructure) {
  const std::string own = DsmlPreamble::built_in().tools;
  size_t at = 0;
  for (const char* part : {"## Tools\n\n", "<D|function_calls>\n<D|invoke name=\"$FUNCTION_NAME\">\n"
                           "<D|parameter name=\"$PARAMETER_NAME\" string=\"true|false\">$PARAMETER_VALUE</D|parameter>\n...\n"
                           "</D|invoke>\n<D|invoke name=\"$FUNCTION_NAME2\">\n...\n</D|invoke>\n</D|function_calls>\n\n",
                           "<D|function_calls>\n...\n</D|function_calls>\n\n<function_results>\n...\n</function_results>\n\n<think>",
                           "</think>\n\n", "<functions>\n"}) {
    at = own.find(expand(part), at);
    ASSERT_NE(at, std::string::npos) << part;
  }
  EXPECT_TRUE(own.ends_with("\n<functions>\n"));
}

TEST(ToolPrompt, TemplatesAreChecked) {
  EXPECT_TRUE(ToolPrompt::parse(R"({"tool": "{json}", "preamble": "p"})", "t.json").ok());
  EXPECT_EQ(ToolPrompt::parse(R"({"tool": 3})", "t.json").status().message(), "t.json: tool: expected a string, found number");
  EXPECT_EQ(ToolPrompt::parse(R"({"toll": ""})", "t.json").status().message(), "t.json: toll: unknown name");
  EXPECT_FALSE(ToolPrompt::parse("[]", "t.json").ok());
}

TEST(ToolPrompt, FillsOnlyItsPlaceholders) {
  std::string out;
  for (const TemplatePart& part : fill_template("{a}{{b}}{c}{", {"a", "b"}, {"{b}", "B"})) out += part.text;
  EXPECT_EQ(out, "{b}{B}{c}{") << "values are not templates";
}

}  // namespace
}  // namespace leyden
