// SPDX-License-Identifier: Apache-2.0
#include "core/model/safetensors.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace leyden {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kMaxRank = 16;
constexpr size_t kMaxNameBytes = 4096;

struct KnownDType {
  const char* name;
  uint64_t bits;
  std::optional<DType> ours;
};
constexpr KnownDType kKnownDTypes[] = {
    {"F32", 32, DType::kF32},
    {"BF16", 16, DType::kBF16},
    {"F8_E4M3", 8, DType::kF8E4M3},
    {"BOOL", 8, {}},
    {"U8", 8, {}},
    {"I8", 8, {}},
    {"U16", 16, {}},
    {"I16", 16, {}},
    {"F16", 16, {}},
    {"U32", 32, {}},
    {"I32", 32, {}},
    {"U64", 64, {}},
    {"I64", 64, {}},
    {"F64", 64, {}},
    {"F8_E5M2", 8, {}},
    {"F8_E8M0", 8, {}},
    {"C64", 64, {}},
    {"F4", 4, {}},
};

std::string in_quotes(std::string_view name) {
  std::string text = "\"";
  for (const char c : name.substr(0, 120)) {
    text.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
  }
  return text + (name.size() > 120 ? "...\"" : "\"");
}

/// Receives the header's JSON piece by piece: no tree is built, and a key that comes twice is seen.
///   depth 1: tensor names   depth 2: a tensor's fields, or metadata   depth 3: shape and offsets
class HeaderHandler : public nlohmann::json_sax<json> {
 public:
  bool null() override { return refuse("null"); }
  bool boolean(bool) override { return refuse("a boolean"); }
  bool number_integer(number_integer_t) override { return refuse("a negative number"); }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ != 3) return refuse("a number");
    if (field_ == Field::kShape) {
      if (current_.shape.size() == kMaxRank) return refuse("more than 16 dimensions");
      if (value > static_cast<uint64_t>(INT64_MAX)) return refuse("a dimension beyond 63 bits");
      current_.shape.push_back(static_cast<int64_t>(value));
    } else {
      if (n_offsets_ == 2) return refuse("more than two data_offsets");
      (n_offsets_++ == 0 ? current_.begin : current_.end) = value;
    }
    return true;
  }
  bool number_float(number_float_t, const string_t& text) override {
    return refuse("the number " + text.substr(0, 40));
  }
  bool string(string_t& value) override {
    if (depth_ == 2 && in_metadata_) return true;
    if (depth_ != 2 || field_ != Field::kDType) return refuse("a string");
    current_.dtype_name = value;
    return true;
  }
  bool binary(binary_t&) override { return refuse("binary"); }

  bool start_object(std::size_t) override {
    if (depth_ >= 2) return refuse("an object");
    ++depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) return start_tensor(name);
    if (in_metadata_) return true;
    const Field field = name == "dtype"          ? Field::kDType
                        : name == "shape"        ? Field::kShape
                        : name == "data_offsets" ? Field::kOffsets
                                                 : Field::kNone;
    if (field == Field::kNone) return refuse("the unknown field " + in_quotes(name));
    const unsigned bit = 1u << static_cast<unsigned>(field);
    if (seen_fields_ & bit) return refuse("the field " + in_quotes(name) + " twice");
    seen_fields_ |= bit;
    field_ = field;
    return true;
  }
  bool end_object() override {
    if (--depth_ == 1 && !in_metadata_) {
      if (seen_fields_ != kAllFields || n_offsets_ != 2) {
        return refuse("no dtype, shape or pair of data_offsets");
      }
      entries.push_back(std::move(current_));
    }
    in_metadata_ = false;
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ != 2 || in_metadata_ || (field_ != Field::kShape && field_ != Field::kOffsets)) {
      return refuse("an array");
    }
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    if (error.empty()) error = "header: expected JSON, broken at byte " + std::to_string(position);
    return false;
  }

  std::vector<SafetensorsEntry> entries;
  std::string error;

 private:
  enum class Field : unsigned { kDType, kShape, kOffsets, kNone };
  static constexpr unsigned kAllFields = 7;

  bool start_tensor(const std::string& name) {
    in_metadata_ = name == "__metadata__";
    current_ = {};
    current_.name = name;
    seen_fields_ = 0;
    n_offsets_ = 0;
    field_ = Field::kNone;
    if (name.size() > kMaxNameBytes) return refuse("a name longer than 4096 bytes");
    return true;
  }
  bool refuse(const std::string& found) {
    if (error.empty()) {
      const std::string where = depth_ == 0 ? "" : " tensor " + in_quotes(current_.name) + ":";
      error = "header:" + where + " expected dtype, shape and data_offsets, found " + found;
    }
    return false;
  }

  int depth_ = 0;
  bool in_metadata_ = false;
  Field field_ = Field::kNone;
  unsigned seen_fields_ = 0;
  int n_offsets_ = 0;
  SafetensorsEntry current_;
};

/// Bytes of `shape` at `bits` per element, or nothing when that overflows or is no whole byte.
std::optional<uint64_t> byte_size(std::span<const int64_t> shape, uint64_t bits) {
  uint64_t total = bits;
  for (const int64_t d : shape) {
    if (__builtin_mul_overflow(total, static_cast<uint64_t>(d), &total)) return std::nullopt;
  }
  if (total % 8 != 0) return std::nullopt;
  return total / 8;
}

