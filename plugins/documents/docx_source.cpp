// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/docx_source.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <pugixml.hpp>
#include <utility>
#include <vector>

#include "plugins/documents/archive.h"
#include "plugins/documents/xml_names.h"

namespace leyden::documents {

namespace {

constexpr int kMaxDepth = 200;

std::string value(const pugi::xml_node& node) {
  for (const pugi::xml_attribute& a : node.attributes()) {
    const char* colon = std::strchr(a.name(), ':');
    if (std::strcmp(colon ? colon + 1 : a.name(), "val") == 0) return a.value();
  }
  return {};
}

using Levels = std::map<std::string, uint32_t>;  ///< style id -> heading level

Levels heading_styles(const pugi::xml_node& styles) {
  Levels out;
  for (const pugi::xml_node& style : styles) {
    if (!is(style, "style")) continue;
    std::string id;
    for (const pugi::xml_attribute& a : style.attributes()) {
      if (std::strstr(a.name(), "styleId")) id = a.value();
    }
    const pugi::xml_node level = child(child(style, "pPr"), "outlineLvl");
    std::string name = value(child(style, "name"));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (level) {
      if (const int n = std::atoi(value(level).c_str()); n >= 0 && n < 9)
        out[id] = static_cast<uint32_t>(n);
    } else if (name.starts_with("heading ") && name.size() == 9 && name[8] >= '1' &&
               name[8] <= '9') {
      out[id] = static_cast<uint32_t>(name[8] - '1');
    } else if (name == "title") {
      out[id] = 0;
    }
  }
  return out;
}

class DocxText {
 public:
  DocxText(Flow& flow, Levels levels) : flow_(flow), levels_(std::move(levels)) {}

  void blocks(const pugi::xml_node& parent, int depth) {
    if (depth > kMaxDepth) return;
    for (const pugi::xml_node& node : parent) {
      if (is(node, "p")) {
        paragraph(node);
      } else if (is(node, "tbl")) {
        table(node, depth);
      } else if (is(node, "sdt") || is(node, "sdtContent") || is(node, "body") ||
                 is(node, "footnote") || is(node, "customXml") || is(node, "ins")) {
        blocks(node, depth + 1);
      }
    }
  }

 private:
  void paragraph(const pugi::xml_node& p) {
    std::string text;
    runs(p, text, 0);
    if (text.find_first_not_of(" \t\n") == std::string::npos) return;
    if (!flow_.text.empty()) flow_.text += "\n\n";
    const pugi::xml_node properties = child(p, "pPr");
    const auto level = levels_.find(value(child(properties, "pStyle")));
    if (level != levels_.end()) {
      std::string title = text;
      std::replace(title.begin(), title.end(), '\n', ' ');
      flow_.headings.push_back({flow_.text.size(), level->second, std::move(title)});
    } else if (child(properties, "numPr")) {
      flow_.text += "- ";
    }
    flow_.text += text;
  }

  void runs(const pugi::xml_node& parent, std::string& out, int depth) {
    if (depth > kMaxDepth) return;
    for (const pugi::xml_node& node : parent) {
      if (is(node, "t")) {
        out += clean_text(node.text().get());
      } else if (is(node, "tab")) {
        out += '\t';
      } else if (is(node, "br") || is(node, "cr")) {
        out += '\n';
      } else if (is(node, "noBreakHyphen")) {
        out += '-';
      } else if (is(node, "del") || is(node, "instrText") || is(node, "pPr") || is(node, "rPr") ||
                 is(node, "Fallback")) {
        continue;  // removed text, field codes, formats, a second copy of a drawing
      } else {
        runs(node, out, depth + 1);
      }
    }
  }

  void table(const pugi::xml_node& node, int depth) {
    if (!flow_.text.empty()) flow_.text += "\n";
    for (const pugi::xml_node& row : node) {
      if (!is(row, "tr")) continue;
      std::string line;
      for (const pugi::xml_node& cell : row) {
        if (!is(cell, "tc")) continue;
        std::string text;
        cell_text(cell, text, depth + 1);
        std::replace(text.begin(), text.end(), '\n', ' ');
        line += (line.empty() ? "" : "\t") + text;
      }
      flow_.text += "\n" + line;
    }
  }

  void cell_text(const pugi::xml_node& cell, std::string& out, int depth) {
    if (depth > kMaxDepth) return;
    for (const pugi::xml_node& node : cell) {
      if (is(node, "p")) {
        if (!out.empty()) out += ' ';
        runs(node, out, depth);
      } else if (is(node, "tbl") || is(node, "tr") || is(node, "tc") || is(node, "sdt") ||
                 is(node, "sdtContent")) {
        cell_text(node, out, depth + 1);
      }
    }
  }

  Flow& flow_;
  Levels levels_;
};

Status load(pugi::xml_document& document, const std::string& xml, const char* name) {
  const auto result =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata);
  return result ? Status() : corrupt(std::string(name) + ": " + result.description());
}

}  // namespace

Result<Flow> docx_text(const std::string& document_xml, const std::string& styles_xml) {
  pugi::xml_document document, styles;
  LEYDEN_TRY(load(document, document_xml, "word/document.xml"));
  Levels levels;
  if (!styles_xml.empty() && load(styles, styles_xml, "word/styles.xml").ok()) {
    levels = heading_styles(styles.document_element());
  }
  Flow flow;
  DocxText(flow, std::move(levels)).blocks(document.document_element(), 0);
  return flow;
}

Result<std::unique_ptr<Source>> open_docx(const File& file, const Cancelled& cancelled) {
  LEYDEN_ASSIGN(auto parts, read_archive(
                                file,
                                [](const std::string& name) {
                                  return name == "word/document.xml" || name == "word/styles.xml" ||
                                         name == "word/footnotes.xml" ||
                                         name == "docProps/core.xml";
                                },
                                cancelled));
  if (!parts.contains("word/document.xml"))
    return corrupt("no readable DOCX: it has no word/document.xml");
  LEYDEN_ASSIGN(Flow flow, docx_text(parts["word/document.xml"], parts["word/styles.xml"]));
  if (!parts["word/footnotes.xml"].empty()) {
    LEYDEN_ASSIGN(const Flow notes, docx_text(parts["word/footnotes.xml"], {}));
    if (!notes.text.empty()) flow.text += "\n\n" + notes.text;
  }
  const std::string first = flow.headings.empty() ? std::string() : flow.headings.front().title;
  auto source = std::make_unique<FlowSource>(std::move(flow));
  source->format = "docx";
  pugi::xml_document core;
  if (!parts["docProps/core.xml"].empty() &&
      load(core, parts["docProps/core.xml"], "docProps/core.xml").ok()) {
    source->title = clean_text(child(core.document_element(), "title").text().get());
    source->author = clean_text(child(core.document_element(), "creator").text().get());
  }
  if (source->title.empty()) source->title = first;
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace leyden::documents
