// SPDX-License-Identifier: Apache-2.0
// Saving turns and telling how a session can be resumed.
#include "sessions/session_catalogue.h"
#include "sessions/codec.h"

namespace leyden {
namespace {

// tail state = version 1 | n full pages before it | tokens | numerics profile | manifest | payload
// payload is encode_payload()d bytes, or empty.
constexpr uint8_t kTailVersion = 1;

Result<Bytes> encode_tail(const SessionTail& tail) {
  Bytes out;
  ByteWriter w(out);
  w.fixed<uint8_t>(kTailVersion);
  write_tokens(w, tail.tokens);
  w.sized(tail.numerics_profile);
  w.sized(tail.manifest);
  if (!tail.payload.empty()) {
    LEYDEN_ASSIGN(const Bytes packed, encode_payload(tail.payload, opaque_layout(tail.payload.size())));
    w.raw(packed);
  }
  return out;
}

Result<SessionTail> decode_tail(std::span<const std::byte> state) {
  ByteReader r(state);
  if (r.fixed<uint8_t>() != kTailVersion) return unsupported("tail: of another version");
  SessionTail tail;
  tail.tokens = read_tokens(r);
  tail.numerics_profile = r.sized_text();
  const auto manifest = r.sized();
  if (!r.ok()) return corrupt("tail: cut short");
  tail.manifest.assign(manifest.begin(), manifest.end());
  if (r.left() != 0) {
    LEYDEN_ASSIGN(tail.payload, decode_payload(r.rest()));
  }
  return tail;
}

}  // namespace

Result<CatalogueId> SessionCatalogue::store_tail(CatalogueId session, const SessionTail& tail,
                                                 uint32_t depth) {
  (void)session;
  if (tail.tokens.empty() && tail.manifest.empty()) return CatalogueId{0};
  LEYDEN_ASSIGN(const Bytes state, encode_tail(tail));
  LEYDEN_ASSIGN(const CatalogueId id, file_.next_id());
  const Bytes stored = file_.protect(state, "tail", id);
  LEYDEN_ASSIGN(Statement q, file_.db().prepare("INSERT INTO tails VALUES(?,?,?)"));
  LEYDEN_TRY(q.bind(id).bind(depth).bind(std::span<const std::byte>(stored)).run());
  return id;
}

Status SessionCatalogue::drop_unused_tail(CatalogueId tail) {
  if (tail == 0) return {};
  LEYDEN_ASSIGN(Statement q, file_.db().prepare(
      "DELETE FROM tails WHERE id=?1 AND NOT EXISTS (SELECT 1 FROM sessions WHERE tail=?1)"));
  return q.bind(tail).run();
}

Result<TurnSaved> SessionCatalogue::save_turn(const TurnSave& save) {
  TurnSaved saved;
  // Pages first: the catalogue never points at a page that is not durable.
  uint32_t full_pages = 0;
  if (pages_ == nullptr) {
    saved.note = "the store keeps no KV";
  } else if (const Status flushed = save.wait_for_pages ? pages_->flush() : Status(); !flushed.ok()) {
    saved.note = flushed.message();
  } else if (save.tip == PageId{}) {
    saved.kv_saved = true;
  } else {
    auto chain = pages_->inspect_chain(save.tip);
    saved.kv_saved = chain.ok() && chain->complete;
    if (saved.kv_saved) full_pages = chain->pages;
    else saved.note = chain.ok() ? "a page of the session is not in the store" : chain.status().message();
  }

  Transaction transaction(file_.db());
  LEYDEN_TRY(transaction.begun());
  CatalogueId old_tail = 0;
  {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT tail FROM sessions WHERE id=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(save.session).step());
    if (!row) return not_found("session " + std::to_string(save.session) + ": there is none with this id");
    old_tail = q.integer(0);
  }
  const Bytes tip = save.tip == PageId{} ? Bytes() : file_.protect(tip_blob(save.tip), "tip", save.session);
  if (save.message != 0) {
    LEYDEN_ASSIGN(Statement q, file_.db().prepare("SELECT text, thinking FROM messages WHERE id=? "
                                                  "AND session=?"));
    LEYDEN_ASSIGN(const bool row, q.bind(save.message).bind(save.session).step());
    if (!row) return not_found("message " + std::to_string(save.message) + " is not of session " +
                               std::to_string(save.session));
    const CatalogueId text = q.integer(0);
    CatalogueId thinking = q.integer(1);
    LEYDEN_TRY(q.run());
    LEYDEN_TRY(file_.set_text(text, save.text));
    if (thinking != 0) {
      LEYDEN_TRY(file_.set_text(thinking, save.thinking));
    } else if (!save.thinking.empty()) {
      LEYDEN_ASSIGN(thinking, file_.add_text(TextKind::kThinking, save.message, save.thinking));
    }
    const Bytes tokens = file_.protect(pack_tokens(save.tokens), "tokens", save.message);
    const Bytes extra = file_.protect(as_bytes(save.extra_json), "extra", save.message);
    const Bytes message_tip = save.tip == PageId{} || !saved.kv_saved
                                  ? Bytes() : file_.protect(tip_blob(save.tip), "tip", save.message);
    LEYDEN_ASSIGN(Statement u, file_.db().prepare(
        "UPDATE messages SET thinking=?, tokens=?, extra=?, state=?, tip=?, n_tokens=? WHERE id=?"));
    LEYDEN_TRY(u.bind(thinking).bind(std::span<const std::byte>(tokens))
                   .bind(std::span<const std::byte>(extra))
                   .bind(static_cast<int>(save.complete ? MessageState::kComplete : MessageState::kStreaming))
                   .bind(std::span<const std::byte>(message_tip)).bind(save.n_tokens).bind(save.message)
                   .run());
  }
  if (saved.kv_saved) {
    LEYDEN_ASSIGN(const CatalogueId tail, store_tail(save.session, save.tail, full_pages));
    LEYDEN_ASSIGN(Statement u, file_.db().prepare(
        "UPDATE sessions SET tip=?, tail=?, n_tokens=?, used_at=? WHERE id=?"));
    LEYDEN_TRY(u.bind(std::span<const std::byte>(tip)).bind(tail).bind(save.n_tokens)
                   .bind(CatalogueFile::now_ms()).bind(save.session).run());
    LEYDEN_TRY(drop_unused_tail(old_tail));
  }
  LEYDEN_TRY(transaction.commit());
  return saved;
}

