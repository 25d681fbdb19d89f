// SPDX-License-Identifier: Apache-2.0
// Files read through the sandboxed reader, from the outside.
#include "plugins/document_file.h"

#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

class DocumentFileTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<DocumentFile>> open(const std::string& name, const std::string& bytes) {
    return DocumentFile::open(scratch_.file(name, bytes), build_paths(), false, nullptr);
  }
  Scratch scratch_;
};

TEST_F(DocumentFileTest, ReadsText) {
  auto file = open("letter.txt", "Dear reader,\r\n\r\nthe harbour closes at nine.\n");
  ASSERT_TRUE(file.ok()) << file.status().to_string();
  EXPECT_EQ((*file)->info().format, "text");
  EXPECT_EQ((*file)->info().n_pages, 1u);
  auto page = (*file)->page(0, nullptr);
  ASSERT_TRUE(page.ok()) << page.status().to_string();
  EXPECT_EQ(page->text, "Dear reader,\n\nthe harbour closes at nine.");
  ASSERT_EQ(page->words.size(), 7u);
  EXPECT_EQ(page->text.substr(page->words[3].begin, page->words[3].end - page->words[3].begin),
            "harbour");
}

TEST_F(DocumentFileTest, ReadsMarkdownOutline) {
  auto file = open("plan.md", "# Plan\n\nText.\n\n## First step\n\n```\n# no heading\n```\n");
  ASSERT_TRUE(file.ok()) << file.status().to_string();
  const FileInfo& info = (*file)->info();
  EXPECT_EQ(info.title, "Plan");
  ASSERT_EQ(info.outline.size(), 2u);
  EXPECT_EQ(info.outline[1].title, "First step");
  EXPECT_EQ(info.outline[1].level, 1u);
}

TEST_F(DocumentFileTest, ReadsHtmlWithoutScripts) {
  auto file = open(
      "page.html",
      "<!doctype html><title>A  page</title><script>var x = 'secret';</script>"
      "<h1>Head</h1><p>One <b>two</b>\n three.<ul><li>a<li>b</ul><table><tr><td>1<td>2</table>");
  ASSERT_TRUE(file.ok()) << file.status().to_string();
  EXPECT_EQ((*file)->info().title, "A page");
  auto page = (*file)->page(0, nullptr);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->text, "Head\n\nOne two three.\n\n- a\n- b\n\n1\t2");
}

TEST_F(DocumentFileTest, PagesOfALongTextAddUpToIt) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "Sentence number " + std::to_string(i) + " stands here.\n";
  auto file = open("long.txt", text);
  ASSERT_TRUE(file.ok()) << file.status().to_string();
  EXPECT_GT((*file)->info().n_pages, 10u);
  std::string all;
  for (uint32_t i = 0; i < (*file)->info().n_pages; ++i) {
    auto page = (*file)->page(i, nullptr);
    ASSERT_TRUE(page.ok());
    EXPECT_LE(page->text.size(), 4000u);
    all += page->text + "\n";
  }
  EXPECT_EQ(all, text);
}

TEST_F(DocumentFileTest, SaysWhatIsWrong) {
  EXPECT_EQ(open("empty.txt", "").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(open("picture.png", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\1\2\3\4\5\6", 22))
                .status()
                .code(),
            StatusCode::kUnsupported);
  const auto missing =
      DocumentFile::open(scratch_.folder() / "none", build_paths(), false, nullptr);
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  const auto folder = DocumentFile::open(scratch_.folder(), build_paths(), false, nullptr);
  EXPECT_EQ(folder.status().code(), StatusCode::kInvalidArgument);
  auto file = open("a.txt", "a");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->page(1, nullptr).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ((*file)->image(0, 1, nullptr).status().code(), StatusCode::kUnsupported);
  EXPECT_EQ((*file)->image(0, -1, nullptr).status().code(), StatusCode::kInvalidArgument);
}

TEST(ParsePage, RefusesWhatNoReaderMaySay) {
  const auto parse = [](const std::string& about, const std::string& text) {
    return parse_page(about + text, about.size());
  };
  EXPECT_TRUE(parse(R"({"width":10,"height":10,"spans":[[0,3,0,0,1,1]]})", "one").ok());
  EXPECT_EQ(parse("{}", "\xFF").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(parse(R"({"spans":[[0,9,0,0,1,1]]})", "one").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(parse(R"({"spans":[[2,3,0,0,1,1],[0,1,0,0,1,1]]})", "one").status().code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(parse(R"({"spans":[[0,1,0,0,1,1]]})", "\xC3\xA4").status().code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(parse(R"({"width":-1})", "").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(parse_page("{}", 99).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(parse_file_info(R"({"pages":0})").status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace leyden::plugins
