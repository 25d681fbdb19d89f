// SPDX-License-Identifier: Apache-2.0
// libFuzzer: text of any bytes through the search tokenizer, and typed questions through the
// expression it makes, which SQLite must accept whatever was typed.
#include <cstdlib>

#include "sessions/search_tokenizer.h"
#include "sessions/sqlite_database.h"

namespace {

using namespace leyden;

Database& index_of_one_text() {
  static const std::unique_ptr<Database> db = [] {
    auto opened = Database::open(":memory:", {});
    if (!opened.ok() || !register_search_tokenizer(**opened).ok() ||
        !(*opened)
             ->execute("CREATE VIRTUAL TABLE i USING fts5(body, tokenize='leyden'); INSERT INTO i "
                       "VALUES('a')")
             .ok())
      std::abort();
    return std::move(*opened);
  }();
  return *db;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool for_query : {false, true}) {
    size_t from = 0;
    split_search_terms(text, for_query, [&](const SearchTerm& term) {
      if (term.begin > term.end || term.end > text.size() || term.begin < from || term.text.empty())
        std::abort();
      from = term.begin;
      return true;
    });
  }
  const auto expression = search_expression(text);
  if (!expression.ok()) std::abort();
  if (expression->empty()) return 0;
  auto q = index_of_one_text().prepare("SELECT count(*) FROM i WHERE i MATCH ?");
  if (!q.ok() || !q->bind(std::string_view(*expression)).step().ok()) std::abort();
  return 0;
}
