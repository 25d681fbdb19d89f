// SPDX-License-Identifier: Apache-2.0
#include "sessions/kv_pages.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>

#include "sessions/byte_io.h"
#include "sessions/checksum_vfs.h"
#include "sessions/page_record.h"
#include "sessions/parallel_for.h"
#include "sessions/store_schema.h"

namespace leyden {
namespace {

constexpr int kPageBytes = 65536;
constexpr int kWalCapBytes = 64 << 20;

std::span<const std::byte> blob_of(const PageId& id) { return std::as_bytes(std::span(id.bytes)); }

PageId id_of(std::span<const std::byte> blob) {
  PageId id;
  if (blob.size() == id.bytes.size()) std::memcpy(id.bytes.data(), blob.data(), blob.size());
  return id;
}

size_t cost_of(const StoredPage& page) { return page.payload.size() + 1024; }

// Depth falls by one at each step, so a damaged parent link cannot make the walk endless.
constexpr char kWalk[] = R"sql(
WITH RECURSIVE chain(page, id, parent, depth, raw_bytes, stored_bytes, state) AS (
  SELECT page, id, parent, depth, raw_bytes, stored_bytes, state FROM pages WHERE id=?1
  UNION ALL
  SELECT p.page, p.id, p.parent, p.depth, p.raw_bytes, p.stored_bytes, p.state FROM chain c
  JOIN pages p ON p.id=c.parent AND p.depth=c.depth-1)
SELECT page, id, parent, depth, raw_bytes, stored_bytes, state FROM chain)sql";

// From the tip to the first page that is there.
constexpr char kWalkToKept[] = R"sql(
WITH RECURSIVE chain(parent, depth, state) AS (
  SELECT parent, depth, state FROM pages WHERE id=?1
  UNION ALL
  SELECT p.parent, p.depth, p.state FROM chain c
  JOIN pages p ON c.state<>0 AND p.id=c.parent AND p.depth=c.depth-1)
SELECT depth+1 FROM chain WHERE state=0)sql";

}  // namespace

/// A reading connection, back in the pool when this goes.
class ReaderLease {
 public:
  explicit ReaderLease(KvPages& pages) : pages_(pages) {
    auto db = pages.borrow_reader();
    if (db.ok()) db_ = std::move(*db);
    else status_ = db.status();
  }
  ~ReaderLease() {
    if (db_) pages_.return_reader(std::move(db_));
  }
  ReaderLease(const ReaderLease&) = delete;
  ReaderLease& operator=(const ReaderLease&) = delete;
  const Status& status() const { return status_; }
  Database& operator*() { return *db_; }
  Database* operator->() { return db_.get(); }

 private:
  KvPages& pages_;
  std::unique_ptr<Database> db_;
  Status status_;
};

PageId KvPages::key_of(const PageId& id) const {
  return vault_ == nullptr || id == PageId{} ? id : vault_->blind(id);
}

Result<std::unique_ptr<Database>> KvPages::connect(bool writer) const {
  LEYDEN_ASSIGN(const std::string vfs, checksum_vfs_over(options_.vfs));
  Database::Options o;
  o.vfs = vfs;
  o.read_only = options_.read_only || !writer;
  o.immutable = options_.immutable;
  if (writer && !options_.read_only) {
    o.page_bytes = kPageBytes;
    o.checksums = true;
  }
  LEYDEN_ASSIGN(auto db, Database::open(path_, o));
  if (writer && !options_.read_only) {
    LEYDEN_TRY(begin_file(*db, kKvVersion));
    LEYDEN_TRY(db->execute("PRAGMA journal_mode=WAL;"
                           "PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF;"
                           "PRAGMA wal_autocheckpoint=" + std::to_string(kWalCapBytes / kPageBytes) +
                           "; PRAGMA journal_size_limit=" + std::to_string(kWalCapBytes) +
                           "; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384"));
    LEYDEN_TRY(migrate_kv(*db));
  } else {
    // What is read once need not be kept: a few pages stay in the processor's cache.
    LEYDEN_TRY(db->execute("PRAGMA cache_size=8"));
  }
  return db;
}

