// SPDX-License-Identifier: Apache-2.0
// The message trees of the session catalogue.
#include "sessions/session_catalogue.h"

namespace leyden {
namespace {

constexpr char kColumns[] =
    "m.id, m.parent, m.session, m.role, m.text, m.thinking, m.tokens, m.extra, m.state, "
    "m.created_at, m.tip, m.n_tokens";

// A message is younger than its parent, and ids only grow, so a damaged link cannot make a circle.
std::string walk_from(const char* start) {
  return std::string("WITH RECURSIVE up(id) AS (") + start +
         " UNION SELECT m.parent FROM messages m JOIN up ON m.id=up.id "
         "WHERE m.parent<>0 AND m.parent<m.id)";
}

}  // namespace

Result<StoredMessage> SessionCatalogue::message_from(const Statement& q) {
  StoredMessage m;
  m.id = q.integer(0);
  m.parent = q.integer(1);
  m.session = q.integer(2);
  m.role = q.text(3);
  LEYDEN_ASSIGN(m.text, file_.text(q.integer(4)));
  LEYDEN_ASSIGN(m.thinking, file_.text(q.integer(5)));
  LEYDEN_ASSIGN(const Bytes tokens, file_.unprotect(q.blob(6), "tokens", m.id));
  ByteReader reader(tokens);
  if (!tokens.empty()) m.tokens = read_tokens(reader);
  if (!reader.ok()) return corrupt("message " + std::to_string(m.id) + ": its tokens are damaged");
  LEYDEN_ASSIGN(const Bytes extra, file_.unprotect(q.blob(7), "extra", m.id));
  m.extra_json = as_text(extra);
  m.state = static_cast<MessageState>(q.integer(8));
  m.created_at_ms = q.integer(9);
  if (!q.blob(10).empty()) {
    LEYDEN_ASSIGN(const Bytes tip, file_.unprotect(q.blob(10), "tip", m.id));
    m.tip = tip_from(tip);
  }
  m.n_tokens = static_cast<uint32_t>(q.integer(11));
  return m;
}

Result<std::vector<StoredMessage>> SessionCatalogue::messages_from(Statement& q) {
  std::vector<StoredMessage> out;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) return out;
    LEYDEN_ASSIGN(StoredMessage message, message_from(q));
    out.push_back(std::move(message));
  }
}

Result<StoredMessage> SessionCatalogue::message(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(std::string("SELECT ") + kColumns +
                                                " FROM messages m WHERE m.id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return not_found("message " + std::to_string(id) + ": there is none with this id");
  return message_from(q);
}

Result<CatalogueId> SessionCatalogue::insert_message(CatalogueId session, CatalogueId tree,
                                                     CatalogueId parent, const StoredMessage& message) {
  LEYDEN_ASSIGN(const CatalogueId id, file_.next_id());
  LEYDEN_ASSIGN(const CatalogueId text, file_.add_text(TextKind::kMessage, id, message.text));
  CatalogueId thinking = 0;
  if (!message.thinking.empty()) {
    LEYDEN_ASSIGN(thinking, file_.add_text(TextKind::kThinking, id, message.thinking));
  }
  const Bytes tokens = file_.protect(pack_tokens(message.tokens), "tokens", id);
  const Bytes extra = file_.protect(as_bytes(message.extra_json), "extra", id);
  const Bytes tip = message.tip == PageId{} ? Bytes() : file_.protect(tip_blob(message.tip), "tip", id);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "INSERT INTO messages(id,tree,session,parent,role,text,thinking,tokens,extra,state,created_at,"
      "tip,n_tokens) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  LEYDEN_TRY(q.bind(id).bind(tree).bind(session).bind(parent).bind(message.role).bind(text).bind(thinking)
                 .bind(std::span<const std::byte>(tokens)).bind(std::span<const std::byte>(extra))
                 .bind(static_cast<int>(message.state))
                 .bind(message.created_at_ms != 0 ? message.created_at_ms : CatalogueFile::now_ms())
                 .bind(std::span<const std::byte>(tip)).bind(message.n_tokens).run());
  LEYDEN_ASSIGN(Statement head, file_.db().prepare("UPDATE sessions SET head=?, used_at=? WHERE id=?"));
  LEYDEN_TRY(head.bind(id).bind(CatalogueFile::now_ms()).bind(session).run());
  return id;
}

