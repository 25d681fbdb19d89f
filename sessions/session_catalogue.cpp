// SPDX-License-Identifier: Apache-2.0
// Models, session rows, forks and removal. Messages are in session_messages.cpp, saving and resuming
// in session_saving.cpp.
#include "sessions/session_catalogue.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace leyden {
namespace {

constexpr char kSessionColumns[] =
    "SELECT s.id, s.uuid, t.body, s.title, s.model, s.head, s.tip, s.n_tokens, s.created_at, "
    "s.used_at, s.pinned, s.forked_from, s.documents, s.settings, s.kv_quota, s.n_messages "
    "FROM sessions s LEFT JOIN texts t ON t.id=s.title ";

std::string sql(const char* tail) { return std::string(kSessionColumns) + tail; }

Status no_session(CatalogueId id) {
  return not_found("session " + std::to_string(id) + ": there is none with this id");
}

StoredModel model_from(const Statement& q) {
  StoredModel m;
  m.id = q.integer(0);
  m.name = q.text(1);
  m.fingerprint = std::string(as_text(q.blob(2)));
  m.kv_format = static_cast<uint32_t>(q.integer(3));
  std::span<const std::byte> layout = q.blob(4);
  if (auto parsed = PageLayout::parse(layout); parsed.ok()) m.page_layout = *parsed;
  m.info_json = q.text(5);
  m.added_at_ms = q.integer(6);
  return m;
}
constexpr char kModelColumns[] = "SELECT id,name,fingerprint,kv_format,layout,info,added_at FROM models ";

}  // namespace

SessionHold::~SessionHold() {
  std::lock_guard lock(owner_.held_mutex_);
  owner_.held_.erase(session_);
}

Result<CatalogueId> SessionCatalogue::add_model(const StoredModel& model) {
  if (model.page_layout.layers != 0) {
    LEYDEN_TRY(model.page_layout.validate());
    if (pages_ != nullptr) LEYDEN_TRY(pages_->register_layout(model.page_layout));
  }
  const Bytes layout = model.page_layout.layers != 0 ? model.page_layout.serialize() : Bytes();
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement find, file_.db().prepare("SELECT id FROM models WHERE fingerprint=?"));
  LEYDEN_ASSIGN(const bool there, find.bind(as_bytes(model.fingerprint)).step());
  CatalogueId id = there ? find.integer(0) : 0;
  if (there) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE models SET name=?, kv_format=?, layout=?, "
                                                  "info=? WHERE id=?"));
    LEYDEN_TRY(q.bind(model.name).bind(model.kv_format).bind(std::span<const std::byte>(layout))
                   .bind(model.info_json).bind(id).run());
  } else {
    LEYDEN_ASSIGN(id, file_.next_id());
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("INSERT INTO models VALUES(?,?,?,?,?,?,?)"));
    LEYDEN_TRY(q.bind(id).bind(model.name).bind(as_bytes(model.fingerprint)).bind(model.kv_format)
                   .bind(std::span<const std::byte>(layout)).bind(model.info_json)
                   .bind(CatalogueFile::now_ms()).run());
  }
  LEYDEN_TRY(transaction.commit());
  return id;
}

Result<StoredModel> SessionCatalogue::model(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(std::string(kModelColumns) + "WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return not_found("model " + std::to_string(id) + ": there is none with this id");
  return model_from(q);
}

Result<std::vector<StoredModel>> SessionCatalogue::models() {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(std::string(kModelColumns) + "ORDER BY id"));
  std::vector<StoredModel> out;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) return out;
    out.push_back(model_from(q));
  }
}

Result<CatalogueId> SessionCatalogue::create(const NewSession& session) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(const CatalogueId id, file_.next_id());
  LEYDEN_ASSIGN(const CatalogueId title, file_.add_text(TextKind::kTitle, id, session.title));
  std::byte uuid[16];
  random_bytes(uuid);
  const Bytes settings = file_.protect(as_bytes(session.settings_json), "settings", id);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "INSERT INTO sessions(id,uuid,title,model,tree,tip,created_at,used_at,settings) "
      "VALUES(?1,?2,?3,?4,?1,x'',?5,?5,?6)"));
  q.bind(id).bind(std::span<const std::byte>(uuid)).bind(title);
  if (session.model != 0) q.bind(session.model);
  else q.bind_null();
  LEYDEN_TRY(q.bind(CatalogueFile::now_ms()).bind(std::span<const std::byte>(settings)).run());
  LEYDEN_TRY(transaction.commit());
  return id;
}

