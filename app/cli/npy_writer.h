// SPDX-License-Identifier: Apache-2.0
// A float32 .npy file, written row by row beside its target and moved there only when complete.
#pragma once

#include <cstdint>
#include <string>

namespace leyden_cli {

/// Layout (numpy format 1.0): "\x93NUMPY" 1 0, u16 header bytes, the header padded with spaces to a
/// multiple of 64 and ended by a line feed, then rows * columns little-endian floats.
class NpyWriter {
 public:
  /// Opens a temporary file in the target's folder and takes the disk space.
  /// Throws: kIo or kNotFound when that is not possible, or the target is no regular file.
  NpyWriter(const std::string& target, int64_t rows, int64_t columns);
  /// Without commit() nothing is left behind.
  ~NpyWriter();
  NpyWriter(const NpyWriter&) = delete;
  NpyWriter& operator=(const NpyWriter&) = delete;

  /// Appends rows. 0, or the errno of what went wrong; does not throw, as it runs in a callback.
  int append(const float* values, int64_t n_rows) noexcept;
  /// Puts the file in its place. Throws kIo.
  void commit();

  uint64_t total_bytes() const { return total_bytes_; }

 private:
  void discard() noexcept;
  int write_bytes(const char* data, size_t size) noexcept;

  std::string target_, temporary_;
  int fd_ = -1;
  int64_t columns_;
  uint64_t total_bytes_ = 0, written_ = 0;
};

}  // namespace leyden_cli
