// SPDX-License-Identifier: Apache-2.0
// The interface to the user's documents, for tools that search and read them. Sessions implement it
// over the jar; core searches through it. A document is a list of parts (pages), each plain text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden {

struct LibraryDocument {
  int64_t id = 0;
  std::string title;
  uint32_t n_parts = 0;
};

struct LibraryPart {
  int64_t document = 0;
  uint32_t part = 0;  ///< from 0
  std::string title;  ///< the document's
  std::string label;  ///< e.g. "p. 12"
  std::string text;
};

/// Threads: every method is thread-safe.
class Library {
 public:
  virtual ~Library() = default;
  virtual Result<std::vector<LibraryDocument>> documents() = 0;
  /// The document with this title or id in digits. Errors: kNotFound.
  virtual Result<LibraryDocument> find(std::string_view name) = 0;
  /// Errors: kNotFound, naming how many parts there are.
  virtual Result<LibraryPart> part(int64_t document, uint32_t part) = 0;
  /// Parts that hold any of the query's words, the likeliest ones first. Coarse: whoever wants the
  /// best passage ranks what is in them.
  virtual Result<std::vector<LibraryPart>> candidates(std::string_view query, size_t limit) = 0;
};

}  // namespace leyden