Result<SessionInfo> SessionCatalogue::session_from(const Statement& q) {
  SessionInfo s;
  s.id = q.integer(0);
  s.uuid = to_hex(q.blob(1));
  LEYDEN_ASSIGN(s.title, file_.text_from(q, 2, q.integer(3)));
  s.model = q.integer(4);
  s.head = q.integer(5);
  if (!q.blob(6).empty()) {
    LEYDEN_ASSIGN(const Bytes tip, file_.unprotect(q.blob(6), "tip", s.id));
    s.tip = tip_from(tip);
  }
  s.n_tokens = static_cast<uint32_t>(q.integer(7));
  s.created_at_ms = q.integer(8);
  s.used_at_ms = q.integer(9);
  s.pinned = q.integer(10) != 0;
  s.forked_from = q.integer(11);
  const std::string documents = q.text(12);
  if (documents != "[]") {
    const auto list = nlohmann::json::parse(documents, nullptr, false);
    if (list.is_array())
      for (const auto& d : list)
        if (d.is_number_integer()) s.documents.push_back(d.get<CatalogueId>());
  }
  LEYDEN_ASSIGN(const Bytes settings, file_.unprotect(q.blob(13), "settings", s.id));
  s.settings_json = as_text(settings);
  s.kv_quota_bytes = static_cast<uint64_t>(q.integer(14));
  s.n_messages = static_cast<uint64_t>(q.integer(15));
  return s;
}

Result<SessionInfo> SessionCatalogue::session(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(sql("WHERE s.id=?")));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return no_session(id);
  return session_from(q);
}

Result<std::vector<SessionInfo>> SessionCatalogue::list(size_t limit, size_t offset) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(sql("ORDER BY s.used_at DESC, s.id DESC LIMIT ? OFFSET ?")));
  q.bind(static_cast<int64_t>(std::min<size_t>(limit, INT64_MAX))).bind(static_cast<int64_t>(offset));
  std::vector<SessionInfo> out;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) return out;
    LEYDEN_ASSIGN(SessionInfo session, session_from(q));
    out.push_back(std::move(session));
  }
}

Result<SessionInfo> SessionCatalogue::find(std::string_view name) {
  const bool digits = !name.empty() && name.size() < 18 &&
                      name.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits) {
    auto by_id = session(std::stoll(std::string(name)));
    if (by_id.ok() || by_id.status().code() != StatusCode::kNotFound) return by_id;
  }
  const bool hex = name.size() >= 8 && name.size() <= 32 &&
                   name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  // Titles may be sealed, so they are compared here rather than in SQL.
  LEYDEN_ASSIGN(std::vector<SessionInfo> all, list());
  const SessionInfo* found = nullptr;
  for (const SessionInfo& s : all) {
    if (s.title != name && !(hex && s.uuid.starts_with(name))) continue;
    if (found != nullptr)
      return invalid_argument("session '" + std::string(name) + "': several match (ids " +
                              std::to_string(found->id) + " and " + std::to_string(s.id) + ")");
    found = &s;
  }
  if (found == nullptr) return not_found("session '" + std::string(name) + "': there is none");
  return *found;
}

Status SessionCatalogue::require(CatalogueId session) {
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT 1 FROM sessions WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(session).step());
  return row ? Status() : no_session(session);
}

Status SessionCatalogue::rename(CatalogueId id, std::string_view title) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT title FROM sessions WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return no_session(id);
  LEYDEN_TRY(file_.set_text(q.integer(0), title));
  return transaction.commit();
}

Status SessionCatalogue::set_pinned(CatalogueId id, bool pinned) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(require(id));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET pinned=? WHERE id=?"));
  return q.bind(pinned).bind(id).run();
}

Status SessionCatalogue::set_kv_quota(CatalogueId id, uint64_t bytes) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(require(id));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET kv_quota=? WHERE id=?"));
  return q.bind(bytes).bind(id).run();
}

Status SessionCatalogue::set_model(CatalogueId id, CatalogueId model_id) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_TRY(model(model_id));
  CatalogueId tail = 0;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT model, tail FROM sessions WHERE id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(id).step());
    if (!row) return no_session(id);
    if (q.integer(0) == model_id) return {};
    tail = q.integer(1);
  }
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "UPDATE sessions SET model=?, tip=x'', tail=0, n_tokens=0 WHERE id=?"));
  LEYDEN_TRY(q.bind(model_id).bind(id).run());
  LEYDEN_TRY(drop_unused_tail(tail));
  return transaction.commit();
}

Status SessionCatalogue::set_settings(CatalogueId id, std::string_view settings_json) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(require(id));
  const Bytes settings = file_.protect(as_bytes(settings_json), "settings", id);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET settings=? WHERE id=?"));
  return q.bind(std::span<const std::byte>(settings)).bind(id).run();
}

Status SessionCatalogue::touch(CatalogueId id) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_TRY(require(id));
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE sessions SET used_at=? WHERE id=?"));
  return q.bind(CatalogueFile::now_ms()).bind(id).run();
}

