// SPDX-License-Identifier: Apache-2.0
// A PageStore in host memory: the middle tier between device memory and the jar, and the whole jar
// when the user asked for `--store none`.
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/page_store.h"

namespace leyden {

/// Keeps pages until a byte cap is reached, then forgets the least recently used ones.
/// Threads: every method is thread-safe.
class MemoryPageStore final : public PageStore {
 public:
  /// @param byte_cap  most bytes kept (payload, tokens and bookkeeping); 0 means no cap. A page
  ///                  larger than the cap is accepted and forgotten at once.
  explicit MemoryPageStore(size_t byte_cap = 0) : byte_cap_(byte_cap) {}

  Status put(StoredPage page) override;
  Result<std::optional<StoredPage>> get(const PageId& id) override;
  bool contains(const PageId& id) override;
  Status load_chain(const PageId& tip, unsigned threads,
                    const std::function<bool(StoredPage&&)>& take) override;
  bool wait_for_room(size_t, int) override { return true; }

  /// Forgets one page; unknown ids are no error.
  void erase(const PageId& id);
  size_t page_count() const;
  size_t byte_count() const;

 private:
  using Order = std::list<StoredPage>;  // most recently used first
  static size_t cost_of(const StoredPage& page);
  void shrink_locked();

  const size_t byte_cap_;
  mutable std::mutex mutex_;
  Order order_;
  std::unordered_map<PageId, Order::iterator, PageIdHash> pages_;
  size_t bytes_ = 0;
};

}  // namespace leyden
