// SPDX-License-Identifier: Apache-2.0
// A read-only memory map of one file, and what identifies that file on its disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/status.h"

namespace leyden {

/// Two equal identities mean the same bytes, as far as a file system can promise.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

/// The file's identity now. Errors: kNotFound, kIo.
Result<FileIdentity> file_identity(const std::filesystem::path& path);

/// Move-only; bytes() stays valid, at the same address, until the last owner is destroyed.
/// A file that someone truncates while it is mapped raises SIGBUS on access: replace model files by
/// renaming, never in place.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Errors: kNotFound (no such file), kIo (not a regular file, or the system refused).
  static Result<MappedFile> open(const std::filesystem::path& path);

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const FileIdentity& identity() const { return identity_; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  FileIdentity identity_;
};

}  // namespace leyden
