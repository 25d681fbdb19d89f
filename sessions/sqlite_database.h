// SPDX-License-Identifier: Apache-2.0
// SQLite behind Status and Result: one connection with its cached statements, and transactions.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"

namespace leyden {

/// A failed SQLite call as a Status: kCorrupt for damage, kBusy for locks, kIo for the disk.
Status sqlite_error(sqlite3* db, int code, const std::string& what);

/// One run of a prepared statement: bind by position, step, read columns. Returned to the
/// connection's cache when destroyed. An error while binding shows up in step().
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int64_t value);
  Statement& bind(uint32_t value) { return bind(static_cast<int64_t>(value)); }
  Statement& bind(int value) { return bind(static_cast<int64_t>(value)); }
  Statement& bind(uint64_t value) { return bind(static_cast<int64_t>(value)); }
  Statement& bind(bool value) { return bind(static_cast<int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(std::string_view text);
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  /// The bytes must stay alive until the statement is done.
  Statement& bind(std::span<const std::byte> blob);
  Statement& bind_null();

  /// True when there is a row.
  Result<bool> step();
  /// Back to the beginning, for other values.
  Statement& again();
  /// Steps a statement that answers no rows.
  Status run();

  int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  double real(int column) const { return sqlite3_column_double(handle_, column); }
  std::string text(int column) const;
  std::span<const std::byte> blob(int column) const;  ///< valid until the next step
  bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  sqlite3_stmt* raw() const { return handle_; }
  bool is_blob(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_BLOB; }

 private:
  friend class Database;
  Statement(class Database* db, sqlite3_stmt* handle, std::string key)
      : db_(db), handle_(handle), key_(std::move(key)) {}

  class Database* db_;
  sqlite3_stmt* handle_;
  std::string key_;
  int next_ = 1;
  int bind_error_ = SQLITE_OK;
};

/// Threads: one thread at a time; callers hold mutex() around a statement or a transaction.
class Database {
 public:
  struct Options {
    std::string vfs;          ///< "" is SQLite's default
    bool read_only = false;
    bool immutable = false;   ///< nobody can write the file, not even its shared memory
    bool create = true;
    int busy_timeout_ms = 5000;
    int page_bytes = 0;       ///< used when the file is new
    bool verify = true;       ///< false: pages are believed as they are (repair only)
    bool checksums = false;   ///< reserve the bytes of checksum_vfs.h in a new file
  };

  static Result<std::unique_ptr<Database>> open(const std::string& path, const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A statement that is compiled once. Errors: those of sqlite3_prepare_v3.
  Result<Statement> prepare(std::string_view sql);
  /// Runs statements separated by semicolons; rows are ignored.
  Status execute(const std::string& sql);
  /// The first column of the first row, `fallback` when there is no row.
  Result<int64_t> query_integer(std::string_view sql, int64_t fallback = 0);

  int64_t last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
  int64_t changes() const { return sqlite3_changes(handle_); }
  sqlite3* handle() const { return handle_; }
  const std::string& path() const { return path_; }
  std::recursive_mutex& mutex() { return mutex_; }

 private:
  friend class Statement;
  Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  std::string path_;
  sqlite3* handle_;
  std::recursive_mutex mutex_;
  std::unordered_map<std::string, std::vector<sqlite3_stmt*>> idle_;
};

/// BEGIN IMMEDIATE until commit(); rolls back when destroyed before. Holds the connection's mutex.
/// A transaction inside another one is part of the outer.
class Transaction {
 public:
  explicit Transaction(Database& db);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  /// Why it could not begin, if so; check before work.
  const Status& begun() const { return begun_; }
  Status commit();

 private:
  Database& db_;
  std::unique_lock<std::recursive_mutex> lock_;
  Status begun_;
  bool open_ = false;
};

/// One moment of a file for several reads, until destroyed. Holds the connection's mutex.
class ReadTransaction {
 public:
  explicit ReadTransaction(Database& db) : db_(db), lock_(db.mutex()), begun_(db.execute("BEGIN")) {}
  ~ReadTransaction() {
    if (begun_.ok()) (void)db_.execute("COMMIT");
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  const Status& begun() const { return begun_; }

 private:
  Database& db_;
  std::unique_lock<std::recursive_mutex> lock_;
  Status begun_;
};

}  // namespace leyden
