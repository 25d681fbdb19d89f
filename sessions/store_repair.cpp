// SPDX-License-Identifier: Apache-2.0
// Rebuilding a damaged store: what can be read is copied into new files, the old ones are kept under
// other names. Two passes over the catalogue: first only what verifies, then, for rows still missing,
// what can be read without checksums (better a text with a wrong letter than none).
#include <algorithm>
#include <filesystem>

#include "sessions/byte_io.h"
#include "sessions/checksum_vfs.h"
#include "sessions/page_record.h"
#include "sessions/search_tokenizer.h"
#include "sessions/store.h"
#include "sessions/store_schema.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

/// Copies the current row of `q` into `table` of `to`; false when it does not fit.
bool copy_row(Statement& q, int columns, Database& to, const std::string& insert) {
  auto in = to.prepare(insert);
  if (!in.ok()) return false;
  std::vector<std::string> texts(static_cast<size_t>(columns));
  for (int c = 0; c < columns; ++c) {
    if (q.is_null(c)) in->bind_null();
    else if (q.is_blob(c)) in->bind(q.blob(c));
    else if (sqlite3_column_type(q.raw(), c) == SQLITE_INTEGER) in->bind(q.integer(c));
    else if (sqlite3_column_type(q.raw(), c) == SQLITE_FLOAT) in->bind(q.real(c));
    else in->bind(std::string_view(texts[static_cast<size_t>(c)] = q.text(c)));
  }
  return in->run().ok();
}

struct TableCopy {
  std::string name;
  bool has_rowid;
};

std::vector<std::string> columns_of(Database& db, const std::string& table) {
  std::vector<std::string> names;
  if (auto q = db.prepare("SELECT * FROM " + table + " LIMIT 0"); q.ok())
    for (int c = 0; c < sqlite3_column_count(q->raw()); ++c) names.emplace_back(sqlite3_column_name(q->raw(), c));
  return names;
}

/// Copies what can be read of one table. Sequentially while that works, then row by row.
void salvage_table(Database& from, Database& to, const TableCopy& table, int64_t most_id) {
  // An older file may lack columns; the new ones have defaults.
  const std::vector<std::string> here = columns_of(to, table.name), there = columns_of(from, table.name);
  std::string names, marks;
  int columns = 0;
  for (const std::string& name : here) {
    if (!there.empty() && std::ranges::find(there, name) == there.end()) continue;
    names += (columns > 0 ? "," : "") + name;
    marks += columns > 0 ? ",?" : "?";
    ++columns;
  }
  if (columns == 0) return;
  const std::string insert = "INSERT OR IGNORE INTO " + table.name + "(" + names + ") VALUES(" + marks + ")";
  int64_t last = 0;
  {
    auto q = from.prepare("SELECT " + names + (table.has_rowid ? ", rowid" : "") + " FROM " + table.name +
                          (table.has_rowid ? " ORDER BY rowid" : ""));
    if (q.ok()) {
      for (;;) {
        auto row = q->step();
        if (row.ok() && !*row) return;  // all of it
        if (!row.ok()) break;
        copy_row(*q, columns, to, insert);
        if (table.has_rowid) last = q->integer(columns);
      }
    }
  }
  if (!table.has_rowid) return;
  // No more rows than fit the file can be missing in one stretch: beyond that the tree itself is gone.
  std::error_code error;
  const auto file_bytes = fs::file_size(from.path(), error);
  const uint64_t most_failures = error ? 1000 : 1000 + file_bytes / 64;
  uint64_t failures = 0;
  for (int64_t id = last + 1; id <= most_id && failures < most_failures; ++id) {
    auto q = from.prepare("SELECT " + names + " FROM " + table.name + " WHERE rowid=?");
    if (!q.ok()) return;
    auto row = q->bind(id).step();
    failures = row.ok() ? 0 : failures + 1;
    if (row.ok() && *row) copy_row(*q, columns, to, insert);
  }
}

Result<std::unique_ptr<Database>> open_damaged(const std::string& path, const std::string& vfs_name,
                                               bool verify) {
  LEYDEN_ASSIGN(const std::string vfs, checksum_vfs_over(vfs_name));
  Database::Options o;
  o.vfs = vfs;
  o.create = false;
  o.verify = verify;
  LEYDEN_ASSIGN(auto db, Database::open(path, o));
  LEYDEN_TRY(register_search_tokenizer(*db));
  (void)db->execute("PRAGMA cell_size_check=ON");
  return db;
}

std::string aside_name(const std::string& path) {
  for (int n = 1;; ++n) {
    const std::string name = path + ".damaged-" + std::to_string(n);
    if (!fs::exists(name)) return name;
  }
}

