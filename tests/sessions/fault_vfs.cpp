// SPDX-License-Identifier: Apache-2.0
#include "tests/sessions/fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <random>

namespace leyden {
namespace {

struct Write {
  int64_t offset;
  std::vector<char> bytes;  // empty with offset: truncation to offset
  bool truncate = false;
};
struct Disk {
  std::vector<char> synced;
  std::vector<Write> unsynced;
};

struct World {
  std::mutex mutex;
  FaultPlan plan;
  int64_t operations = 0;
  bool cut = false;
  std::map<std::string, Disk> files;
  std::map<std::string, std::vector<char>> at_cut;
};
World& world() {
  static auto* w = new World();
  return *w;
}

void apply(std::vector<char>& content, const Write& w) {
  const auto offset = static_cast<size_t>(w.offset);
  if (w.truncate) {
    content.resize(std::min(content.size(), offset));
    return;
  }
  if (content.size() < offset + w.bytes.size()) content.resize(offset + w.bytes.size());
  std::memcpy(content.data() + offset, w.bytes.data(), w.bytes.size());
}

std::map<std::string, std::vector<char>> materialize(World& w) {
  std::mt19937 rng(w.plan.seed);
  std::map<std::string, std::vector<char>> out;
  for (const auto& [path, disk] : w.files) {
    std::vector<char> content = disk.synced;
    for (const Write& write : disk.unsynced)
      if (std::uniform_real_distribution<>()(rng) < w.plan.keep_unsynced) apply(content, write);
    out[path] = std::move(content);
  }
  return out;
}

/// Counts one operation; true when it must fail.
bool step(World& w) {
  const int64_t n = w.operations++;
  if (n == w.plan.cut_at && !w.cut) {
    w.at_cut = materialize(w);
    w.cut = true;
  }
  return w.plan.fail_from >= 0 && n >= w.plan.fail_from && n < w.plan.fail_from + w.plan.fail_count;
}

struct File {
  sqlite3_file methods;
  sqlite3_file* base;
  std::string* path;  // null for files that are not kept (shared memory, temporary ones)
};
File* self(sqlite3_file* f) { return reinterpret_cast<File*>(f); }
sqlite3_file* under(sqlite3_file* f) { return self(f)->base; }
int write_error(World& w) { return w.plan.disk_full ? SQLITE_FULL : SQLITE_IOERR_WRITE; }

int do_close(sqlite3_file* f) {
  delete self(f)->path;
  return under(f)->pMethods->xClose(under(f));
}
int do_read(sqlite3_file* f, void* p, int n, sqlite3_int64 at) {
  return under(f)->pMethods->xRead(under(f), p, n, at);
}
int do_write(sqlite3_file* f, const void* p, int n, sqlite3_int64 at) {
  if (self(f)->path != nullptr) {
    World& w = world();
    std::lock_guard lock(w.mutex);
    if (step(w)) return write_error(w);
    const char* bytes = static_cast<const char*>(p);
    w.files[*self(f)->path].unsynced.push_back({at, {bytes, bytes + n}});
  }
  return under(f)->pMethods->xWrite(under(f), p, n, at);
}
int do_truncate(sqlite3_file* f, sqlite3_int64 n) {
  if (self(f)->path != nullptr) {
    World& w = world();
    std::lock_guard lock(w.mutex);
    if (step(w)) return SQLITE_IOERR_TRUNCATE;
    w.files[*self(f)->path].unsynced.push_back({n, {}, true});
  }
  return under(f)->pMethods->xTruncate(under(f), n);
}
int do_sync(sqlite3_file* f, int flags) {
  if (self(f)->path != nullptr) {
    World& w = world();
    std::lock_guard lock(w.mutex);
    if (step(w)) return SQLITE_IOERR_FSYNC;
    Disk& disk = w.files[*self(f)->path];
    for (const Write& write : disk.unsynced) apply(disk.synced, write);
    disk.unsynced.clear();
  }
  (void)flags;  // the real disk is not what is tested
  return SQLITE_OK;
}
int do_size(sqlite3_file* f, sqlite3_int64* n) { return under(f)->pMethods->xFileSize(under(f), n); }
int do_lock(sqlite3_file* f, int l) { return under(f)->pMethods->xLock(under(f), l); }
int do_unlock(sqlite3_file* f, int l) { return under(f)->pMethods->xUnlock(under(f), l); }
int do_check(sqlite3_file* f, int* out) { return under(f)->pMethods->xCheckReservedLock(under(f), out); }
int do_control(sqlite3_file* f, int op, void* a) { return under(f)->pMethods->xFileControl(under(f), op, a); }
int do_sector(sqlite3_file* f) { return under(f)->pMethods->xSectorSize(under(f)); }
int do_traits(sqlite3_file*) { return 0; }  // a plain disk: no atomic writes, no append order
int do_map(sqlite3_file* f, int p, int n, int e, void volatile** out) {
  return under(f)->pMethods->xShmMap(under(f), p, n, e, out);
}
int do_shm_lock(sqlite3_file* f, int o, int n, int flags) { return under(f)->pMethods->xShmLock(under(f), o, n, flags); }
void do_barrier(sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); }
int do_unmap(sqlite3_file* f, int d) { return under(f)->pMethods->xShmUnmap(under(f), d); }
const sqlite3_io_methods kMethods = {2, do_close, do_read, do_write, do_truncate, do_sync, do_size, do_lock,
                                     do_unlock, do_check, do_control, do_sector, do_traits, do_map,
                                     do_shm_lock, do_barrier, do_unmap, nullptr, nullptr};

sqlite3_vfs* base_of(sqlite3_vfs* v) { return static_cast<sqlite3_vfs*>(v->pAppData); }

int do_open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
  File* file = self(f);
  std::memset(static_cast<void*>(file), 0, sizeof *file);
  file->base = reinterpret_cast<sqlite3_file*>(file + 1);
  const bool kept = name != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
  if (kept) {
    std::lock_guard lock(world().mutex);
    if (step(world())) return SQLITE_CANTOPEN;
  }
  const int rc = base_of(v)->xOpen(base_of(v), name, file->base, flags, out);
  if (rc != SQLITE_OK) return rc;
  if (kept) {
    file->path = new std::string(name);
    std::lock_guard lock(world().mutex);
    world().files.try_emplace(name);
  }
  file->methods.pMethods = &kMethods;
  return SQLITE_OK;
}
int do_delete(sqlite3_vfs* v, const char* name, int sync) {
  {
    World& w = world();
    std::lock_guard lock(w.mutex);
    if (step(w)) return SQLITE_IOERR_DELETE;
    w.files.erase(name);
  }
  return base_of(v)->xDelete(base_of(v), name, sync);
}

}  // namespace

