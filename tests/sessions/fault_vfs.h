// SPDX-License-Identifier: Apache-2.0
// A SQLite VFS for tests that can lose what was not synced, and refuse the n-th operation.
//
// Files are real, so locks and shared memory behave as always. Beside each file the VFS keeps what a
// disk would hold: the content at the last sync, and the writes since. At a power cut that becomes the
// file: synced content, plus a random choice of the later writes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace leyden {

/// What the VFS does; one at a time for the whole process.
struct FaultPlan {
  int64_t fail_from = -1;      ///< number of the first operation that fails; -1: none
  int64_t fail_count = 1;      ///< how many fail from there
  bool disk_full = true;       ///< writes answer SQLITE_FULL, else an I/O error
  int64_t cut_at = -1;         ///< number of the operation before which the power goes
  double keep_unsynced = 0;    ///< chance of each unsynced write to have reached the disk
  uint32_t seed = 1;
};

/// Name to put into StoreOptions::vfs. Registers the VFS on first use.
const char* fault_vfs_name();

/// Starts counting operations (writes, syncs, truncations, opens) from zero under a plan.
void fault_vfs_arm(const FaultPlan& plan);
/// Operations counted since then.
int64_t fault_vfs_operations();
/// True once the power is gone; what happens afterwards never reaches the disk.
bool fault_vfs_is_cut();
/// What the disk holds, by path: at the cut, or now when there was none.
std::map<std::string, std::vector<char>> fault_vfs_disk();
/// Forgets all files.
void fault_vfs_reset();

}  // namespace leyden
