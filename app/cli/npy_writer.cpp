// SPDX-License-Identifier: Apache-2.0
#include "app/cli/npy_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "app/cli/door.h"
#include "app/cli/interrupt.h"

namespace leyden_cli {

namespace {

static_assert(std::endian::native == std::endian::little);

std::string npy_header(int64_t rows, int64_t columns) {
  std::string text = fmt::format(
      "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, columns);
  constexpr size_t kPreamble = 10;
  while ((kPreamble + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string out = "\x93NUMPY";
  out += '\x01';
  out += '\x00';
  out += static_cast<char>(text.size() & 0xff);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

mode_t current_umask() {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

}  // namespace

NpyWriter::NpyWriter(const std::string& target, int64_t rows, int64_t columns)
    : target_(target), columns_(columns) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(target_, error);
  if (fs::exists(status)) {
    if (!fs::is_regular_file(status)) {
      throw io_failure(target + ": exists and is not a regular file");
    }
    if (access(target_.c_str(), W_OK) != 0) throw errno_failure(target, "cannot write");
    target_ = fs::canonical(target_, error).string();  // a link stays one
  }
  const fs::path path(target_);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  temporary_ = (folder / ("." + path.filename().string() + ".XXXXXX")).string();
  fd_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (fd_ < 0) {
    temporary_.clear();
    throw errno_failure(target, "cannot create a file in its folder");
  }
  remove_on_exit(temporary_);
  const std::string header = npy_header(rows, columns);
  total_bytes_ = header.size() + static_cast<uint64_t>(rows) * static_cast<uint64_t>(columns) * 4;
  // Not every file system can reserve; those find out while writing.
  if (fallocate(fd_, 0, 0, static_cast<off_t>(total_bytes_)) != 0 &&
      (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)) {
    const int number = errno;
    discard();
    errno = number;
    throw errno_failure(target, fmt::format("no room for {} bytes", total_bytes_));
  }
  if (const int number = write_bytes(header.data(), header.size()); number != 0) {
    discard();
    errno = number;
    throw errno_failure(target, "cannot write");
  }
}

NpyWriter::~NpyWriter() { discard(); }

void NpyWriter::discard() noexcept {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  if (!temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
  remove_on_exit("");
}

int NpyWriter::write_bytes(const char* data, size_t size) noexcept {
  while (size > 0) {
    const ssize_t n = write(fd_, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    data += n;
    size -= static_cast<size_t>(n);
    written_ += static_cast<uint64_t>(n);
  }
  return 0;
}

int NpyWriter::append(const float* values, int64_t n_rows) noexcept {
  return write_bytes(reinterpret_cast<const char*>(values),
                     static_cast<size_t>(n_rows) * static_cast<size_t>(columns_) * 4);
}

void NpyWriter::commit() {
  if (written_ != total_bytes_) {
    throw Failure{LEYDEN_E_INTERNAL, fmt::format("{}: {} bytes came, expected {}", target_, written_,
                                                 total_bytes_)};
  }
  if (fchmod(fd_, 0666 & ~current_umask()) != 0 || fsync(fd_) != 0) {
    throw errno_failure(target_, "cannot finish");
  }
  const int fd = fd_;
  fd_ = -1;
  if (close(fd) != 0) throw errno_failure(target_, "cannot finish");
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw errno_failure(target_, "cannot move the finished file here");
  }
  temporary_.clear();
  remove_on_exit("");
}

}  // namespace leyden_cli
