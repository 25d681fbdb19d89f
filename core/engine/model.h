// SPDX-License-Identifier: Apache-2.0
// A loaded model: immutable weights in kernel layout, with everything the forward pass derives from
// the config.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "core/model/config.h"
#include "core/model/fingerprint.h"
#include "kernels/attention.h"
#include "kernels/kv_layout.h"
#include "kernels/packed_matrix.h"
#include "kernels/router.h"
#include "kernels/rowwise.h"
#include "kernels/thread_pool.h"

namespace leyden {

/// kDsa: lightning indexer and top-k selection. kDense: every key, for comparison.
enum class AttentionMode : uint8_t { kDsa, kDense };

/// Which form prefill uses. kAuto: MHA below the model's switch-over position, MQA from there on.
/// Decode is always MQA. The forced forms exist for tests of their closeness.
enum class AttentionForm : uint8_t { kAuto, kMqa, kMha };

struct FfnWeights {
  PackedMatrix w1, w2, w3;  ///< gate_proj, down_proj, up_proj
};

struct IndexerWeights {
  PackedMatrix wq_b, wk, weights_proj;
  std::vector<float> k_norm_weight, k_norm_bias;
};

struct LayerWeights {
  std::vector<float> attn_norm, q_norm, kv_norm, ffn_norm;
  PackedMatrix wq_a, wq_b, wkv_a, wkv_b, wo;
  std::vector<float> w_uk;    ///< [n_heads, qk_nope, r]: kv_b's key half, dequantised
  std::vector<float> w_uv_t;  ///< [n_heads, r, v]: kv_b's value half, transposed
  IndexerWeights indexer;

  bool moe = false;
  FfnWeights ffn;     ///< dense layers
  PackedMatrix gate;  ///< router
  std::vector<float> gate_bias;
  std::vector<FfnWeights> experts;
  FfnWeights shared;  ///< empty when there are no shared experts
};

struct ModelOptions {
  Precision precision = Precision::kDeployed;
  AttentionMode attention = AttentionMode::kDsa;
  AttentionForm form = AttentionForm::kAuto;
};

/// Threads: immutable after load; concurrent use is fine.
class Model {
 public:
  /// Reads, checks and packs the checkpoint in `dir`.
  /// Errors: those of ModelConfig and Checkpoint; kCancelled; kOutOfMemory.
  static Result<std::shared_ptr<const Model>> load(const std::filesystem::path& dir,
                                                   const ModelOptions& options, ThreadPool& pool,
                                                   const ProgressFn& progress,
                                                   const CancelToken* cancel);

  const ModelConfig& config() const { return config_; }
  const ModelOptions& options() const { return options_; }
  bool deployed() const { return options_.precision == Precision::kDeployed; }
  const KvLayout& kv_layout() const { return kv_layout_; }
  /// cos and sin of a position, as RopeTable::fill, with YaRN's attention factor where there is one.
  void fill_rope(int64_t position, float* cos_sin) const;
  /// Hex hash of the tensors and of everything that shapes KV.
  const std::string& fingerprint() const { return fingerprint_; }
  size_t weight_bytes() const { return weight_bytes_; }
  /// Prefill positions below this use the MHA form.
  int64_t mha_positions() const { return mha_positions_; }

  const LayerWeights& layer(int64_t i) const { return layers_[static_cast<size_t>(i)]; }
  const std::vector<float>& final_norm() const { return final_norm_; }
  const PackedMatrix& head() const { return tied_head_ ? embed_ : head_; }
  const PackedMatrix& embed_matrix() const { return embed_; }
  /// Copies the embedding row of `token` to out [dim].
  void embed(int32_t token, float* out) const;

 private:
  friend class ModelLoader;

  ModelConfig config_;
  ModelOptions options_;
  KvLayout kv_layout_;
  RopeTable rope_;
  std::string fingerprint_;
  size_t weight_bytes_ = 0;
  int64_t mha_positions_ = 0;
  std::vector<LayerWeights> layers_;
  std::vector<float> final_norm_;
  PackedMatrix embed_, head_;
  bool tied_head_ = false;
};

/// The position from which MQA over top-k keys costs less than MHA over all of them, rounded up to
/// a page: top-k * (2 r + dr) / (dn + dr + dv), at least top-k. 6,976 at 671B dims.
int64_t mha_switch_position(const ModelConfig& config);

/// What of these options the fingerprint covers.
KvShape kv_shape(const ModelConfig& config, const ModelOptions& options);

}  // namespace leyden