/// Offsets within the data section, size as shape and dtype say.
Status check_entry(SafetensorsEntry& entry, uint64_t data_bytes, const std::string& where) {
  if (entry.begin > entry.end || entry.end > data_bytes) {
    return corrupt(where + "data_offsets [" + std::to_string(entry.begin) + ", " +
                   std::to_string(entry.end) + "]: expected within the file's " +
                   std::to_string(data_bytes) + " data bytes");
  }
  for (const KnownDType& known : kKnownDTypes) {
    if (entry.dtype_name != known.name) continue;
    entry.dtype = known.ours;
    const std::optional<uint64_t> bytes = byte_size(entry.shape, known.bits);
    if (!bytes || *bytes != entry.end - entry.begin) {
      return corrupt(where + entry.dtype_name + " " + shape_text(entry.shape) + ": expected " +
                     (bytes ? std::to_string(*bytes) + " bytes" : "a size that fits 64 bits") +
                     ", found " + std::to_string(entry.end - entry.begin));
    }
    return {};
  }
  if (entry.dtype_name.empty()) return corrupt(where + "expected a dtype, found \"\"");
  return {};  // a dtype of the future; its size cannot be checked
}

/// The tensors tile the data section: no overlap, no gap, nothing behind the last one.
Status check_tiling(const std::vector<SafetensorsEntry>& entries, uint64_t data_bytes,
                    const std::string& file_name) {
  std::vector<const SafetensorsEntry*> by_offset;
  by_offset.reserve(entries.size());
  for (const SafetensorsEntry& e : entries) by_offset.push_back(&e);
  std::sort(by_offset.begin(), by_offset.end(), [](const auto* a, const auto* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  uint64_t covered = 0;
  const SafetensorsEntry* before = nullptr;
  for (const SafetensorsEntry* e : by_offset) {
    if (e->begin < covered) {
      return corrupt(file_name + ": tensors " + in_quotes(before->name) + " and " +
                     in_quotes(e->name) + " overlap at data byte " + std::to_string(e->begin));
    }
    if (e->begin > covered) {
      return corrupt(file_name + ": tensor " + in_quotes(e->name) +
                     ": expected data_offsets from " + std::to_string(covered) +
                     ", found a gap up to " + std::to_string(e->begin));
    }
    covered = e->end;
    before = e;
  }
  if (covered != data_bytes) {
    return corrupt(file_name + ": expected " + std::to_string(covered) +
                   " data bytes (what the tensors need), found " + std::to_string(data_bytes));
  }
  return {};
}

}  // namespace

int64_t TensorView::elements() const {
  int64_t n = 1;
  for (const int64_t d : shape) n *= d;
  return n;
}

std::string TensorView::describe() const {
  return std::string(dtype_name(dtype)) + " " + shape_text(shape);
}

std::string shape_text(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

Result<std::vector<SafetensorsEntry>> parse_safetensors_header(std::span<const std::byte> file,
                                                               const std::string& file_name) {
  if (file.size() < 8) {
    return corrupt(file_name + ": expected 8 bytes of header length, found a file of " +
                   std::to_string(file.size()) + " bytes");
  }
  uint64_t header_bytes = 0;
  for (size_t i = 0; i < 8; ++i) {
    header_bytes |= std::to_integer<uint64_t>(file[i]) << (8 * i);
  }
  const uint64_t room = file.size() - 8;
  if (header_bytes < 2 || header_bytes > std::min(room, kMaxHeaderBytes)) {
    return corrupt(file_name + ": expected a header length in [2, " +
                   std::to_string(std::min(room, kMaxHeaderBytes)) + "], found " +
                   std::to_string(header_bytes));
  }
  const auto* text = reinterpret_cast<const char*>(file.data()) + 8;
  if (text[0] != '{') return corrupt(file_name + ": header: expected it to begin with \"{\"");
  HeaderHandler handler;
  if (!json::sax_parse(text, text + header_bytes, &handler)) {
    return corrupt(file_name + ": " + (handler.error.empty() ? "header: not JSON" : handler.error));
  }

  std::vector<SafetensorsEntry> entries = std::move(handler.entries);
  const uint64_t data_begin = 8 + header_bytes;
  const uint64_t data_bytes = file.size() - data_begin;
  for (SafetensorsEntry& entry : entries) {
    LEYDEN_TRY(
        check_entry(entry, data_bytes, file_name + ": tensor " + in_quotes(entry.name) + ": "));
  }
  LEYDEN_TRY(check_tiling(entries, data_bytes, file_name));
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twice != entries.end()) {
    return corrupt(file_name + ": tensor " + in_quotes(twice->name) + " comes twice");
  }
  for (SafetensorsEntry& entry : entries) {
    entry.begin += data_begin;
    entry.end += data_begin;
  }
  return entries;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
  SafetensorsFile file;
  file.path_ = path.string();
  LEYDEN_ASSIGN(file.file_, MappedFile::open(path));
  LEYDEN_ASSIGN(file.entries_, parse_safetensors_header(file.file_.bytes(), file.path_));
  return file;
}

const SafetensorsEntry* SafetensorsFile::find(std::string_view name) const {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), name,
                                   [](const auto& e, std::string_view n) { return e.name < n; });
  return it != entries_.end() && it->name == name ? &*it : nullptr;
}

Result<TensorView> SafetensorsFile::view(const SafetensorsEntry& entry) const {
  if (!entry.dtype) {
    return unsupported(path_ + ": tensor " + in_quotes(entry.name) +
                       ": expected F32, BF16 or F8_E4M3, found " + in_quotes(entry.dtype_name));
  }
  return TensorView{*entry.dtype, entry.shape, raw(entry)};
}

}  // namespace leyden
