// SPDX-License-Identifier: Apache-2.0
#include "sessions/document_catalogue.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "sessions/byte_io.h"

namespace leyden {
namespace {

constexpr char kColumns[] =
    "SELECT d.id, d.hash, t.body, d.title, d.source, max(d.n_tokens, "
    "coalesce((SELECT max(c.n_tokens) FROM document_chains c WHERE c.document=d.id), 0)), "
    "d.added_at, d.pinned, "
    "(SELECT count(*) FROM document_parts p WHERE p.document=d.id) "
    "FROM documents d LEFT JOIN texts t ON t.id=d.title ";

Bytes hash_of(const std::vector<DocumentPart>& parts) {
  Bytes all;
  ByteWriter w(all);
  for (const DocumentPart& part : parts) {
    w.sized(part.label);
    w.sized(part.text);
  }
  return blake2b(all);
}

Status no_document(CatalogueId id) {
  return not_found("document " + std::to_string(id) + ": there is none with this id");
}

}  // namespace

Result<CatalogueId> DocumentCatalogue::add(const NewDocument& document) {
  Bytes hash = hash_of(document.parts);
  if (file_.vault() != nullptr) {  // a plain hash would let anyone confirm a guess
    const PageId blinded = file_.vault()->blind(tip_from(hash));
    hash.assign(std::as_bytes(std::span(blinded.bytes)).begin(), std::as_bytes(std::span(blinded.bytes)).end());
  }
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  CatalogueId id = 0;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT id FROM documents WHERE hash=?"));
    LEYDEN_ASSIGN(const bool there, q.bind(std::span<const std::byte>(hash)).step());
    if (there) id = q.integer(0);
  }
  const bool renew = id != 0;
  if (!renew) {
    LEYDEN_ASSIGN(id, file_.next_id());
  }
  const Bytes map = file_.protect(document.page_map, "map", id);
  const Bytes tokens = file_.protect(pack_tokens(document.tokens), "tokens", id);
  if (renew) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "UPDATE documents SET page_map=?, tokens=?, n_tokens=? WHERE id=?"));
    LEYDEN_TRY(q.bind(std::span<const std::byte>(map)).bind(std::span<const std::byte>(tokens))
                   .bind(document.tokens.size()).bind(id).run());
    LEYDEN_TRY(transaction.commit());
    return id;
  }
  LEYDEN_ASSIGN(const CatalogueId title, file_.add_text(TextKind::kDocumentTitle, id, document.title));
  const Bytes source = file_.protect(as_bytes(document.source), "source", id);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "INSERT INTO documents(id,hash,title,source,page_map,tokens,n_tokens,added_at) "
      "VALUES(?,?,?,?,?,?,?,?)"));
  LEYDEN_TRY(q.bind(id).bind(std::span<const std::byte>(hash)).bind(title)
                 .bind(std::span<const std::byte>(source)).bind(std::span<const std::byte>(map))
                 .bind(std::span<const std::byte>(tokens)).bind(document.tokens.size())
                 .bind(CatalogueFile::now_ms()).run());
  for (size_t i = 0; i < document.parts.size(); ++i) {
    LEYDEN_ASSIGN(const CatalogueId text,
                  file_.add_text(TextKind::kDocumentPart, id, document.parts[i].text));
    LEYDEN_ASSIGN(Statement p, file_.db().prepare("INSERT INTO document_parts VALUES(?,?,?,?)"));
    LEYDEN_TRY(p.bind(id).bind(i).bind(document.parts[i].label).bind(text).run());
  }
  LEYDEN_TRY(transaction.commit());
  return id;
}

Result<DocumentInfo> DocumentCatalogue::info_from(const Statement& q) {
  DocumentInfo d;
  d.id = q.integer(0);
  d.hash = to_hex(q.blob(1));
  LEYDEN_ASSIGN(d.title, file_.text_from(q, 2, q.integer(3)));
  LEYDEN_ASSIGN(const Bytes source, file_.unprotect(q.blob(4), "source", d.id));
  d.source = as_text(source);
  d.n_tokens = static_cast<uint32_t>(q.integer(5));
  d.added_at_ms = q.integer(6);
  d.pinned = q.integer(7) != 0;
  d.n_parts = static_cast<uint32_t>(q.integer(8));
  return d;
}