Result<std::unique_ptr<KvPages>> KvPages::open(const std::string& path, const Options& options,
                                               const Vault* vault) {
  std::unique_ptr<KvPages> pages(new KvPages(path, options, vault));
  LEYDEN_ASSIGN(pages->writer_db_, pages->connect(true));
  if (options.read_only) {
    LEYDEN_ASSIGN(const int64_t version, pages->writer_db_->query_integer("PRAGMA user_version"));
    if (version > kKvVersion) LEYDEN_TRY(begin_file(*pages->writer_db_, kKvVersion));
    if (version < kKvReadable)
      return unsupported(path + ": KV file version " + std::to_string(version) +
                         " needs a migration, and the store is read-only");
  } else {
    pages->writer_ = std::thread([p = pages.get()] { p->write_loop(); });
  }
  return pages;
}

KvPages::~KvPages() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (writer_.joinable()) writer_.join();
}

Status KvPages::register_layout(const PageLayout& layout) {
  LEYDEN_TRY(layout.validate());
  std::lock_guard lock(mutex_);
  std::erase_if(layouts_, [&](const PageLayout& l) { return l.total_bytes() == layout.total_bytes(); });
  layouts_.push_back(layout);
  return {};
}

PageLayout KvPages::layout_for(size_t payload_bytes) {
  std::lock_guard lock(mutex_);
  for (const PageLayout& layout : layouts_)
    if (layout.total_bytes() == payload_bytes) return layout;
  return opaque_layout(payload_bytes);
}

Status KvPages::put(StoredPage page) {
  if (options_.read_only) return io_error(path_ + ": the store is read-only");
  if (page.payload.size() > kMaxPayloadBytes)
    return invalid_argument("page " + page.id.to_hex() + ": payload of " +
                            std::to_string(page.payload.size()) + " bytes is too large");
  {
    std::lock_guard lock(mutex_);
    if (pending_.contains(page.id)) return {};
    const size_t cost = cost_of(page);
    if (queued_bytes_ != 0 && queued_bytes_ + cost > options_.queue_bytes)
      return {StatusCode::kBusy, path_ + ": the write queue is full (" +
                                     std::to_string(queued_bytes_ >> 20) + " MiB)"};
    queued_bytes_ += cost;
    ++taken_;
    auto shared = std::make_shared<const StoredPage>(std::move(page));
    pending_.emplace(shared->id, shared);
    queue_.push_back(std::move(shared));
  }
  work_.notify_one();
  return {};
}

bool KvPages::wait_for_room(size_t bytes, int timeout_ms) {
  std::unique_lock lock(mutex_);
  return settled_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] {
    return queued_bytes_ == 0 || queued_bytes_ + bytes + 1024 <= options_.queue_bytes;
  });
}

Status KvPages::flush() {
  std::unique_lock lock(mutex_);
  const uint64_t target = taken_;
  settled_.wait(lock, [&] { return finished_ >= target; });
  return std::exchange(write_error_, Status());
}

