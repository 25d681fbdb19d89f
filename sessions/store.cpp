// SPDX-License-Identifier: Apache-2.0
// Opening and closing. Checks, copies and vacuum are in store_upkeep.cpp, repair in store_repair.cpp.
#include "sessions/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "sessions/byte_io.h"
#include "sessions/store_schema.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

bool exists_with_content(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error) && fs::file_size(path, error) > 0;
}

/// An empty file only its owner can read; SQLite gives its log the same mode.
Status touch_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return io_error(path + ": " + std::strerror(errno));
  ::close(fd);
  return {};
}

}  // namespace

std::string default_store_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && data[0] == '/')
    return std::string(data) + "/leyden";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.local/share/leyden";
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  if (options.folder.empty()) return invalid_argument("store: no folder was named");
  std::unique_ptr<Store> store(new Store(options));
  const Status opened = store->open_files();
  if (!opened.ok()) {
    if (opened.code() == StatusCode::kCorrupt)
      return corrupt(opened.message() + "; 'leyden store repair' keeps what can be read");
    return opened;
  }
  if (!store->options_.read_only && store->options_.collect_every_s > 0)
    store->collector_ = std::thread([s = store.get()] { s->collect_loop(); });
  return store;
}

Status Store::open_files() {
  const std::string& folder = options_.folder;
  std::error_code error;
  const bool folder_there = fs::exists(folder, error);
  if (!folder_there && options_.read_only) return not_found(folder + ": there is no store here");
  if (!folder_there) {
    fs::create_directories(folder, error);
    if (error) return io_error(folder + ": " + error.message());
    ::chmod(folder.c_str(), 0700);
  }
  const std::string catalogue_path = folder + "/catalogue.db", kv_path = folder + "/kv.db";
  const bool catalogue_there = exists_with_content(catalogue_path);
  const bool kv_there = exists_with_content(kv_path);
  if (!options_.read_only &&
      (::access(folder.c_str(), W_OK) != 0 ||
       (catalogue_there && ::access(catalogue_path.c_str(), W_OK) != 0))) {
    options_.read_only = true;
    notes_.push_back(folder + " is read-only: sessions can be read and resumed, not changed");
  }
  bool immutable = false;
  if (options_.read_only) {
    if (!catalogue_there) return not_found(folder + ": there is no store here");
    // Without write access to the folder SQLite cannot share memory with others, so the files are
    // read as they are; that is right only when no log is waiting.
    immutable = ::access(folder.c_str(), W_OK) != 0;
    if (immutable && (exists_with_content(catalogue_path + "-wal") || exists_with_content(kv_path + "-wal")))
      return io_error(folder + ": was not closed cleanly and is read-only; open a copy of it instead");
  } else {
    LEYDEN_ASSIGN(open_lock_, StoreLock::acquire(folder, StoreLock::kOpen, false));
    if (!catalogue_there && kv_there)
      return not_found(folder + ": catalogue.db is missing while kv.db is there; restore catalogue.db "
                                "from a backup, or run 'leyden store repair' to start an empty one");
    LEYDEN_TRY(touch_private(catalogue_path));
    LEYDEN_TRY(touch_private(kv_path));
  }
  options_.kv.vfs = options_.vfs;
  options_.kv.read_only = options_.read_only;
  options_.kv.immutable = immutable;
  auto catalogue = CatalogueFile::open(catalogue_path, {options_.vfs, options_.read_only, immutable});
  if (catalogue.status().code() == StatusCode::kUnsupported && options_.read_only && kv_there) {
    // Whoever opens an older store for writing next would set a damaged KV file aside.
    const Status kv = KvPages::open(kv_path, options_.kv, nullptr).status();
    if (kv.code() == StatusCode::kCorrupt) return kv;
  }
  LEYDEN_TRY(catalogue.status());
  catalogue_ = std::move(*catalogue);
  // A store gets its name when both files are there; before that its making was interrupted.
  LEYDEN_ASSIGN(const Bytes store_name, read_meta(catalogue_->db(), "store"));
  LEYDEN_TRY(open_vault(!catalogue_there));
  LEYDEN_TRY(open_kv(kv_there));
  if (!options_.read_only) {
    LEYDEN_TRY(match_files(kv_there));
    LEYDEN_TRY(vault_ == nullptr ? create_text_index(catalogue_->db()) : drop_text_index(catalogue_->db()));
    catalogue_->set_indexed(vault_ == nullptr);
  }
  if (!store_name.empty() && !kv_there)
    notes_.push_back("kv.db was missing: sessions open, and read their text again on use");
  sessions_ = std::make_unique<SessionCatalogue>(*catalogue_, pages_.get(), folder);
  documents_ = std::make_unique<DocumentCatalogue>(*catalogue_);
  search_ = std::make_unique<Search>(*catalogue_);
  LEYDEN_ASSIGN(const std::vector<StoredModel> models, sessions_->models());
  for (const StoredModel& model : models)
    if (model.page_layout.layers != 0) LEYDEN_TRY(pages_->register_layout(model.page_layout));
  return {};
}

Status Store::open_vault(bool new_store) {
  Database& db = catalogue_->db();
  LEYDEN_ASSIGN(Bytes header, read_meta(db, "vault"));
  if (!header.empty()) {
    if (options_.passphrase.empty())
      return invalid_argument(options_.folder + ": the store is encrypted, a passphrase is needed");
    LEYDEN_ASSIGN(vault_, Vault::open(options_.passphrase, header));
  } else if (!options_.passphrase.empty()) {
    if (!new_store)
      return invalid_argument(options_.folder + ": the store is not encrypted, but a passphrase was given");
    LEYDEN_ASSIGN(vault_, Vault::create(options_.passphrase, options_.passphrase_cost, header));
    LEYDEN_TRY(write_meta(db, "vault", header));
  }
  catalogue_->set_vault(vault_.get());
  return {};
}