Result<DocumentInfo> DocumentCatalogue::info(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(std::string(kColumns) + "WHERE d.id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return no_document(id);
  return info_from(q);
}

Result<std::vector<DocumentInfo>> DocumentCatalogue::list() {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(std::string(kColumns) + "ORDER BY d.added_at DESC, d.id DESC"));
  std::vector<DocumentInfo> out;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) return out;
    LEYDEN_ASSIGN(DocumentInfo document, info_from(q));
    out.push_back(std::move(document));
  }
}

Result<DocumentInfo> DocumentCatalogue::find(std::string_view name) {
  if (!name.empty() && name.size() < 18 &&
      name.find_first_not_of("0123456789") == std::string_view::npos) {
    auto by_id = info(std::stoll(std::string(name)));
    if (by_id.ok() || by_id.status().code() != StatusCode::kNotFound) return by_id;
  }
  LEYDEN_ASSIGN(const std::vector<DocumentInfo> all, list());
  const DocumentInfo* found = nullptr;
  for (const DocumentInfo& d : all) {
    if (d.title != name && d.source != name && !(name.size() >= 8 && d.hash.starts_with(name))) continue;
    if (found != nullptr) return invalid_argument("document '" + std::string(name) + "': several match");
    found = &d;
  }
  if (found == nullptr) return not_found("document '" + std::string(name) + "': there is none");
  return *found;
}

Result<std::vector<DocumentPart>> DocumentCatalogue::parts(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(info(id));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "SELECT p.label, t.body, p.text FROM document_parts p LEFT JOIN texts t ON t.id=p.text "
      "WHERE p.document=? ORDER BY p.part"));
  q.bind(id);
  std::vector<DocumentPart> out;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) return out;
    DocumentPart part;
    part.label = q.text(0);
    LEYDEN_ASSIGN(part.text, file_.text_from(q, 1, q.integer(2)));
    out.push_back(std::move(part));
  }
}

Result<DocumentPart> DocumentCatalogue::part(CatalogueId id, uint32_t part) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "SELECT p.label, t.body, p.text FROM document_parts p LEFT JOIN texts t ON t.id=p.text "
      "WHERE p.document=? AND p.part=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).bind(static_cast<int64_t>(part)).step());
  if (!row) {
    LEYDEN_ASSIGN(const DocumentInfo document, info(id));
    if (part >= document.n_parts)
      return not_found("document " + std::to_string(id) + ": has " +
                       std::to_string(document.n_parts) + " parts, no part " + std::to_string(part));
    return corrupt("document " + std::to_string(id) + ": part " + std::to_string(part) +
                   " is missing");
  }
  DocumentPart out;
  out.label = q.text(0);
  LEYDEN_ASSIGN(out.text, file_.text_from(q, 1, q.integer(2)));
  return out;
}

Result<std::vector<int32_t>> DocumentCatalogue::tokens(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT tokens FROM documents WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return no_document(id);
  LEYDEN_ASSIGN(const Bytes packed, file_.unprotect(q.blob(0), "tokens", id));
  ByteReader reader(packed);
  std::vector<int32_t> tokens = read_tokens(reader);
  if (!reader.ok()) return corrupt("document " + std::to_string(id) + ": its tokens are damaged");
  return tokens;
}

Result<std::vector<std::byte>> DocumentCatalogue::page_map(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT page_map FROM documents WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return no_document(id);
  return file_.unprotect(q.blob(0), "map", id);
}

Status DocumentCatalogue::set_pinned(CatalogueId id, bool pinned) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(info(id));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE documents SET pinned=? WHERE id=?"));
  return q.bind(pinned).bind(id).run();
}