Status replace_file(const std::string& path, const std::string& with, RepairReport& report) {
  const std::string aside = aside_name(path);
  std::error_code error;
  fs::rename(path, aside, error);
  for (const char* suffix : {"-wal", "-shm"})
    if (fs::exists(path + suffix)) fs::rename(path + suffix, aside + suffix, error);
  fs::rename(with, path, error);
  if (error) return io_error(path + ": " + error.message());
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
  report.actions.push_back("the damaged file is kept as " + fs::path(aside).filename().string());
  return {};
}

uint64_t count_rows(Database& db, const char* sql) {
  auto n = db.query_integer(sql);
  return n.ok() ? static_cast<uint64_t>(*n) : 0;
}

/// Rows that point at nothing any more are mended so that every text stays within reach.
Status mend_catalogue(CatalogueFile& file, RepairReport& report) {
  Database& db = file.db();
  Transaction transaction(db);
  LEYDEN_TRY(transaction.begun());
  LEYDEN_TRY(db.execute("UPDATE messages SET parent=0 WHERE parent<>0 AND parent NOT IN "
                        "(SELECT id FROM messages)"));
  LEYDEN_TRY(db.execute("UPDATE sessions SET tail=0 WHERE tail NOT IN (SELECT id FROM tails)"));
  LEYDEN_TRY(db.execute("UPDATE sessions SET head=coalesce((SELECT max(m.id) FROM messages m WHERE "
                        "m.tree=sessions.tree),0), tip=x'', tail=0 WHERE head<>0 AND head NOT IN "
                        "(SELECT id FROM messages)"));
  LEYDEN_TRY(db.execute("UPDATE messages SET state=2 WHERE state=1"));
  LEYDEN_TRY(db.execute("INSERT OR IGNORE INTO counters VALUES('id',0)"));
  LEYDEN_TRY(db.execute("UPDATE counters SET value=max(value,(SELECT coalesce(max(id),0) FROM texts),"
                        "(SELECT coalesce(max(id),0) FROM messages),(SELECT coalesce(max(id),0) FROM sessions),"
                        "(SELECT coalesce(max(id),0) FROM documents),(SELECT coalesce(max(id),0) FROM tails),"
                        "(SELECT coalesce(max(id),0) FROM models)) WHERE name='id'"));
  // Messages and titles whose text was lost say so, rather than not being there.
  struct Lost {
    const char* find;
    const char* set;
    TextKind kind;
    const char* text;
  };
  for (const Lost& lost : {Lost{"SELECT id FROM messages WHERE text NOT IN (SELECT id FROM texts)",
                                "UPDATE messages SET text=? WHERE id=?", TextKind::kMessage,
                                "[this text was lost to damage]"},
                           Lost{"SELECT id FROM sessions WHERE title NOT IN (SELECT id FROM texts)",
                                "UPDATE sessions SET title=? WHERE id=?", TextKind::kTitle, "Recovered"},
                           Lost{"SELECT id FROM documents WHERE title NOT IN (SELECT id FROM texts)",
                                "UPDATE documents SET title=? WHERE id=?", TextKind::kDocumentTitle,
                                "Recovered"}}) {
    std::vector<CatalogueId> ids;
    {
      LEYDEN_ASSIGN(Statement q, db.prepare(lost.find));
      for (;;) {
        LEYDEN_ASSIGN(const bool row, q.step());
        if (!row) break;
        ids.push_back(q.integer(0));
      }
    }
    for (CatalogueId id : ids) {
      LEYDEN_ASSIGN(const CatalogueId text, file.add_text(lost.kind, id, lost.text));
      LEYDEN_ASSIGN(Statement u, db.prepare(lost.set));
      LEYDEN_TRY(u.bind(text).bind(id).run());
      ++report.texts_lost;
    }
  }
  // Trees that lost all their sessions get one.
  std::vector<std::pair<CatalogueId, CatalogueId>> trees;
  {
    LEYDEN_ASSIGN(Statement q, db.prepare("SELECT tree, max(id) FROM messages WHERE tree NOT IN "
                                          "(SELECT tree FROM sessions) GROUP BY tree"));
    for (;;) {
      LEYDEN_ASSIGN(const bool row, q.step());
      if (!row) break;
      trees.emplace_back(q.integer(0), q.integer(1));
    }
  }
  for (const auto& [tree, head] : trees) {
    LEYDEN_ASSIGN(const CatalogueId id, file.next_id());
    LEYDEN_ASSIGN(const CatalogueId title, file.add_text(TextKind::kTitle, id, "Recovered session"));
    Bytes uuid(16);
    random_bytes(uuid);
    const Bytes settings = file.protect(as_bytes("{}"), "settings", id);
    LEYDEN_ASSIGN(Statement q, db.prepare("INSERT INTO sessions(id,uuid,title,tree,head,tip,created_at,"
                                          "used_at,settings) VALUES(?1,?2,?3,?4,?5,x'',?6,?6,?7)"));
    LEYDEN_TRY(q.bind(id).bind(std::span<const std::byte>(uuid)).bind(title).bind(tree).bind(head)
                   .bind(CatalogueFile::now_ms()).bind(std::span<const std::byte>(settings)).run());
    LEYDEN_ASSIGN(Statement m, db.prepare("UPDATE messages SET session=? WHERE tree=?"));
    LEYDEN_TRY(m.bind(id).bind(tree).run());
    report.actions.push_back("a session whose row was lost is back as 'Recovered session'");
  }
  LEYDEN_TRY(db.execute("UPDATE sessions SET n_messages=(SELECT count(*) FROM messages m WHERE "
                        "m.tree=sessions.tree)"));
  return transaction.commit();
}

