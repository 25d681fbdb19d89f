// SPDX-License-Identifier: Apache-2.0
// Who may do what to a store folder, across processes: advisory locks on bytes of `store.lock`.
//
//   byte 0            shared: the store is open; exclusive: repair, restore, change of passphrase
//   byte 1            exclusive: collecting and evicting pages
//   byte 1024 + id    exclusive: session `id` is open for writing
//
// Locks belong to an open file description, so they also hold between threads of one process and
// vanish with the process, however it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace leyden {

/// One held lock; released when destroyed.
class StoreLock {
 public:
  static constexpr uint64_t kOpen = 0, kMaintenance = 1, kFirstSession = 1024;

  /// Errors: kBusy when somebody else holds it; kIo when the lock file cannot be opened.
  static Result<std::unique_ptr<StoreLock>> acquire(const std::string& folder, uint64_t byte,
                                                    bool exclusive);
  /// The sessions that anyone, this process included, has open for writing.
  static std::vector<int64_t> held_sessions(const std::string& folder);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace leyden
