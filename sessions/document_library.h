// SPDX-License-Identifier: Apache-2.0
// The jar's documents as base/library.h wants them: pages ranked by BM25 for questions of which any
// word will do. (Search, for people, wants all words and ranks nothing.)
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/library.h"
#include "sessions/store.h"

namespace leyden {

/// Reads all documents into an index in memory when first searched, and again after documents were
/// added or removed; nothing of it is on disk. Threads: thread-safe. Cost: of the first search,
/// linear in the library's text.
class DocumentLibrary : public Library {
 public:
  explicit DocumentLibrary(std::shared_ptr<Store> store) : store_(std::move(store)) {}
  ~DocumentLibrary() override;

  Result<std::vector<LibraryDocument>> documents() override;
  Result<LibraryDocument> find(std::string_view name) override;
  Result<LibraryPart> part(int64_t document, uint32_t part) override;
  Result<std::vector<LibraryPart>> candidates(std::string_view query, size_t limit) override;

 private:
  Status fill_index();

  std::shared_ptr<Store> store_;
  std::mutex mutex_;
  std::unique_ptr<Database> index_;
  std::string indexed_;  ///< the documents that are in it
};

/// The FTS5 expression for a question: any of its words, each also as a prefix without an English
/// ending. Words of one or two letters and a few that every question has do not count, unless there
/// are no others.
std::string any_word_expression(std::string_view question);

}  // namespace leyden
