// SPDX-License-Identifier: Apache-2.0
// Parts of config.json with spellings of their own; used by config.cpp only.
#pragma once

#include <nlohmann/json.hpp>

#include "core/model/config.h"
#include "core/model/json_fields.h"

namespace leyden {

inline constexpr int64_t kMaxPositions = INT32_MAX;

/// rope_theta, and rope_scaling (DeepSeek) or rope_parameters (transformers 5), into config.rope.
/// Needs config.max_seq_len.
Status parse_rope(const JsonFields& fields, ModelConfig& config);

/// quantization_config into fp8_weights, weight_block_* and scale_ue8m0.
Status parse_quantization(const JsonFields& fields, ModelConfig& config);

/// The expert fields, mlp_layer_types, and which layers are dense. Needs config.n_layers.
Status parse_experts(const JsonFields& fields, ModelConfig& config);

}  // namespace leyden