void KvPages::write_loop() {
  // Encoding gives way to whoever computes; threads made from here inherit that. Failing is harmless.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
  for (;;) {
    std::vector<std::shared_ptr<const StoredPage>> batch;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;  // stopping, and nothing is left
      size_t bytes = 0;
      while (!queue_.empty() && (batch.empty() || bytes + cost_of(*queue_.front()) <= options_.batch_bytes)) {
        bytes += cost_of(*queue_.front());
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    const Status done = write_batch(batch);
    if (done.code() == StatusCode::kCorrupt)
      if (const int mark = ::open((path_ + kDamagedMark).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600); mark >= 0)
        ::close(mark);
    {
      std::lock_guard lock(mutex_);
      for (const auto& page : batch) {
        pending_.erase(page->id);
        used_at_[key_of(page->id)] = std::time(nullptr);
        queued_bytes_ -= cost_of(*page);
        ++finished_;
      }
      if (!done.ok()) {
        ++write_errors_;
        if (write_error_.ok()) write_error_ = done;
      }
    }
    settled_.notify_all();
  }
}

Status KvPages::write_batch(const std::vector<std::shared_ptr<const StoredPage>>& batch) {
  // Encode outside the transaction; what is on disk already needs no encoding.
  std::vector<Result<Bytes>> records(batch.size(), Bytes());
  std::vector<char> wanted(batch.size(), 1);
  for (size_t i = 0; i < batch.size(); ++i) {
    std::lock_guard lock(writer_db_->mutex());
    LEYDEN_ASSIGN(Statement q, writer_db_->prepare("SELECT 1 FROM pages WHERE id=? AND state=0"));
    const PageId key = key_of(batch[i]->id);
    LEYDEN_ASSIGN(const bool there, q.bind(blob_of(key)).step());
    wanted[i] = there ? 0 : 1;
  }
  parallel_for(batch.size(), options_.encoder_threads, [&](size_t i) {
    if (wanted[i] != 0)
      records[i] = encode_page(*batch[i], layout_for(batch[i]->payload.size()), options_.codec, vault_);
  });
  Transaction transaction(*writer_db_);
  LEYDEN_TRY(transaction.begun());
  for (size_t i = 0; i < batch.size(); ++i) {
    if (wanted[i] == 0) continue;
    if (!records[i].ok()) return records[i].status();
    LEYDEN_TRY(insert_page(*batch[i], *records[i]));
  }
  return transaction.commit();
}

Status KvPages::insert_page(const StoredPage& page, std::span<const std::byte> record) {
  Database& db = *writer_db_;
  const PageId key = key_of(page.id), parent = key_of(page.parent);
  {
    // Another process may have written it meanwhile. The row of an evicted or quarantined page makes
    // way; the payload of the latter may sit on unreadable pages and is left to repair.
    LEYDEN_ASSIGN(Statement q, db.prepare("SELECT state FROM pages WHERE id=?"));
    LEYDEN_ASSIGN(const bool there, q.bind(blob_of(key)).step());
    if (there && q.integer(0) == 0) return {};
  }
  {
    LEYDEN_ASSIGN(Statement q, db.prepare("DELETE FROM pages WHERE id=? AND state<>0"));
    LEYDEN_TRY(q.bind(blob_of(key)).run());
  }
  int64_t profile = 0;
  {
    LEYDEN_ASSIGN(Statement q, db.prepare("SELECT profile FROM profiles WHERE name=?"));
    LEYDEN_ASSIGN(const bool there, q.bind(page.numerics_profile).step());
    if (there) profile = q.integer(0);
  }
  if (profile == 0) {
    LEYDEN_ASSIGN(Statement q, db.prepare("INSERT INTO profiles(name) VALUES(?)"));
    LEYDEN_TRY(q.bind(page.numerics_profile).run());
    profile = db.last_insert_id();
  }
  LEYDEN_ASSIGN(Statement q, db.prepare("INSERT INTO pages(id,parent,depth,profile,hash,raw_bytes,"
                                        "stored_bytes,written_at) VALUES(?,?,?,?,?,?,?,?)"));
  LEYDEN_TRY(q.bind(blob_of(key)).bind(blob_of(parent)).bind(page.depth).bind(profile)
                 .bind(record.last(16)).bind(page.payload.size()).bind(record.size())
                 .bind(static_cast<int64_t>(std::time(nullptr))).run());
  const int64_t row = db.last_insert_id();
  LEYDEN_ASSIGN(Statement p, db.prepare("INSERT INTO payloads(page,record) VALUES(?,?)"));
  return p.bind(row).bind(record).run();
}

Result<std::unique_ptr<Database>> KvPages::borrow_reader() {
  {
    std::unique_lock lock(readers_mutex_);
    if (idle_readers_.empty() && n_readers_ >= most_readers_)
      reader_free_.wait(lock, [&] { return !idle_readers_.empty(); });
    if (!idle_readers_.empty()) {
      auto db = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return db;
    }
    ++n_readers_;
  }
  auto db = connect(false);
  if (!db.ok()) {
    std::lock_guard lock(readers_mutex_);
    --n_readers_;
  }
  return db;
}

void KvPages::return_reader(std::unique_ptr<Database> db) {
  {
    std::lock_guard lock(readers_mutex_);
    idle_readers_.push_back(std::move(db));
  }
  reader_free_.notify_one();
}

bool KvPages::contains(const PageId& id) {
  {
    std::lock_guard lock(mutex_);
    if (pending_.contains(id)) return true;
  }
  ReaderLease db(*this);
  if (!db.status().ok()) return false;
  auto q = db->prepare("SELECT 1 FROM pages WHERE id=? AND state=0");
  if (!q.ok()) return false;
  const PageId key = key_of(id);
  const auto row = q->bind(blob_of(key)).step();
  if (!row.ok() || !*row) return false;
  note_use(key);
  return true;
}

void KvPages::note_use(const PageId& key) {
  std::lock_guard lock(mutex_);
  used_at_[key] = std::time(nullptr);
}

std::vector<PageId> KvPages::recently_used(int64_t seconds) {
  std::lock_guard lock(mutex_);
  const int64_t since = std::time(nullptr) - seconds;
  std::erase_if(used_at_, [&](const auto& entry) { return entry.second < since; });
  std::vector<PageId> out;
  for (const auto& [key, when] : used_at_) out.push_back(key);
  for (const auto& [id, page] : pending_) out.push_back(key_of(id));
  return out;
}

Result<std::optional<StoredPage>> KvPages::read_row(const PageId& id) {
  Bytes record;
  {
    ReaderLease db(*this);
    LEYDEN_TRY(db.status());
    LEYDEN_ASSIGN(Statement q, db->prepare("SELECT y.record FROM pages p LEFT JOIN payloads y "
                                           "ON y.page=p.page WHERE p.id=? AND p.state=0"));
    const PageId key = key_of(id);
    LEYDEN_ASSIGN(const bool there, q.bind(blob_of(key)).step());
    if (!there) return std::optional<StoredPage>();
    note_use(key);
    const auto blob = q.blob(0);
    record.assign(blob.begin(), blob.end());
  }
  LEYDEN_ASSIGN(StoredPage page, decode_page(record, vault_));
  if (page.id != id) return corrupt("page record: it is of another page");
  return std::optional<StoredPage>(std::move(page));
}

Result<std::optional<StoredPage>> KvPages::get(const PageId& id) {
  {
    std::lock_guard lock(mutex_);
    if (auto it = pending_.find(id); it != pending_.end()) return std::optional<StoredPage>(*it->second);
  }
  auto page = read_row(id);
  if (page.ok() || page.status().code() != StatusCode::kCorrupt) return page;
  (void)quarantine(id, page.status().message());  // reading goes on being an error either way
  return corrupt("page " + id.to_hex() + ": damaged and set aside, to be rebuilt from text (" +
                 page.status().message() + ")");
}

Result<ChainInfo> KvPages::inspect_chain(const PageId& tip) {
  ChainInfo info;
  if (tip == PageId{}) {
    info.complete = true;
    return info;
  }
  ReaderLease db(*this);
  LEYDEN_TRY(db.status());
  LEYDEN_ASSIGN(Statement q, db->prepare(kWalk));
  const PageId key = key_of(tip);
  q.bind(blob_of(key));
  bool at_root = false;
  for (;;) {
    LEYDEN_ASSIGN(const bool row, q.step());
    if (!row) break;
    ++info.length;
    at_root = q.integer(3) == 0 && id_of(q.blob(2)) == PageId{};
    if (q.integer(6) != 0) continue;  // evicted or damaged
    KvPageInfo page;
    page.row = q.integer(0);
    page.key = id_of(q.blob(1));
    page.parent_key = id_of(q.blob(2));
    page.depth = static_cast<uint32_t>(q.integer(3));
    page.raw_bytes = static_cast<uint64_t>(q.integer(4));
    page.stored_bytes = static_cast<uint64_t>(q.integer(5));
    info.raw_bytes += page.raw_bytes;
    info.stored_bytes += page.stored_bytes;
    info.from_root.push_back(page);
  }
  std::ranges::reverse(info.from_root);
  info.pages = static_cast<uint32_t>(info.from_root.size());
  info.complete = at_root && info.pages == info.length;
  return info;
}

Result<uint32_t> KvPages::kept_pages(const PageId& tip) {
  LEYDEN_ASSIGN(const std::vector<uint32_t> kept, kept_pages(std::span(&tip, 1)));
  return kept.front();
}

Result<std::vector<uint32_t>> KvPages::kept_pages(std::span<const PageId> tips) {
  std::vector<uint32_t> kept(tips.size());
  ReaderLease db(*this);
  LEYDEN_TRY(db.status());
  // Locking the file and finding the log's end cost more than a look-up: once for all.
  ReadTransaction transaction(*db);
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement tip_row, db->prepare("SELECT depth+1 FROM pages WHERE id=? AND state=0"));
  LEYDEN_ASSIGN(Statement walk, db->prepare(kWalkToKept));
  for (size_t i = 0; i < tips.size(); ++i) {
    if (tips[i] == PageId{}) continue;
    const PageId key = key_of(tips[i]);
    for (Statement* q : {&tip_row, &walk}) {  // usually the first
      LEYDEN_ASSIGN(const bool there, q->again().bind(blob_of(key)).step());
      if (!there) continue;
      kept[i] = static_cast<uint32_t>(q->integer(0));
      break;
    }
  }
  return kept;
}

