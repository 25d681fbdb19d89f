// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/formats.h"

#include <algorithm>
#include <string_view>

#include "plugins/documents/docx_source.h"
#include "plugins/documents/epub_source.h"
#include "plugins/documents/html_source.h"
#include "plugins/documents/pdf_source.h"
#include "plugins/documents/text_source.h"

namespace leyden::documents {

namespace {

bool contains_no_case(std::string_view text, std::string_view word) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [&](char a, char b) { return lower(a) == b; }) != text.end();
}

/// Most of the control characters occur in no text file.
bool looks_binary(std::string_view head) {
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return false;
  const auto bad = std::count_if(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' &&
           byte != 0x1B && byte != 0;
  });
  return static_cast<size_t>(bad) * 50 > head.size();
}

}  // namespace

Format guess_format(const File& file, std::span<const uint8_t> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string extension = file.extension();
  const std::string_view front = head.substr(0, 1024);
  if (front.find("%PDF-") != std::string_view::npos) return Format::kPdf;
  if (head.starts_with("PK\x03\x04")) {
    if (head.find("application/epub+zip") != std::string_view::npos || extension == "epub")
      return Format::kEpub;
    if (head.find("word/") != std::string_view::npos || extension == "docx") return Format::kDocx;
    return Format::kNone;
  }
  if (looks_binary(head)) return Format::kNone;
  if (extension == "html" || extension == "htm" || extension == "xhtml") return Format::kHtml;
  if (extension == "md" || extension == "markdown") return Format::kMarkdown;
  if (contains_no_case(front, "<!doctype html") || contains_no_case(front, "<html"))
    return Format::kHtml;
  return Format::kText;
}

Result<std::unique_ptr<Source>> open_source(const File& file, Format format,
                                            const Cancelled& cancelled) {
  switch (format) {
    case Format::kPdf:
      return open_pdf(file);
    case Format::kDocx:
      return open_docx(file, cancelled);
    case Format::kEpub:
      return open_epub(file, cancelled);
    case Format::kHtml:
    case Format::kMarkdown:
    case Format::kText:
      break;
    case Format::kNone:
      return unsupported("is in no format this reader knows");
  }
  LEYDEN_ASSIGN(const std::string bytes, file.read_all(kMaxTextFile));
  return format == Format::kHtml ? open_html(bytes) : open_text(bytes, format == Format::kMarkdown);
}

}  // namespace leyden::documents
