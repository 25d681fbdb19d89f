// SPDX-License-Identifier: Apache-2.0
#include "core/engine/host_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace leyden {
namespace {

std::optional<size_t> number_in(const char* path) {
  std::ifstream in(path);
  size_t value = 0;
  if (in >> value) return value;  // "max" is no number: no limit
  return std::nullopt;
}

std::optional<size_t> system_available() {
  std::ifstream in("/proc/meminfo");
  std::string name, unit;
  for (size_t kilobytes = 0; in >> name >> kilobytes; std::getline(in, unit)) {
    if (name == "MemAvailable:") return kilobytes * 1024;
  }
  const long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return std::nullopt;
  return static_cast<size_t>(pages) * static_cast<size_t>(size);
}

}  // namespace

size_t available_memory_bytes() {
  size_t available = system_available().value_or(size_t{1} << 30);
  const auto limit = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  if (limit && used) available = std::min(available, *limit > *used ? *limit - *used : 0);
  return available;
}

}  // namespace leyden
