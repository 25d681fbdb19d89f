// SPDX-License-Identifier: Apache-2.0
#include "core/engine/page_pool.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace leyden {
namespace {

constexpr std::string_view kDecoded = " decoded ";

/// Splits "cpu avx2 1f2e decoded ff" into the profile and its mask.
void parse_profile(const std::string& profile, Page* page) {
  const size_t at = profile.find(kDecoded);
  page->numerics = profile.substr(0, at);
  if (at == std::string::npos) return;
  const char* digits = profile.data() + at + kDecoded.size();
  std::from_chars(digits, profile.data() + profile.size(), page->decoded, 16);
}

}  // namespace

PageId chain_page_id(const PageId& parent, std::span<const int32_t> tokens,
                     const std::string& fingerprint) {
  PageId id;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, id.bytes.size());
  crypto_generichash_update(&state, parent.bytes.data(), parent.bytes.size());
  for (int32_t token : tokens) {
    const uint32_t t = static_cast<uint32_t>(token);
    const uint8_t le[4] = {uint8_t(t), uint8_t(t >> 8), uint8_t(t >> 16), uint8_t(t >> 24)};
    crypto_generichash_update(&state, le, sizeof le);
  }
  crypto_generichash_update(&state, reinterpret_cast<const uint8_t*>(fingerprint.data()),
                            fingerprint.size());
  crypto_generichash_final(&state, id.bytes.data(), id.bytes.size());
  return id;
}

PagePool::PagePool(std::shared_ptr<PageMemory> memory, std::string fingerprint,
                   std::string numerics, int64_t mha_positions, size_t max_bytes, PageStore* store)
    : memory_(std::move(memory)),
      fingerprint_(std::move(fingerprint)),
      numerics_(std::move(numerics)),
      mha_positions_(mha_positions),
      max_bytes_(max_bytes),
      store_(store),
      live_bytes_(std::make_shared<std::atomic<size_t>>(0)) {}

Result<std::shared_ptr<Page>> PagePool::allocate() {
  LEYDEN_ASSIGN(std::shared_ptr<Page> page, take_page());
  LEYDEN_TRY(memory_->clear(page->bytes));
  return page;
}

Result<std::shared_ptr<Page>> PagePool::take_page() {
  const size_t size = memory_->page_bytes();
  while (*live_bytes_ + size > max_bytes_ && evict_one()) {
  }
  if (*live_bytes_ + size > max_bytes_) {
    return out_of_memory("page pool: a page of " + std::to_string(size) + " bytes, in use " +
                         std::to_string(*live_bytes_) + " of " + std::to_string(max_bytes_));
  }
  LEYDEN_ASSIGN(std::byte * bytes, memory_->allocate());
  *live_bytes_ += size;
  std::shared_ptr<Page> page(new Page, [live = live_bytes_, size, memory = memory_](Page* p) {
    *live -= size;
    memory->release(p->bytes);
    delete p;
  });
  page->bytes = bytes;
  page->tokens.reserve(KvLayout::kPageTokens);
  return page;
}

bool PagePool::evict_one() {
  for (const PageId& id : ages_) {
    const auto it = index_.find(id);
    if (it->second.page.use_count() > 1) continue;  // a sequence holds it
    ages_.erase(it->second.age);
    index_.erase(it);
    ++stats_.evictions;
    return true;
  }
  return false;
}

void PagePool::remember(const std::shared_ptr<Page>& page) {
  if (index_.contains(page->id)) return;  // the first writer wins
  ages_.push_back(page->id);
  index_.emplace(page->id, Entry{page, std::prev(ages_.end())});
}

std::shared_ptr<Page> PagePool::in_memory(const PageId& id) {
  const auto it = index_.find(id);
  if (it == index_.end()) return nullptr;
  ages_.splice(ages_.end(), ages_, it->second.age);
  ++stats_.memory_hits;
  return it->second.page;
}

Result<std::shared_ptr<Page>> PagePool::adopt(const StoredPage& s) {
  if (s.payload.size() != memory_->page_bytes() ||
      s.tokens.size() != static_cast<size_t>(KvLayout::kPageTokens) ||
      chain_page_id(s.parent, s.tokens, fingerprint_) != s.id)
    return corrupt("page " + s.id.to_hex() + ": its tokens or size are not those of its identity");
  LEYDEN_ASSIGN(std::shared_ptr<Page> page, take_page());
  page->id = s.id;
  page->parent = s.parent;
  page->depth = s.depth;
  page->tokens = s.tokens;
  page->complete = true;
  parse_profile(s.numerics_profile, page.get());
  ++stats_.store_hits;
  return page;
}

