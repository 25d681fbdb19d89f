// SPDX-License-Identifier: Apache-2.0
// The commands of docs/plugins.md, run as they stand there; then the tool is called.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "plugins/plugin_tools.h"
#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

/// The first block of commands in the document.
std::string documented_commands() {
  std::ifstream in(std::string(LEYDEN_SOURCE_DIR) + "/docs/plugins.md");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const size_t begin = text.find("```\n");
  const size_t end = text.find("```", begin + 4);
  return begin == std::string::npos || end == std::string::npos
             ? ""
             : text.substr(begin + 4, end - begin - 4);
}

TEST(Template, DocumentedCommandsMakeAWorkingTool) {
  const std::string commands = documented_commands();
  ASSERT_NE(commands.find("template_plugin.c"), std::string::npos) << commands;
  Scratch scratch;
  const std::string script = "set -e\nDIR=" + scratch.folder().string() +
                             "\nLEYDEN=" + LEYDEN_SOURCE_DIR + "\n" + commands;
  ASSERT_EQ(std::system(script.c_str()), 0);

  std::vector<std::string> problems;
  std::vector<Manifest> found = find_plugins(scratch.folder(), &problems);
  ASSERT_EQ(found.size(), 1u) << (problems.empty() ? "" : problems[0]);
  StartOptions options;
  options.host_program = build_paths().host_program;
  RecordingServices services;
  PluginTools tools(std::move(found), options, services);
  ASSERT_TRUE(tools.problems().empty()) << tools.problems()[0];
  ASSERT_EQ(tools.list().size(), 1u);
  EXPECT_EQ(tools.list()[0].name, "word_count");
  EXPECT_EQ(tools.list()[0].origin, "plugin org.example.word-count");
  EXPECT_TRUE(tools.list()[0].hints.read_only);
  EXPECT_FALSE(tools.list()[0].hints.network);

  auto result = tools.call("word_count", R"({"text": "one two\nthree"})", ToolContext{});
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_FALSE(result->is_error) << result->text;
  EXPECT_EQ(result->text, "3 words");
  result = tools.call("word_count", "{}", ToolContext{});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->is_error);
  EXPECT_NE(result->text.find("needs a \"text\""), std::string::npos);
  EXPECT_EQ(tools.call("nothing", "{}", ToolContext{}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(tools.plugins_json()[0]["state"], "running");
}

}  // namespace
}  // namespace leyden::plugins
