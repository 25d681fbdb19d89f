// SPDX-License-Identifier: Apache-2.0
#include "sessions/catalogue_file.h"

#include <chrono>
#include <cstring>

#include "sessions/checksum_vfs.h"
#include "sessions/search_tokenizer.h"
#include "sessions/store_schema.h"

namespace leyden {
namespace {

std::string text_context(CatalogueId id) { return "text " + std::to_string(id); }

}  // namespace

Result<std::unique_ptr<CatalogueFile>> CatalogueFile::open(const std::string& path,
                                                           const Options& options) {
  std::unique_ptr<CatalogueFile> file(new CatalogueFile(path, options));
  LEYDEN_ASSIGN(const std::string vfs, checksum_vfs_over(options.vfs));
  Database::Options o;
  o.vfs = vfs;
  o.read_only = options.read_only;
  o.immutable = options.immutable;
  if (!options.read_only) {
    o.page_bytes = 4096;
    o.checksums = true;
  }
  LEYDEN_ASSIGN(file->db_, Database::open(path, o));
  LEYDEN_TRY(register_search_tokenizer(*file->db_));
  if (options.read_only) {
    LEYDEN_ASSIGN(const int64_t mark, file->db_->query_integer("PRAGMA application_id"));
    LEYDEN_ASSIGN(const int64_t version, file->db_->query_integer("PRAGMA user_version"));
    if (mark != kCatalogueMark) return corrupt(path + ": not a Leyden catalogue");
    if (version != kCatalogueVersion)
      return unsupported(path + ": catalogue version " + std::to_string(version) +
                         ", and a read-only store cannot be migrated");
    return file;
  }
  LEYDEN_TRY(begin_file(*file->db_, kCatalogueVersion));
  LEYDEN_TRY(file->db_->execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=16777216;"
      "PRAGMA cache_size=-8192"));
  LEYDEN_TRY(migrate_catalogue(*file->db_));
  return file;
}

Result<std::unique_ptr<Database>> CatalogueFile::connect_reader() const {
  LEYDEN_ASSIGN(const std::string vfs, checksum_vfs_over(options_.vfs));
  Database::Options o;
  o.vfs = vfs;
  o.read_only = true;
  o.immutable = options_.immutable;
  LEYDEN_ASSIGN(auto db, Database::open(path_, o));
  LEYDEN_TRY(register_search_tokenizer(*db));
  return db;
}

Result<CatalogueId> CatalogueFile::next_id() {
  LEYDEN_ASSIGN(Statement q, db_->prepare("UPDATE counters SET value=value+1 WHERE name='id' "
                                          "RETURNING value"));
  LEYDEN_ASSIGN(const bool row, q.step());
  if (!row) return corrupt(path_ + ": the id counter is missing");
  const CatalogueId id = q.integer(0);
  LEYDEN_TRY(q.run());  // a RETURNING statement takes effect when it is done
  return id;
}

int64_t CatalogueFile::now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<CatalogueId> CatalogueFile::add_text(TextKind kind, CatalogueId owner, std::string_view text) {
  LEYDEN_ASSIGN(const CatalogueId id, next_id());
  LEYDEN_ASSIGN(Statement q, db_->prepare("INSERT INTO texts(id,kind,owner,body) VALUES(?,?,?,?)"));
  q.bind(id).bind(static_cast<int>(kind)).bind(owner);
  Bytes sealed;
  if (vault_ != nullptr) {
    sealed = vault_->seal(Vault::Purpose::kText, as_bytes(text), text_context(id));
    q.bind(std::span<const std::byte>(sealed));
  } else {
    q.bind(text);
  }
  LEYDEN_TRY(q.run());
  LEYDEN_TRY(index_text(id, true, text));
  return id;
}

Status CatalogueFile::index_text(CatalogueId id, bool add, std::string_view text) {
  if (!indexed_ || vault_ != nullptr) return {};
  LEYDEN_ASSIGN(Statement q, db_->prepare(
      add ? "INSERT INTO texts_index(rowid, body) VALUES(?,?)"
          : "INSERT INTO texts_index(texts_index, rowid, body) VALUES('delete',?,?)"));
  return q.bind(id).bind(text).run();
}

Status CatalogueFile::set_text(CatalogueId id, std::string_view text) {
  if (indexed_ && vault_ == nullptr) {
    LEYDEN_ASSIGN(const std::string old, this->text(id));
    if (old == text) return {};
    LEYDEN_TRY(index_text(id, false, old));
    LEYDEN_TRY(index_text(id, true, text));
  }
  LEYDEN_ASSIGN(Statement q, db_->prepare("UPDATE texts SET body=? WHERE id=?"));
  Bytes sealed;
  if (vault_ != nullptr) {
    sealed = vault_->seal(Vault::Purpose::kText, as_bytes(text), text_context(id));
    q.bind(std::span<const std::byte>(sealed));
  } else {
    q.bind(text);
  }
  return q.bind(id).run();
}

Result<std::string> CatalogueFile::text_from(const Statement& row, int column, CatalogueId id) const {
  if (!row.is_blob(column)) return row.text(column);
  if (vault_ == nullptr) return unsupported("text " + std::to_string(id) + ": sealed, and there is no key");
  LEYDEN_ASSIGN(const Bytes plain,
                vault_->unseal(Vault::Purpose::kText, row.blob(column), text_context(id)));
  return std::string(as_text(plain));
}

Result<std::string> CatalogueFile::text(CatalogueId id) {
  if (id == 0) return std::string();
  LEYDEN_ASSIGN(Statement q, db_->prepare("SELECT body FROM texts WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return corrupt(path_ + ": text " + std::to_string(id) + " is missing");
  return text_from(q, 0, id);
}

Status CatalogueFile::remove_text(CatalogueId id) {
  if (id == 0) return {};
  if (indexed_ && vault_ == nullptr) {
    LEYDEN_ASSIGN(const std::string old, text(id));
    LEYDEN_TRY(index_text(id, false, old));
  }
  LEYDEN_ASSIGN(Statement q, db_->prepare("DELETE FROM texts WHERE id=?"));
  return q.bind(id).run();
}

Bytes CatalogueFile::protect(std::span<const std::byte> plain, const char* what, CatalogueId id) const {
  if (vault_ == nullptr) return Bytes(plain.begin(), plain.end());
  return vault_->seal(Vault::Purpose::kText, plain, std::string(what) + " " + std::to_string(id));
}

Result<Bytes> CatalogueFile::unprotect(std::span<const std::byte> stored, const char* what,
                                       CatalogueId id) const {
  if (vault_ == nullptr) return Bytes(stored.begin(), stored.end());
  return vault_->unseal(Vault::Purpose::kText, stored, std::string(what) + " " + std::to_string(id));
}

PageId tip_from(std::span<const std::byte> blob) {
  PageId id;
  if (blob.size() == id.bytes.size()) std::memcpy(id.bytes.data(), blob.data(), blob.size());
  return id;
}

std::string to_hex(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::byte b : bytes) {
    out += kDigits[static_cast<unsigned>(b) >> 4];
    out += kDigits[static_cast<unsigned>(b) & 15];
  }
  return out;
}

}  // namespace leyden
