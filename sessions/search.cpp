// SPDX-License-Identifier: Apache-2.0
#include "sessions/search.h"

#include "sessions/byte_io.h"
#include "sessions/search_tokenizer.h"
#include "sessions/store_schema.h"

namespace leyden {
namespace {

// FTS5 walks its matches newest first and stops at the limit; nothing is ranked over all matches.
constexpr char kFind[] =
    "SELECT rowid, snippet(texts_index, 0, char(2), char(2), '…', 24) FROM texts_index "
    "WHERE texts_index MATCH ?1 ORDER BY rowid DESC LIMIT ?2";

// More words than this with one beginning are left to FTS5: each costs a look-up here.
constexpr size_t kMostCompletions = 64;

/// The terms of the index as a table, in their order.
Status list_terms(Database& db) {
  return db.execute("CREATE VIRTUAL TABLE temp.index_terms USING fts5vocab('main', 'texts_index', 'instance')");
}

Result<std::vector<std::string>> terms_with(Database& db, std::string_view prefix) {
  std::vector<std::string> terms;
  std::string from(prefix);
  for (;;) {
    LEYDEN_ASSIGN(Statement q, db.prepare("SELECT term FROM index_terms WHERE term>=? LIMIT 1"));
    LEYDEN_ASSIGN(const bool row, q.bind(from).step());
    if (!row || !q.text(0).starts_with(prefix)) return terms;
    if (terms.size() == kMostCompletions) return std::vector<std::string>();
    terms.push_back(q.text(0));
    from = terms.back() + '\x01';  // below whatever follows it: no term has a character like this
  }
}

}  // namespace

Result<Database*> Search::index_locked() {
  if (file_.vault() != nullptr) {
    LEYDEN_TRY(fill_memory_index());
  } else if (!reader_) {
    LEYDEN_ASSIGN(reader_, file_.connect_reader());
    LEYDEN_TRY(list_terms(*reader_));
  }
  return reader_.get();
}

Status Search::fill_memory_index() {
  std::lock_guard lock(file_.db().mutex());
  // Texts change in place while streaming and on renaming, so everything is read again whenever
  // something was written; the index is small where encryption is used.
  LEYDEN_ASSIGN(const int64_t other, file_.db().query_integer("PRAGMA data_version"));
  const int64_t now = other * 1000003 + sqlite3_total_changes(file_.db().handle());
  if (reader_ && now == seen_changes_) return {};
  LEYDEN_ASSIGN(reader_, Database::open(":memory:", {}));
  LEYDEN_TRY(register_search_tokenizer(*reader_));
  LEYDEN_TRY(reader_->execute(
      "CREATE TABLE texts(id INTEGER PRIMARY KEY, body);" + std::string(kTextIndex) + "; BEGIN"));
  LEYDEN_TRY(list_terms(*reader_));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT id, body FROM texts"));
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) break;
    LEYDEN_ASSIGN(const std::string text, file_.text_from(q, 1, q.integer(0)));
    LEYDEN_ASSIGN(Statement a, reader_->prepare("INSERT INTO texts VALUES(?,?)"));
    LEYDEN_TRY(a.bind(q.integer(0)).bind(text).run());
  }
  LEYDEN_TRY(reader_->execute("INSERT INTO texts_index(texts_index) VALUES('rebuild'); COMMIT"));
  seen_changes_ = now;
  return {};
}

Result<std::vector<SearchHit>> Search::find(std::string_view query, size_t limit) {
  std::vector<SearchHit> hits;
  struct Match {
    CatalogueId text;
    std::string snippet;
  };
  std::vector<Match> matches;
  {
    std::lock_guard lock(mutex_);
    LEYDEN_ASSIGN(Database* const index, index_locked());
    LEYDEN_ASSIGN(const std::string expression,
                  search_expression(query, kIndexedPrefix, [index](std::string_view prefix) {
                    return terms_with(*index, prefix);
                  }));
    if (expression.empty()) return hits;
    LEYDEN_ASSIGN(Statement q, index->prepare(kFind));
    q.bind(expression).bind(limit);
    for (;;) {
      LEYDEN_ASSIGN(const bool row, q.step());
      if (!row) break;
      matches.push_back({q.integer(0), q.text(1)});
    }
  }
  std::lock_guard lock(file_.db().mutex());
  std::vector<SearchHit> others;
  for (Match& match : matches) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "SELECT t.kind, t.owner, m.session, p.part, p.label FROM texts t "
        "LEFT JOIN messages m ON t.kind IN (2,3) AND m.id=t.owner "
        "LEFT JOIN document_parts p ON t.kind=5 AND p.document=t.owner AND p.text=t.id WHERE t.id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(match.text).step());
    if (!row) continue;  // removed since
    SearchHit hit;
    hit.kind = static_cast<TextKind>(q.integer(0));
    hit.snippet = std::move(match.snippet);
    switch (hit.kind) {
      case TextKind::kTitle:
        hit.session = q.integer(1);
        break;
      case TextKind::kMessage:
      case TextKind::kThinking:
        hit.message = q.integer(1);
        hit.session = q.integer(2);
        break;
      case TextKind::kDocumentTitle:
      case TextKind::kDocumentPart:
        hit.document = q.integer(1);
        hit.part = static_cast<uint32_t>(q.integer(3));
        hit.label = q.text(4);
        break;
    }
    const bool title = hit.kind == TextKind::kTitle || hit.kind == TextKind::kDocumentTitle;
    (title ? hits : others).push_back(std::move(hit));
  }
  for (SearchHit& hit : others) hits.push_back(std::move(hit));
  return hits;
}

}  // namespace leyden
