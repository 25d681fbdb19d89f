// SPDX-License-Identifier: Apache-2.0
// Statistics, checks, copies, shredding and changes of passphrase of an open store.
#include <filesystem>

#include "sessions/byte_io.h"
#include "sessions/checksum_vfs.h"
#include "sessions/page_record.h"
#include "sessions/store.h"
#include "sessions/store_schema.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;
constexpr size_t kListedProblems = 100;

uint64_t file_bytes(const std::string& path) {
  std::error_code error;
  const auto n = fs::file_size(path, error);
  return error ? 0 : n;
}

class Checker {
 public:
  Checker(CheckReport& report, const CancelToken* cancel, const ProgressFn& progress)
      : report_(report), cancel_(cancel), progress_(progress) {}

  void problem(std::string what) {
    ++report_.n_problems;
    if (report_.problems.size() < kListedProblems) report_.problems.push_back(std::move(what));
  }
  bool stopped() const { return cancel_ != nullptr && cancel_->cancelled(); }
  void progress(const char* phase, const char* unit, uint64_t done, uint64_t total) {
    if (progress_) progress_({phase, unit, done, total, -1});
  }

  /// SQLite's own check; it reads every page in use, so checksums are verified on the way.
  void tree(Database& db, const char* name) {
    std::lock_guard lock(db.mutex());
    auto q = db.prepare("PRAGMA integrity_check(20)");
    if (!q.ok()) return problem(std::string(name) + ": " + q.status().message());
    for (;;) {
      auto row = q->step();
      if (!row.ok()) return problem(std::string(name) + ": " + row.status().message());
      if (!*row) return;
      if (q->text(0) != "ok") problem(std::string(name) + ": " + q->text(0));
    }
  }

  void texts(CatalogueFile& file) {
    std::lock_guard lock(file.db().mutex());
    auto q = file.db().prepare("SELECT id, body FROM texts ORDER BY id");
    if (!q.ok()) return problem("texts: " + q.status().message());
    for (;;) {
      auto row = q->step();
      if (!row.ok()) return problem("texts: " + row.status().message());
      if (!*row) return;
      ++report_.texts;
      const auto text = file.text_from(*q, 1, q->integer(0));
      if (!text.ok()) problem("text " + std::to_string(q->integer(0)) + ": " + text.status().message());
      if (stopped()) return;
    }
  }

  void count(Database& db, const char* sql, const char* what) {
    std::lock_guard lock(db.mutex());
    const auto n = db.query_integer(sql);
    if (!n.ok()) problem(std::string(what) + ": " + n.status().message());
    else if (*n != 0) problem(std::to_string(*n) + " " + what);
  }

  void text_index(Database& db) {
    std::lock_guard lock(db.mutex());
    const Status s = db.execute("INSERT INTO texts_index(texts_index, rank) VALUES('integrity-check', 1)");
    if (!s.ok()) problem("search index: " + s.message());
  }

  void pages(KvPages& pages) {
    struct Row {
      int64_t page;
      PageId key, parent;
      uint32_t depth;
    };
    std::vector<Row> rows;
    Database& db = pages.database();
    {
      std::lock_guard lock(db.mutex());
      auto q = db.prepare("SELECT page, id, parent, depth FROM pages WHERE state=0 ORDER BY page");
      if (!q.ok()) return problem("pages: " + q.status().message());
      for (;;) {
        auto row = q->step();
        if (!row.ok()) return problem("pages: " + row.status().message());
        if (!*row) break;
        rows.push_back({q->integer(0), tip_from(q->blob(1)), tip_from(q->blob(2)),
                        static_cast<uint32_t>(q->integer(3))});
      }
    }
    for (size_t i = 0; i < rows.size() && !stopped(); ++i) {
      const Status s = one_page(db, pages, rows[i].page, rows[i].key, rows[i].parent, rows[i].depth);
      if (!s.ok() && s.code() != StatusCode::kNotFound)  // not found: collected meanwhile
        problem("page " + std::to_string(rows[i].page) + " at depth " + std::to_string(rows[i].depth) +
                ": " + s.message());
      ++report_.pages;
      if (i % 64 == 0) progress("pages", "pages", i, rows.size());
    }
  }

 private:
  Status one_page(Database& db, KvPages& pages, int64_t row, const PageId& key, const PageId& parent,
                  uint32_t depth) {
    Bytes record;
    {
      std::lock_guard lock(db.mutex());
      LEYDEN_ASSIGN(Statement q, db.prepare(
          "SELECT y.record FROM pages p LEFT JOIN payloads y ON y.page=p.page WHERE p.page=?"));
      LEYDEN_ASSIGN(const bool there, q.bind(row).step());
      if (!there) return not_found("gone");
      const auto blob = q.blob(0);
      record.assign(blob.begin(), blob.end());
    }
    report_.page_bytes += record.size();
    LEYDEN_ASSIGN(const StoredPage page, decode_page(record, pages.vault()));
    if (pages.key_of(page.id) != key || pages.key_of(page.parent) != parent || page.depth != depth)
      return corrupt("its row and its record disagree");
    return {};
  }