Result<ResumeState> SessionCatalogue::resume_state(CatalogueId id, std::string_view fingerprint,
                                                   uint32_t kv_format) {
  ResumeState state;
  CatalogueId tail_id = 0;
  Bytes tail_bytes;
  uint32_t tail_depth = 0;
  bool same_model = true;
  {
    std::lock_guard lock(file_.db().mutex());
    LEYDEN_ASSIGN(const SessionInfo info, session(id));
    state.tip = info.tip;
    state.n_tokens = info.n_tokens;
    if (info.model != 0) {
      LEYDEN_ASSIGN(const StoredModel of, model(info.model));
      same_model = of.fingerprint == fingerprint && of.kv_format == kv_format;
      if (!same_model) {
        state.reason = of.fingerprint == fingerprint
            ? "the KV was saved in format " + std::to_string(of.kv_format) + ", this build uses " +
                  std::to_string(kv_format)
            : "the KV is of other weights than the loaded ones (session: model '" + of.name + "')";
      }
    }
    LEYDEN_ASSIGN(Statement q, file_.db().prepare(
        "SELECT s.tail, t.depth, t.state FROM sessions s LEFT JOIN tails t ON t.id=s.tail WHERE s.id=?"));
    LEYDEN_TRY(q.bind(id).step());
    tail_id = q.integer(0);
    tail_depth = static_cast<uint32_t>(q.integer(1));
    if (tail_id != 0 && q.is_null(2)) {
      state.kind = ResumeState::Kind::kReread;
      state.reason = "the state after the last full page is missing";
      return state;
    }
    if (tail_id != 0) {
      LEYDEN_ASSIGN(tail_bytes, file_.unprotect(q.blob(2), "tail", tail_id));
    }
  }
  if (!same_model) {
    state.kind = ResumeState::Kind::kOtherModel;
    return state;
  }
  if (state.tip == PageId{} && tail_id == 0) return state;  // kEmpty
  const auto reread = [&state](std::string reason) {
    state.kind = ResumeState::Kind::kReread;
    state.reason = std::move(reason);
    state.tail = {};
    return state;
  };
  if (pages_ == nullptr) return reread("the store keeps no KV");
  const auto inspected = pages_->inspect_chain(state.tip);
  if (inspected.status().code() == StatusCode::kCorrupt) return reread(inspected.status().message());
  LEYDEN_TRY(inspected.status());
  const ChainInfo& chain = *inspected;
  state.full_pages = chain.pages;
  state.raw_bytes = chain.raw_bytes;
  state.stored_bytes = chain.stored_bytes;
  if (!chain.complete && chain.pages == 0) return reread("its KV was evicted or damaged");
  if (!chain.complete)
    return reread("some of its KV was evicted or damaged (" + std::to_string(chain.pages) +
                  " pages are left)");
  if (tail_id == 0) {
    state.kind = ResumeState::Kind::kReady;
    return state;
  }
  if (tail_depth != chain.pages) return reread("its last state belongs to another page");
  auto tail = decode_tail(tail_bytes);
  if (!tail.ok()) return reread(tail.status().message());
  state.tail = std::move(*tail);
  state.kind = ResumeState::Kind::kReady;
  return state;
}

}  // namespace leyden
