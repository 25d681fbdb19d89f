// SPDX-License-Identifier: Apache-2.0
// What users hand in: documents, token ids, text on stdin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/door.h"

namespace leyden_cli {

/// A UTF-8 text or Markdown file, without its byte order mark.
struct DocumentFile {
  std::string path;      ///< "": a document of the store
  std::string title;     ///< the file's name
  std::string text;
  size_t bom_bytes = 0;  ///< in the file before `text`: 3 or 0
  /// Where the pages of a file that needs_reader, or the parts of a kept document, begin in `text`,
  /// and their labels.
  std::vector<size_t> page_begin;
  std::vector<std::string> labels;
};
extern const std::string kBetweenPages;  ///< in DocumentFile::text
/// PDF, DOCX, EPUB and HTML come through the sandboxed reader, other files are taken as they are.
/// Throws a Failure: missing, a folder, empty, not UTF-8 (with the offset in the file), unreadable.
DocumentFile read_document(const std::string& path);

/// A document of a store, as a chat over it has it. Throws.
DocumentFile kept_document(const leyden_store* store, int64_t id);

/// Whether a file is one for the sandboxed reader, by its extension.
bool needs_reader(const std::string& path);
/// What the reader makes of it, as leyden_document_add_json takes it.
std::string read_document_json(const std::string& path);

/// Whitespace-separated token ids. Throws with the position ("ids.txt: line 3, column 5: ...").
std::vector<int32_t> parse_ids(std::string_view text, const std::string& name);
std::vector<int32_t> read_ids_file(const std::string& path);

/// All of stdin, as bytes. Ctrl-C ends it with a Failure.
std::string read_stdin();

/// A line and column, both from 1, of a byte; the column counts characters.
struct TextPlace {
  size_t line = 1;
  size_t column = 1;
};
TextPlace place_of(std::string_view text, size_t byte);
/// As much of its front as `limit` bytes hold, in whole characters.
std::string_view front_of(std::string_view text, size_t limit);

/// The page, from 1, of a byte of a document's text, and its label; page 0 where it has no pages. A
/// text's pages end at form feeds.
struct PagePlace {
  size_t page = 0;
  std::string label;
};
PagePlace page_of(const DocumentFile& document, size_t byte);

}  // namespace leyden_cli
