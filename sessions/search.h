// SPDX-License-Identifier: Apache-2.0
// Full-text search over titles, messages and documents.
//
// An unencrypted store keeps the index in the catalogue, in step with every change. An encrypted one
// keeps none on disk: a search decrypts all texts into an index in memory, and again after changes.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "sessions/catalogue_file.h"

namespace leyden {

struct SearchHit {
  TextKind kind = TextKind::kMessage;
  CatalogueId session = 0;    ///< for titles and messages; of a forked message, where it was written
  CatalogueId message = 0;    ///< for messages and thinking
  CatalogueId document = 0;   ///< for document titles and parts
  uint32_t part = 0;          ///< for document parts, from 0
  std::string label;          ///< of the document part
  std::string snippet;        ///< with kMark before and after each match
};

/// Threads: every method is thread-safe.
class Search {
 public:
  static constexpr char kMark = '\x02';  ///< around matches in a snippet: begin and end alike

  explicit Search(CatalogueFile& file) : file_(file) {}

  /// Newest first, titles before other texts. See search_expression() for the query language.
  /// Cost: grows with `limit`, not with the number of matches.
  Result<std::vector<SearchHit>> find(std::string_view query, size_t limit = 50);

 private:
  Result<Database*> index_locked();
  Status fill_memory_index();

  CatalogueFile& file_;
  std::mutex mutex_;
  std::unique_ptr<Database> reader_;   // the catalogue, or the index in memory
  int64_t seen_changes_ = -1;
};

}  // namespace leyden
