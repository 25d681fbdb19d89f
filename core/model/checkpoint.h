// SPDX-License-Identifier: Apache-2.0
// A model folder's weights: one model.safetensors, or shards under model.safetensors.index.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "core/model/config.h"
#include "core/model/safetensors.h"
#include "core/model/tensor_list.h"

namespace leyden {

/// A stored matrix; FP8 codes come with their block scales, W[r][c] = code[r][c] *
/// scale_inv[r / block_rows][c / block_cols]. Ragged last blocks are allowed.
struct WeightView {
  TensorView codes;
  TensorView scale_inv;  ///< F32 [ceil(out/block), ceil(in/block)]; empty unless codes are FP8
  bool fp8() const { return codes.dtype == DType::kF8E4M3; }
};

enum class MtpState : uint8_t { kNone, kPartial, kComplete };

/// Move-only. Views stay valid as long as the Checkpoint (moved or not).
/// Threads: const methods may be called from any thread at once.
class Checkpoint {
 public:
  /// Maps every shard and checks, from headers alone, that each tensor the config requires is there
  /// with a dtype and shape that fit. Reads no tensor data.
  /// Errors: kNotFound (files, shards or tensors, each named), kCorrupt (contradictions),
  ///         kUnsupported (dtypes, foreign layouts), kIo.
  static Result<Checkpoint> open(const std::filesystem::path& dir, const ModelConfig& config);

  const ModelConfig& config() const { return config_; }

  bool contains(std::string_view name) const { return locations_.contains(name); }
  /// Any tensor of the files. Errors: kNotFound, kUnsupported dtype.
  Result<TensorView> tensor(const std::string& name) const;
  /// A matrix with its scales, if it has any. Errors: as tensor(); kCorrupt on a scale of wrong
  /// shape.
  Result<WeightView> weight(const std::string& name) const;
  /// A norm weight or bias of `n` elements as floats; refuses NaN and infinity (kCorrupt).
  Result<std::vector<float>> vector(const std::string& name, int64_t n) const;
  /// Any tensor as floats, dequantised; row-major. 4 bytes an element: for tests and small models.
  Result<std::vector<float>> floats(const std::string& name) const;
  /// Reads a whole tensor (and its scales) and refuses NaN codes (0x7f, 0xff), NaN, infinity and
  /// negative scales. Loading calls it once for each tensor it packs.
  Status check_values(const std::string& name) const;

  /// Elements of the required tensors without MTP layers and without scales: "671B".
  int64_t parameters() const { return parameters_; }
  int64_t mtp_parameters() const { return mtp_parameters_; }
  /// Bytes of all tensors in the files, MTP and scales included; counted, never read from metadata.
  int64_t bytes() const { return bytes_; }
  MtpState mtp() const { return mtp_; }

  /// Names of all tensors the folder offers, sorted.
  std::vector<std::string> names() const;
  /// Tensors nothing here needs (MTP tensors are not among them).
  const std::vector<std::string>& unused() const { return unused_; }
  /// Identities of all files the tensors come from, sorted; what a cache may be keyed by.
  std::vector<FileIdentity> file_identities() const;
  /// kIo when a file is no longer what was opened (size or mtime): what was read may be a mix.
  Status check_unchanged() const;
  /// Where a tensor lies: dtype name as stored, shape, bytes. nullptr when absent.
  const SafetensorsEntry* entry(std::string_view name) const;
  /// Which of the folder's shards a tensor is in; no file where there is but one, or no such tensor.
  /// The name lives as long as the Checkpoint.
  FilePart shard_of(std::string_view name) const;
  /// The stored bytes whatever their dtype; empty when absent.
  std::span<const std::byte> raw(std::string_view name) const;

 private:
  struct Location {
    size_t file;
    const SafetensorsEntry* entry;
  };
  Status open_files(const std::filesystem::path& dir);
  Status open_sharded(const std::filesystem::path& dir, const std::filesystem::path& index);
  Status check_required();
  Status check_one(const TensorSpec& spec) const;
  Status explain_missing(const std::vector<std::string>& missing) const;

  ModelConfig config_;
  std::string where_;  ///< the file or index that lists the tensors, for messages
  std::vector<SafetensorsFile> files_;
  std::map<std::string, Location, std::less<>> locations_;
  std::vector<std::string> unused_;
  int64_t parameters_ = 0;
  int64_t mtp_parameters_ = 0;
  int64_t bytes_ = 0;
  MtpState mtp_ = MtpState::kNone;
};

}  // namespace leyden
