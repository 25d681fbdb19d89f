// SPDX-License-Identifier: Apache-2.0
// The jar's KV file: pages on disk, written by a background thread.
//
//   put() -> bounded queue -> writer thread: encode (several threads) -> one transaction a batch
//   get() -> queue, else one of a few reading connections -> decode and verify (caller's thread)
//
// A page that does not verify is quarantined: from then on the store does not have it, and the next
// put() of the same id heals it.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/page_store.h"
#include "sessions/codec.h"
#include "sessions/crypto.h"
#include "sessions/sqlite_database.h"

namespace leyden {

/// What the file knows about one page without reading its payload.
struct KvPageInfo {
  int64_t row = 0;
  PageId key;         ///< as in the file: blinded when encrypted
  PageId parent_key;
  uint32_t depth = 0;
  uint64_t raw_bytes = 0;
  uint64_t stored_bytes = 0;
};

/// How much of a chain is on disk.
struct ChainInfo {
  uint32_t pages = 0;         ///< that are there
  uint32_t length = 0;        ///< of the chain as far as it is known, evicted and damaged pages included
  bool complete = false;      ///< every page down to the root is there
  uint64_t raw_bytes = 0;
  uint64_t stored_bytes = 0;
  std::vector<KvPageInfo> from_root;  ///< the pages that are there, root side first
};

/// Stands beside a KV file in which a write met damage: the next one to open the store sets the file aside.
inline constexpr char kDamagedMark[] = ".damaged";

/// Threads: every method is thread-safe.
class KvPages final : public PageStore {
 public:
  struct Options {
    std::string vfs;                        ///< base VFS, for tests
    bool read_only = false;
    bool immutable = false;
    size_t queue_bytes = size_t{256} << 20; ///< payloads waiting to be written
    size_t batch_bytes = size_t{32} << 20;  ///< payloads in one transaction
    unsigned encoder_threads = 2;
    unsigned readers = 4;                   ///< reading connections at most, or one a thread of load_chain()
    CodecOptions codec;
  };

  /// @param vault  outlives the pages; null when the store is not encrypted
  static Result<std::unique_ptr<KvPages>> open(const std::string& path, const Options& options,
                                               const Vault* vault);
  /// Writes what is queued, then closes.
  ~KvPages() override;

  /// Tells the codec how payloads of layout.total_bytes() are arranged. Payloads of other sizes are
  /// stored as plain bytes. Errors: kInvalidArgument on a bad layout.
  Status register_layout(const PageLayout& layout);

  /// Queues a page; never waits for the disk. A page without its parent in the store is kept, but
  /// counts only once the parent is there too.
  /// Errors: kBusy when the queue is full: nothing was taken, try later (see wait_for_room());
  ///         kIo when the store is read-only.
  Status put(StoredPage page) override;
  /// Errors: kCorrupt when the page was there and damaged; it is quarantined by then.
  Result<std::optional<StoredPage>> get(const PageId& id) override;
  bool contains(const PageId& id) override;

  bool wait_for_room(size_t bytes, int timeout_ms) override;
  /// Returns when everything put before the call is durable, or the error that prevented it since
  /// the last flush (the pages concerned are dropped then: the caller's KV is still in memory).
  Status flush();

  /// How much of the chain that ends in `tip` is durable. Cost: a walk over metadata, about 2 us a
  /// page.
  Result<ChainInfo> inspect_chain(const PageId& tip);
  /// How many pages from the root on eviction has left of that chain. Damage is not looked for.
  /// Cost: one look-up, and one for each page that is gone from the chain's end.
  Result<uint32_t> kept_pages(const PageId& tip);
  /// The same of many chains, as of one moment and in one transaction.
  Result<std::vector<uint32_t>> kept_pages(std::span<const PageId> tips);
  /// Decodes on `threads` threads. A damaged page is quarantined by the time kCorrupt is answered.
  Status load_chain(const PageId& tip, unsigned threads,
                    const std::function<bool(StoredPage&&)>& take) override;

  /// Marks a page as damaged. Unknown ids are no error.
  Status quarantine(const PageId& id, const std::string& reason);

  struct Stats {
    uint64_t pages = 0, raw_bytes = 0, stored_bytes = 0, quarantined = 0;
    uint64_t queued_bytes = 0, write_errors = 0;
  };
  Result<Stats> stats();

  /// File keys of pages put, found or read within the last `seconds`; older ones are forgotten. They
  /// are in somebody's hands even when no session points at them yet.
  std::vector<PageId> recently_used(int64_t seconds);

  /// The writing connection, for the collector, checks and backups; hold its mutex().
  Database& database() { return *writer_db_; }
  const Vault* vault() const { return vault_; }
  /// An id as it appears in the file.
  PageId key_of(const PageId& id) const;

 private:
  friend class ReaderLease;
  KvPages(std::string path, Options options, const Vault* vault)
      : path_(std::move(path)), options_(std::move(options)), vault_(vault),
        most_readers_(std::max(options_.readers, 1u)) {}

  Result<std::unique_ptr<Database>> connect(bool writer) const;
  Result<std::unique_ptr<Database>> borrow_reader();
  void return_reader(std::unique_ptr<Database> db);
  PageLayout layout_for(size_t payload_bytes);
  Result<std::optional<StoredPage>> read_row(const PageId& id);
  void write_loop();
  Status write_batch(const std::vector<std::shared_ptr<const StoredPage>>& batch);
  void note_use(const PageId& key);
  /// Quarantines a page of a chain and answers the error that says so.
  Status set_aside(const KvPageInfo& page, const std::string& reason);
  Status insert_page(const StoredPage& page, std::span<const std::byte> record);

  const std::string path_;
  const Options options_;
  const Vault* const vault_;
  std::unique_ptr<Database> writer_db_;

  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Database>> idle_readers_;
  unsigned n_readers_ = 0, most_readers_;

  std::mutex mutex_;  // everything below
  std::condition_variable work_, settled_;
  std::deque<std::shared_ptr<const StoredPage>> queue_;
  std::unordered_map<PageId, std::shared_ptr<const StoredPage>, PageIdHash> pending_;
  std::vector<PageLayout> layouts_;
  size_t queued_bytes_ = 0;
  uint64_t taken_ = 0, finished_ = 0, write_errors_ = 0;
  Status write_error_;
  bool stopping_ = false;
  std::unordered_map<PageId, int64_t, PageIdHash> used_at_;  // by file key, in seconds
  std::thread writer_;
};

}  // namespace leyden
