// SPDX-License-Identifier: Apache-2.0
// Every tensor a config requires, with its shape: the published Hugging Face layout in one place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/config.h"

namespace leyden {

enum class TensorRole : uint8_t {
  kLinear,  ///< matrix that FP8 checkpoints store as F8_E4M3 with block scales; else BF16 or F32
  kMatrix,  ///< matrix that is never FP8: embedding, head, router, weights_proj, eh_proj
  kNorm,    ///< norm weight, BF16 or F32
  kBias,    ///< k_norm.bias, e_score_correction_bias; BF16 or F32
};

struct TensorSpec {
  std::string name;
  std::vector<int64_t> shape;
  TensorRole role = TensorRole::kMatrix;
  bool mtp = false;  ///< of a multi-token-prediction layer: may be missing

  int64_t elements() const;
};

/// In layer order: embedding, layers, MTP layers (n_mtp_layers of them), norm, head (unless tied).
/// Scales are not listed: scale_name() and scale_shape() give them for each kLinear.
std::vector<TensorSpec> required_tensors(const ModelConfig& config);

/// "x.weight" -> "x.weight_scale_inv"
std::string scale_name(const std::string& weight_name);
/// [ceil(out / block rows), ceil(in / block columns)]
std::vector<int64_t> scale_shape(const ModelConfig& config, const std::vector<int64_t>& weight);

/// Tensors, elements and bytes of one class.
struct TensorCount {
  int64_t tensors = 0;
  int64_t elements = 0;
  int64_t bytes = 0;
};
/// What the published layout of this config holds, MTP layers included. Of the 671B config these
/// are the audited totals of the released files.
struct PublishedTotals {
  TensorCount fp8, scales, bf16, norms, biases, all;
};
PublishedTotals published_totals(const ModelConfig& config);

}  // namespace leyden
