// SPDX-License-Identifier: Apache-2.0
// Models, sessions and their message trees.
//
// Messages form trees: each has a parent, and an edit is a sibling. A session is a row that points at
// one message (its head) and at one page (its tip), so a fork is one more row, whatever its length.
// Sessions that were forked from each other share a tree; a message is removed with the session that
// wrote it unless another session of the tree still leads to it.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sessions/catalogue_file.h"
#include "sessions/kv_pages.h"
#include "sessions/session_types.h"
#include "sessions/store_lock.h"

namespace leyden {

class SessionCatalogue;

/// The right to write to a session, across processes; given back when destroyed.
class SessionHold {
 public:
  ~SessionHold();
  SessionHold(const SessionHold&) = delete;
  SessionHold& operator=(const SessionHold&) = delete;
  CatalogueId session() const { return session_; }

 private:
  friend class SessionCatalogue;
  SessionHold(SessionCatalogue& owner, CatalogueId session, std::unique_ptr<StoreLock> lock)
      : owner_(owner), session_(session), lock_(std::move(lock)) {}
  SessionCatalogue& owner_;
  CatalogueId session_;
  std::unique_ptr<StoreLock> lock_;
};

/// Errors of all methods: kNotFound for unknown ids, kIo on a read-only store, kCorrupt on damage.
/// Threads: every method is thread-safe; changes are transactions and durable on return.
class SessionCatalogue {
 public:
  SessionCatalogue(CatalogueFile& file, KvPages* pages, std::string folder)
      : file_(file), pages_(pages), folder_(std::move(folder)) {}

  // Models.
  /// The id of the model with this fingerprint, added when new; name, layout and info are updated.
  Result<CatalogueId> add_model(const StoredModel& model);
  Result<StoredModel> model(CatalogueId id);
  Result<std::vector<StoredModel>> models();

  // Sessions.
  struct NewSession {
    std::string title;
    CatalogueId model = 0;
    std::string settings_json = "{}";
  };
  Result<CatalogueId> create(const NewSession& session);
  Result<SessionInfo> session(CatalogueId id);
  /// By id in digits, by uuid (or 8 first digits of it at least), else by exact title.
  /// Errors: kNotFound; kInvalidArgument when several match.
  Result<SessionInfo> find(std::string_view name);
  /// Most recently used first. Cost: 10,000 sessions in about 20 ms.
  Result<std::vector<SessionInfo>> list(size_t limit = SIZE_MAX, size_t offset = 0);
  Status rename(CatalogueId id, std::string_view title);
  Status set_pinned(CatalogueId id, bool pinned);
  Status set_settings(CatalogueId id, std::string_view settings_json);
  Status set_kv_quota(CatalogueId id, uint64_t bytes);
  /// The model that continues the session. KV of another one is let go: it is of no use to this one.
  Status set_model(CatalogueId id, CatalogueId model);
  Status touch(CatalogueId id);  ///< used now
  /// A new session with the same head, tip, tail and documents. With `at_message`, the head is that
  /// message and the KV what was known there. One row, whatever the length.
  Result<CatalogueId> fork(CatalogueId id, std::string_view title, CatalogueId at_message = 0);
  /// Removes the session and what only it needs. Its pages are collected later.
  /// Errors: kBusy while it is open for writing somewhere.
  Status remove(CatalogueId id);

  /// Opens a session for writing: one at a time, over all processes. Marks messages that a crash left
  /// streaming as interrupted. Errors: kBusy when it is open elsewhere.
  Result<std::unique_ptr<SessionHold>> hold(CatalogueId id);
  std::vector<CatalogueId> held() const;

  // Messages.
  /// Adds a message below the session's head (or below message.parent when that is not 0, which makes
  /// a branch) and moves the head to it. Only role, text, thinking, tokens, extra, state are read.
  Result<CatalogueId> append(CatalogueId session, const StoredMessage& message);
  /// A sibling of `message` with another text; the head moves to it.
  Result<CatalogueId> edit(CatalogueId session, CatalogueId message, std::string_view text,
                           const std::vector<int32_t>& tokens);
  Status set_head(CatalogueId session, CatalogueId message);
  /// Takes back a message this session wrote and nothing follows; a head on it moves to its parent.
  /// Errors: kInvalidArgument when something follows it.
  Status withdraw(CatalogueId session, CatalogueId message);
  Result<StoredMessage> message(CatalogueId id);
  /// From the first message to the session's head.
  Result<std::vector<StoredMessage>> path(CatalogueId session);
  /// All messages of the session's tree, parents before children.
  Result<std::vector<StoredMessage>> tree(CatalogueId session);
  /// The messages with the same parent, oldest first; the branches to choose from.
  Result<std::vector<CatalogueId>> siblings(CatalogueId message);
  /// The last message of the newest branch that goes through `message`; itself when none follows.
  Result<CatalogueId> newest_end(CatalogueId message);
  /// Another extra_json of a message this session wrote; text and KV stay.
  Status set_extra(CatalogueId session, CatalogueId message, std::string_view extra_json);

  // Saving and resuming.
  /// Makes text, tip and tail durable in one transaction, after the pages they need. When those could
  /// not be written, the text is saved all the same, with the KV pointers of the last good save.
  /// Errors: only when the text itself could not be saved.
  Result<TurnSaved> save_turn(const TurnSave& save);
  /// What a resume of this session will find. `fingerprint` and `kv_format` are the loaded model's.
  Result<ResumeState> resume_state(CatalogueId session, std::string_view fingerprint,
                                   uint32_t kv_format);

  // Settings of the store, as the caller's strings.
  Status set_setting(std::string_view key, std::string_view value);
  Result<std::string> setting(std::string_view key);

  CatalogueFile& file() { return file_; }

 private:
  friend class SessionHold;
  Result<SessionInfo> session_from(const Statement& row);
  Result<std::vector<StoredMessage>> messages_from(Statement& rows);
  Result<StoredMessage> message_from(const Statement& row);
  Status require(CatalogueId session);
  Result<CatalogueId> store_tail(CatalogueId session, const SessionTail& tail, uint32_t depth);
  Status drop_unused_tail(CatalogueId tail);
  Result<CatalogueId> insert_message(CatalogueId session, CatalogueId tree, CatalogueId parent,
                                     const StoredMessage& message);
  /// The session's KV becomes what was known at `message`, unless that is its head already.
  Status rewind_kv(CatalogueId session, CatalogueId message);
  Status remove_messages(CatalogueId session, CatalogueId tree);

  CatalogueFile& file_;
  KvPages* pages_;  // null for a store without KV
  const std::string folder_;
  mutable std::mutex held_mutex_;
  std::set<CatalogueId> held_;
};

}  // namespace leyden
