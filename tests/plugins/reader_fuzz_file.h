// SPDX-License-Identifier: Apache-2.0
// Fuzzed bytes as a file in memory, and all pages of what a reader makes of it.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "plugins/documents/encoding.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

class FuzzFile {
 public:
  FuzzFile(const uint8_t* data, size_t size, const char* name)
      : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (::write(fd_, data, size) != static_cast<ssize_t>(size)) std::abort();
    file = {fd_, size, name};
  }
  ~FuzzFile() { ::close(fd_); }
  File file;

 private:
  int fd_;
};

/// Reads at most 50 pages; aborts where a reader breaks its promises.
inline void read_all(Source& source) {
  const Cancelled never = [] { return false; };
  for (uint32_t i = 0; i < std::min<uint32_t>(source.n_pages(), 50); ++i) {
    const auto page = source.page(i, never);
    if (!page.ok()) continue;
    if (!is_utf8(page->text)) std::abort();
    uint64_t last = 0;
    for (const Word& w : page->words) {
      if (w.begin < last || w.end <= w.begin || w.end > page->text.size()) std::abort();
      last = w.end;
    }
  }
  for (const Heading& h : source.outline) {
    if (h.page >= source.n_pages()) std::abort();
  }
}

}  // namespace leyden::documents
