// SPDX-License-Identifier: Apache-2.0
// The readers of formats without pages, and encodings, in this process.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <unicode/ucnv.h>

#include <map>

#include "plugins/documents/docx_source.h"
#include "plugins/documents/encoding.h"
#include "plugins/documents/epub_source.h"
#include "plugins/documents/html_source.h"
#include "plugins/documents/pdf_source.h"
#include "plugins/documents/text_source.h"
#include "tests/plugins/reader_fuzz_file.h"

namespace leyden::documents {
namespace {

const Cancelled kNever = [] { return false; };

std::string zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out(256 << 10, '\0');
  size_t bytes = 0, used = 0;
  for (const auto& [name, text] : entries) bytes += text.size();
  out.resize(out.size() + bytes / 50);
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (const auto& [name, text] : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    EXPECT_EQ(archive_write_header(a, entry), ARCHIVE_OK);
    EXPECT_EQ(archive_write_data(a, text.data(), text.size()),
              static_cast<la_ssize_t>(text.size()));
    archive_entry_free(entry);
  }
  EXPECT_EQ(archive_write_close(a), ARCHIVE_OK);
  archive_write_free(a);
  out.resize(used);
  return out;
}

std::string in_encoding(const char* name, const std::string& utf8) {
  std::string out(utf8.size() * 4, '\0');
  UErrorCode error = U_ZERO_ERROR;
  const int32_t n = ucnv_convert(name, "UTF-8", out.data(), static_cast<int32_t>(out.size()),
                                 utf8.data(), static_cast<int32_t>(utf8.size()), &error);
  EXPECT_TRUE(U_SUCCESS(error)) << name;
  out.resize(static_cast<size_t>(n));
  return out;
}

const std::string kSimplified =
    "港口在九点关闭。档案室的门禁代码每个星期都会更换，钥匙由值班人员保管。如果您需要查阅一九八四年"
    "以前的"
    "文件，请提前三天提交申请，并附上单位的介绍信。";
const std::string kTraditional =
    "港口在九點關閉。檔案室的門禁代碼每個星期都會更換，鑰匙由值班人員保管。如果您需要查閱一九八四年"
    "以前的"
    "文件，請提前三天提交申請，並附上單位的介紹信。";

TEST(Encoding, FindsTheCommonOnes) {
  struct Case {
    const char* encoding;
    std::string text;
  };
  const Case cases[] = {
      {"UTF-8", kSimplified},
      {"GB18030", kSimplified},
      {"Big5", kTraditional},
      {"UTF-16LE", "Plain words, and é."},
      {"UTF-16BE", "Plain words."},
      {"UTF-16", kSimplified},
      {"UTF-32", kSimplified},
      {"windows-1252", "Die Tür schließt um neun, sagte die Frau über den Hof."},
      {"Shift_JIS",
       "港は九時に閉まります。資料室の鍵は当番の人が持っています。ご覧になりたい方は三日前までにお"
       "申し込みください。"},
      {"KOI8-R", "Гавань закрывается в девять часов. Ключ от архива хранится у дежурного."}};
  for (const Case& c : cases) {
    const auto decoded = decode_text(in_encoding(c.encoding, c.text));
    ASSERT_TRUE(decoded.ok()) << c.encoding << ": " << decoded.status().to_string();
    EXPECT_EQ(decoded->text, c.text) << c.encoding << " taken for " << decoded->encoding;
  }
}

TEST(Encoding, RefusesBinary) {
  EXPECT_EQ(decode_text(std::string("a\0b\0\0c\x01", 7)).status().code(), StatusCode::kUnsupported);
}

TEST(Encoding, DeclaredOneIsBelievedWhereItFits) {
  const std::string bytes = "<meta charset=gb2312><p>" + in_encoding("GB18030", kSimplified);
  auto source = open_html(bytes);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->page(0, kNever)->text, kSimplified);
  EXPECT_TRUE((*source)->notices.empty());
  source = open_html("<meta charset=big5><p>" + kSimplified);  // a lie: it is UTF-8
  EXPECT_EQ((*source)->page(0, kNever)->text, kSimplified);
}

TEST(Docx, ReadsParagraphsHeadingsAndTables) {
  const std::string w = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
  const std::string styles =
      "<w:styles " + w +
      "><w:style w:styleId=\"H\"><w:name w:val=\"heading 2\"/></w:style></w:styles>";
  const std::string document =
      "<w:document " + w +
      "><w:body><w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>Opening</w:t></w:r></w:p>"
      "<w:p><w:r><w:t xml:space=\"preserve\">The harbour "
      "</w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
      "<w:r><w:t>closes.</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></"
      "w:tc>"
      "<w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>";
  const std::string bytes = zip({{"word/document.xml", document}, {"word/styles.xml", styles}});
  const FuzzFile file(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), "a.docx");
  const auto source = open_docx(file.file, kNever);
  ASSERT_TRUE(source.ok()) << source.status().to_string();
  EXPECT_EQ((*source)->page(0, kNever)->text, "Opening\n\nThe harbour closes.\n\na\tb");
  ASSERT_EQ((*source)->outline.size(), 1u);
  EXPECT_EQ((*source)->outline[0].title, "Opening");
}

