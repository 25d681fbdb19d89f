// SPDX-License-Identifier: Apache-2.0
#include "sessions/memory_page_store.h"

#include <utility>
#include <vector>

namespace leyden {

size_t MemoryPageStore::cost_of(const StoredPage& page) {
  return page.payload.size() + page.tokens.size() * sizeof(int32_t) + page.numerics_profile.size() +
         sizeof(StoredPage) + 64;  // 64: list and map nodes, about
}

Status MemoryPageStore::put(StoredPage page) {
  std::lock_guard lock(mutex_);
  if (auto it = pages_.find(page.id); it != pages_.end()) {
    order_.splice(order_.begin(), order_, it->second);
    return {};
  }
  bytes_ += cost_of(page);
  order_.push_front(std::move(page));
  pages_.emplace(order_.front().id, order_.begin());
  shrink_locked();
  return {};
}

Result<std::optional<StoredPage>> MemoryPageStore::get(const PageId& id) {
  std::lock_guard lock(mutex_);
  auto it = pages_.find(id);
  if (it == pages_.end()) return std::optional<StoredPage>();
  order_.splice(order_.begin(), order_, it->second);
  return std::optional<StoredPage>(*it->second);
}

bool MemoryPageStore::contains(const PageId& id) {
  std::lock_guard lock(mutex_);
  return pages_.contains(id);
}

Status MemoryPageStore::load_chain(const PageId& tip, unsigned,
                                   const std::function<bool(StoredPage&&)>& take) {
  std::vector<PageId> ids;
  {
    std::lock_guard lock(mutex_);
    for (PageId id = tip; id != PageId{};) {
      const auto it = pages_.find(id);
      if (it == pages_.end())
        return not_found("page " + id.to_hex() + ": not in memory, " + std::to_string(ids.size()) +
                         " pages after it are");
      ids.push_back(id);
      id = it->second->parent;
    }
  }
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    LEYDEN_ASSIGN(std::optional<StoredPage> page, get(*id));
    if (!page) return not_found("page " + id->to_hex() + ": forgotten while its chain was read");
    if (!take(std::move(*page))) return cancelled("load_chain: stopped by its caller");
  }
  return {};
}

void MemoryPageStore::erase(const PageId& id) {
  std::lock_guard lock(mutex_);
  auto it = pages_.find(id);
  if (it == pages_.end()) return;
  bytes_ -= cost_of(*it->second);
  order_.erase(it->second);
  pages_.erase(it);
}

size_t MemoryPageStore::page_count() const {
  std::lock_guard lock(mutex_);
  return pages_.size();
}

size_t MemoryPageStore::byte_count() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void MemoryPageStore::shrink_locked() {
  while (byte_cap_ != 0 && bytes_ > byte_cap_ && !order_.empty()) {
    bytes_ -= cost_of(order_.back());
    pages_.erase(order_.back().id);
    order_.pop_back();
  }
}

}  // namespace leyden
