// SPDX-License-Identifier: Apache-2.0
#include "sessions/sqlite_database.h"

#include <cstdio>
#include <utility>

#include "sessions/checksum_vfs.h"

namespace leyden {

Status sqlite_error(sqlite3* db, int code, const std::string& what) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return {};
  const int primary = code & 0xff;
  std::string message = what + ": ";
  message += db != nullptr && sqlite3_errcode(db) == primary ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if (code == SQLITE_IOERR_DATA) return corrupt(what + ": a page of the file is damaged (checksum)");
  if (code == SQLITE_IOERR_SHORT_READ) return corrupt(what + ": the file is truncated");
  switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {StatusCode::kBusy, message + " (another process is using the store)"};
    case SQLITE_FULL:
      return io_error(what + ": the disk is full");
    case SQLITE_READONLY:
      return io_error(what + ": the store is read-only");
    case SQLITE_NOMEM:
      return out_of_memory(message);
    case SQLITE_INTERRUPT:
      return cancelled(message);
    case SQLITE_CONSTRAINT:
      return invalid_argument(message);
    case SQLITE_TOOBIG:
      return invalid_argument(message);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return io_error(message);
    default:
      return internal_error(message);
  }
}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), handle_(std::exchange(other.handle_, nullptr)), key_(std::move(other.key_)),
      next_(other.next_), bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  db_->idle_[key_].push_back(handle_);
}

Statement& Statement::bind(int64_t value) {
  bind_error_ |= sqlite3_bind_int64(handle_, next_++, value);
  return *this;
}
Statement& Statement::bind(double value) {
  bind_error_ |= sqlite3_bind_double(handle_, next_++, value);
  return *this;
}
Statement& Statement::bind(std::string_view text) {
  bind_error_ |= sqlite3_bind_text64(handle_, next_++, text.data() == nullptr ? "" : text.data(),
                                     text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(std::span<const std::byte> blob) {
  bind_error_ |= blob.empty() ? sqlite3_bind_zeroblob(handle_, next_, 0)
                              : sqlite3_bind_blob64(handle_, next_, blob.data(), blob.size(),
                                                    SQLITE_STATIC);
  ++next_;
  return *this;
}
Statement& Statement::bind_null() {
  bind_error_ |= sqlite3_bind_null(handle_, next_++);
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) return sqlite_error(nullptr, bind_error_, key_);
  const int rc = sqlite3_step(handle_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return sqlite_error(db_->handle_, sqlite3_extended_errcode(db_->handle_), db_->path_);
}
Statement& Statement::again() {
  sqlite3_reset(handle_);
  next_ = 1;
  return *this;
}
Status Statement::run() {
  LEYDEN_ASSIGN(const bool row, step());
  (void)row;
  return {};
}
std::string Statement::text(int column) const {
  const auto* p = sqlite3_column_text(handle_, column);
  return p == nullptr ? std::string()
                      : std::string(reinterpret_cast<const char*>(p),
                                    static_cast<size_t>(sqlite3_column_bytes(handle_, column)));
}
std::span<const std::byte> Statement::blob(int column) const {
  const auto* p = static_cast<const std::byte*>(sqlite3_column_blob(handle_, column));
  return {p, p == nullptr ? 0 : static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const Options& options) {
  std::string uri = "file:";
  for (char c : path) {  // the path is data, never URI syntax
    if (c == '?' || c == '#' || c == '%') {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned>(c));
      uri += hex;
    } else {
      uri += c;
    }
  }
  if (options.immutable) uri += "?immutable=1";
  if (!options.verify) uri += options.immutable ? "&leyden_verify=0" : "?leyden_verify=0";
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (!options.read_only && options.create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int rc = sqlite3_open_v2(path == ":memory:" ? ":memory:" : uri.c_str(), &handle, flags,
                                 options.vfs.empty() ? nullptr : options.vfs.c_str());
  std::unique_ptr<Database> db(new Database(path, handle));
  if (rc != SQLITE_OK) return sqlite_error(handle, rc, path);
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  // A store is untrusted input: no extensions, no writable schema, no functions hidden in it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (options.page_bytes != 0)
    LEYDEN_TRY(db->execute("PRAGMA page_size=" + std::to_string(options.page_bytes)));
  if (options.checksums) {
    int reserve = kPageChecksumBytes;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  }
  return db;
}

Database::~Database() {
  for (auto& [sql, handles] : idle_)
    for (sqlite3_stmt* statement : handles) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Result<Statement> Database::prepare(std::string_view sql) {
  std::string key(sql);
  auto& idle = idle_[key];
  if (!idle.empty()) {
    sqlite3_stmt* handle = idle.back();
    idle.pop_back();
    return Statement(this, handle, std::move(key));
  }
  sqlite3_stmt* handle = nullptr;
  const int rc = sqlite3_prepare_v3(handle_, key.c_str(), static_cast<int>(key.size()),
                                    SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (rc != SQLITE_OK) return sqlite_error(handle_, sqlite3_extended_errcode(handle_), path_);
  return Statement(this, handle, std::move(key));
}

Status Database::execute(const std::string& sql) {
  const int rc = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (rc == SQLITE_OK) return {};
  return sqlite_error(handle_, sqlite3_extended_errcode(handle_), path_);
}

Result<int64_t> Database::query_integer(std::string_view sql, int64_t fallback) {
  LEYDEN_ASSIGN(Statement q, prepare(sql));
  LEYDEN_ASSIGN(const bool row, q.step());
  return row ? q.integer(0) : fallback;
}

Transaction::Transaction(Database& db) : db_(db), lock_(db.mutex()) {
  if (sqlite3_get_autocommit(db_.handle()) == 0) return;  // inside another one
  begun_ = db_.execute("BEGIN IMMEDIATE");
  open_ = begun_.ok();
}
Transaction::~Transaction() {
  if (open_ && sqlite3_get_autocommit(db_.handle()) == 0) (void)db_.execute("ROLLBACK");
}
Status Transaction::commit() {
  LEYDEN_TRY(begun_);
  if (!open_) return {};
  open_ = false;
  const Status done = db_.execute("COMMIT");
  if (!done.ok() && sqlite3_get_autocommit(db_.handle()) == 0) (void)db_.execute("ROLLBACK");
  return done;
}

}  // namespace leyden
