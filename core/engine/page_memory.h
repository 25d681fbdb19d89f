// SPDX-License-Identifier: Apache-2.0
// Where KV pages lie: host memory, or a device's. A page's bytes are only touched through this.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/status.h"
#include "kernels/kv_layout.h"

namespace leyden {

/// Cuts pages from larger blocks, which are kept for the next pages: asking a system or a driver for
/// memory costs more than filling it. A subclass gets the blocks and gives them back at its end.
/// Threads: thread-safe.
class PageMemory {
 public:
  /// @param alignment  of pages, a power of two
  PageMemory(const KvLayout& layout, size_t alignment);
  virtual ~PageMemory() = default;

  /// A page whose bytes are undefined. Errors: kOutOfMemory, naming what was asked; kDeviceLost.
  Result<std::byte*> allocate();
  void release(std::byte* page) noexcept;

  virtual Status clear(std::byte* page) = 0;
  virtual Status copy(const std::byte* from, std::byte* to) = 0;
  /// Page <-> canonical bytes (kernels/kv_layout.h) in host memory.
  virtual Status to_canonical(const std::byte* page, std::byte* canonical) = 0;
  virtual Status from_canonical(const std::byte* canonical, std::byte* page) = 0;

  const KvLayout& layout() const { return layout_; }
  size_t page_bytes() const { return static_cast<size_t>(layout_.page_bytes()); }

 protected:
  /// One more block, kept by the subclass. Errors: kOutOfMemory, kDeviceLost.
  virtual Result<std::byte*> make_block(size_t bytes) = 0;

 private:
  Status grow();

  KvLayout layout_;
  const size_t stride_;  ///< bytes between pages of a block
  std::mutex mutex_;
  size_t blocks_ = 0;
  std::vector<std::byte*> free_;  ///< room for every page, so that release() cannot fail
};

std::shared_ptr<PageMemory> make_host_page_memory(const KvLayout& layout);

}  // namespace leyden