TEST(Epub, ReadsTheSpineInOrder) {
  const std::string bytes =
      zip({{"mimetype", "application/epub+zip"},
           {"META-INF/container.xml",
            "<container><rootfiles><rootfile full-path=\"OEBPS/p.opf\"/></rootfiles></container>"},
           {"OEBPS/p.opf",
            "<package xmlns:dc=\"x\"><metadata><dc:title>Book</dc:title></metadata><manifest>"
            "<item id=\"a\" href=\"two%20a.xhtml\"/><item id=\"b\" href=\"one.xhtml\"/><item "
            "id=\"c\" href=\"gone.xhtml\"/>"
            "</manifest><spine><itemref idref=\"b\"/><itemref idref=\"a\"/><itemref "
            "idref=\"c\"/></spine></package>"},
           {"OEBPS/two a.xhtml", "<html><body><h1>Two</h1><p>second</p></body></html>"},
           {"OEBPS/one.xhtml", "<html><body><h1>One</h1><p>first</p></body></html>"}});
  const FuzzFile file(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), "a.epub");
  const auto source = open_epub(file.file, kNever);
  ASSERT_TRUE(source.ok()) << source.status().to_string();
  EXPECT_EQ((*source)->title, "Book");
  ASSERT_EQ((*source)->n_pages(), 2u);
  EXPECT_EQ((*source)->page(0, kNever)->text, "One\n\nfirst");
  EXPECT_EQ((*source)->page(1, kNever)->text, "Two\n\nsecond");
  ASSERT_EQ((*source)->outline.size(), 2u);
  EXPECT_EQ((*source)->outline[1].page, 1u);
  EXPECT_EQ((*source)->notices.size(), 1u);
}

TEST(Archive, BombsAreRefused) {
  const std::string bytes = zip({{"word/document.xml", std::string(300 << 20, ' ')}});
  ASSERT_LT(bytes.size(), size_t{8} << 20);
  const FuzzFile file(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), "a.docx");
  EXPECT_EQ(open_docx(file.file, kNever).status().code(), StatusCode::kOutOfMemory);
}

TEST(Html, DeepNestingIsRead) {
  std::string html;
  for (int i = 0; i < 20000; ++i) html += "<div>";
  const HtmlText text = html_text(html + "deep");
  EXPECT_NE(text.flow.text.find("deep"), std::string::npos);
}

TEST(BboxLayout, PutsWordsTogether) {
  const auto pages = parse_bbox_layout(
      "<html><body><doc><page width=\"100\" height=\"50\"><flow><block>"
      "<line><word xMin=\"0\" yMin=\"0\" xMax=\"10\" yMax=\"5\">docu-</word></line>"
      "<line><word xMin=\"0\" yMin=\"6\" xMax=\"10\" yMax=\"9\">ment</word></line></block><block>"
      "<line><word xMin=\"0\" yMin=\"20\" xMax=\"20\" yMax=\"25\">港口</word></line>"
      "<line><word xMin=\"0\" yMin=\"26\" xMax=\"10\" yMax=\"30\">关</word></line>"
      "</block></flow></page></doc></body></html>");
  ASSERT_TRUE(pages.ok()) << pages.status().to_string();
  ASSERT_EQ(pages->size(), 1u);
  const Page& page = (*pages)[0];
  EXPECT_EQ(page.text, "document\n\n港口关");
  ASSERT_EQ(page.words.size(), 5u);
  EXPECT_EQ(page.words[3].x0, 10);  // the second Han character, half way
  EXPECT_EQ(page.words[3].x1, 20);
}

TEST(Flow, PagesEndWhereTheTextAllows) {
  Flow flow;
  flow.text = std::string(5000, 'x');  // nowhere to break
  EXPECT_EQ(page_ends(flow).back(), 5000u);
  flow.text.clear();
  for (int i = 0; i < 2000; ++i) flow.text += "\xE6\xB8\xAF";
  for (const size_t end : page_ends(flow)) EXPECT_EQ(end % 3, 0u);
  flow.text.clear();
  EXPECT_EQ(page_ends(flow).size(), 1u);
}

}  // namespace
}  // namespace leyden::documents