Result<CatalogueId> SessionCatalogue::fork(CatalogueId id, std::string_view title,
                                           CatalogueId at_message) {
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(const SessionInfo from, session(id));
  CatalogueId head = from.head;
  PageId tip = from.tip;
  uint32_t n_tokens = from.n_tokens;
  if (at_message != 0 && at_message != from.head) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "SELECT m.tip, m.n_tokens FROM messages m JOIN sessions s ON s.tree=m.tree "
        "WHERE m.id=? AND s.id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(at_message).bind(id).step());
    if (!row) return not_found("fork: message " + std::to_string(at_message) + " is not in session " +
                               std::to_string(id));
    head = at_message;
    tip = PageId{};
    if (!q.blob(0).empty()) {
      LEYDEN_ASSIGN(const Bytes blob, file_.unprotect(q.blob(0), "tip", at_message));
      tip = tip_from(blob);
    }
    n_tokens = static_cast<uint32_t>(q.integer(1)) / 64 * 64;  // the tail was another one
  }
  LEYDEN_ASSIGN(const CatalogueId fork_id, file_.next_id());
  LEYDEN_ASSIGN(const CatalogueId title_id,
                file_.add_text(TextKind::kTitle, fork_id, title.empty() ? from.title : title));
  std::byte uuid[16];
  random_bytes(uuid);
  const Bytes settings = file_.protect(as_bytes(from.settings_json), "settings", fork_id);
  const Bytes tip_bytes = tip == PageId{} ? Bytes() : file_.protect(tip_blob(tip), "tip", fork_id);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "INSERT INTO sessions(id,uuid,title,model,tree,head,tip,tail,n_tokens,created_at,used_at,"
      "forked_from,documents,settings,kv_quota,n_messages) SELECT ?1,?2,?3,model,tree,?4,?5,"
      "CASE WHEN head=?4 THEN tail ELSE 0 END,?6,?7,?7,id,documents,?8,kv_quota,n_messages "
      "FROM sessions WHERE id=?9"));
  LEYDEN_TRY(q.bind(fork_id).bind(std::span<const std::byte>(uuid)).bind(title_id).bind(head)
                 .bind(std::span<const std::byte>(tip_bytes)).bind(n_tokens)
                 .bind(CatalogueFile::now_ms()).bind(std::span<const std::byte>(settings)).bind(id).run());
  LEYDEN_TRY(transaction.commit());
  return fork_id;
}

Status SessionCatalogue::remove(CatalogueId id) {
  LEYDEN_ASSIGN(const auto lock, StoreLock::acquire(
      folder_, StoreLock::kFirstSession + static_cast<uint64_t>(id), true));
  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT tree, title, tail FROM sessions WHERE id=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(id).step());
  if (!row) return no_session(id);
  const CatalogueId tree = q.integer(0), title = q.integer(1), tail = q.integer(2);
  LEYDEN_TRY(q.run());
  LEYDEN_ASSIGN(Statement del, file_.db().prepare("DELETE FROM sessions WHERE id=?"));
  LEYDEN_TRY(del.bind(id).run());
  LEYDEN_TRY(file_.remove_text(title));
  LEYDEN_TRY(drop_unused_tail(tail));
  LEYDEN_TRY(remove_messages(id, tree));
  return transaction.commit();
}

Result<std::unique_ptr<SessionHold>> SessionCatalogue::hold(CatalogueId id) {
  std::unique_lock db_lock(file_.db().mutex());
  LEYDEN_TRY(require(id));
  if (file_.read_only()) return io_error("session " + std::to_string(id) + ": the store is read-only");
  auto lock = StoreLock::acquire(folder_, StoreLock::kFirstSession + static_cast<uint64_t>(id), true);
  if (!lock.ok()) {
    if (lock.status().code() != StatusCode::kBusy) return lock.status();
    return Status(StatusCode::kBusy, "session " + std::to_string(id) +
                                         ": open for writing elsewhere; it can be read or forked");
  }
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("UPDATE messages SET state=2 WHERE state=1 AND session=?"));
  LEYDEN_TRY(q.bind(id).run());
  std::lock_guard held_lock(held_mutex_);
  held_.insert(id);
  return std::unique_ptr<SessionHold>(new SessionHold(*this, id, std::move(*lock)));
}

std::vector<CatalogueId> SessionCatalogue::held() const {
  std::lock_guard lock(held_mutex_);
  return {held_.begin(), held_.end()};
}

Status SessionCatalogue::set_setting(std::string_view key, std::string_view value) {
  std::lock_guard lock(file_.db().mutex());
  const Bytes stored = file_.protect(as_bytes(value), "setting", 0);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("INSERT OR REPLACE INTO settings VALUES(?,?)"));
  return q.bind(key).bind(std::span<const std::byte>(stored)).run();
}

Result<std::string> SessionCatalogue::setting(std::string_view key) {
  std::lock_guard lock(file_.db().mutex());
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT value FROM settings WHERE key=?"));
  LEYDEN_ASSIGN(const bool row, q.bind(key).step());
  if (!row) return not_found("setting '" + std::string(key) + "': not set");
  LEYDEN_ASSIGN(const Bytes value, file_.unprotect(q.blob(0), "setting", 0));
  return std::string(as_text(value));
}

}  // namespace leyden
