// SPDX-License-Identifier: Apache-2.0
// The tables of the two files, and how older files become current ones. Drawn in format.md.
#pragma once

#include "base/status.h"
#include "sessions/sqlite_database.h"

namespace leyden {

inline constexpr int kCatalogueVersion = 3;  ///< user_version of catalogue.db
inline constexpr int kKvVersion = 2;         ///< user_version of kv.db
inline constexpr int kKvReadable = 1;        ///< the oldest that needs no migration to be read
inline constexpr int kCatalogueMark = 0x4c657943;  ///< application_id "LeyC"
inline constexpr int kKvMark = 0x4c65794b;         ///< application_id "LeyK"

/// Before anything else is done to a file: sets what can only be set while it is empty, and refuses a
/// newer version without changing a byte.
Status begin_file(Database& db, int newest_version);

/// Makes the tables of a new file or brings an older one forward, in one transaction.
/// Errors: kUnsupported when the file is of a newer version; kCorrupt when it is no such file at all.
Status migrate_catalogue(Database& db);
Status migrate_kv(Database& db);

/// The full-text index over a table texts(id, body). Beginnings of up to kIndexedPrefix characters are
/// terms of their own: their matches need not be gathered from all words that begin so.
inline constexpr char kTextIndex[] =
    "CREATE VIRTUAL TABLE texts_index USING fts5(body, content='texts', content_rowid='id', "
    "tokenize='leyden', columnsize=0, prefix='1 2 3')";
inline constexpr size_t kIndexedPrefix = 3;

/// Creates or drops the full-text index of an unencrypted catalogue. CatalogueFile keeps it in step:
/// FTS5 may not be called from triggers while the schema is untrusted.
Status create_text_index(Database& db);
Status drop_text_index(Database& db);

/// Key-value rows of either file.
Result<std::vector<std::byte>> read_meta(Database& db, std::string_view key);
Status write_meta(Database& db, std::string_view key, std::span<const std::byte> value);

}  // namespace leyden
