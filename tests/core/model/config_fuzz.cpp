// SPDX-License-Identifier: Apache-2.0
// Any bytes as config.json: an error, or a config whose derived sizes can be computed.
#include <cmath>
#include <cstdlib>

#include "core/model/config.h"
#include "core/model/model_info.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = leyden::ModelConfig::parse(text, "config.json");
  if (!config.ok()) return config.status().message().empty() ? std::abort(), 0 : 0;
  if (!(config->softmax_scale() > 0) || !std::isfinite(config->softmax_scale())) std::abort();
  if (leyden::kv_bytes_per_token(*config, leyden::Precision::kDeployed) <= 0) std::abort();
  if (config->n_layers * (config->n_routed_experts + 1) < 4096 &&
      leyden::required_tensors(*config).empty()) {
    std::abort();
  }
  return 0;
}
