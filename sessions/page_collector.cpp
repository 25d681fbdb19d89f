// SPDX-License-Identifier: Apache-2.0
#include "sessions/page_collector.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace leyden {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr double kIndexerKneePages = 512;  // 32K tokens: there the indexer doubles a page's cost

enum class Reach : uint8_t { kNobody = 0, kMessage = 1, kSession = 2, kProtected = 3 };

struct Page {
  int64_t row = 0;
  PageId key, parent_key;
  uint32_t parent = kNone;  // index, kNone for roots and orphans
  uint32_t depth = 0;
  uint32_t children = 0;
  uint64_t stored_bytes = 0;
  int64_t written_at = 0;
  int64_t used_at_ms = 0;
  Reach reach = Reach::kNobody;
  bool gone = false;     ///< evicted, in this pass or before: its row is a link between others
  bool evicted = false;  ///< before this pass
};

struct Root {
  PageId key;
  Reach reach = Reach::kSession;
  int64_t used_at_ms = 0;
  uint64_t quota = 0;
};

PageId id_from(std::span<const std::byte> blob) { return tip_from(blob); }

class Collector {
 public:
  Collector(const std::string& folder, SessionCatalogue& catalogue, KvPages& pages,
            const CollectOptions& options)
      : folder_(folder), catalogue_(catalogue), pages_(pages), options_(options) {}

  Result<CollectReport> run() {
    auto lock = StoreLock::acquire(folder_, StoreLock::kMaintenance, true);
    if (!lock.ok()) {
      if (lock.status().code() != StatusCode::kBusy) return lock.status();
      report_.skipped = true;
      return report_;
    }
    // Pages before roots: a tip that is saved in between belongs to pages this pass has seen or that
    // are young.
    LEYDEN_TRY(read_pages());
    LEYDEN_TRY(read_roots());
    for (const PageId& key : pages_.recently_used(options_.grace_s))
      mark({key, Reach::kProtected, CatalogueFile::now_ms(), 0});
    for (const Root& root : roots_) mark(root);
    drop_unreachable();
    for (const Root& root : roots_) keep_session_quota(root);
    keep_store_quota();
    LEYDEN_TRY(remove(unneeded_, "DELETE FROM pages WHERE page=?"));
    LEYDEN_TRY(remove(evicted_, "UPDATE pages SET state=2 WHERE page=?"));
    for (const Page& page : all_)
      if (!page.gone) {
        ++report_.kept_pages;
        report_.kept_bytes += page.stored_bytes;
      }
    report_.over_quota = options_.quota_bytes != 0 && report_.kept_bytes > options_.quota_bytes;
    return report_;
  }

 private:
  Status read_pages() {
    std::lock_guard lock(pages_.database().mutex());
    LEYDEN_ASSIGN(Statement q, pages_.database().prepare(
        "SELECT page, id, parent, depth, stored_bytes, written_at, state FROM pages"));
    for (;;) {
      LEYDEN_ASSIGN(const bool row, q.step());
      if (!row) break;
      Page page;
      page.row = q.integer(0);
      page.key = id_from(q.blob(1));
      page.parent_key = id_from(q.blob(2));
      page.depth = static_cast<uint32_t>(q.integer(3));
      page.stored_bytes = static_cast<uint64_t>(q.integer(4));
      page.written_at = q.integer(5);
      page.gone = q.integer(6) != 0;
      page.evicted = q.integer(6) == 2;
      index_[page.key] = static_cast<uint32_t>(all_.size());
      if (!page.gone) total_ += page.stored_bytes;
      all_.push_back(page);
    }
    for (Page& page : all_) {
      const auto it = index_.find(page.parent_key);
      if (it == index_.end() || all_[it->second].depth >= page.depth) continue;
      page.parent = it->second;
      if (!page.gone) ++all_[it->second].children;
    }
    return {};
  }

  Status add_roots(const char* sql, const char* what, bool sessions,
                   const std::unordered_set<int64_t>& held) {
    CatalogueFile& file = catalogue_.file();
    std::lock_guard lock(file.db().mutex());
    LEYDEN_ASSIGN(Statement q, file.db().prepare(sql));
    for (;;) {
      LEYDEN_ASSIGN(const bool row, q.step());
      if (!row) return {};
      const CatalogueId id = q.integer(0);
      LEYDEN_ASSIGN(const Bytes tip, file.unprotect(q.blob(1), what, id));
      Root root;
      root.key = pages_.key_of(tip_from(tip));
      root.used_at_ms = q.integer(2);
      root.reach = static_cast<Reach>(q.integer(3));
      root.quota = static_cast<uint64_t>(q.integer(4));
      if (sessions && held.contains(id)) root.reach = Reach::kProtected;
      roots_.push_back(root);
    }
  }

  Status read_roots() {
    const auto held_list = StoreLock::held_sessions(folder_);
    const std::unordered_set<int64_t> held(held_list.begin(), held_list.end());
    LEYDEN_TRY(add_roots("SELECT id, tip, used_at, CASE WHEN pinned THEN 3 ELSE 2 END, kv_quota "
                         "FROM sessions WHERE length(tip)>0", "tip", true, held));
    LEYDEN_TRY(add_roots("SELECT c.document, c.tip, c.used_at, CASE WHEN d.pinned THEN 3 ELSE 2 END, 0 "
                         "FROM document_chains c JOIN documents d ON d.id=c.document", "chain", false, held));
    LEYDEN_TRY(add_roots("SELECT id, tip, created_at, 1, 0 FROM messages WHERE length(tip)>0", "tip",
                         false, held));
    // Strongest and most recent first: then the first visit to a page already says its best.
    std::ranges::stable_sort(roots_, [](const Root& a, const Root& b) {
      return a.reach != b.reach ? a.reach > b.reach : a.used_at_ms > b.used_at_ms;
    });
    return {};
  }

