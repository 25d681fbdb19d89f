// SPDX-License-Identifier: Apache-2.0
#include "core/engine/saved_sequence.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/engine/scheduler.h"

namespace leyden {
namespace {

constexpr uint32_t kVersion = 1;
enum Type : uint32_t { kKv = 1, kForms = 2, kSampler = 3 };

static_assert(std::endian::native == std::endian::little,
              "the manifest is written as it lies in memory");

template <typename T>
void append(std::vector<std::byte>* out, const T& value) {
  const size_t at = out->size();
  out->resize(at + sizeof value);
  std::memcpy(out->data() + at, &value, sizeof value);
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <typename T>
  T get() {
    T value{};
    if (bytes_.size() < sizeof value) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }
  Reader take(size_t n) {
    ok_ = ok_ && n <= bytes_.size();
    Reader out(bytes_.first(ok_ ? n : 0));
    if (ok_) bytes_ = bytes_.subspan(n);
    return out;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace

std::vector<std::byte> Manifest::serialize() const {
  std::vector<std::byte> out;
  append(&out, kVersion);
  append(&out, uint32_t{sampler ? 3u : 2u});
  append(&out, uint32_t{kKv});
  append(&out, uint32_t{12});
  append(&out, latent_bytes);
  append(&out, index_bytes);
  append(&out, layers);
  append(&out, uint32_t{kForms});
  append(&out, uint32_t{9});
  append(&out, tail_decoded);
  append(&out, uint8_t{exact});
  if (sampler) {
    append(&out, uint32_t{kSampler});
    append(&out, uint32_t{16});
    append(&out, sampler->seed);
    append(&out, sampler->step);
  }
  return out;
}

Result<Manifest> Manifest::parse(const std::vector<std::byte>& bytes) {
  Reader r(bytes);
  if (const auto version = r.get<uint32_t>(); r.ok() && version != kVersion)
    return unsupported("manifest: version " + std::to_string(version) + ", this build reads " +
                       std::to_string(kVersion));
  const auto count = r.get<uint32_t>();
  Manifest m;
  bool kv = false, forms = false;
  for (uint32_t i = 0; i < count && r.ok(); ++i) {
    const auto type = r.get<uint32_t>();
    Reader entry = r.take(r.get<uint32_t>());
    if (!r.ok()) break;
    if (type == kKv) {
      m.latent_bytes = entry.get<uint32_t>();
      m.index_bytes = entry.get<uint32_t>();
      m.layers = entry.get<uint32_t>();
      kv = true;
    } else if (type == kForms) {
      m.tail_decoded = entry.get<uint64_t>();
      m.exact = entry.get<uint8_t>() != 0;
      forms = true;
    } else if (type == kSampler) {
      m.sampler = SamplerState{entry.get<uint64_t>(), entry.get<uint64_t>()};
    } else {
      return unsupported("manifest: entry of type " + std::to_string(type) +
                         ", which this build cannot restore");
    }
    if (!entry.ok() || !entry.at_end())
      return corrupt("manifest: entry " + std::to_string(i) + " has the wrong size");
  }
  if (!r.ok() || !r.at_end()) return corrupt("manifest: cut short or with bytes behind its end");
  if (!kv || !forms) return corrupt("manifest: the entry on KV or on forms is missing");
  return m;
}

Status Manifest::check_layout(const KvLayout& layout) const {
  if (latent_bytes == layout.latent_bytes() && index_bytes == layout.index_bytes() &&
      layers == layout.n_layers)
    return {};
  return unsupported("manifest: records of " + std::to_string(latent_bytes) + " and " +
                     std::to_string(index_bytes) + " bytes in " + std::to_string(layers) +
                     " layers, the model has " + std::to_string(layout.latent_bytes()) + " and " +
                     std::to_string(layout.index_bytes()) + " in " +
                     std::to_string(layout.n_layers));
}

void clear_slots(const KvLayout& layout, size_t n, std::byte* canonical) {
  const auto from = static_cast<int64_t>(n);
  const int64_t rest = KvLayout::kPageTokens - from;
  const int64_t code_bytes = layout.fp8 ? layout.index_dim : 4 * layout.index_dim;
  for (int64_t layer = 0; layer < layout.n_layers; ++layer) {
    const auto zero = [&](int64_t at, int64_t bytes) {
      std::memset(canonical + at, 0, static_cast<size_t>(bytes));
    };
    zero(layout.latent_offset(layer, from), rest * layout.latent_bytes());
    const int64_t index = layout.index_offset(layer);
    zero(index + from * code_bytes, rest * code_bytes);
    if (layout.fp8) zero(index + layout.index_scale(from), rest * 4);
  }
}

SavedSequence Scheduler::save(const Sequence& s, const SamplerState* sampler) const {
  const KvLayout& layout = pages_.layout();
  SavedSequence out;
  out.n_tokens = static_cast<int64_t>(s.tokens_.size());
  const size_t full = s.tokens_.size() / static_cast<size_t>(kPageTokens);
  size_t in_tail = s.tokens_.size() % static_cast<size_t>(kPageTokens);
  if (in_tail > 0) {
    out.tail_payload.resize(pages_.memory().page_bytes());
    if (!pages_.memory().to_canonical(s.pages_[full]->bytes, out.tail_payload.data()).ok()) {
      out.n_tokens -= static_cast<int64_t>(in_tail);
      out.tail_payload.clear();
      in_tail = 0;
    }
  }
  if (full > 0) out.tip = s.pages_[full - 1]->id;
  out.numerics_profile = pages_.numerics();
  Manifest manifest;
  manifest.latent_bytes = static_cast<uint32_t>(layout.latent_bytes());
  manifest.index_bytes = static_cast<uint32_t>(layout.index_bytes());
  manifest.layers = static_cast<uint32_t>(layout.n_layers);
  manifest.exact = s.exact_;
  if (sampler) manifest.sampler = *sampler;
  if (in_tail > 0) {
    const Page& tail = *s.pages_[full];
    out.tail_tokens.assign(s.tokens_.end() - static_cast<std::ptrdiff_t>(in_tail), s.tokens_.end());
    clear_slots(layout, in_tail, out.tail_payload.data());
    manifest.tail_decoded = tail.decoded;
    if (!tail.numerics.empty()) out.numerics_profile = tail.numerics;
  }
  out.manifest = manifest.serialize();
  return out;
}

Result<std::shared_ptr<Sequence>> Scheduler::restore(const SavedSequence& saved, int threads,
                                                     const ProgressFn& progress,
                                                     const CancelToken* cancel) {
  const KvLayout& layout = pages_.layout();
  const auto page_bytes = static_cast<size_t>(layout.page_bytes());
  const size_t in_tail = saved.tail_tokens.size();
  Manifest manifest;
  if (in_tail > 0 || !saved.manifest.empty()) {
    LEYDEN_ASSIGN(manifest, Manifest::parse(saved.manifest));
    LEYDEN_TRY(manifest.check_layout(layout));
  }
  const bool none = saved.tip == PageId{};
  const auto full_tokens = saved.n_tokens - static_cast<int64_t>(in_tail);
  if (in_tail >= static_cast<size_t>(kPageTokens) || full_tokens < 0 ||
      full_tokens % kPageTokens != 0 || none != (full_tokens == 0) ||
      saved.n_tokens > model_->config().max_seq_len)
    return corrupt("restore: " + std::to_string(saved.n_tokens) + " tokens, " +
                   std::to_string(in_tail) +
                   " of them after the last page: these do not fit each other or the model");
  if (in_tail > 0 && saved.tail_payload.size() != page_bytes)
    return corrupt("restore: the last page has " + std::to_string(saved.tail_payload.size()) +
                   " bytes, expected " + std::to_string(page_bytes));
  for (const int32_t token : saved.tail_tokens)
    if (token < 0 || token >= model_->config().vocab_size)
      return corrupt("restore: token id " + std::to_string(token) + " is not in the vocabulary");

  auto s = std::make_shared<Sequence>();
  s->exact_ = manifest.exact;
  ThreadPool workers(threads);
  std::vector<std::pair<std::shared_ptr<Page>, StoredPage>> batch;
  std::vector<std::vector<std::byte>> spent;  // memory the store may fill again
  const auto settle = [&]() -> Status {
    std::vector<Status> filled(batch.size());
    workers.parallel_for(static_cast<int64_t>(batch.size()), [&](int64_t i, int) {
      const auto& [page, stored] = batch[static_cast<size_t>(i)];
      filled[static_cast<size_t>(i)] =
          pages_.memory().from_canonical(stored.payload.data(), page->bytes);
    });
    for (const Status& status : filled) LEYDEN_TRY(status);
    std::lock_guard lock(pages_mutex_);
    for (auto& [page, stored] : batch) {
      pages_.remember(page);
      spent.push_back(std::move(stored.payload));
    }
    batch.clear();
    return {};
  };
  const auto add = [&](std::shared_ptr<Page> page) {
    s->tokens_.insert(s->tokens_.end(), page->tokens.begin(), page->tokens.end());
    s->page_bytes_.push_back(page->bytes);
    s->pages_.push_back(std::move(page));
  };
  if (!none) {
    if (!options_.store) return not_found("restore: the engine has no page store");
    const auto total = static_cast<uint64_t>(full_tokens / kPageTokens);
    Status failed;
    const auto take = [&](StoredPage&& stored) {
      if (cancel && cancel->cancelled()) {
        failed = cancelled("restore: cancelled after " + std::to_string(s->pages_.size()) + " of " +
                           std::to_string(total) + " pages");
        return false;
      }
      const PageId parent = s->pages_.empty() ? PageId{} : s->pages_.back()->id;
      if (stored.parent != parent || stored.depth != s->pages_.size()) {
        failed = corrupt("restore: page " + stored.id.to_hex() + " does not continue its chain");
        return false;
      }
      std::shared_ptr<Page> page;
      {
        std::lock_guard lock(pages_mutex_);
        page = pages_.in_memory(stored.id);
        if (!page) {
          Result<std::shared_ptr<Page>> adopted = pages_.adopt(stored);
          if (!adopted.ok()) {
            failed = adopted.status();
            return false;
          }
          page = *adopted;
          batch.emplace_back(page, std::move(stored));
          stored.payload.clear();
          if (!spent.empty()) {
            stored.payload = std::move(spent.back());
            spent.pop_back();
          }
        }
      }
      add(std::move(page));
      if (batch.size() >= 4 * static_cast<size_t>(workers.size()) && !(failed = settle()).ok())
        return false;
      if (progress) progress({"restore", "pages", s->pages_.size(), total});
      return true;
    };
    const Status loaded =
        options_.store->load_chain(saved.tip, static_cast<unsigned>(workers.size()), take);
    LEYDEN_TRY(failed);
    LEYDEN_TRY(loaded);
    LEYDEN_TRY(settle());
    if (static_cast<int64_t>(s->tokens_.size()) != full_tokens || s->pages_.back()->id != saved.tip)
      return corrupt("restore: the pages hold " + std::to_string(s->tokens_.size()) +
                     " tokens, expected " + std::to_string(full_tokens));
  }
  if (in_tail > 0) {
    std::shared_ptr<Page> page;
    {
      std::lock_guard lock(pages_mutex_);
      LEYDEN_ASSIGN(page, pages_.allocate());
    }
    LEYDEN_TRY(pages_.memory().from_canonical(saved.tail_payload.data(), page->bytes));
    page->depth = static_cast<uint32_t>(s->pages_.size());
    page->parent = saved.tip;
    page->decoded = manifest.tail_decoded;
    if (saved.numerics_profile != pages_.numerics()) page->numerics = saved.numerics_profile;
    s->tokens_.insert(s->tokens_.end(), saved.tail_tokens.begin(), saved.tail_tokens.end());
    page->tokens = saved.tail_tokens;
    s->page_bytes_.push_back(page->bytes);
    s->pages_.push_back(std::move(page));
  }
  return s;
}

Status Scheduler::hand_over(const Sequence* again, int timeout_ms) {
  if (!options_.store) return {};
  {
    std::lock_guard lock(pages_mutex_);
    if (again)
      for (const auto& page : again->pages_)
        if (page->complete) pages_.offer_again(page);
  }
  const double until = now_s() + timeout_ms / 1000.0;
  for (;;) {
    {
      std::lock_guard lock(pages_mutex_);
      if (pages_.hand_over()) return {};
    }
    const double left = until - now_s();
    if (left <= 0)
      return Status(StatusCode::kBusy, "engine: the page store took nothing for " +
                                           std::to_string(timeout_ms) + " ms");
    options_.store->wait_for_room(static_cast<size_t>(pages_.layout().page_bytes()),
                                  std::min(200, static_cast<int>(left * 1000) + 1));
  }
}

void Scheduler::fetch(std::span<const int32_t> prompt, int threads) {
  if (!options_.store) return;
  // Only what a fresh process misses as a whole: single pages are found one by one as they are met.
  constexpr size_t kWorthwhile = 8;
  PageId tip;
  size_t n = 0;
  for (; (n + 1) * static_cast<size_t>(kPageTokens) < prompt.size(); ++n) {
    const PageId next = chain_page_id(
        tip, prompt.subspan(n * static_cast<size_t>(kPageTokens), static_cast<size_t>(kPageTokens)),
        pages_.fingerprint());
    {
      std::lock_guard lock(pages_mutex_);
      if (pages_.in_memory(next)) return;
    }
    if (!options_.store->contains(next)) break;
    tip = next;
  }
  if (n < kWorthwhile) return;
  SavedSequence saved;
  saved.tip = tip;
  saved.n_tokens = static_cast<int64_t>(n) * kPageTokens;
  // The pages stay in memory for the job that is about to look for them. What cannot be had is
  // computed.
  (void)restore(saved, threads, {}, nullptr);
}

}  // namespace leyden