  CheckReport& report_;
  const CancelToken* cancel_;
  const ProgressFn& progress_;
};

/// SQLite's online copy: consistent although others go on writing.
Status copy_database(Database& from, const std::string& to_path, const std::string& vfs_name) {
  LEYDEN_ASSIGN(const std::string vfs, checksum_vfs_over(vfs_name));
  Database::Options o;
  o.vfs = vfs;
  o.checksums = true;
  LEYDEN_ASSIGN(auto to, Database::open(to_path, o));
  std::lock_guard lock(from.mutex());
  sqlite3_backup* backup = sqlite3_backup_init(to->handle(), "main", from.handle(), "main");
  if (backup == nullptr) return sqlite_error(to->handle(), sqlite3_errcode(to->handle()), to_path);
  sqlite3_backup_step(backup, -1);
  const int rc = sqlite3_backup_finish(backup);
  return sqlite_error(to->handle(), rc, to_path);
}

/// As big as a copy will be, what still is in the log included.
Result<uint64_t> database_bytes(Database& db) {
  std::lock_guard lock(db.mutex());
  LEYDEN_ASSIGN(const int64_t pages, db.query_integer("PRAGMA page_count"));
  LEYDEN_ASSIGN(const int64_t each, db.query_integer("PRAGMA page_size"));
  return static_cast<uint64_t>(pages * each);
}

}  // namespace

Status require_room(const std::string& folder, uint64_t bytes) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error || space.available >= bytes) return {};  // what cannot be asked is found out by writing
  return io_error(folder + ": the disk has " + std::to_string(space.available >> 20) +
                  " MiB left, the copy takes " + std::to_string((bytes + (1 << 20) - 1) >> 20));
}

Result<StoreStats> Store::stats() {
  StoreStats s;
  {
    Database& db = catalogue_->db();
    std::lock_guard lock(db.mutex());
    const auto count = [&db](const char* sql, uint64_t& out) -> Status {
      LEYDEN_ASSIGN(const int64_t n, db.query_integer(sql));
      out = static_cast<uint64_t>(n);
      return {};
    };
    LEYDEN_TRY(count("SELECT count(*) FROM sessions", s.sessions));
    LEYDEN_TRY(count("SELECT count(*) FROM messages", s.messages));
    LEYDEN_TRY(count("SELECT count(*) FROM documents", s.documents));
    LEYDEN_TRY(count("SELECT count(*) FROM models", s.models));
  }
  LEYDEN_ASSIGN(const KvPages::Stats kv, pages_->stats());
  s.pages = kv.pages;
  s.quarantined_pages = kv.quarantined;
  s.kv_raw_bytes = kv.raw_bytes;
  s.kv_stored_bytes = kv.stored_bytes;
  for (const char* suffix : {"", "-wal"}) {
    s.catalogue_file_bytes += file_bytes(options_.folder + "/catalogue.db" + suffix);
    s.kv_file_bytes += file_bytes(options_.folder + "/kv.db" + suffix);
  }
  s.encrypted = vault_ != nullptr;
  s.read_only = options_.read_only;
  return s;
}

Result<CheckReport> Store::check(const CancelToken* cancel, const ProgressFn& progress) {
  CheckReport report;
  Checker c(report, cancel, progress);
  c.progress("catalogue", "files", 0, 1);
  c.tree(catalogue_->db(), "catalogue.db");
  c.texts(*catalogue_);
  Database& db = catalogue_->db();
  c.count(db, "SELECT count(*) FROM messages m LEFT JOIN texts t ON t.id=m.text WHERE t.id IS NULL",
          "messages without their text");
  c.count(db, "SELECT count(*) FROM sessions s LEFT JOIN texts t ON t.id=s.title WHERE t.id IS NULL",
          "sessions without their title");
  c.count(db, "SELECT count(*) FROM sessions s LEFT JOIN messages m ON m.id=s.head "
              "WHERE s.head<>0 AND m.id IS NULL", "sessions whose last message is missing");
  c.count(db, "SELECT count(*) FROM messages m LEFT JOIN messages p ON p.id=m.parent "
              "WHERE m.parent<>0 AND p.id IS NULL", "messages whose parent is missing");
  c.count(db, "SELECT count(*) FROM sessions s WHERE s.n_messages<>"
              "(SELECT count(*) FROM messages m WHERE m.tree=s.tree)", "sessions that count their messages wrong");
  c.count(db, "SELECT count(*) FROM document_parts p LEFT JOIN texts t ON t.id=p.text WHERE t.id IS NULL",
          "document parts without their text");
  if (vault_ == nullptr && !options_.read_only) c.text_index(db);
  {
    std::lock_guard lock(db.mutex());
    if (auto n = db.query_integer("SELECT count(*) FROM messages"); n.ok())
      report.messages = static_cast<uint64_t>(*n);
  }
  c.progress("kv", "files", 0, 1);
  c.tree(pages_->database(), "kv.db");
  c.pages(*pages_);
  c.count(pages_->database(), "SELECT count(*) FROM pages WHERE state=1", "quarantined pages");
  c.count(pages_->database(), "SELECT count(*) FROM payloads y LEFT JOIN pages p ON p.page=y.page "
                              "WHERE p.page IS NULL", "payloads that no page owns");
  if (c.stopped()) return cancelled("store check: stopped");
  return report;
}

