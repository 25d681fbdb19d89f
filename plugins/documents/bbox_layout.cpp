// SPDX-License-Identifier: Apache-2.0
// The XHTML of pdftotext -bbox-layout: page > flow > block > line > word.
#include <cmath>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "plugins/documents/encoding.h"
#include "plugins/documents/pdf_source.h"

namespace leyden::documents {

namespace {

struct Letter {
  uint32_t code;
  size_t begin, size;
};

std::vector<Letter> letters_of(std::string_view text) {
  std::vector<Letter> out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = std::min<size_t>(lead < 0x80   ? 1
                                         : lead < 0xE0 ? 2
                                         : lead < 0xF0 ? 3
                                                       : 4,
                                         text.size() - i);
    uint32_t code = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (size_t k = 1; k < size; ++k)
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    out.push_back({code, i, size});
    i += size;
  }
  return out;
}

/// Characters of scripts that are written without spaces.
bool is_wide(uint32_t c) {
  return (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xF900 && c < 0xFB00) ||
         (c >= 0xFF00 && c < 0xFF61) || (c >= 0x20000 && c < 0x40000);
}

bool is_letter(uint32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? c < 0x80 : c >= 0xC0; }

class PageBuilder {
 public:
  explicit PageBuilder(Page& page) : page_(page) {}

  void line(const pugi::xml_node& line) {
    for (const pugi::xml_node& node : line.children("word")) {
      const std::string text = clean_text(node.text().get());
      if (text.empty()) continue;
      const Word place{0,
                       0,
                       node.attribute("xMin").as_float(),
                       node.attribute("yMin").as_float(),
                       node.attribute("xMax").as_float(),
                       node.attribute("yMax").as_float()};
      if (!std::isfinite(place.x0 + place.y0 + place.x1 + place.y1)) continue;
      add(text, place);
    }
    end_line();
  }
  void end_block() { pending_ = Pending::kBlock; }

 private:
  enum class Pending { kNothing, kSpace, kLine, kBlock };

  /// What stands between the last word and this one. A hyphen at the end of a line is dropped when
  /// small letters go on.
  void separate(uint32_t first) {
    std::string& text = page_.text;
    if (text.empty() || pending_ == Pending::kNothing) {
    } else if (pending_ == Pending::kLine && hyphenated_ && first >= 'a' && first <= 'z') {
      text.pop_back();
      --page_.words.back().end;
      if (page_.words.back().end == page_.words.back().begin) page_.words.pop_back();
    } else if (pending_ == Pending::kLine && last_wide_ && is_wide(first)) {
      // Han text goes on without a space.
    } else {
      text += pending_ == Pending::kSpace ? " " : pending_ == Pending::kLine ? "\n" : "\n\n";
    }
    pending_ = Pending::kNothing;
  }

  void add(const std::string& text, const Word& place) {
    const auto letters = letters_of(text);
    separate(letters.front().code);
    const double step = (double{place.x1} - double{place.x0}) / static_cast<double>(letters.size());
    const size_t base = page_.text.size();
    page_.text += text;
    for (size_t i = 0; i < letters.size();) {
      size_t end = i + 1;
      if (!is_wide(letters[i].code)) {
        while (end < letters.size() && !is_wide(letters[end].code)) ++end;
      }
      Word word = place;
      word.begin = base + letters[i].begin;
      word.end = base + letters[end - 1].begin + letters[end - 1].size;
      word.x0 = static_cast<float>(double{place.x0} + step * static_cast<double>(i));
      word.x1 = static_cast<float>(double{place.x0} + step * static_cast<double>(end));
      page_.words.push_back(word);
      i = end;
    }
    last_wide_ = is_wide(letters.back().code);
    hyphenated_ = letters.size() > 1 && letters.back().code == '-' &&
                  is_letter(letters[letters.size() - 2].code);
    pending_ = Pending::kSpace;
  }

  void end_line() { pending_ = Pending::kLine; }

  Page& page_;
  Pending pending_ = Pending::kNothing;
  bool last_wide_ = false, hyphenated_ = false;
};

}  // namespace

Result<std::vector<Page>> parse_bbox_layout(std::string_view xhtml) {
  pugi::xml_document document;
  const auto result =
      document.load_buffer(xhtml.data(), xhtml.size(),
                           pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result) return corrupt(std::string("pdftotext's output: ") + result.description());
  std::vector<Page> pages;
  for (const pugi::xml_node& node :
       document.child("html").child("body").child("doc").children("page")) {
    Page page;
    page.width = node.attribute("width").as_double();
    page.height = node.attribute("height").as_double();
    PageBuilder build(page);
    for (const pugi::xml_node& flow : node.children("flow")) {
      for (const pugi::xml_node& block : flow.children("block")) {
        for (const pugi::xml_node& line : block.children("line")) build.line(line);
        build.end_block();
      }
    }
    if (!is_utf8(page.text)) {
      page.text.clear();
      page.words.clear();
    }
    pages.push_back(std::move(page));
  }
  return pages;
}

}  // namespace leyden::documents