Result<CatalogueId> SessionCatalogue::append(CatalogueId session, const StoredMessage& message) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT tree, head FROM sessions WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(session).step());
  if (!row) return not_found("session " + std::to_string(session) + ": there is none with this id");
  const CatalogueId tree = q.integer(0);
  CatalogueId parent = q.integer(1);
  LEYDEN_TRY(q.run());
  if (message.parent != 0) {
    LEYDEN_ASSIGN(Statement p, file_.db().prepare("SELECT 1 FROM messages WHERE id=? AND tree=?"));
    LEYDEN_ASSIGN(const bool there, p.bind(message.parent).bind(tree).step());
    if (!there)
      return not_found("message " + std::to_string(message.parent) + " is not in this session");
    parent = message.parent;
  }
  if (message.parent != 0) LEYDEN_TRY(rewind_kv(session, parent));
  LEYDEN_ASSIGN(const CatalogueId id, insert_message(session, tree, parent, message));
  LEYDEN_TRY(transaction.commit());
  return id;
}

Result<CatalogueId> SessionCatalogue::edit(CatalogueId session, CatalogueId message,
                                           std::string_view text, const std::vector<int32_t>& tokens) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "SELECT m.tree, m.parent, m.role FROM messages m JOIN sessions s ON s.tree=m.tree "
      "WHERE m.id=? AND s.id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(message).bind(session).step());
  if (!row) return not_found("message " + std::to_string(message) + " is not in this session");
  StoredMessage sibling;
  sibling.role = q.text(2);
  sibling.text = text;
  sibling.tokens = tokens;
  const CatalogueId tree = q.integer(0), parent = q.integer(1);
  LEYDEN_TRY(q.run());
  LEYDEN_TRY(rewind_kv(session, parent));
  LEYDEN_ASSIGN(const CatalogueId id, insert_message(session, tree, parent, sibling));
  LEYDEN_TRY(transaction.commit());
  return id;
}

Status SessionCatalogue::rewind_kv(CatalogueId session, CatalogueId message) {
  CatalogueId tail = 0;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT head, tail FROM sessions WHERE id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(session).step());
    if (!row || q.integer(0) == message) return {};
    tail = q.integer(1);
  }
  Bytes tip;
  int64_t n_tokens = 0;
  if (message != 0) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT tip, n_tokens FROM messages WHERE id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(message).step());
    if (row && !q.blob(0).empty()) {
      LEYDEN_ASSIGN(const Bytes plain, file_.unprotect(q.blob(0), "tip", message));
      tip = file_.protect(plain, "tip", session);
      n_tokens = q.integer(1) / 64 * 64;  // full pages only: the tail was not kept
    }
  }
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET tip=?, tail=0, n_tokens=? WHERE id=?"));
  LEYDEN_TRY(q.bind(std::span<const std::byte>(tip)).bind(n_tokens).bind(session).run());
  return drop_unused_tail(tail);
}

Status SessionCatalogue::set_head(CatalogueId session, CatalogueId message) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_TRY(require(session));
  if (message != 0) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "SELECT 1 FROM messages m JOIN sessions s ON s.tree=m.tree WHERE m.id=? AND s.id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(message).bind(session).step());
    if (!row) return not_found("message " + std::to_string(message) + " is not in this session");
  }
  LEYDEN_TRY(rewind_kv(session, message));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET head=? WHERE id=?"));
  LEYDEN_TRY(q.bind(message).bind(session).run());
  return transaction.commit();
}

Status SessionCatalogue::withdraw(CatalogueId session, CatalogueId message) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  CatalogueId parent = 0, text = 0, thinking = 0;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "SELECT parent, text, thinking, EXISTS (SELECT 1 FROM messages c WHERE c.parent=m.id), "
        "EXISTS (SELECT 1 FROM sessions s WHERE s.head=m.id AND s.id<>?2) "
        "FROM messages m WHERE m.id=?1 AND m.session=?2"));
    LEYDEN_ASSIGN(const bool row, q.bind(message).bind(session).step());
    if (!row) return not_found("message " + std::to_string(message) + " is not of session " +
                               std::to_string(session));
    if (q.integer(3) != 0 || q.integer(4) != 0)
      return invalid_argument("message " + std::to_string(message) + ": others follow it");
    parent = q.integer(0);
    text = q.integer(1);
    thinking = q.integer(2);
  }
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET head=?1 WHERE head=?2"));
    LEYDEN_TRY(q.bind(parent).bind(message).run());
  }
  LEYDEN_TRY(file_.remove_text(text));
  LEYDEN_TRY(file_.remove_text(thinking));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("DELETE FROM messages WHERE id=?"));
  LEYDEN_TRY(q.bind(message).run());
  return transaction.commit();
}

