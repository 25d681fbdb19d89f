// SPDX-License-Identifier: Apache-2.0
#include "sessions/store_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace leyden {

Result<std::unique_ptr<StoreLock>> StoreLock::acquire(const std::string& folder, uint64_t byte,
                                                      bool exclusive) {
  const std::string path = folder + "/store.lock";
  // A description of its own for each lock: that is what keeps threads apart.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return io_error(path + ": " + std::strerror(errno));
  std::unique_ptr<StoreLock> lock(new StoreLock(fd));
  struct flock range = {};
  range.l_type = exclusive ? F_WRLCK : F_RDLCK;
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(byte);
  range.l_len = 1;
  if (::fcntl(fd, F_OFD_SETLK, &range) != 0) {
    if (errno == EAGAIN || errno == EACCES)
      return Status(StatusCode::kBusy, path + ": in use by another process or thread");
    return io_error(path + ": " + std::strerror(errno));
  }
  return lock;
}

std::vector<int64_t> StoreLock::held_sessions(const std::string& folder) {
  std::vector<int64_t> held;
  const int fd = ::open((folder + "/store.lock").c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return held;
  for (uint64_t from = kFirstSession;;) {  // asks for the first conflict, then goes on behind it
    struct flock range = {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(from);
    range.l_len = 0;
    if (::fcntl(fd, F_OFD_GETLK, &range) != 0 || range.l_type == F_UNLCK) break;
    held.push_back(range.l_start - static_cast<int64_t>(kFirstSession));
    from = static_cast<uint64_t>(range.l_start) + 1;
  }
  ::close(fd);
  return held;
}

StoreLock::~StoreLock() { ::close(fd_); }

}  // namespace leyden
