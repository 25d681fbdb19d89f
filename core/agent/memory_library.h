// SPDX-License-Identifier: Apache-2.0
// A library in memory: files given on a command line, documents of a test.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/library.h"
#include "core/text/bm25.h"

namespace leyden {

struct PageText {
  std::string label;
  std::string text;
};

/// Threads: thread-safe.
class MemoryLibrary : public Library {
 public:
  /// Returns the document's id, from 1.
  int64_t add(std::string title, std::vector<PageText> pages);

  Result<std::vector<LibraryDocument>> documents() override;
  Result<LibraryDocument> find(std::string_view name) override;
  Result<LibraryPart> part(int64_t document, uint32_t part) override;
  Result<std::vector<LibraryPart>> candidates(std::string_view query, size_t limit) override;

 private:
  struct Document {
    std::string title;
    std::vector<PageText> pages;
  };
  LibraryPart part_locked(size_t document, size_t page) const;

  std::mutex mutex_;
  std::vector<Document> documents_;
  Bm25 index_;                                     ///< of pages
  std::vector<std::pair<size_t, size_t>> places_;  ///< document and page of each text of the index
};

}  // namespace leyden
