// SPDX-License-Identifier: Apache-2.0
#include "core/engine/page_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace leyden {
namespace {

constexpr size_t kBlockBytes = size_t{64} << 20;

/// Blocks straight from the system, in large pages where it has them: a page of KV is then touched
/// for the first time at the speed of memory.
class HostPageMemory final : public PageMemory {
 public:
  explicit HostPageMemory(const KvLayout& layout) : PageMemory(layout, 64) {}
  ~HostPageMemory() override {
    for (const auto& [block, bytes] : blocks_) munmap(block, bytes);
  }

  Status clear(std::byte* page) override {
    std::memset(page, 0, page_bytes());
    return {};
  }
  Status copy(const std::byte* from, std::byte* to) override {
    std::memcpy(to, from, page_bytes());
    return {};
  }
  Status to_canonical(const std::byte* page, std::byte* canonical) override {
    kv_to_canonical(layout(), page, canonical);
    return {};
  }
  Status from_canonical(const std::byte* canonical, std::byte* page) override {
    kv_from_canonical(layout(), canonical, page);
    return {};
  }

 private:
  Result<std::byte*> make_block(size_t bytes) override {
    void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
      return out_of_memory("the system has no " + std::to_string(bytes) + " bytes: " + std::strerror(errno));
    (void)madvise(block, bytes, MADV_HUGEPAGE);
    blocks_.emplace_back(block, bytes);
    return static_cast<std::byte*>(block);
  }

  std::vector<std::pair<void*, size_t>> blocks_;
};

}  // namespace

PageMemory::PageMemory(const KvLayout& layout, size_t alignment)
    : layout_(layout), stride_((page_bytes() + alignment - 1) / alignment * alignment) {}

Result<std::byte*> PageMemory::allocate() {
  std::lock_guard lock(mutex_);
  if (free_.empty()) LEYDEN_TRY(grow());
  std::byte* page = free_.back();
  free_.pop_back();
  return page;
}

void PageMemory::release(std::byte* page) noexcept {
  std::lock_guard lock(mutex_);
  free_.push_back(page);
}

Status PageMemory::grow() {
  const size_t most = std::max<size_t>(kBlockBytes / stride_, 1);
  free_.reserve((blocks_ + 1) * most);
  // A last block smaller than the others is better than none.
  for (size_t n = most;; n /= 2) {
    const Result<std::byte*> block = make_block(n * stride_);
    if (!block.ok() && (n == 1 || block.status().code() != StatusCode::kOutOfMemory))
      return Status(block.status().code(), "page pool: a page of " + std::to_string(page_bytes()) +
                                               " bytes: " + block.status().message());
    if (!block.ok()) continue;
    ++blocks_;
    for (size_t i = n; i > 0; --i) free_.push_back(*block + (i - 1) * stride_);
    return {};
  }
}

std::shared_ptr<PageMemory> make_host_page_memory(const KvLayout& layout) {
  return std::make_shared<HostPageMemory>(layout);
}

}  // namespace leyden
