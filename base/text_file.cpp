// SPDX-License-Identifier: Apache-2.0
#include "base/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace leyden {

Result<std::string> read_text_file(const std::filesystem::path& path, uint64_t max_bytes) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) {
    const std::string why = path.string() + ": " + std::strerror(errno);
    return errno == ENOENT || errno == ENOTDIR ? not_found(why) : io_error(why);
  }
  std::string text;
  uint64_t found = 0;
  char buffer[1 << 16];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file.get())) {
    found += n;
    if (found <= max_bytes) text.append(buffer, n);
    if (found > 2 * max_bytes) break;  // it may have no end
  }
  if (found > max_bytes) {
    return corrupt(path.string() + ": expected at most " + std::to_string(max_bytes) +
                   " bytes, found " + std::to_string(found) +
                   (std::feof(file.get()) ? "" : " or more"));
  }
  if (std::ferror(file.get())) return io_error(path.string() + ": " + std::strerror(errno));
  return text;
}

}  // namespace leyden
