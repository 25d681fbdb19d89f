// SPDX-License-Identifier: Apache-2.0
// What the catalogue stores, as plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/page_store.h"
#include "sessions/page_layout.h"

namespace leyden {

/// Catalogue ids are positive and never used twice, across all kinds of things. 0 is "none".
using CatalogueId = int64_t;

struct StoredModel {
  CatalogueId id = 0;
  std::string name;
  std::string fingerprint;     ///< opaque bytes; two models are the same when these are
  uint32_t kv_format = 0;
  PageLayout page_layout;      ///< layers == 0 when unknown
  std::string info_json = "{}";
  int64_t added_at_ms = 0;
};

struct SessionInfo {
  CatalogueId id = 0;
  std::string uuid;            ///< 32 hex digits, the same after export and import
  std::string title;
  CatalogueId model = 0;
  CatalogueId head = 0;        ///< last message of the branch that is shown
  PageId tip;                  ///< last full page; all zero when there is none
  uint32_t n_tokens = 0;       ///< in full pages and tail together
  uint64_t n_messages = 0;     ///< of all branches, those of forks included
  int64_t created_at_ms = 0;
  int64_t used_at_ms = 0;
  bool pinned = false;
  CatalogueId forked_from = 0;
  std::vector<CatalogueId> documents;  ///< in prompt order
  std::string settings_json = "{}";    ///< system text, sampling, tools: the caller's
  uint64_t kv_quota_bytes = 0;         ///< 0: only the store's quota counts
};

enum class MessageState : int {
  kComplete = 0,
  kStreaming = 1,     ///< being written; after a crash it reads as kInterrupted
  kInterrupted = 2,
};

struct StoredMessage {
  CatalogueId id = 0;
  CatalogueId parent = 0;      ///< 0 for the first of a conversation
  CatalogueId session = 0;     ///< the session it was written in
  std::string role;            ///< "user", "assistant", "tool", ...
  std::string text;
  std::string thinking;
  std::vector<int32_t> tokens; ///< as rendered into the prompt; what a re-read needs
  std::string extra_json = "{}";  ///< evidence, tool calls, ...: the caller's
  MessageState state = MessageState::kComplete;
  int64_t created_at_ms = 0;
  PageId tip;                  ///< last full page after this message, if known
  uint32_t n_tokens = 0;       ///< of the conversation up to here, if known
};

/// The tokens after the last full page, with their KV, and all other state a resume needs.
struct SessionTail {
  std::vector<int32_t> tokens;
  std::vector<std::byte> payload;   ///< partial page, in the engine's own arrangement
  std::vector<std::byte> manifest;  ///< MTP and sampler state, last logits, ...: the engine's
  std::string numerics_profile;
};

/// What one save makes durable. Everything but the ids replaces what was there.
struct TurnSave {
  CatalogueId session = 0;
  CatalogueId message = 0;          ///< the message being written; 0 when only KV is saved
  std::string text;
  std::string thinking;
  std::vector<int32_t> tokens;
  std::string extra_json = "{}";
  bool complete = true;             ///< false while streaming
  /// False: do not wait for queued pages to be written; KV is saved only if they are on disk already.
  bool wait_for_pages = true;
  PageId tip;                       ///< last full page; must have been put() before
  uint32_t n_tokens = 0;
  SessionTail tail;
};

/// What became of a save.
struct TurnSaved {
  bool kv_saved = false;   ///< false: only the text is durable, the rest will be read again
  std::string note;        ///< why, when kv_saved is false
};

/// How a session can continue.
struct ResumeState {
  enum class Kind {
    kEmpty,       ///< nothing was ever read
    kReady,       ///< every page and the tail are there
    kReread,      ///< pages are missing or damaged: read again from text
    kOtherModel,  ///< the KV is of another model or KV format: read again from text
  };
  Kind kind = Kind::kEmpty;
  std::string reason;          ///< one sentence for the user; empty when kReady or kEmpty
  PageId tip;
  uint32_t full_pages = 0;
  uint32_t n_tokens = 0;
  uint64_t raw_bytes = 0;      ///< of the chain, for the load-or-recompute decision
  uint64_t stored_bytes = 0;
  SessionTail tail;            ///< filled when kReady
};

struct DocumentPart {
  std::string label;           ///< "p. 12", a heading, ...
  std::string text;
};
struct DocumentInfo {
  CatalogueId id = 0;
  std::string hash;            ///< 64 hex digits over the parts; the same text is one document
  std::string title;
  std::string source;          ///< file name it came from
  uint32_t n_parts = 0;
  uint32_t n_tokens = 0;  ///< at most, of the models that read it first in a chat; 0: not known
  int64_t added_at_ms = 0;
  bool pinned = false;
};
struct NewDocument {
  std::string title;
  std::string source;
  std::vector<DocumentPart> parts;
  std::vector<int32_t> tokens;
  std::vector<std::byte> page_map;  ///< token range <-> page, rectangle, paragraph: JSON, core's
};

}  // namespace leyden