Status Store::vacuum() {
  if (options_.read_only) return io_error(options_.folder + ": the store is read-only");
  for (Database* db : {&catalogue_->db(), &pages_->database()}) {
    std::lock_guard lock(db->mutex());
    LEYDEN_TRY(db->execute("PRAGMA incremental_vacuum"));
    LEYDEN_TRY(db->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  std::lock_guard lock(catalogue_->db().mutex());
  if (vault_ == nullptr)
    LEYDEN_TRY(catalogue_->db().execute("INSERT INTO texts_index(texts_index) VALUES('optimize')"));
  return {};
}

Status Store::backup(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return io_error(folder + ": " + error.message());
  fs::permissions(folder, fs::perms::owner_all, error);
  for (const char* name : {"catalogue.db", "kv.db"})
    if (fs::exists(folder + "/" + name))
      return invalid_argument(folder + ": holds a store already; name an empty folder");
  LEYDEN_ASSIGN(const uint64_t text_bytes, database_bytes(catalogue_->db()));
  LEYDEN_ASSIGN(const uint64_t kv_bytes, database_bytes(pages_->database()));
  LEYDEN_TRY(require_room(folder, text_bytes + kv_bytes));
  // No page that the copied catalogue needs may be evicted before it is copied.
  std::unique_ptr<StoreLock> still;
  if (!options_.read_only) {
    LEYDEN_ASSIGN(still, StoreLock::acquire(options_.folder, StoreLock::kMaintenance, true));
    LEYDEN_TRY(pages_->flush());
  }
  LEYDEN_TRY(copy_database(catalogue_->db(), folder + "/catalogue.db", options_.vfs));
  LEYDEN_TRY(copy_database(pages_->database(), folder + "/kv.db", options_.vfs));
  for (const char* name : {"catalogue.db", "kv.db"})
    fs::permissions(folder + "/" + name, fs::perms::owner_read | fs::perms::owner_write, error);
  return {};
}

Status Store::remove_session(CatalogueId id, bool shred) {
  if (!shred) return sessions_->remove(id);
  Database& text = catalogue_->db();
  Database& kv = pages_->database();
  const auto set_secure = [&](const char* text_mode, const char* kv_mode) -> Status {
    LEYDEN_TRY(text.execute(std::string("PRAGMA secure_delete=") + text_mode));
    return kv.execute(std::string("PRAGMA secure_delete=") + kv_mode);
  };
  std::lock_guard text_lock(text.mutex());
  LEYDEN_TRY(set_secure("ON", "ON"));
  const Status done = [&]() -> Status {
    LEYDEN_TRY(sessions_->remove(id));
    if (vault_ == nullptr)  // merges the index into one segment without what was deleted
      LEYDEN_TRY(text.execute("INSERT INTO texts_index(texts_index) VALUES('optimize')"));
    CollectOptions now = options_.collect;
    now.grace_s = -1;  // pages of this session are not spared for being young
    LEYDEN_TRY(pages_->flush());
    LEYDEN_TRY(collect_pages(options_.folder, *sessions_, *pages_, now));
    LEYDEN_TRY(text.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"));
    std::lock_guard kv_lock(kv.mutex());
    return kv.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
  }();
  LEYDEN_TRY(set_secure("FAST", "OFF"));
  return done;
}

Status Store::change_passphrase(const std::string& old_passphrase, const std::string& new_passphrase) {
  if (vault_ == nullptr) return invalid_argument(options_.folder + ": the store is not encrypted");
  if (options_.read_only) return io_error(options_.folder + ": the store is read-only");
  LEYDEN_ASSIGN(const Bytes header, read_meta(catalogue_->db(), "vault"));
  LEYDEN_ASSIGN(const auto proof, Vault::open(old_passphrase, header));
  LEYDEN_ASSIGN(const Bytes renewed, proof->rewrap(new_passphrase, options_.passphrase_cost));
  return write_meta(catalogue_->db(), "vault", renewed);
}

}  // namespace leyden
