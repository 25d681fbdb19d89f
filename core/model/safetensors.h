// SPDX-License-Identifier: Apache-2.0
// The safetensors container, read from a memory map. Nothing in it is believed before it is
// checked.
//
//   bytes 0..7      N, little-endian, length of the header (at most 100 MB)
//   bytes 8..8+N-1  JSON: {"name": {"dtype": "BF16", "shape": [..], "data_offsets": [begin, end]},
//                          ..., "__metadata__": {string: string}}; may end in spaces
//   then            the tensors' bytes; offsets count from here, leave no gap and do not overlap
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/dtype.h"
#include "base/status.h"
#include "core/model/mapped_file.h"

namespace leyden {

/// One tensor's bytes, in place. `data` may sit at any address: F32 and BF16 elements need not be
/// aligned (their files are not obliged to), so read them with memcpy or through
/// Checkpoint::floats.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> data;

  int64_t elements() const;
  /// "BF16 [64, 7168]"
  std::string describe() const;
};

/// "[64, 7168]"
std::string shape_text(std::span<const int64_t> shape);

struct SafetensorsEntry {
  std::string name;
  std::string dtype_name;  ///< as the file spells it
  /// Empty for a dtype this runtime does not compute with; such a tensor hurts only when it is
  /// used.
  std::optional<DType> dtype;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  ///< in bytes from the start of the file
  uint64_t end = 0;
};

class SafetensorsFile {
 public:
  /// Maps the file and checks its whole header. Reads no tensor data.
  /// Errors: kNotFound, kIo, kCorrupt (whatever does not fit together; names the tensor).
  static Result<SafetensorsFile> open(const std::filesystem::path& path);

  /// Sorted by name.
  const std::vector<SafetensorsEntry>& entries() const { return entries_; }
  /// nullptr when there is no such tensor.
  const SafetensorsEntry* find(std::string_view name) const;
  /// Valid as long as this object. Errors: kUnsupported dtype.
  Result<TensorView> view(const SafetensorsEntry& entry) const;
  /// The entry's bytes, whatever their dtype.
  std::span<const std::byte> raw(const SafetensorsEntry& entry) const {
    return file_.bytes().subspan(entry.begin, entry.end - entry.begin);
  }

  const std::string& path() const { return path_; }
  const FileIdentity& identity() const { return file_.identity(); }

 private:
  std::string path_;
  MappedFile file_;
  std::vector<SafetensorsEntry> entries_;
};

/// The header alone: what open() does once the file is mapped. Entries sorted by name.
Result<std::vector<SafetensorsEntry>> parse_safetensors_header(std::span<const std::byte> file,
                                                               const std::string& file_name);

}  // namespace leyden