Status DocumentCatalogue::remove(CatalogueId id) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_TRY(info(id));
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "SELECT s.id FROM sessions s, json_each(s.documents) j WHERE j.value=? LIMIT 1"));
    LEYDEN_ASSIGN(const bool used, q.bind(id).step());
    if (used)
      return invalid_argument("document " + std::to_string(id) + ": session " +
                              std::to_string(q.integer(0)) + " uses it");
  }
  std::vector<CatalogueId> texts;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT id FROM texts WHERE owner=? AND kind IN (4,5)"));
    q.bind(id);
    for (;;) {
      LEYDEN_ASSIGN(const bool row, q.step());
      if (!row) break;
      texts.push_back(q.integer(0));
    }
  }
  for (CatalogueId text : texts) LEYDEN_TRY(file_.remove_text(text));
  for (const char* sql : {"DELETE FROM document_parts WHERE document=?",
                          "DELETE FROM document_chains WHERE document=?",
                          "DELETE FROM documents WHERE id=?"}) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(sql));
    LEYDEN_TRY(q.bind(id).run());
  }
  return transaction.commit();
}

Status DocumentCatalogue::set_chain(CatalogueId document, CatalogueId model, const PageId& tip,
                                    uint32_t n_tokens) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(info(document));
  const Bytes stored = file_.protect(tip_blob(tip), "chain", document);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("INSERT OR REPLACE INTO document_chains VALUES(?,?,?,?,?)"));
  return q.bind(document).bind(model).bind(std::span<const std::byte>(stored)).bind(n_tokens)
      .bind(CatalogueFile::now_ms()).run();
}

Result<std::optional<DocumentCatalogue::Chain>> DocumentCatalogue::chain(CatalogueId document,
                                                                         CatalogueId model) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "SELECT tip, n_tokens FROM document_chains WHERE document=? AND model=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(document).bind(model).step());
  if (!row) return std::optional<Chain>();
  LEYDEN_ASSIGN(const Bytes tip, file_.unprotect(q.blob(0), "chain", document));
  return std::optional<Chain>(Chain{tip_from(tip), static_cast<uint32_t>(q.integer(1))});
}

Result<std::vector<CatalogueId>> DocumentCatalogue::session_list(CatalogueId session) {
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT documents FROM sessions WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(session).step());
  if (!row) return not_found("session " + std::to_string(session) + ": there is none with this id");
  std::vector<CatalogueId> out;
  const auto list = nlohmann::json::parse(q.text(0), nullptr, false);
  if (list.is_array())
    for (const auto& d : list)
      if (d.is_number_integer()) out.push_back(d.get<CatalogueId>());
  return out;
}

Status DocumentCatalogue::set_session_list(CatalogueId session, const std::vector<CatalogueId>& documents) {
  // Documents come before everything else in a prompt, so all KV of the session is void.
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "UPDATE sessions SET documents=?, tip=x'', tail=0, n_tokens=0 WHERE id=?"));
  LEYDEN_TRY(q.bind(nlohmann::json(documents).dump()).bind(session).run());
  return file_.db().execute("DELETE FROM tails WHERE id NOT IN (SELECT tail FROM sessions)");
}

Result<bool> DocumentCatalogue::attach(CatalogueId session, CatalogueId document) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_TRY(info(document));
  LEYDEN_ASSIGN(std::vector<CatalogueId> documents, session_list(session));
  if (std::ranges::find(documents, document) != documents.end()) return false;
  documents.push_back(document);
  LEYDEN_TRY(set_session_list(session, documents));
  if (documents.size() == 1) {  // a first document that was read before needs no reading now
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT model FROM sessions WHERE id=?"));
    LEYDEN_TRY(q.bind(session).step());
    LEYDEN_ASSIGN(const auto known, chain(document, q.integer(0)));
    LEYDEN_TRY(q.run());
    if (known) {
      const Bytes tip = file_.protect(tip_blob(known->tip), "tip", session);
      LEYDEN_ASSIGN(Statement u, file_.db().prepare("UPDATE sessions SET tip=?, n_tokens=? WHERE id=?"));
      LEYDEN_TRY(u.bind(std::span<const std::byte>(tip)).bind(known->n_tokens / 64 * 64).bind(session).run());
    }
  }
  LEYDEN_TRY(transaction.commit());
  return true;
}

Result<bool> DocumentCatalogue::detach(CatalogueId session, CatalogueId document) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(std::vector<CatalogueId> documents, session_list(session));
  if (std::erase(documents, document) == 0) return false;
  LEYDEN_TRY(set_session_list(session, documents));
  LEYDEN_TRY(transaction.commit());
  return true;
}

}  // namespace leyden