  void mark(const Root& root) {
    const auto it = index_.find(root.key);
    for (uint32_t i = it == index_.end() ? kNone : it->second; i != kNone; i = all_[i].parent) {
      Page& page = all_[i];
      if (page.reach != Reach::kNobody) break;
      page.reach = root.reach;
      page.used_at_ms = root.used_at_ms;
    }
  }

  void doom(uint32_t i, uint64_t& n_pages, uint64_t& n_bytes) {
    Page& page = all_[i];
    page.gone = true;
    total_ -= page.stored_bytes;
    ++n_pages;
    n_bytes += page.stored_bytes;
    if (page.parent != kNone) --all_[page.parent].children;
  }
  void evict(uint32_t i) {
    doom(i, report_.evicted_pages, report_.evicted_bytes);
    evicted_.push_back(i);
  }

  bool young(const Page& page) const {
    return page.written_at > std::time(nullptr) - options_.grace_s;
  }

  void drop_unreachable() {
    std::vector<uint32_t> deepest_first;
    for (uint32_t i = 0; i < all_.size(); ++i) {
      if (all_[i].reach != Reach::kNobody) continue;
      if (!all_[i].gone) deepest_first.push_back(i);
      if (all_[i].evicted) unneeded_.push_back(i);
    }
    std::ranges::stable_sort(deepest_first, [&](uint32_t a, uint32_t b) {
      return all_[a].depth > all_[b].depth;
    });
    for (uint32_t i : deepest_first)
      if (all_[i].children == 0 && !young(all_[i])) {
        doom(i, report_.unreachable_pages, report_.unreachable_bytes);
        unneeded_.push_back(i);
      }
  }

  bool can_go(const Page& page) const {
    return !page.gone && page.children == 0 && page.reach != Reach::kProtected && !young(page);
  }

  void keep_session_quota(const Root& root) {
    if (root.quota == 0) return;
    const auto it = index_.find(root.key);
    uint64_t bytes = 0;
    for (uint32_t i = it == index_.end() ? kNone : it->second; i != kNone; i = all_[i].parent)
      bytes += all_[i].gone ? 0 : all_[i].stored_bytes;
    for (uint32_t i = it == index_.end() ? kNone : it->second;
         i != kNone && bytes > root.quota && (all_[i].gone || can_go(all_[i])); i = all_[i].parent) {
      if (all_[i].gone) continue;
      bytes -= all_[i].stored_bytes;
      evict(i);
    }
  }

  double value_of(const Page& page) const {
    const double days = static_cast<double>(CatalogueFile::now_ms() - page.used_at_ms) / 86400e3;
    const double value = page_value(page.depth, page.stored_bytes, days, options_.half_life_days);
    return page.reach == Reach::kMessage ? value / 8 : value;  // a branch nobody is on
  }

  void keep_store_quota() {
    if (options_.quota_bytes == 0 || total_ <= options_.quota_bytes) return;
    using Entry = std::pair<double, uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> leaves;
    for (uint32_t i = 0; i < all_.size(); ++i)
      if (can_go(all_[i])) leaves.emplace(value_of(all_[i]), i);
    while (total_ > options_.quota_bytes && !leaves.empty()) {
      const uint32_t i = leaves.top().second;
      leaves.pop();
      evict(i);
      const uint32_t parent = all_[i].parent;
      if (parent != kNone && can_go(all_[parent])) leaves.emplace(value_of(all_[parent]), parent);
    }
  }

  /// Takes the payloads of `list` away and does `then` to their rows.
  Status remove(const std::vector<uint32_t>& list, const char* then) {
    Database& db = pages_.database();
    for (size_t at = 0; at < list.size(); at += 64) {
      Transaction transaction(db);
      LEYDEN_TRY(transaction.begun());
      for (size_t i = at; i < std::min(at + 64, list.size()); ++i) {
        const int64_t row = all_[list[i]].row;
        LEYDEN_ASSIGN(Statement a, db.prepare(then));
        LEYDEN_TRY(a.bind(row).run());
        LEYDEN_ASSIGN(Statement b, db.prepare("DELETE FROM payloads WHERE page=?"));
        LEYDEN_TRY(b.bind(row).run());
      }
      LEYDEN_TRY(transaction.commit());
    }
    return {};
  }

  const std::string& folder_;
  SessionCatalogue& catalogue_;
  KvPages& pages_;
  const CollectOptions& options_;
  CollectReport report_;
  std::vector<Page> all_;
  std::unordered_map<PageId, uint32_t, PageIdHash> index_;
  std::vector<Root> roots_;
  std::vector<uint32_t> unneeded_, evicted_;
  uint64_t total_ = 0;
};

}  // namespace

double page_value(uint32_t depth, uint64_t stored_bytes, double unused_days, double half_life_days) {
  const double cost = 1 + depth / kIndexerKneePages;
  const double fading = std::exp2(-std::max(unused_days, 0.0) / std::max(half_life_days, 1e-6));
  return cost * fading / static_cast<double>(std::max<uint64_t>(stored_bytes, 1));
}

Result<CollectReport> collect_pages(const std::string& folder, SessionCatalogue& catalogue,
                                    KvPages& pages, const CollectOptions& options) {
  return Collector(folder, catalogue, pages, options).run();
}

}  // namespace leyden