Status KvPages::load_chain(const PageId& tip, unsigned threads,
                           const std::function<bool(StoredPage&&)>& take) {
  LEYDEN_ASSIGN(const ChainInfo chain, inspect_chain(tip));
  if (!chain.complete)
    return not_found(path_ + ": pages are missing, " + std::to_string(chain.pages) + " are left");
  // Reading and decoding run ahead of `take` by a few pages a thread, and never wait for one another.
  std::mutex spare_mutex;
  std::vector<Bytes> spare;  // payloads that `take` left behind
  {
    std::lock_guard lock(readers_mutex_);
    most_readers_ = std::max(most_readers_, threads);
  }
  const auto read = [&](size_t i) -> Result<StoredPage> {
    Bytes room;
    {
      std::lock_guard lock(spare_mutex);
      if (!spare.empty()) {
        room = std::move(spare.back());
        spare.pop_back();
      }
    }
    ReaderLease db(*this);
    LEYDEN_TRY(db.status());
    LEYDEN_ASSIGN(Statement q, db->prepare("SELECT record FROM payloads WHERE page=?"));
    LEYDEN_ASSIGN(const bool there, q.bind(chain.from_root[i].row).step());
    if (!there) return corrupt("page record: the payload is missing");
    return decode_page(q.blob(0), vault_, 1, std::move(room));
  };
  PageId expected_parent{};
  Status status;
  const auto check_and_take = [&](size_t i, Result<StoredPage>&& page) {
    const KvPageInfo& info = chain.from_root[i];
    status = page.status();
    if (status.ok() && (key_of(page->id) != info.key || page->parent != expected_parent ||
                        page->depth != info.depth))
      status = corrupt("page record: it does not continue its chain");
    if (status.code() == StatusCode::kCorrupt) status = set_aside(info, status.message());
    if (!status.ok()) return false;
    expected_parent = page->id;
    note_use(info.key);
    if (!take(std::move(*page))) status = cancelled("load_chain: stopped by its caller");
    if (std::lock_guard lock(spare_mutex); !page->payload.empty()) spare.push_back(std::move(page->payload));
    return status.ok();
  };
  parallel_in_order<Result<StoredPage>>(chain.from_root.size(), threads, std::max<size_t>(4 * threads, 1),
                                        read, check_and_take);
  return status;
}

