// SPDX-License-Identifier: Apache-2.0
#include "sessions/store_schema.h"

#include <array>

namespace leyden {
namespace {

// One entry a version: what turns version n - 1 into n. Entries are never changed once released.
constexpr std::array<const char*, kCatalogueVersion> kCatalogueSteps = {
    // 1
    R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES('id', 0);
CREATE TABLE settings(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE models(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, fingerprint BLOB NOT NULL UNIQUE,
  kv_format INTEGER NOT NULL, layout BLOB NOT NULL, info TEXT NOT NULL, added_at INTEGER NOT NULL);
CREATE TABLE texts(
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, owner INTEGER NOT NULL, body NOT NULL);
CREATE INDEX texts_owner ON texts(owner);
CREATE TABLE tails(
  id INTEGER PRIMARY KEY, depth INTEGER NOT NULL, state BLOB NOT NULL);
CREATE TABLE sessions(
  id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE, title INTEGER NOT NULL,
  model INTEGER REFERENCES models(id), tree INTEGER NOT NULL, head INTEGER NOT NULL DEFAULT 0,
  tip BLOB NOT NULL, tail INTEGER NOT NULL DEFAULT 0, n_tokens INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0,
  forked_from INTEGER NOT NULL DEFAULT 0, documents TEXT NOT NULL DEFAULT '[]',
  settings BLOB NOT NULL);
CREATE INDEX sessions_used ON sessions(used_at);
CREATE INDEX sessions_tree ON sessions(tree);
CREATE INDEX sessions_tail ON sessions(tail);
CREATE TABLE messages(
  id INTEGER PRIMARY KEY, tree INTEGER NOT NULL, session INTEGER NOT NULL, parent INTEGER NOT NULL,
  role TEXT NOT NULL, text INTEGER NOT NULL, thinking INTEGER NOT NULL DEFAULT 0,
  tokens BLOB NOT NULL, extra BLOB NOT NULL, state INTEGER NOT NULL, created_at INTEGER NOT NULL,
  tip BLOB NOT NULL, n_tokens INTEGER NOT NULL DEFAULT 0);
CREATE INDEX messages_tree ON messages(tree);
CREATE INDEX messages_parent ON messages(parent);
CREATE TABLE documents(
  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, title INTEGER NOT NULL, source BLOB NOT NULL,
  page_map BLOB NOT NULL, tokens BLOB NOT NULL, n_tokens INTEGER NOT NULL,
  added_at INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0);
CREATE TABLE document_parts(
  document INTEGER NOT NULL, part INTEGER NOT NULL, label TEXT NOT NULL, text INTEGER NOT NULL,
  PRIMARY KEY(document, part)) WITHOUT ROWID;
CREATE TABLE document_chains(
  document INTEGER NOT NULL, model INTEGER NOT NULL, tip BLOB NOT NULL, n_tokens INTEGER NOT NULL,
  used_at INTEGER NOT NULL, PRIMARY KEY(document, model)) WITHOUT ROWID;
)sql",
    // 2: a limit of KV bytes for each session
    R"sql(
ALTER TABLE sessions ADD COLUMN kv_quota INTEGER NOT NULL DEFAULT 0;
)sql",
    // 3: a session knows how many messages its tree has; the text index, made anew after this, knows
    // beginnings of words
    R"sql(
ALTER TABLE sessions ADD COLUMN n_messages INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET n_messages=(SELECT count(*) FROM messages m WHERE m.tree=sessions.tree);
CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
  UPDATE sessions SET n_messages=n_messages+1 WHERE tree=NEW.tree;
END;
CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
  UPDATE sessions SET n_messages=n_messages-1 WHERE tree=OLD.tree;
END;
DROP TABLE IF EXISTS texts_index;
)sql"};

constexpr std::array<const char*, kKvVersion> kKvSteps = {
    // 1
    R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE profiles(profile INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE pages(
  page INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, parent BLOB NOT NULL,
  depth INTEGER NOT NULL, profile INTEGER NOT NULL, hash BLOB NOT NULL, raw_bytes INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL, written_at INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0);
CREATE INDEX pages_parent ON pages(parent);
CREATE TABLE payloads(page INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE quarantine(
  id BLOB NOT NULL, page INTEGER NOT NULL, reason TEXT NOT NULL, found_at INTEGER NOT NULL);
)sql",
    // 2: evicted pages stay as rows of state 2, without a payload. The tables are those of 1.
    ""};

Status newer(Database& db, int64_t version, int newest) {
  return unsupported(db.path() + ": written by a newer Leyden (version " + std::to_string(version) +
                     ", this build knows up to " + std::to_string(newest) + "); nothing was changed");
}

template <size_t N>
Status migrate(Database& db, const std::array<const char*, N>& steps, int mark, const char* what) {
  std::lock_guard lock(db.mutex());
  LEYDEN_ASSIGN(int64_t version, db.query_integer("PRAGMA user_version"));
  LEYDEN_ASSIGN(int64_t found, db.query_integer("PRAGMA application_id"));
  if (version == static_cast<int64_t>(N) && found == mark) return {};
  Transaction transaction(db);
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(version, db.query_integer("PRAGMA user_version"));  // another process may have won
  LEYDEN_ASSIGN(found, db.query_integer("PRAGMA application_id"));
  LEYDEN_ASSIGN(const int64_t tables, db.query_integer("SELECT count(*) FROM sqlite_schema"));
  if (tables != 0 && found != mark)
    return corrupt(db.path() + ": a database, but not a Leyden " + what);
  if (version < 0 || version > static_cast<int64_t>(N)) return newer(db, version, static_cast<int>(N));
  for (auto v = static_cast<size_t>(version); v < N; ++v) LEYDEN_TRY(db.execute(steps[v]));
  LEYDEN_TRY(db.execute("PRAGMA application_id=" + std::to_string(mark)));
  LEYDEN_TRY(db.execute("PRAGMA user_version=" + std::to_string(N)));
  return transaction.commit();
}

}  // namespace

Status begin_file(Database& db, int newest_version) {
  std::lock_guard lock(db.mutex());
  LEYDEN_ASSIGN(const int64_t pages, db.query_integer("PRAGMA page_count"));
  // Repeating this on a file that has pages would write to it at every opening.
  if (pages == 0) return db.execute("PRAGMA auto_vacuum=INCREMENTAL");
  LEYDEN_ASSIGN(const int64_t version, db.query_integer("PRAGMA user_version"));
  return version > newest_version ? newer(db, version, newest_version) : Status();
}

Status migrate_catalogue(Database& db) {
  return migrate(db, kCatalogueSteps, kCatalogueMark, "catalogue");
}
Status migrate_kv(Database& db) { return migrate(db, kKvSteps, kKvMark, "KV file"); }

Status create_text_index(Database& db) {
  LEYDEN_ASSIGN(const int64_t there,
                db.query_integer("SELECT count(*) FROM sqlite_schema WHERE name='texts_index'"));
  if (there != 0) return {};
  Transaction transaction(db);
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(const int64_t now_there,
                db.query_integer("SELECT count(*) FROM sqlite_schema WHERE name='texts_index'"));
  if (now_there != 0) return {};
  LEYDEN_TRY(db.execute(kTextIndex));
  LEYDEN_TRY(db.execute("INSERT INTO texts_index(texts_index) VALUES('rebuild')"));
  return transaction.commit();
}

Status drop_text_index(Database& db) {
  return db.execute("DROP TABLE IF EXISTS texts_index");
}

Result<std::vector<std::byte>> read_meta(Database& db, std::string_view key) {
  std::lock_guard lock(db.mutex());
  LEYDEN_ASSIGN(Statement q, db.prepare("SELECT value FROM meta WHERE key=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(key).step());
  if (!row) return std::vector<std::byte>();
  const auto blob = q.blob(0);
  return std::vector<std::byte>(blob.begin(), blob.end());
}

Status write_meta(Database& db, std::string_view key, std::span<const std::byte> value) {
  std::lock_guard lock(db.mutex());
  LEYDEN_ASSIGN(Statement q, db.prepare("INSERT OR REPLACE INTO meta VALUES(?,?)"));
  return q.bind(key).bind(value).run();
}

}  // namespace leyden
