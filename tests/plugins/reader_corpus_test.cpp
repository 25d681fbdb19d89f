// SPDX-License-Identifier: Apache-2.0
// Real documents of Debian's documentation packages through the sandboxed reader, against what
// pdfinfo, pdftotext and Python's libraries say (tests/tools/record_reader_corpus.py). A file whose
// package is not here, or has another version, is counted as skipped.
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "plugins/document_file.h"
#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string path, format;
  uint32_t pages = 0;
  size_t letters = 0;
  std::vector<std::string> known;
};

std::vector<Row> read_table() {
  std::ifstream in(std::string(LEYDEN_SOURCE_DIR) + "/tests/goldens/reader_corpus.tsv");
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::vector<std::string> f;
    for (std::string field; std::getline(fields, field, '\t');) f.push_back(field);
    if (f.size() != 7) continue;
    rows.push_back({f[0],
                    f[1],
                    static_cast<uint32_t>(std::stoul(f[2])),
                    std::stoul(f[3]),
                    {f[4], f[5], f[6]}});
  }
  return rows;
}

/// Without white space, soft hyphens and hyphens: what is left does not depend on how lines were
/// broken.
std::string squeezed(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\n' || c == '\t' || c == '-') continue;
    if (text.compare(i, 2, "\xC2\xA0") == 0 || text.compare(i, 2, "\xC2\xAD") == 0) {
      ++i;
      continue;
    }
    if (text.compare(i, 3, "\xE3\x80\x80") == 0) {
      i += 2;
      continue;
    }
    out += c;
  }
  return out;
}

/// Letters and digits, near enough to what Python calls alphanumeric: no ASCII, general or CJK
/// punctuation, no symbols.
size_t letters(const std::string& text) {
  size_t n = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t c = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (size_t k = 1; k < size; ++k)
      c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    i += size;
    const bool symbol = (c >= 0x2000 && c < 0x2C00) || (c >= 0x3001 && c < 0x3030) ||
                        (c >= 0xFF00 && c < 0xFF10) || (c >= 0xFF1A && c < 0xFF21) ||
                        (c >= 0xE000 && c < 0xF900);
    const bool letter = c < 0x80 ? std::isalnum(static_cast<int>(c)) != 0
                                 : c >= 0xAA && !symbol && c != 0xB7 && c != 0xAB && c != 0xBB;
    if (letter) ++n;
  }
  return n;
}

TEST(ReaderCorpus, ReadsWhatOthersRead) {
  const std::vector<Row> rows = read_table();
  ASSERT_GE(rows.size(), 60u);
  const fs::path unpacked = fs::path(LEYDEN_SOURCE_DIR) / "build" / "corpus";
  const fs::path root = fs::exists(unpacked) ? unpacked : fs::path("/");
  Scratch scratch;
  size_t checked = 0, found = 0, expected = 0;
  std::map<std::string, size_t> formats;
  for (const Row& row : rows) {
    fs::path path = root / row.path;
    if (!fs::exists(path)) continue;
    SCOPED_TRACE(row.path);
    if (path.extension() == ".gz") {
      const fs::path plain = scratch.folder() / path.stem();
      const std::string command = "gzip -dc '" + path.string() + "' > '" + plain.string() + "'";
      ASSERT_EQ(std::system(command.c_str()), 0);
      path = plain;
    }
    auto file = DocumentFile::open(path, build_paths(), false, nullptr);
    ASSERT_TRUE(file.ok()) << file.status().to_string();
    const FileInfo& info = (*file)->info();
    EXPECT_EQ(info.format, row.format);
    if (row.pages > 0 && info.n_pages != row.pages) {
      std::printf("%s: %u pages, the table has %u: another version\n", row.path.c_str(),
                  info.n_pages, row.pages);
      continue;
    }
    std::string text;
    for (uint32_t i = 0; i < info.n_pages; ++i) {
      auto page = (*file)->page(i, nullptr);
      ASSERT_TRUE(page.ok()) << page.status().to_string();
      text += page->text + "\n";
      if (info.has_layout && !page->text.empty()) {
        EXPECT_FALSE(page->words.empty()) << "page " << i;
      }
      for (const FileWord& w : page->words) {
        if (!info.has_layout) break;
        ASSERT_LT(w.x0, w.x1 + 0.01);
        ASSERT_LT(w.y0, w.y1 + 0.01);
      }
    }
    const std::string all = squeezed(text);
    const double ratio = static_cast<double>(letters(all)) / static_cast<double>(row.letters);
    if (ratio < 0.5 || ratio > 2) {
      std::printf("%s: %.2f of the letters: another version\n", row.path.c_str(), ratio);
      continue;
    }
    EXPECT_GT(ratio, 0.94);
    EXPECT_LT(ratio, 1.06);
    for (const std::string& known : row.known) {
      ++expected;
      const bool here = all.find(squeezed(known)) != std::string::npos;
      found += here;
      if (!here) std::printf("%s: not found: %s\n", row.path.c_str(), known.c_str());
    }
    ++checked;
    ++formats[row.format];
  }
  std::printf("%zu of %zu files checked, %zu of %zu stretches found\n", checked, rows.size(), found,
              expected);
  for (const auto& [format, n] : formats) std::printf("  %s %zu\n", format.c_str(), n);
  // Stretches are from within lines, but columns and running heads may be read in another order.
  EXPECT_GE(found * 100, expected * 97);
  if (checked == 0) GTEST_SKIP() << "no documentation package is here; ./dev test fetches them";
}

}  // namespace
}  // namespace leyden::plugins
