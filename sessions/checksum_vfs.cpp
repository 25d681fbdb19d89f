// SPDX-License-Identifier: Apache-2.0
#include "sessions/checksum_vfs.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sessions/xxh3.h"

namespace leyden {
namespace {

constexpr char kHeaderMagic[] = "SQLite format 3";  // with its NUL, the first 16 bytes
constexpr int kHeaderBytes = 100;

uint64_t page_checksum(const uint8_t* page, size_t page_bytes, uint64_t page_number) {
  return xxh3_64(std::as_bytes(std::span(page, page_bytes - kPageChecksumBytes)), page_number);
}
void store_checksum(uint8_t* page, size_t page_bytes, uint64_t page_number) {
  const uint64_t sum = page_checksum(page, page_bytes, page_number);
  for (int i = 0; i < 8; ++i)
    page[page_bytes - 8 + static_cast<size_t>(i)] = static_cast<uint8_t>(sum >> (8 * i));
}
bool checksum_holds(const uint8_t* page, size_t page_bytes, uint64_t page_number) {
  uint64_t stored = 0;
  for (int i = 0; i < 8; ++i)
    stored |= static_cast<uint64_t>(page[page_bytes - 8 + static_cast<size_t>(i)]) << (8 * i);
  return stored == page_checksum(page, page_bytes, page_number);
}
/// The page size a header names, 0 when it is no header of a checksummed database.
size_t page_size_in(const uint8_t* header) {
  if (std::memcmp(header, kHeaderMagic, 16) != 0 || header[20] != kPageChecksumBytes) return 0;
  const size_t n = static_cast<size_t>(header[16]) << 8 | header[17];
  if (n == 1) return 65536;
  return n >= 512 && (n & (n - 1)) == 0 ? n : 0;
}

// A file of ours: SQLite's methods first, then the base VFS's file behind it in the same block.
struct CheckedFile {
  sqlite3_file methods;
  sqlite3_file* base;
  const char* name;  // SQLite's own, as long as the file is open
  bool is_database;
  bool verify;
  size_t page_bytes;  // 0 until the header was seen
};
CheckedFile* self(sqlite3_file* f) { return reinterpret_cast<CheckedFile*>(f); }
sqlite3_file* under(sqlite3_file* f) { return self(f)->base; }

int do_close(sqlite3_file* f) { return under(f)->pMethods->xClose(under(f)); }

/// A log that SQLite is going to apply or roll back before it uses the file: whoever wrote it last
/// may have been stopped in the middle of page 1, and the log has that page whole.
bool log_is_waiting(const CheckedFile& file) {
  for (const char* log : {sqlite3_filename_wal(file.name), sqlite3_filename_journal(file.name)}) {
    struct stat found;
    if (::stat(log, &found) == 0 && found.st_size > 0) return true;
  }
  return false;
}

/// The header is read before SQLite holds any lock, so another process may be writing page 1 just
/// then: try a few times before calling it damage.
int verify_first_page(sqlite3_file* f) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(2 << attempt));
    uint8_t header[kHeaderBytes];
    const int rc = under(f)->pMethods->xRead(under(f), header, kHeaderBytes, 0);
    if (rc == SQLITE_IOERR_SHORT_READ) return SQLITE_OK;  // a new file
    if (rc != SQLITE_OK) return rc;
    const size_t n = page_size_in(header);
    if (n == 0) continue;
    std::vector<uint8_t> page(n);
    if (under(f)->pMethods->xRead(under(f), page.data(), static_cast<int>(n), 0) == SQLITE_OK &&
        checksum_holds(page.data(), n, 1)) {
      self(f)->page_bytes = n;
      return SQLITE_OK;
    }
  }
  return SQLITE_IOERR_DATA;
}

int do_read(sqlite3_file* f, void* buffer, int amount, sqlite3_int64 offset) {
  const int rc = under(f)->pMethods->xRead(under(f), buffer, amount, offset);
  if (rc != SQLITE_OK || !self(f)->is_database) return rc;
  if (!self(f)->verify) {
    const auto* header = static_cast<const uint8_t*>(buffer);
    if (offset == 0 && amount >= kHeaderBytes && page_size_in(header) != 0)
      self(f)->page_bytes = page_size_in(header);
    return rc;
  }
  const auto n = static_cast<size_t>(amount);
  const auto* bytes = static_cast<const uint8_t*>(buffer);
  if (n < 512 || (n & (n - 1)) != 0) {
    // Page 1 as a whole is read, and judged, after the log.
    return offset < 512 && !log_is_waiting(*self(f)) ? verify_first_page(f) : rc;
  }
  // Page 1 names the page size itself; when SQLite probed with another one, judge it by its own.
  if (offset == 0 && page_size_in(bytes) != n) return verify_first_page(f);
  if (!checksum_holds(bytes, n, static_cast<uint64_t>(offset) / n + 1)) return SQLITE_IOERR_DATA;
  if (offset == 0) self(f)->page_bytes = n;
  return SQLITE_OK;
}

int do_write(sqlite3_file* f, const void* buffer, int amount, sqlite3_int64 offset) {
  const auto n = static_cast<size_t>(amount);
  if (self(f)->is_database && n >= 512 && (n & (n - 1)) == 0) {
    auto* bytes = static_cast<uint8_t*>(const_cast<void*>(buffer));  // the reserved bytes are ours
    if (offset == 0) self(f)->page_bytes = page_size_in(bytes);
    if (self(f)->page_bytes == n)
      store_checksum(bytes, n, static_cast<uint64_t>(offset) / n + 1);
  }
  return under(f)->pMethods->xWrite(under(f), buffer, amount, offset);
}