Status KvPages::set_aside(const KvPageInfo& page, const std::string& reason) {
  if (!options_.read_only) {
    std::lock_guard lock(writer_db_->mutex());
    LEYDEN_ASSIGN(Statement q, writer_db_->prepare("UPDATE pages SET state=1 WHERE page=?"));
    (void)q.bind(page.row).run();
  }
  return corrupt("page at depth " + std::to_string(page.depth) +
                 ": damaged and set aside, to be rebuilt from text (" + reason + ")");
}

Status KvPages::quarantine(const PageId& id, const std::string& reason) {
  if (options_.read_only) return {};
  const PageId key = key_of(id);
  Transaction transaction(*writer_db_);
  LEYDEN_TRY(transaction.begun());
  LEYDEN_ASSIGN(Statement add,
                writer_db_->prepare("INSERT INTO quarantine(id,page,reason,found_at) "
                                    "SELECT id,page,?2,?3 FROM pages WHERE id=?1 AND state=0"));
  LEYDEN_TRY(add.bind(blob_of(key)).bind(reason).bind(static_cast<int64_t>(std::time(nullptr))).run());
  LEYDEN_ASSIGN(Statement mark, writer_db_->prepare("UPDATE pages SET state=1 WHERE id=? AND state=0"));
  LEYDEN_TRY(mark.bind(blob_of(key)).run());
  return transaction.commit();
}

Result<KvPages::Stats> KvPages::stats() {
  Stats stats;
  {
    ReaderLease db(*this);
    LEYDEN_TRY(db.status());
    LEYDEN_ASSIGN(Statement q, db->prepare("SELECT count(*) FILTER (WHERE state=0), "
                                           "total(raw_bytes) FILTER (WHERE state=0), "
                                           "total(stored_bytes) FILTER (WHERE state=0), "
                                           "count(*) FILTER (WHERE state=1) FROM pages"));
    LEYDEN_TRY(q.step());
    stats.pages = static_cast<uint64_t>(q.integer(0));
    stats.raw_bytes = static_cast<uint64_t>(q.real(1));
    stats.stored_bytes = static_cast<uint64_t>(q.real(2));
    stats.quarantined = static_cast<uint64_t>(q.integer(3));
  }
  std::lock_guard lock(mutex_);
  stats.queued_bytes = queued_bytes_;
  stats.write_errors = write_errors_;
  return stats;
}

}  // namespace leyden
