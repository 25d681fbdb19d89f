// SPDX-License-Identifier: Apache-2.0
// Whether a model fits before anything is loaded: bytes per device, the largest context and the
// most sessions that fit, and what to change where it does not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/plan/footprint.h"

namespace leyden {

struct PlanRequest {
  ModelOptions model;
  int64_t context = 0;   ///< tokens of each session; 0: the model's longest
  int64_t sessions = 1;  ///< held in device memory at once
  int64_t chunk_tokens = 512;
  /// Memory of each GPU; empty: the CPU. All ranks hold the same share, so the smallest decides.
  std::vector<uint64_t> gpu_bytes;
  uint64_t host_bytes = 0;  ///< CPU: memory to plan with; 0: what is available now
  int threads = 0;          ///< CPU; 0: as many as there are cores
};

struct DevicePlan {
  int64_t memory_bytes = 0;
  int64_t weights_bytes = 0;
  int64_t kv_bytes = 0;  ///< of all sessions
  int64_t workspace_bytes = 0;
  int64_t free_bytes = 0;  ///< what is left; negative: what is missing
};

struct Plan {
  bool fits = false;
  bool gpu = false;
  int64_t context = 0, sessions = 0;
  std::vector<DevicePlan> devices;  ///< one for each GPU, or the host alone
  int64_t max_context = 0;          ///< with the sessions asked for; at most the model's; 0: none
  int64_t max_sessions = 0;         ///< with the context asked for
  std::vector<std::string> advice;
};

/// Errors: kInvalidArgument, naming the field.
Result<Plan> make_plan(const ModelConfig& config, const PlanRequest& request);

/// kOutOfMemory, with the numbers, where the weights and the smallest workspace do not fit into
/// `available` bytes of host memory. For calls that are about to load.
Status check_loadable(const ModelConfig& config, const ModelOptions& options, uint64_t available);

}  // namespace leyden
