// SPDX-License-Identifier: Apache-2.0
// KV pages of one network: allocation, identity, reuse across sequences, and the way to a
// PageStore.
//
// A store may have no room for a page just now. Then the page waits in a backlog, held in memory,
// and is handed over with a later one or by hand_over(): computing never waits for a disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/page_store.h"
#include "base/status.h"
#include "core/engine/page_memory.h"

namespace leyden {

/// Identity of the page that continues `parent` with `tokens` under a model fingerprint.
PageId chain_page_id(const PageId& parent, std::span<const int32_t> tokens,
                     const std::string& fingerprint);

/// 64 tokens through all layers. Immutable once complete; complete pages may be shared.
struct Page {
  std::byte* bytes = nullptr;  ///< where its network computes: host or device memory
  PageId id;                   ///< valid once complete
  PageId parent;
  uint32_t depth = 0;
  std::vector<int32_t> tokens;  ///< written so far, at most 64
  uint64_t decoded = 0;         ///< bit i: token i was computed in decode form
  std::string numerics;         ///< who computed it; empty: this engine
  bool complete = false;
};

/// Threads: one at a time (the engine's scheduler).
class PagePool {
 public:
  struct Stats {
    size_t pages = 0;  ///< held in memory, in use or kept for reuse
    size_t bytes = 0;
    size_t max_bytes = 0;  ///< the cap on it
    size_t memory_hits = 0;
    size_t store_hits = 0;
    size_t evictions = 0;
    size_t backlog = 0;       ///< full pages that wait for room in the store
    size_t store_errors = 0;  ///< pages a store refused for good: they live in memory only
  };

  /// @param numerics   of the network that computes here (Network::numerics_profile)
  /// @param max_bytes  cap on page memory; pages nobody uses are dropped, oldest first, to stay
  /// below
  /// @param mha_positions  below this the form of computation matters, and stored pages tell it
  /// @param store      may be nullptr: then pages live in memory only
  PagePool(std::shared_ptr<PageMemory> memory, std::string fingerprint, std::string numerics,
           int64_t mha_positions, size_t max_bytes, PageStore* store);

  /// An empty page, all zeroes. Errors: kOutOfMemory naming what was asked and the cap; kDeviceLost.
  Result<std::shared_ptr<Page>> allocate();
  /// A complete page by identity: from memory, else from the store, else nullptr.
  /// A damaged or foreign stored page counts as absent; `damaged` is then set.
  Result<std::shared_ptr<Page>> find(const PageId& id, bool* damaged = nullptr);
  /// A complete page that is in memory now, else nullptr.
  std::shared_ptr<Page> in_memory(const PageId& id);
  /// A page for a stored one, checked against its identity. The caller fills its bytes
  /// (memory().from_canonical of the payload) and then calls remember().
  /// Errors: kCorrupt; kOutOfMemory.
  Result<std::shared_ptr<Page>> adopt(const StoredPage& stored);
  void remember(const std::shared_ptr<Page>& page);
  /// Makes a full page findable and hands it to the store, now or later. False when another page of
  /// this identity was here first and its bytes are not the same (computed in another form).
  bool publish(const std::shared_ptr<Page>& page);
  /// Hands to the store what waits for it. True when nothing waits any more.
  bool hand_over();
  /// Puts a page into the backlog again, in case the store has lost it.
  void offer_again(const std::shared_ptr<Page>& page) { backlog_.push_back(page); }
  /// A private copy of the first n tokens of a page.
  Result<std::shared_ptr<Page>> clone_prefix(const Page& page, size_t n);

  const std::string& fingerprint() const { return fingerprint_; }
  const std::string& numerics() const { return numerics_; }
  const KvLayout& layout() const { return memory_->layout(); }
  PageMemory& memory() const { return *memory_; }
  Stats stats() const;

 private:
  struct Entry {
    std::shared_ptr<Page> page;
    std::list<PageId>::iterator age;
  };
  /// A page whose bytes the caller fills.
  Result<std::shared_ptr<Page>> take_page();
  bool evict_one();
  Result<bool> same_bytes(const Page& a, const Page& b) const;
  Result<StoredPage> to_store(const Page& page) const;

  std::shared_ptr<PageMemory> memory_;
  std::string fingerprint_;
  std::string numerics_;
  int64_t mha_positions_;
  size_t max_bytes_;
  PageStore* store_;
  std::shared_ptr<std::atomic<size_t>> live_bytes_;  ///< shared with every page's deleter
  std::unordered_map<PageId, Entry, PageIdHash> index_;
  std::list<PageId> ages_;                     ///< least recently used first
  std::deque<std::shared_ptr<Page>> backlog_;  ///< oldest first
  Stats stats_;
};

}  // namespace leyden