const char* fault_vfs_name() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs v = *sqlite3_vfs_find(nullptr);
    v.pAppData = sqlite3_vfs_find(nullptr);
    v.zName = "leyden-fault";
    v.pNext = nullptr;
    v.szOsFile = static_cast<int>(sizeof(File)) + v.szOsFile;
    v.xOpen = do_open;
    v.xDelete = do_delete;
    v.xAccess = [](sqlite3_vfs* s, const char* n, int f, int* o) { return base_of(s)->xAccess(base_of(s), n, f, o); };
    v.xFullPathname = [](sqlite3_vfs* s, const char* n, int k, char* o) {
      return base_of(s)->xFullPathname(base_of(s), n, k, o);
    };
    v.xRandomness = [](sqlite3_vfs* s, int n, char* o) { return base_of(s)->xRandomness(base_of(s), n, o); };
    v.xSleep = [](sqlite3_vfs* s, int us) { return base_of(s)->xSleep(base_of(s), us); };
    return v;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  (void)registered;
  return vfs.zName;
}

void fault_vfs_arm(const FaultPlan& plan) {
  std::lock_guard lock(world().mutex);
  world().plan = plan;
  world().operations = 0;
  world().cut = false;
}
int64_t fault_vfs_operations() {
  std::lock_guard lock(world().mutex);
  return world().operations;
}
bool fault_vfs_is_cut() {
  std::lock_guard lock(world().mutex);
  return world().cut;
}
std::map<std::string, std::vector<char>> fault_vfs_disk() {
  std::lock_guard lock(world().mutex);
  return world().cut ? world().at_cut : materialize(world());
}
void fault_vfs_reset() {
  std::lock_guard lock(world().mutex);
  world().files.clear();
  world().plan = {};
  world().cut = false;
}

}  // namespace leyden