bool tree_is_sound(Database& db) {
  auto q = db.prepare("PRAGMA integrity_check(1)");
  if (!q.ok()) return false;
  auto row = q->step();
  return row.ok() && *row && q->text(0) == "ok";
}

/// A new catalogue with every row that can be read.
Status salvage_catalogue(const std::string& path, const StoreOptions& options, RepairReport& report) {
  const std::string fresh_path = path + ".repaired";
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(fresh_path + suffix, ignored);
  {
    LEYDEN_ASSIGN(auto fresh, CatalogueFile::open(fresh_path, {options.vfs, false, false}));
    LEYDEN_TRY(fresh->db().execute("PRAGMA foreign_keys=OFF; DELETE FROM counters"));
    for (const bool verify : {true, false}) {
      auto damaged = open_damaged(path, options.vfs, verify);
      if (!damaged.ok()) continue;
      auto most = (*damaged)->query_integer("SELECT value FROM counters WHERE name='id'", 1000000);
      const int64_t most_id = std::clamp<int64_t>(most.ok() ? *most : 1000000, 0, 100000000);
      const uint64_t before = count_rows(fresh->db(), "SELECT count(*) FROM texts");
      LEYDEN_TRY(fresh->db().execute("BEGIN"));
      for (const TableCopy& table : {TableCopy{"meta", false}, {"counters", false}, {"settings", false},
                                     {"models", true}, {"texts", true}, {"tails", true},
                                     {"sessions", true}, {"messages", true}, {"documents", true},
                                     {"document_parts", false}, {"document_chains", false}})
        salvage_table(**damaged, fresh->db(), table, most_id);
      LEYDEN_TRY(fresh->db().execute("COMMIT"));
      const uint64_t after = count_rows(fresh->db(), "SELECT count(*) FROM texts");
      if (!verify && after > before)
        report.actions.push_back(std::to_string(after - before) +
                                 " texts were read without their checksum; they may contain errors");
    }
    report.texts_kept = count_rows(fresh->db(), "SELECT count(*) FROM texts");
    if (report.texts_kept == 0) report.actions.push_back("no text could be read from catalogue.db");
    LEYDEN_TRY(fresh->db().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  report.actions.push_back("catalogue.db was rebuilt from the rows that could be read");
  return replace_file(path, fresh_path, report);
}

/// A new KV file with every page whose record verifies (and, with a key, decodes).
Status salvage_kv(const std::string& path, const StoreOptions& options, const Vault* vault,
                  RepairReport& report) {
  const std::string fresh_path = path + ".repaired";
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(fresh_path + suffix, ignored);
  KvPages::Options kv = options.kv;
  kv.vfs = options.vfs;
  kv.read_only = kv.immutable = false;
  LEYDEN_ASSIGN(auto fresh, KvPages::open(fresh_path, kv, vault));
  auto damaged = open_damaged(path, options.vfs, true);
  if (damaged.ok()) {
    auto most = (*damaged)->query_integer("SELECT seq FROM sqlite_sequence WHERE name='pages'", 10000000);
    const int64_t most_id = std::clamp<int64_t>(most.ok() ? *most : 10000000, 0, 100000000);
    std::lock_guard lock(fresh->database().mutex());
    LEYDEN_TRY(fresh->database().execute("BEGIN"));
    for (const TableCopy& table : {TableCopy{"meta", false}, {"profiles", true}, {"pages", true}})
      salvage_table(**damaged, fresh->database(), table, most_id);
    // A page that is lost becomes an evicted one: what comes before it is still of use.
    LEYDEN_TRY(fresh->database().execute("UPDATE pages SET state=2 WHERE state=1"));
    std::vector<int64_t> rows;
    {
      LEYDEN_ASSIGN(Statement q, fresh->database().prepare("SELECT page FROM pages WHERE state=0 ORDER BY page"));
      for (;;) {
        LEYDEN_ASSIGN(const bool row, q.step());
        if (!row) break;
        rows.push_back(q.integer(0));
      }
    }
    for (int64_t page : rows) {
      bool good = false;
      if (auto q = (*damaged)->prepare("SELECT record FROM payloads WHERE page=?"); q.ok()) {
        auto row = q->bind(page).step();
        if (row.ok() && *row && decode_page(q->blob(0), vault).ok()) {
          LEYDEN_ASSIGN(Statement in, fresh->database().prepare("INSERT INTO payloads VALUES(?,?)"));
          good = in.bind(page).bind(q->blob(0)).run().ok();
        }
      }
      if (good) {
        ++report.pages_kept;
      } else {
        ++report.pages_lost;
        LEYDEN_ASSIGN(Statement lost, fresh->database().prepare("UPDATE pages SET state=2 WHERE page=?"));
        LEYDEN_TRY(lost.bind(page).run());
      }
    }
    LEYDEN_TRY(fresh->database().execute("COMMIT"));
    LEYDEN_TRY(fresh->database().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  fresh.reset();
  damaged = not_found("closed");
  report.actions.push_back("kv.db was rebuilt from the pages that verify");
  return replace_file(path, fresh_path, report);
}

/// A catalogue that lost the store's id takes that of its KV file, which would be set aside otherwise.
Status keep_store_id(const std::string& catalogue, const std::string& kv, const StoreOptions& options,
                     const Vault* vault) {
  LEYDEN_ASSIGN(auto file, CatalogueFile::open(catalogue, {options.vfs, false, false}));
  LEYDEN_ASSIGN(const Bytes known, read_meta(file->db(), "store"));
  if (!known.empty()) return {};
  KvPages::Options look = options.kv;
  look.vfs = options.vfs;
  look.read_only = true;
  LEYDEN_ASSIGN(auto pages, KvPages::open(kv, look, vault));
  LEYDEN_ASSIGN(const Bytes id, read_meta(pages->database(), "store"));
  return id.empty() ? Status() : write_meta(file->db(), "store", id);
}

}  // namespace

Result<RepairReport> Store::repair(const StoreOptions& options) {
  RepairReport report;
  const std::string catalogue = options.folder + "/catalogue.db", kv = options.folder + "/kv.db";
  if (!fs::exists(catalogue) && !fs::exists(kv))
    return not_found(options.folder + ": there is no store here");
  LEYDEN_ASSIGN(auto alone, StoreLock::acquire(options.folder, StoreLock::kOpen, true));
  std::error_code error;
  fs::remove(kv + kDamagedMark, error);
  if (!fs::exists(catalogue)) {
    LEYDEN_ASSIGN(auto fresh, CatalogueFile::open(catalogue, {options.vfs, false, false}));
    LEYDEN_TRY(fresh->db().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    fs::permissions(catalogue, fs::perms::owner_read | fs::perms::owner_write, error);
    report.actions.push_back("catalogue.db was missing: a new, empty one was begun");
  } else {
    auto file = CatalogueFile::open(catalogue, {options.vfs, false, false});
    if (!file.ok() && file.status().code() == StatusCode::kUnsupported) return file.status();
    const bool sound = file.ok() && tree_is_sound((*file)->db());
    file = not_found("closed");
    if (!sound) LEYDEN_TRY(salvage_catalogue(catalogue, options, report));
  }
  std::unique_ptr<Vault> vault;
  {
    LEYDEN_ASSIGN(auto file, CatalogueFile::open(catalogue, {options.vfs, false, false}));
    LEYDEN_ASSIGN(const Bytes header, read_meta(file->db(), "vault"));
    if (!header.empty()) {
      if (options.passphrase.empty())
        return invalid_argument(options.folder + ": the store is encrypted, a passphrase is needed");
      LEYDEN_ASSIGN(vault, Vault::open(options.passphrase, header));
      file->set_vault(vault.get());
    }
    LEYDEN_TRY(mend_catalogue(*file, report));
    LEYDEN_TRY(drop_text_index(file->db()));  // built anew by the next open
    if (report.texts_kept == 0) report.texts_kept = count_rows(file->db(), "SELECT count(*) FROM texts");
  }
  if (fs::exists(kv) && fs::file_size(kv) > 0) {
    if (const auto file = open_damaged(kv, options.vfs, true); file.ok()) {
      if (const Status known = begin_file(**file, kKvVersion); known.code() == StatusCode::kUnsupported)
        return known;
    }
    LEYDEN_TRY(salvage_kv(kv, options, vault.get(), report));
    LEYDEN_TRY(keep_store_id(catalogue, kv, options, vault.get()));
  }
  return report;
}

}  // namespace leyden
