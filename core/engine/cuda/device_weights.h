// SPDX-License-Identifier: Apache-2.0
// A model's weights on one device, row-major, with the views that kernels take.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "core/engine/cuda/device_memory.h"
#include "core/engine/model.h"

namespace leyden {

/// One matrix, or several of one shape and dtype that a grouped product uses (experts, heads).
struct DeviceMatrix {
  const cuda::Weight* views = nullptr;  ///< on the device
  cuda::Weight shape;
  int32_t count = 0;
  bool empty() const { return count == 0; }
};

struct DeviceFfn {
  DeviceMatrix w1, w2, w3;
};

struct DeviceLayer {
  const float *attn_norm = nullptr, *q_norm = nullptr, *kv_norm = nullptr, *ffn_norm = nullptr;
  const float *k_norm_weight = nullptr, *k_norm_bias = nullptr, *gate_bias = nullptr;
  DeviceMatrix wq_a, wq_b, wkv_a, wkv_b, wo;
  DeviceMatrix w_uk;  ///< a head each: [kv_lora_rank, qk_nope] bf16
  DeviceMatrix w_uv;  ///< a head each: [v, kv_lora_rank] bf16
  DeviceMatrix index_wq_b, index_wk, index_weights;
  DeviceFfn ffn;  ///< dense layers
  DeviceMatrix gate;
  DeviceFfn experts, shared;
};

/// Threads: immutable once made.
class DeviceWeights {
 public:
  /// Copies the weights of a model in deployed precision.
  /// Errors: kOutOfMemory naming what was asked; kUnsupported (reference precision, experts of
  /// unequal shape); kDeviceLost.
  static Result<std::unique_ptr<DeviceWeights>> upload(const Model& model, const cuda::Ops& ops);

  const DeviceLayer& layer(int64_t i) const { return layers_[static_cast<size_t>(i)]; }
  const float* final_norm() const { return final_norm_; }
  const DeviceMatrix& embed() const { return embed_; }
  const DeviceMatrix& head() const { return head_; }
  size_t bytes() const { return bytes_; }

 private:
  friend class WeightUploader;
  std::vector<DeviceMemory> memory_;
  std::vector<DeviceLayer> layers_;
  const float* final_norm_ = nullptr;
  DeviceMatrix embed_, head_;
  size_t bytes_ = 0;
};

}  // namespace leyden
