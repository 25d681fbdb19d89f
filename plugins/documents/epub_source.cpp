// SPDX-License-Identifier: Apache-2.0
//   META-INF/container.xml -> the package (.opf) -> its spine, in order -> XHTML files
#include "plugins/documents/epub_source.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <pugixml.hpp>
#include <utility>

#include "plugins/documents/archive.h"
#include "plugins/documents/encoding.h"
#include "plugins/documents/html_source.h"
#include "plugins/documents/xml_names.h"

namespace leyden::documents {

namespace {

bool wanted(const std::string& name) {
  const size_t dot = name.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : name.substr(dot + 1);
  return name == "META-INF/container.xml" || extension == "opf" || extension == "xhtml" ||
         extension == "html" || extension == "htm" || extension == "xml";
}

/// An href of the package as the name of an entry: relative to it, %XX decoded, no fragment.
std::string entry_name(const std::string& package, std::string href) {
  href = href.substr(0, href.find('#'));
  std::string plain;
  for (size_t i = 0; i < href.size(); ++i) {
    const auto digit = [&](size_t at) {
      const char c = at < href.size() ? href[at] : 'x';
      return c >= '0' && c <= '9'                     ? c - '0'
             : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                      : -1;
    };
    if (href[i] == '%' && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      plain += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    } else {
      plain += href[i];
    }
  }
  return (std::filesystem::path(package).parent_path() / plain).lexically_normal().string();
}

using Parts = std::map<std::string, std::string>;

Result<std::string> package_name(const Parts& parts) {
  pugi::xml_document container;
  const auto it = parts.find("META-INF/container.xml");
  if (it == parts.end() || !container.load_buffer(it->second.data(), it->second.size())) {
    return corrupt("no readable EPUB: it has no META-INF/container.xml");
  }
  const pugi::xml_node root = child(child(container.document_element(), "rootfiles"), "rootfile");
  std::string name = root.attribute("full-path").value();
  if (!parts.contains(name)) return corrupt("no readable EPUB: it has no package \"" + name + "\"");
  return name;
}

void append(Flow& to, Flow&& chapter) {
  while (!to.text.empty() && to.text.back() == '\n') to.text.pop_back();
  if (!to.text.empty()) {
    to.text += "\n\n";
    to.breaks.push_back(to.text.size());
  }
  for (FlowHeading& heading : chapter.headings) {
    heading.offset += to.text.size();
    to.headings.push_back(std::move(heading));
  }
  to.text += chapter.text;
}

}  // namespace

Result<std::unique_ptr<Source>> open_epub(const File& file, const Cancelled& cancelled) {
  LEYDEN_ASSIGN(const Parts parts, read_archive(file, wanted, cancelled));
  LEYDEN_ASSIGN(const std::string package, package_name(parts));
  pugi::xml_document document;
  const std::string& opf = parts.at(package);
  if (const auto result = document.load_buffer(opf.data(), opf.size()); !result) {
    return corrupt(package + ": " + result.description());
  }
  const pugi::xml_node root = document.document_element();
  std::map<std::string, std::string> href_of;
  for (const pugi::xml_node& item : child(root, "manifest")) {
    if (is(item, "item")) href_of[item.attribute("id").value()] = item.attribute("href").value();
  }
  Flow flow;
  size_t missing = 0;
  for (const pugi::xml_node& item : child(root, "spine")) {
    if (!is(item, "itemref")) continue;
    if (cancelled()) return leyden::cancelled("cancelled");
    const auto part = parts.find(entry_name(package, href_of[item.attribute("idref").value()]));
    if (part == parts.end()) {
      ++missing;
      continue;
    }
    LEYDEN_ASSIGN(const Decoded decoded,
                  decode_text(part->second, declared_encoding(part->second)));
    HtmlText chapter = html_text(decoded.text);
    if (!chapter.flow.text.empty()) append(flow, std::move(chapter.flow));
  }
  if (flow.text.empty()) return corrupt("no readable EPUB: its spine has no text");
  const pugi::xml_node about = child(root, "metadata");
  auto source = std::make_unique<FlowSource>(std::move(flow));
  source->format = "epub";
  source->title = clean_text(child(about, "title").text().get());
  source->author = clean_text(child(about, "creator").text().get());
  if (missing > 0)
    source->notices.push_back(std::to_string(missing) + " chapters are missing from the file.");
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace leyden::documents
