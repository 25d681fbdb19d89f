// SPDX-License-Identifier: Apache-2.0
#include "sessions/document_library.h"

#include <algorithm>
#include <array>

#include "sessions/search_tokenizer.h"

namespace leyden {
namespace {

std::string title_of(const DocumentInfo& info) {
  return info.title.empty() ? info.source : info.title;
}

constexpr std::array<std::string_view, 28> kCommon{
    "the",  "and",   "for",  "are",   "was",  "were", "what", "which", "who", "whom",
    "when", "where", "how",  "why",   "does", "did",  "has",  "have",  "had", "from",
    "with", "that",  "this", "there", "many", "much", "you",  "can"};

}  // namespace

DocumentLibrary::~DocumentLibrary() = default;

Result<std::vector<LibraryDocument>> DocumentLibrary::documents() {
  LEYDEN_ASSIGN(const std::vector<DocumentInfo> list, store_->documents().list());
  std::vector<LibraryDocument> out;
  for (const DocumentInfo& d : list) out.push_back({d.id, title_of(d), d.n_parts});
  return out;
}

Result<LibraryDocument> DocumentLibrary::find(std::string_view name) {
  LEYDEN_ASSIGN(const DocumentInfo d, store_->documents().find(name));
  return LibraryDocument{d.id, title_of(d), d.n_parts};
}

Result<LibraryPart> DocumentLibrary::part(int64_t document, uint32_t part) {
  LEYDEN_ASSIGN(const DocumentInfo d, store_->documents().info(document));
  LEYDEN_ASSIGN(std::vector<DocumentPart> parts, store_->documents().parts(document));
  if (part >= parts.size())
    return not_found("'" + title_of(d) + "' has " + std::to_string(parts.size()) +
                     " pages, there is no page " + std::to_string(part + 1));
  return LibraryPart{document, part, title_of(d), std::move(parts[part].label),
                     std::move(parts[part].text)};
}

Status DocumentLibrary::fill_index() {
  LEYDEN_ASSIGN(const std::vector<DocumentInfo> list, store_->documents().list());
  std::string now;
  for (const DocumentInfo& d : list)
    now += std::to_string(d.id) + ":" + d.hash + ":" + d.title + "\n";
  if (index_ && now == indexed_) return {};
  LEYDEN_ASSIGN(index_, Database::open(":memory:", {}));
  LEYDEN_TRY(register_search_tokenizer(*index_));
  LEYDEN_TRY(index_->execute(
      "CREATE VIRTUAL TABLE pages USING fts5(title, body, document UNINDEXED, part UNINDEXED, "
      "label UNINDEXED, tokenize='leyden'); BEGIN"));
  for (const DocumentInfo& d : list) {
    LEYDEN_ASSIGN(const std::vector<DocumentPart> parts, store_->documents().parts(d.id));
    for (size_t i = 0; i < parts.size(); ++i) {
      LEYDEN_ASSIGN(Statement add, index_->prepare("INSERT INTO pages VALUES(?,?,?,?,?)"));
      const std::string title = title_of(d);
      add.bind(title)
          .bind(parts[i].text)
          .bind(d.id)
          .bind(static_cast<int64_t>(i))
          .bind(parts[i].label);
      LEYDEN_TRY(add.run());
    }
  }
  LEYDEN_TRY(index_->execute("COMMIT"));
  indexed_ = std::move(now);
  return {};
}

Result<std::vector<LibraryPart>> DocumentLibrary::candidates(std::string_view query, size_t limit) {
  std::vector<LibraryPart> out;
  const std::string expression = any_word_expression(query);
  if (expression.empty()) return out;
  std::lock_guard lock(mutex_);
  LEYDEN_TRY(fill_index());
  LEYDEN_ASSIGN(Statement q, index_->prepare("SELECT document, part, title, label, body FROM pages "
                                             "WHERE pages MATCH ?1 ORDER BY bm25(pages) LIMIT ?2"));
  q.bind(expression).bind(limit);
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) return out;
    out.push_back(
        {q.integer(0), static_cast<uint32_t>(q.integer(1)), q.text(2), q.text(3), q.text(4)});
  }
}

std::string any_word_expression(std::string_view question) {
  std::string strong, all;
  split_search_terms(question, true, [&](const SearchTerm& term) {
    std::string word(term.text);
    const bool ascii = std::all_of(word.begin(), word.end(),
                                   [](char c) { return static_cast<signed char>(c) >= 0; });
    const bool common = ascii && (word.size() < 3 ||
                                  std::find(kCommon.begin(), kCommon.end(), word) != kCommon.end());
    const bool prefix = ascii && word.size() > 4;
    if (prefix) {
      for (const std::string_view ending : {"ing", "ies", "ed", "es", "s"}) {
        if (!word.ends_with(ending) || word.size() < ending.size() + 3) continue;
        word.resize(word.size() - ending.size());
        break;
      }
    }
    std::string quoted = "\"";
    for (const char c : word) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    quoted += prefix ? "\" *" : "\"";
    const auto join = [&](std::string* to) { *to += (to->empty() ? "" : " OR ") + quoted; };
    join(&all);
    if (!common) join(&strong);
    return all.size() < 20000;
  });
  return strong.empty() ? all : strong;
}

}  // namespace leyden