int do_truncate(sqlite3_file* f, sqlite3_int64 n) { return under(f)->pMethods->xTruncate(under(f), n); }
int do_sync(sqlite3_file* f, int flags) { return under(f)->pMethods->xSync(under(f), flags); }
int do_size(sqlite3_file* f, sqlite3_int64* n) { return under(f)->pMethods->xFileSize(under(f), n); }
int do_lock(sqlite3_file* f, int l) { return under(f)->pMethods->xLock(under(f), l); }
int do_unlock(sqlite3_file* f, int l) { return under(f)->pMethods->xUnlock(under(f), l); }
int do_check_lock(sqlite3_file* f, int* out) {
  return under(f)->pMethods->xCheckReservedLock(under(f), out);
}
int do_control(sqlite3_file* f, int op, void* arg) {
  return under(f)->pMethods->xFileControl(under(f), op, arg);
}
int do_sector(sqlite3_file* f) { return under(f)->pMethods->xSectorSize(under(f)); }
int do_traits(sqlite3_file* f) { return under(f)->pMethods->xDeviceCharacteristics(under(f)); }
int do_shm_map(sqlite3_file* f, int page, int bytes, int extend, void volatile** out) {
  return under(f)->pMethods->xShmMap(under(f), page, bytes, extend, out);
}
int do_shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return under(f)->pMethods->xShmLock(under(f), offset, n, flags);
}
void do_shm_barrier(sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); }
int do_shm_unmap(sqlite3_file* f, int remove) {
  return under(f)->pMethods->xShmUnmap(under(f), remove);
}

// Version 2: shared memory yes, xFetch (memory-mapped reads, which would skip do_read) no.
const sqlite3_io_methods kMethods = {
    2,         do_close,   do_read,       do_write,   do_truncate, do_sync,     do_size,
    do_lock,   do_unlock,  do_check_lock, do_control, do_sector,   do_traits,   do_shm_map,
    do_shm_lock, do_shm_barrier, do_shm_unmap, nullptr, nullptr};

sqlite3_vfs* base_of(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int do_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  CheckedFile* file = self(f);
  std::memset(file, 0, sizeof *file);
  file->base = reinterpret_cast<sqlite3_file*>(file + 1);
  const int rc = base_of(vfs)->xOpen(base_of(vfs), name, file->base, flags, out_flags);
  if (rc != SQLITE_OK) return rc;
  file->name = name;
  file->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  file->verify = !file->is_database || sqlite3_uri_boolean(name, "leyden_verify", 1) != 0;
  file->methods.pMethods = &kMethods;
  return SQLITE_OK;
}

struct Registered {
  sqlite3_vfs vfs;
  std::string name;
};

}  // namespace

Result<std::string> checksum_vfs_over(const std::string& base_vfs) {
  static std::mutex mutex;
  // Never freed: SQLite keeps the pointers until the process ends.
  static auto* registered = new std::map<sqlite3_vfs*, std::unique_ptr<Registered>>();
  std::lock_guard lock(mutex);
  sqlite3_vfs* base = sqlite3_vfs_find(base_vfs.empty() ? nullptr : base_vfs.c_str());
  if (base == nullptr) return not_found("checksum_vfs: no SQLite VFS named '" + base_vfs + "'");
  auto& slot = (*registered)[base];
  if (!slot) {
    slot = std::make_unique<Registered>();
    slot->vfs = *base;  // all but opening is the base's business
    slot->name = std::string("leyden-") + base->zName;
    slot->vfs.zName = slot->name.c_str();
    slot->vfs.pNext = nullptr;
    slot->vfs.pAppData = base;
    slot->vfs.szOsFile = static_cast<int>(sizeof(CheckedFile)) + base->szOsFile;
    slot->vfs.xOpen = do_open;
    slot->vfs.xDelete = [](sqlite3_vfs* v, const char* n, int sync) {
      return base_of(v)->xDelete(base_of(v), n, sync);
    };
    slot->vfs.xAccess = [](sqlite3_vfs* v, const char* n, int flags, int* out) {
      return base_of(v)->xAccess(base_of(v), n, flags, out);
    };
    slot->vfs.xFullPathname = [](sqlite3_vfs* v, const char* n, int size, char* out) {
      return base_of(v)->xFullPathname(base_of(v), n, size, out);
    };
    slot->vfs.xRandomness = [](sqlite3_vfs* v, int n, char* out) {
      return base_of(v)->xRandomness(base_of(v), n, out);
    };
    slot->vfs.xSleep = [](sqlite3_vfs* v, int us) { return base_of(v)->xSleep(base_of(v), us); };
    if (sqlite3_vfs_register(&slot->vfs, 0) != SQLITE_OK)
      return internal_error("checksum_vfs: cannot register " + slot->name);
  }
  return slot->name;
}

Result<uint64_t> count_bad_pages(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return io_error(path + ": cannot be opened");
  uint8_t header[kHeaderBytes];
  if (std::fread(header, 1, kHeaderBytes, file.get()) != kHeaderBytes)
    return corrupt(path + ": shorter than a database header");
  const size_t n = page_size_in(header);
  if (n == 0) return corrupt(path + ": not a checksummed database");
  std::rewind(file.get());
  std::vector<uint8_t> page(n);
  uint64_t bad = 0;
  size_t got;
  for (uint64_t number = 1; (got = std::fread(page.data(), 1, n, file.get())) > 0; ++number)
    if (got != n || (!checksum_holds(page.data(), n, number) &&
                     std::any_of(page.begin(), page.end(), [](uint8_t b) { return b != 0; })))
      ++bad;  // an all-zero page is one that was reserved and never written
  return bad;
}

}  // namespace leyden