Result<std::vector<StoredMessage>> SessionCatalogue::path(CatalogueId session) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(require(session));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      walk_from("SELECT head FROM sessions WHERE id=?1 AND head<>0") + " SELECT " + kColumns +
      " FROM messages m JOIN up ON m.id=up.id ORDER BY m.id"));
  return messages_from(q.bind(session));
}

Result<std::vector<StoredMessage>> SessionCatalogue::tree(CatalogueId session) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(require(session));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      std::string("SELECT ") + kColumns + " FROM messages m JOIN sessions s ON s.tree=m.tree "
      "WHERE s.id=? ORDER BY m.id"));
  return messages_from(q.bind(session));
}

Result<std::vector<CatalogueId>> SessionCatalogue::siblings(CatalogueId message) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "SELECT b.id FROM messages a JOIN messages b ON b.tree=a.tree AND b.parent=a.parent "
      "WHERE a.id=? ORDER BY b.id"));
  q.bind(message);
  std::vector<CatalogueId> out;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) break;
    out.push_back(q.integer(0));
  }
  if (out.empty()) return not_found("message " + std::to_string(message) + ": there is none with this id");
  return out;
}

Result<CatalogueId> SessionCatalogue::newest_end(CatalogueId message) {
  std::lock_guard lock(file_.db().mutex());
  // Children are younger than their parent, so a damaged link cannot make a circle.
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "WITH RECURSIVE down(id) AS (SELECT id FROM messages WHERE id=? UNION ALL SELECT "
      "(SELECT max(c.id) FROM messages c WHERE c.parent=down.id AND c.id>down.id) FROM down "
      "WHERE down.id IS NOT NULL) SELECT max(id) FROM down"));
  LEYDEN_ASSIGN(const bool row, q.bind(message).step());
  if (!row || q.integer(0) == 0)
    return not_found("message " + std::to_string(message) + ": there is none with this id");
  return q.integer(0);
}

Status SessionCatalogue::set_extra(CatalogueId session, CatalogueId message,
                                   std::string_view extra_json) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  const Bytes extra = file_.protect(as_bytes(extra_json), "extra", message);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "UPDATE messages SET extra=? WHERE id=? AND session=? RETURNING id"));
  q.bind(std::span<const std::byte>(extra)).bind(message).bind(session);
  LEYDEN_ASSIGN(const bool row, q.step());
  if (!row) return not_found("message " + std::to_string(message) + " is not of session " +
                             std::to_string(session));
  LEYDEN_TRY(q.run());
  return transaction.commit();
}

Status SessionCatalogue::remove_messages(CatalogueId session, CatalogueId tree) {
  // Kept: whatever leads to another session's head or to a message another session wrote.
  const std::string doomed =
      walk_from("SELECT id FROM messages WHERE tree=?2 AND session<>?1 AND session IN "
                "(SELECT id FROM sessions) UNION SELECT head FROM sessions WHERE tree=?2") +
      " SELECT id, text, thinking FROM messages WHERE tree=?2 AND id NOT IN (SELECT id FROM up)";
  struct Row {
    CatalogueId id, text, thinking;
  };
  std::vector<Row> rows;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(doomed));
    q.bind(session).bind(tree);
    for (;;) {
      LEYDEN_ASSIGN(const bool row, q.step());
      if (!row) break;
      rows.push_back({q.integer(0), q.integer(1), q.integer(2)});
    }
  }
  for (const Row& row : rows) {
    LEYDEN_TRY(file_.remove_text(row.text));
    LEYDEN_TRY(file_.remove_text(row.thinking));
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("DELETE FROM messages WHERE id=?"));
    LEYDEN_TRY(q.bind(row.id).run());
  }
  return {};
}

}  // namespace leyden
