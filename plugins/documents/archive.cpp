// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <memory>

namespace leyden::documents {

namespace {

struct ArchiveCloser {
  void operator()(::archive* a) const { archive_read_free(a); }
};

Status problem(::archive* a) {
  const char* text = archive_error_string(a);
  return corrupt(std::string("damaged zip: ") + (text ? text : "unknown"));
}

}  // namespace

Result<std::map<std::string, std::string>> read_archive(
    const File& file, const std::function<bool(const std::string&)>& wanted,
    const Cancelled& cancelled) {
  const std::unique_ptr<::archive, ArchiveCloser> in(archive_read_new());
  archive_read_support_format_zip(in.get());
  ::lseek(file.fd, 0, SEEK_SET);
  if (archive_read_open_fd(in.get(), file.fd, 128 << 10) != ARCHIVE_OK) return problem(in.get());
  std::map<std::string, std::string> out;
  uint64_t total = 0;
  size_t entries = 0;
  archive_entry* entry = nullptr;
  for (;;) {
    const int rc = archive_read_next_header(in.get(), &entry);
    if (rc == ARCHIVE_EOF) return out;
    if (rc < ARCHIVE_WARN) return problem(in.get());
    if (++entries > kMaxEntries) return out_of_memory("has more than 20000 entries");
    if (cancelled()) return leyden::cancelled("cancelled");
    const char* name = archive_entry_pathname(entry);
    if (!name || !wanted(name)) continue;
    if (archive_entry_is_encrypted(entry)) return unsupported(std::string(name) + " is encrypted");
    std::string& bytes = out[name];
    bytes.clear();
    for (;;) {
      const void* block = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;
      const int got = archive_read_data_block(in.get(), &block, &size, &offset);
      if (got == ARCHIVE_EOF) break;
      if (got < ARCHIVE_WARN) return problem(in.get());
      total += size;
      if (total > kMaxUnpacked) {
        return out_of_memory("unpacks to more than " + std::to_string(kMaxUnpacked >> 20) + " MiB");
      }
      bytes.append(static_cast<const char*>(block), size);
      if (cancelled()) return leyden::cancelled("cancelled");
    }
  }
}

}  // namespace leyden::documents