Status Store::set_kv_aside(const std::string& why) {
  // Nobody else may be using the file that is about to be renamed.
  open_lock_.reset();
  auto alone = StoreLock::acquire(options_.folder, StoreLock::kOpen, true);
  if (!alone.ok())
    return Status(alone.status().code(), options_.folder + ": kv.db " + why + ", and the store is open elsewhere");
  const std::string kv = options_.folder + "/kv.db";
  std::string aside;
  for (int n = 1; aside.empty() || fs::exists(aside); ++n) aside = kv + ".aside-" + std::to_string(n);
  std::error_code error;
  fs::rename(kv, aside, error);
  if (error) return io_error(kv + ": " + error.message());
  for (const char* suffix : {"-wal", "-shm"})
    if (fs::exists(kv + suffix)) fs::rename(kv + suffix, aside + suffix, error);
  fs::remove(kv + kDamagedMark, error);
  notes_.push_back("kv.db " + why + "; it was set aside as " + fs::path(aside).filename().string() +
                   ", and sessions read their text again on use");
  LEYDEN_TRY(touch_private(kv));
  alone->reset();
  LEYDEN_ASSIGN(open_lock_, StoreLock::acquire(options_.folder, StoreLock::kOpen, false));
  return {};
}

Status Store::open_kv(bool kv_was_there) {
  const std::string path = options_.folder + "/kv.db";
  std::error_code error;
  if (kv_was_there && !options_.read_only && fs::exists(path + kDamagedMark, error)) {
    const Status aside = set_kv_aside("is damaged (a write met it)");
    if (!aside.ok() && aside.code() != StatusCode::kBusy) return aside;
    if (!aside.ok()) {  // somebody works with what is left of it; later, then
      LEYDEN_ASSIGN(open_lock_, StoreLock::acquire(options_.folder, StoreLock::kOpen, false));
    }
  }
  auto pages = KvPages::open(path, options_.kv, vault_.get());
  if (!pages.ok() && pages.status().code() == StatusCode::kCorrupt && kv_was_there && !options_.read_only) {
    LEYDEN_TRY(set_kv_aside("is damaged (" + pages.status().message() + ")"));
    pages = KvPages::open(path, options_.kv, vault_.get());
  }
  LEYDEN_TRY(pages.status());
  pages_ = std::move(*pages);
  return {};
}

/// Both files carry the store's id; a KV file of another store is not ours to collect from.
Status Store::match_files(bool kv_was_there) {
  Database& db = catalogue_->db();
  LEYDEN_ASSIGN(Bytes id, read_meta(db, "store"));
  if (id.empty()) {
    id.resize(16);
    random_bytes(id);
    {
      std::lock_guard lock(db.mutex());
      LEYDEN_ASSIGN(Statement q, db.prepare("INSERT OR IGNORE INTO meta VALUES('store',?)"));
      LEYDEN_TRY(q.bind(std::span<const std::byte>(id)).run());
    }
    LEYDEN_ASSIGN(id, read_meta(db, "store"));
  }
  const auto kv_id = read_meta(pages_->database(), "store");
  const bool damaged = kv_id.status().code() == StatusCode::kCorrupt;
  if (!damaged) LEYDEN_TRY(kv_id.status());
  if (!damaged && *kv_id == id) return {};
  if (damaged || !kv_id->empty()) {
    pages_.reset();
    LEYDEN_TRY(set_kv_aside(damaged ? "is damaged (" + kv_id.status().message() + ")" : "belongs to another store"));
    LEYDEN_TRY(open_kv(kv_was_there));
  }
  return write_meta(pages_->database(), "store", id);
}

Store::~Store() {
  {
    std::lock_guard lock(collector_mutex_);
    closing_ = true;
  }
  collector_wake_.notify_all();
  if (collector_.joinable()) collector_.join();
  search_.reset();
  documents_.reset();
  sessions_.reset();
  pages_.reset();
  catalogue_.reset();
}

void Store::collect_loop() {
  std::unique_lock lock(collector_mutex_);
  while (!collector_wake_.wait_for(lock, std::chrono::seconds(options_.collect_every_s),
                                   [&] { return closing_; })) {
    const CollectOptions options = options_.collect;
    lock.unlock();
    (void)collect(options);  // what fails now is tried again at the next turn
    lock.lock();
  }
}

void Store::set_quota(uint64_t bytes) {
  std::lock_guard lock(collector_mutex_);
  options_.collect.quota_bytes = bytes;
}

Result<CollectReport> Store::collect() {
  CollectOptions options;
  {
    std::lock_guard lock(collector_mutex_);
    options = options_.collect;
  }
  return collect(options);
}

Result<CollectReport> Store::collect(const CollectOptions& options) {
  if (options_.read_only) return io_error(options_.folder + ": the store is read-only");
  LEYDEN_ASSIGN(const CollectReport report, collect_pages(options_.folder, *sessions_, *pages_, options));
  if (report.unreachable_pages + report.evicted_pages > 0) {
    std::lock_guard lock(pages_->database().mutex());
    LEYDEN_TRY(pages_->database().execute("PRAGMA incremental_vacuum(4096)"));
  }
  return report;
}

}  // namespace leyden
