// SPDX-License-Identifier: Apache-2.0
// Documents as objects: their text in parts, core's page map, and for each model the page chain that
// reading them first in a prompt leaves behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "sessions/catalogue_file.h"
#include "sessions/session_types.h"

namespace leyden {

/// Threads: every method is thread-safe; changes are transactions and durable on return.
class DocumentCatalogue {
 public:
  explicit DocumentCatalogue(CatalogueFile& file) : file_(file) {}

  /// Adds a document, or answers the one with the same parts (its page map and tokens are renewed).
  Result<CatalogueId> add(const NewDocument& document);
  Result<DocumentInfo> info(CatalogueId id);
  /// By id in digits, by the first 8 digits or more of its hash, else by exact title or source.
  Result<DocumentInfo> find(std::string_view name);
  Result<std::vector<DocumentInfo>> list();
  Result<std::vector<DocumentPart>> parts(CatalogueId id);
  /// One of them, from 0. Errors: kNotFound, naming how many there are.
  Result<DocumentPart> part(CatalogueId id, uint32_t part);
  Result<std::vector<int32_t>> tokens(CatalogueId id);
  Result<std::vector<std::byte>> page_map(CatalogueId id);
  Status set_pinned(CatalogueId id, bool pinned);
  /// Errors: kInvalidArgument while a session uses it; the message names one.
  Status remove(CatalogueId id);

  /// Remembers the chain that reading this document first leaves; its pages count as in use by it.
  /// The pages must be durable. Units: n_tokens from the start of the prompt to the document's end.
  Status set_chain(CatalogueId document, CatalogueId model, const PageId& tip, uint32_t n_tokens);
  struct Chain {
    PageId tip;
    uint32_t n_tokens = 0;
  };
  Result<std::optional<Chain>> chain(CatalogueId document, CatalogueId model);

  /// Puts a document at the end of a session's list. False when it is there already. The session's KV
  /// starts over, with the document's chain when it is the first one and was read before.
  Result<bool> attach(CatalogueId session, CatalogueId document);
  /// False when it was not there. The KV after it is of no use any more; the session is rewound.
  Result<bool> detach(CatalogueId session, CatalogueId document);

 private:
  Result<DocumentInfo> info_from(const Statement& row);
  Result<std::vector<CatalogueId>> session_list(CatalogueId session);
  Status set_session_list(CatalogueId session, const std::vector<CatalogueId>& documents);

  CatalogueFile& file_;
};

}  // namespace leyden
