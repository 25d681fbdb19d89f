// SPDX-License-Identifier: Apache-2.0
// A text file in pages: what a library and a set of files are made of.
#pragma once

#include <string>
#include <vector>

#include "app/cli/console.h"
#include "app/cli/input_files.h"

namespace leyden_cli {

/// Pages end at form feeds; a file without any is cut at blank lines into parts of about 3,000
/// bytes.
struct PagedFile {
  DocumentFile file;
  std::vector<size_t> page_begin;  ///< bytes of file.text
  std::vector<std::string> pages;
  std::vector<std::string> labels;
};
/// Throws as read_document.
PagedFile read_pages(const std::string& path);
/// {"title", "pages": [{"label", "text"}]}
Json pages_json(const PagedFile& file);
/// A toolbox whose library is the store, or, without one, these files, or none. Throws.
Toolbox open_library(leyden_store* store, const std::vector<std::string>& files);

}  // namespace leyden_cli
