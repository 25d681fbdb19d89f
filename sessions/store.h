// SPDX-License-Identifier: Apache-2.0
// The jar: a folder that keeps conversations, documents and KV pages.
//
//   catalogue.db   text, trees, documents, settings; every commit is synced
//   kv.db          pages; may be deleted at any time at the price of reading again
//   store.lock     who has what open
//
// What happens when something is wrong:
//   folder or file read-only      opens for reading; every change is kIo "the store is read-only"
//   written by a newer Leyden     kUnsupported, nothing is changed
//   catalogue.db missing          kNotFound when kv.db is there (restore a backup, or repair());
//                                 otherwise the folder is a new store
//   catalogue.db damaged          kCorrupt, naming repair(); text that can be read is kept by it
//   kv.db missing                 a new one; sessions read again (notes() says so)
//   kv.db damaged or of another   set aside under another name, a new one is begun, notes() says so;
//   store                         single damaged pages are quarantined when they are met
//   disk full                     kIo; what was committed stays, KV is dropped before text
//   opened twice                  both work; one process at a time writes to a session (kBusy)
//   encrypted, wrong passphrase   kInvalidArgument
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "sessions/crypto.h"
#include "sessions/document_catalogue.h"
#include "sessions/kv_pages.h"
#include "sessions/page_collector.h"
#include "sessions/search.h"
#include "sessions/session_catalogue.h"
#include "sessions/store_lock.h"

namespace leyden {

struct StoreOptions {
  std::string folder;              ///< made when missing (0700); see default_store_folder()
  std::string passphrase;          ///< encrypts a new store, opens an encrypted one
  Vault::Cost passphrase_cost;     ///< for a new encrypted store
  bool read_only = false;
  KvPages::Options kv;             ///< its vfs and read-only fields are filled in by the store
  CollectOptions collect;          ///< quota and ages
  int collect_every_s = 120;       ///< background collection; 0 turns it off
  std::string vfs;                 ///< SQLite VFS below ours, for tests
};

struct StoreStats {
  uint64_t sessions = 0, messages = 0, documents = 0, models = 0;
  uint64_t pages = 0, quarantined_pages = 0;
  uint64_t kv_raw_bytes = 0, kv_stored_bytes = 0;
  uint64_t catalogue_file_bytes = 0, kv_file_bytes = 0;
  bool encrypted = false, read_only = false;
};

struct CheckReport {
  std::vector<std::string> problems;  ///< empty means sound; the first 100 are listed
  uint64_t n_problems = 0;
  uint64_t messages = 0, texts = 0, pages = 0, page_bytes = 0;
};

struct RepairReport {
  std::vector<std::string> actions;   ///< what was done, one sentence each
  uint64_t texts_kept = 0, texts_lost = 0, pages_kept = 0, pages_lost = 0;
};

/// $XDG_DATA_HOME/leyden, else ~/.local/share/leyden.
std::string default_store_folder();

/// Errors: kIo, naming both, when fewer than `bytes` are free where `folder` lies.
Status require_room(const std::string& folder, uint64_t bytes);

/// Threads: every method is thread-safe.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  /// Writes queued pages and closes. Holds (SessionHold) must be gone by then.
  ~Store();

  SessionCatalogue& sessions() { return *sessions_; }
  DocumentCatalogue& documents() { return *documents_; }
  KvPages& pages() { return *pages_; }
  Search& search() { return *search_; }
  /// What was unusual about opening, one sentence each, for the user.
  const std::vector<std::string>& notes() const { return notes_; }
  bool read_only() const { return options_.read_only; }
  bool encrypted() const { return vault_ != nullptr; }
  const std::string& folder() const { return options_.folder; }

  Result<StoreStats> stats();
  /// Reads everything and verifies it: both trees, every text, every page (decoded), the text index.
  Result<CheckReport> check(const CancelToken* cancel = nullptr, const ProgressFn& progress = {});
  /// One collection pass now, with other limits if wanted.
  Result<CollectReport> collect();
  Result<CollectReport> collect(const CollectOptions& options);
  void set_quota(uint64_t bytes);
  /// Gives unused space back to the file system.
  Status vacuum();
  /// A consistent copy into another folder, which must not hold a store. Works while in use.
  /// Errors: kIo when the disk has no room for it; nothing is written then.
  Status backup(const std::string& folder);
  /// Removes a session. With `shred`, also overwrites its text and the pages only it needed in both
  /// files (not what a file system or an SSD may keep of them elsewhere).
  Status remove_session(CatalogueId id, bool shred);
  /// Errors: kInvalidArgument when the store is not encrypted or the old passphrase is wrong.
  Status change_passphrase(const std::string& old_passphrase, const std::string& new_passphrase);

  /// Rebuilds a store that does not open or does not pass check(): keeps every row and page that can
  /// be read, and the damaged files under other names. Nobody may have the store open.
  /// Errors: kBusy when somebody has; kNotFound when there is nothing to repair.
  static Result<RepairReport> repair(const StoreOptions& options);

 private:
  explicit Store(StoreOptions options) : options_(std::move(options)) {}
  Status open_files();
  Status open_vault(bool new_store);
  Status open_kv(bool kv_was_there);
  Status match_files(bool kv_was_there);
  Status set_kv_aside(const std::string& why);
  void collect_loop();

  StoreOptions options_;
  std::vector<std::string> notes_;
  std::unique_ptr<StoreLock> open_lock_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<CatalogueFile> catalogue_;
  std::unique_ptr<KvPages> pages_;
  std::unique_ptr<SessionCatalogue> sessions_;
  std::unique_ptr<DocumentCatalogue> documents_;
  std::unique_ptr<Search> search_;

  std::mutex collector_mutex_;
  std::condition_variable collector_wake_;
  bool closing_ = false;
  std::thread collector_;
};

}  // namespace leyden