Result<std::shared_ptr<Page>> PagePool::find(const PageId& id, bool* damaged) {
  if (damaged) *damaged = false;
  if (std::shared_ptr<Page> page = in_memory(id)) return page;
  if (!store_) return std::shared_ptr<Page>();
  Result<std::optional<StoredPage>> stored = store_->get(id);
  if (stored.ok() && !stored->has_value()) return std::shared_ptr<Page>();
  const bool wrong = !stored.ok() || (*stored)->id != id;
  Result<std::shared_ptr<Page>> page =
      wrong ? corrupt("page: of another identity") : adopt(**stored);
  if (!page.ok() && page.status().code() != StatusCode::kCorrupt) return page;
  if (!page.ok()) {  // rebuilt from tokens by the caller
    if (damaged) *damaged = true;
    return std::shared_ptr<Page>();
  }
  LEYDEN_TRY(memory_->from_canonical((*stored)->payload.data(), (*page)->bytes));
  remember(*page);
  return page;
}

bool PagePool::publish(const std::shared_ptr<Page>& page) {
  LEYDEN_CHECK(page->complete);
  const auto first = index_.find(page->id);
  bool same = first == index_.end();
  if (!same) {
    const Result<bool> compared = same_bytes(*first->second.page, *page);
    same = compared.ok() && *compared;
  }
  remember(page);
  if (store_ && first == index_.end()) backlog_.push_back(page);
  hand_over();
  return same;
}

Result<bool> PagePool::same_bytes(const Page& a, const Page& b) const {
  std::vector<std::byte> of_a(memory_->page_bytes()), of_b(memory_->page_bytes());
  LEYDEN_TRY(memory_->to_canonical(a.bytes, of_a.data()));
  LEYDEN_TRY(memory_->to_canonical(b.bytes, of_b.data()));
  return of_a == of_b;
}

Result<StoredPage> PagePool::to_store(const Page& page) const {
  StoredPage s;
  s.id = page.id;
  s.parent = page.parent;
  s.depth = page.depth;
  s.tokens = page.tokens;
  s.numerics_profile = page.numerics.empty() ? numerics_ : page.numerics;
  if (page.decoded != 0 && int64_t{page.depth} * KvLayout::kPageTokens < mha_positions_) {
    char digits[17];
    const auto end = std::to_chars(digits, digits + 16, page.decoded, 16).ptr;
    s.numerics_profile.append(kDecoded).append(digits, end);
  }
  s.payload.resize(memory_->page_bytes());
  LEYDEN_TRY(memory_->to_canonical(page.bytes, s.payload.data()));
  return s;
}

bool PagePool::hand_over() {
  while (!backlog_.empty()) {
    // Asked first: arranging a page's bytes is wasted on a full queue.
    if (!store_->wait_for_room(memory_->page_bytes(), 0)) return false;
    Result<StoredPage> page = to_store(*backlog_.front());
    const Status put = page.ok() ? store_->put(std::move(*page)) : page.status();
    if (put.code() == StatusCode::kBusy) return false;
    if (!put.ok()) ++stats_.store_errors;
    backlog_.pop_front();
  }
  return true;
}

Result<std::shared_ptr<Page>> PagePool::clone_prefix(const Page& page, size_t n) {
  LEYDEN_ASSIGN(std::shared_ptr<Page> copy, take_page());
  LEYDEN_TRY(memory_->copy(page.bytes, copy->bytes));
  copy->parent = page.parent;
  copy->depth = page.depth;
  copy->tokens.assign(page.tokens.begin(), page.tokens.begin() + static_cast<std::ptrdiff_t>(n));
  copy->decoded = n < 64 ? page.decoded & ((uint64_t{1} << n) - 1) : page.decoded;
  copy->numerics = page.numerics;
  return copy;
}

PagePool::Stats PagePool::stats() const {
  Stats s = stats_;
  s.bytes = *live_bytes_;
  s.max_bytes = max_bytes_;
  s.backlog = backlog_.size();
  s.pages = s.bytes / memory_->page_bytes();
  return s;
}

}  // namespace leyden
