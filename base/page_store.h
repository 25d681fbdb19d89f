// SPDX-License-Identifier: Apache-2.0
// The interface through which the engine keeps KV pages somewhere that outlives device memory.
// Core calls it, sessions implement it, capi joins the two. A store sees bytes, never tensors.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace leyden {

/// Identity of a page: a BLAKE2b-256 chain hash over (parent id, token ids, model fingerprint).
struct PageId {
  std::array<uint8_t, 32> bytes{};
  auto operator<=>(const PageId&) const = default;
  std::string to_hex() const;
};

struct PageIdHash {
  size_t operator()(const PageId& id) const {
    size_t h;
    std::memcpy(&h, id.bytes.data(), sizeof h);  // the id is already a good hash
    return h;
  }
};

/// One full page of 64 tokens through all layers.
struct StoredPage {
  PageId id;
  PageId parent;                    ///< all zero for the first page of a chain
  uint32_t depth = 0;               ///< pages before this one in its chain
  std::vector<int32_t> tokens;      ///< the page's token ids, in order
  std::string numerics_profile;     ///< device kind and build that computed the payload
  std::vector<std::byte> payload;   ///< canonical page bytes (core/engine/page_format.h)
};

/// Threads: every method is thread-safe. Pages are immutable: the first writer of an id wins.
class PageStore {
 public:
  virtual ~PageStore() = default;
  /// Keeps a page, without waiting for a disk. A page with this id that is already there stays as it
  /// is, and that is success. Errors: kBusy when there is no room now: nothing was taken, try later.
  virtual Status put(StoredPage page) = 0;
  /// The page, or nullopt when the store does not have it. kCorrupt when it has it, damaged.
  virtual Result<std::optional<StoredPage>> get(const PageId& id) = 0;
  virtual bool contains(const PageId& id) = 0;
  /// Reads the chain that ends in `tip`, root first, several pages at a time; `take` runs on the calling
  /// thread. What was taken before an error is good, but not all. Bytes that `take` leaves in the page's
  /// payload, its own or others, may be used again for a page to come.
  /// Errors: kNotFound when a page is missing; kCorrupt when one is damaged; kCancelled when `take`
  /// answers false.
  virtual Status load_chain(const PageId& tip, unsigned threads,
                            const std::function<bool(StoredPage&&)>& take) = 0;
  /// Waits until put() of `bytes` would not be refused as kBusy, at most `timeout_ms`. True when it
  /// would not.
  virtual bool wait_for_room(size_t bytes, int timeout_ms) = 0;
};

}  // namespace leyden
