// SPDX-License-Identifier: Apache-2.0
// A file in pages: what a library and a set of files are made of.
#pragma once

#include <string>
#include <vector>

#include "app/cli/console.h"
#include "app/cli/input_files.h"

namespace leyden_cli {

/// The pages of a file that has some (PDF and what else needs the reader). Those of a text end at
/// form feeds; a text without any is cut at blank lines into parts of about 3,000 bytes.
struct PagedFile {
  DocumentFile file;
  std::vector<size_t> page_begin;  ///< bytes of file.text
  std::vector<std::string> pages;
  std::vector<std::string> labels;
};
/// Throws as read_document.
PagedFile read_pages(const std::string& path);
/// Adds a file to a toolbox's library. Throws.
void add_document(const Toolbox& toolbox, const PagedFile& file);
/// A toolbox whose library is the store, or, without one, these files, or none. Throws.
Toolbox open_library(leyden_store* store, const std::vector<std::string>& files);

}  // namespace leyden_cli
