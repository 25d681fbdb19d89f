// SPDX-License-Identifier: Apache-2.0
#include "app/cli/paged_file.h"

#include <algorithm>

namespace leyden_cli {

namespace {

constexpr size_t kPartBytes = 3000;

/// Where a part that begins at `at` ends: behind the blank line nearest above kPartBytes.
size_t part_end(const std::string& text, size_t at) {
  if (text.size() - at <= kPartBytes + kPartBytes / 2) return text.size();
  const size_t blank = text.rfind("\n\n", at + kPartBytes);
  if (blank != std::string::npos && blank > at + kPartBytes / 4) return blank + 2;
  const size_t next = text.find("\n\n", at + kPartBytes);
  if (next != std::string::npos && next < at + 3 * kPartBytes) return next + 2;
  const size_t line = text.rfind('\n', at + kPartBytes);
  if (line != std::string::npos && line > at) return line + 1;
  return at + front_of(std::string_view(text).substr(at), kPartBytes).size();
}

}  // namespace

PagedFile read_pages(const std::string& path) {
  PagedFile out;
  out.file = read_document(path);
  const std::string& text = out.file.text;
  if (!out.file.page_begin.empty()) {
    out.page_begin = out.file.page_begin;
    out.labels = out.file.labels;
    for (size_t i = 0; i < out.page_begin.size(); ++i) {
      const size_t end = i + 1 < out.page_begin.size()
                             ? out.page_begin[i + 1] - kBetweenPages.size()
                             : text.size();
      out.pages.push_back(text.substr(out.page_begin[i], end - out.page_begin[i]));
    }
    return out;
  }
  const bool has_pages = text.find('\f') != std::string::npos;
  for (size_t at = 0; at < text.size();) {
    size_t end = has_pages ? std::min(text.find('\f', at), text.size()) : part_end(text, at);
    out.page_begin.push_back(at);
    out.pages.push_back(text.substr(at, end - at));
    out.labels.push_back((has_pages ? "p. " : "part ") + std::to_string(out.pages.size()));
    at = has_pages ? end + 1 : end;
  }
  return out;
}

void add_document(const Toolbox& toolbox, const PagedFile& file) {
  Json list = Json::array();
  for (size_t i = 0; i < file.pages.size(); ++i)
    list.push_back({{"label", file.labels[i]}, {"text", file.pages[i]}});
  const std::string pages = list.dump();
  done([&](leyden_error** error) {
    return leyden_toolbox_add_document_json(toolbox.get(), file.file.title.data(),
                                            file.file.title.size(), pages.data(), pages.size(),
                                            error);
  });
}

Toolbox open_library(leyden_store* store, const std::vector<std::string>& files) {
  leyden_toolbox_options options = LEYDEN_TOOLBOX_OPTIONS_INIT;
  options.store = store;
  Toolbox toolbox = made<Toolbox>([&](leyden_toolbox** out, leyden_error** error) {
    return leyden_toolbox_create(out, &options, error);
  });
  for (const std::string& path : files) add_document(toolbox, read_pages(path));
  return toolbox;
}

}  // namespace leyden_cli
