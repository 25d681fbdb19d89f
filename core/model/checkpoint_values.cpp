// SPDX-License-Identifier: Apache-2.0
// Reading tensor data out of an opened checkpoint.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/model/checkpoint.h"

namespace leyden {
namespace {

float element(const TensorView& t, size_t i) {
  switch (t.dtype) {
    case DType::kF32: {
      float v;
      std::memcpy(&v, t.data.data() + 4 * i, 4);
      return v;
    }
    case DType::kBF16: {
      uint16_t b;
      std::memcpy(&b, t.data.data() + 2 * i, 2);
      return float_from_bf16(b);
    }
    case DType::kF8E4M3:
      break;
  }
  return float_from_e4m3(std::to_integer<uint8_t>(t.data[i]));
}

bool finite_bits(const TensorView& t, size_t i) {
  switch (t.dtype) {
    case DType::kF32: {
      uint32_t u;
      std::memcpy(&u, t.data.data() + 4 * i, 4);
      return (u & 0x7f800000u) != 0x7f800000u;
    }
    case DType::kBF16: {
      uint16_t u;
      std::memcpy(&u, t.data.data() + 2 * i, 2);
      return (u & 0x7f80u) != 0x7f80u;
    }
    case DType::kF8E4M3:
      break;
  }
  return (std::to_integer<unsigned>(t.data[i]) & 0x7fu) != 0x7fu;
}

Status not_finite(const std::string& name, size_t i) {
  return corrupt("tensor " + name + ": expected finite values, found NaN or infinity at element " +
                 std::to_string(i));
}

}  // namespace

FilePart Checkpoint::shard_of(std::string_view name) const {
  const auto at = locations_.find(name);
  if (at == locations_.end() || files_.size() < 2) return {};
  const std::string& path = files_[at->second.file].path();
  return {path.c_str() + path.rfind('/') + 1, at->second.file + 1, files_.size()};
}

const SafetensorsEntry* Checkpoint::entry(std::string_view name) const {
  const auto it = locations_.find(name);
  return it == locations_.end() ? nullptr : it->second.entry;
}

std::span<const std::byte> Checkpoint::raw(std::string_view name) const {
  const auto it = locations_.find(name);
  if (it == locations_.end()) return {};
  return files_[it->second.file].raw(*it->second.entry);
}

Result<TensorView> Checkpoint::tensor(const std::string& name) const {
  const auto it = locations_.find(name);
  if (it == locations_.end()) return not_found(where_ + ": no tensor " + name);
  return files_[it->second.file].view(*it->second.entry);
}

Result<WeightView> Checkpoint::weight(const std::string& name) const {
  WeightView w;
  LEYDEN_ASSIGN(w.codes, tensor(name));
  if (w.codes.shape.size() != 2) {
    return corrupt(where_ + ": tensor " + name + ": expected a matrix, found " +
                   w.codes.describe());
  }
  if (!w.fp8()) return w;
  const std::string partner = scale_name(name);
  LEYDEN_ASSIGN(w.scale_inv, tensor(partner));
  const std::vector<int64_t> expected = scale_shape(config_, w.codes.shape);
  if (w.scale_inv.dtype != DType::kF32 || w.scale_inv.shape != expected) {
    return corrupt(where_ + ": tensor " + partner + ": expected F32 " + shape_text(expected) +
                   ", found " + w.scale_inv.describe());
  }
  return w;
}

Result<std::vector<float>> Checkpoint::vector(const std::string& name, int64_t n) const {
  LEYDEN_ASSIGN(const TensorView t, tensor(name));
  if (t.dtype == DType::kF8E4M3 || t.shape != std::vector<int64_t>{n}) {
    return corrupt(where_ + ": tensor " + name + ": expected BF16 or F32 " + shape_text({&n, 1}) +
                   ", found " + t.describe());
  }
  std::vector<float> values(static_cast<size_t>(n));
  for (size_t i = 0; i < values.size(); ++i) {
    if (!finite_bits(t, i)) return not_finite(name, i).with_context(where_);
    values[i] = element(t, i);
  }
  return values;
}

Result<std::vector<float>> Checkpoint::floats(const std::string& name) const {
  LEYDEN_ASSIGN(const TensorView t, tensor(name));
  std::vector<float> values(static_cast<size_t>(t.elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = element(t, i);
  if (t.dtype != DType::kF8E4M3) return values;
  LEYDEN_ASSIGN(const WeightView w, weight(name));
  const auto rows = static_cast<size_t>(t.shape[0]);
  const auto cols = static_cast<size_t>(t.shape[1]);
  const auto block_rows = static_cast<size_t>(config_.weight_block_rows);
  const auto block_cols = static_cast<size_t>(config_.weight_block_cols);
  const auto scale_cols = static_cast<size_t>(w.scale_inv.shape[1]);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < cols; ++c) {
      values[r * cols + c] *= element(w.scale_inv, r / block_rows * scale_cols + c / block_cols);
    }
  }
  return values;
}

Status Checkpoint::check_values(const std::string& name) const {
  LEYDEN_ASSIGN(const TensorView t, tensor(name));
  const auto n = static_cast<size_t>(t.elements());
  for (size_t i = 0; i < n; ++i) {
    if (!finite_bits(t, i)) return not_finite(name, i).with_context(where_);
  }
  if (t.dtype != DType::kF8E4M3) return {};
  LEYDEN_ASSIGN(const WeightView w, weight(name));
  const auto n_scales = static_cast<size_t>(w.scale_inv.elements());
  for (size_t i = 0; i < n_scales; ++i) {
    if (!finite_bits(w.scale_inv, i)) return not_finite(scale_name(name), i).with_context(where_);
    if (element(w.scale_inv, i) < 0) {
      return corrupt(where_ + ": tensor " + scale_name(name) +
                     ": expected scales of at least 0, found a negative one at element " +
                     std::to_string(i));
    }
  }
  return {};
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> all;
  all.reserve(locations_.size());
  for (const auto& [name, at] : locations_) all.push_back(name);
  return all;
}

std::vector<FileIdentity> Checkpoint::file_identities() const {
  std::vector<FileIdentity> all;
  for (const SafetensorsFile& file : files_) all.push_back(file.identity());
  std::sort(all.begin(), all.end());
  return all;
}

Status Checkpoint::check_unchanged() const {
  for (const SafetensorsFile& file : files_) {
    LEYDEN_ASSIGN(const FileIdentity now, file_identity(file.path()));
    if (now != file.identity()) {
      return io_error(file.path() +
                      ": expected an unchanged file, found it replaced or written to");
    }
  }
  return {};
}

}  // namespace leyden
