// SPDX-License-Identifier: Apache-2.0
#include "core/model/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace leyden {
namespace {

Status system_error(const std::filesystem::path& path, const char* call) {
  const int error = errno;
  const std::string why = path.string() + ": " + call + ": " + std::strerror(error);
  return error == ENOENT || error == ENOTDIR ? not_found(why) : io_error(why);
}

FileIdentity identity_of(const struct stat& s) {
  return {static_cast<uint64_t>(s.st_dev), static_cast<uint64_t>(s.st_ino),
          static_cast<uint64_t>(s.st_size),
          static_cast<int64_t>(s.st_mtim.tv_sec) * 1'000'000'000 + s.st_mtim.tv_nsec};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

Result<FileIdentity> file_identity(const std::filesystem::path& path) {
  struct stat s = {};
  if (::stat(path.c_str(), &s) != 0) return system_error(path, "stat");
  return identity_of(s);
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(identity_, other.identity_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return system_error(path, "open");
  struct stat s = {};
  if (::fstat(fd.get(), &s) != 0) return system_error(path, "stat");
  if (!S_ISREG(s.st_mode)) return io_error(path.string() + ": expected a regular file");
  MappedFile file;
  file.identity_ = identity_of(s);
  if (s.st_size == 0) return file;
  const auto size = static_cast<size_t>(s.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return system_error(path, "mmap");
  file.data_ = static_cast<const std::byte*>(data);
  file.size_ = size;
  return file;
}

}  // namespace leyden
