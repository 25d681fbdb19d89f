// SPDX-License-Identifier: Apache-2.0
// catalogue.db: the connection, its texts (sealed or plain), ids and times. Shared by the classes
// that each own some of its tables.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "sessions/byte_io.h"
#include "sessions/crypto.h"
#include "sessions/session_types.h"
#include "sessions/sqlite_database.h"

namespace leyden {

/// What a row of `texts` is; pinned numbers.
enum class TextKind : int { kTitle = 1, kMessage = 2, kThinking = 3, kDocumentTitle = 4, kDocumentPart = 5 };

/// Threads: callers hold db().mutex() (a Transaction does) around each use.
class CatalogueFile {
 public:
  struct Options {
    std::string vfs;
    bool read_only = false;
    bool immutable = false;
  };
  static Result<std::unique_ptr<CatalogueFile>> open(const std::string& path, const Options& options);
  /// One more connection for reading, with the search tokenizer.
  Result<std::unique_ptr<Database>> connect_reader() const;

  Database& db() { return *db_; }
  const Vault* vault() const { return vault_; }
  void set_vault(const Vault* vault) { vault_ = vault; }
  /// From now on changes of text are made in the full-text index too.
  void set_indexed(bool indexed) { indexed_ = indexed; }
  bool read_only() const { return options_.read_only; }

  Result<CatalogueId> next_id();
  static int64_t now_ms();

  Result<CatalogueId> add_text(TextKind kind, CatalogueId owner, std::string_view text);
  Status set_text(CatalogueId id, std::string_view text);
  Result<std::string> text(CatalogueId id);
  Status remove_text(CatalogueId id);
  /// Decodes column `column` of a row that carries texts.body.
  Result<std::string> text_from(const Statement& row, int column, CatalogueId id) const;

  /// Other private fields: plain bytes, or sealed for (what, id).
  Bytes protect(std::span<const std::byte> plain, const char* what, CatalogueId id) const;
  Result<Bytes> unprotect(std::span<const std::byte> stored, const char* what, CatalogueId id) const;

 private:
  CatalogueFile(std::string path, Options options) : path_(std::move(path)), options_(std::move(options)) {}
  std::string path_;
  Options options_;
  std::unique_ptr<Database> db_;
  Status index_text(CatalogueId id, bool add, std::string_view text);
  const Vault* vault_ = nullptr;
  bool indexed_ = false;
};

/// 32 bytes or empty, as stored in tip columns.
inline std::span<const std::byte> tip_blob(const PageId& tip) {
  return tip == PageId{} ? std::span<const std::byte>() : std::as_bytes(std::span(tip.bytes));
}
PageId tip_from(std::span<const std::byte> blob);

std::string to_hex(std::span<const std::byte> bytes);

}  // namespace leyden
