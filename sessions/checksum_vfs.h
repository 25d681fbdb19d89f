// SPDX-License-Identifier: Apache-2.0
// A SQLite VFS that ends every database page with a checksum and verifies it on every read, so that a
// flipped bit anywhere in a page that is used, in a row, an index or the tree itself, is an error
// and never an answer.
//
//   database page:  [ content: page size - 8 ] [ XXH3-64 of content, seeded with the page number ]
//
// The eight bytes are SQLite's "reserved space" (byte 20 of the header is 8), so any SQLite can read
// such a file; one that writes it without this VFS leaves pages that no longer verify. Only main
// database files are covered; opened with the URI parameter leyden_verify=0 they are read as they are: the write-ahead log has checksums of its own.
#pragma once

#include <string>

#include "base/status.h"

namespace leyden {

/// Bytes reserved at the end of each page.
inline constexpr int kPageChecksumBytes = 8;

/// Registers a checksumming VFS over `base_vfs` ("" is SQLite's default) and answers its name.
/// Calling it again for the same base is cheap. The base must stay registered.
/// Threads: thread-safe.
Result<std::string> checksum_vfs_over(const std::string& base_vfs);

/// Verifies every page of a database file that nobody has open. Answers the number of pages that
/// do not verify. Errors: kIo when it cannot be read, kCorrupt when it is no checksummed database.
Result<uint64_t> count_bad_pages(const std::string& path);

}  // namespace leyden
