// SPDX-License-Identifier: Apache-2.0
// How many bytes a model takes on a device, from its config alone: weights in the layout the
// kernels want, KV pages, and the workspace of a forward pass.
#pragma once

#include <cstdint>

#include "core/engine/model.h"
#include "core/model/config.h"

namespace leyden {

/// What decides the footprint besides the config.
struct FootprintShape {
  ModelOptions model;
  int64_t chunk_tokens = 512;
  int64_t context = 0;    ///< tokens of the longest sequence
  int64_t sequences = 1;  ///< decoded together
  int threads = 0;        ///< CPU; 0: as many as there are cores
};

/// The CPU backend's: packed panels, fp32 norms, kv_b's halves once more in fp32 for the MQA form.
/// Equals Model::weight_bytes() of a checkpoint that stores what its config says.
int64_t cpu_weight_bytes(const ModelConfig& config);
/// Pages are whole: 64 tokens. One sequence.
int64_t kv_bytes(const ModelConfig& config, Precision precision, int64_t context);
/// Scratch of the forward pass at its largest, and the logits. Grows with the context only through
/// the explicit-head form, which ends at mha_switch_position.
int64_t cpu_workspace_bytes(const ModelConfig& config, const FootprintShape& shape);

/// One of `ranks` GPUs: attention heads, experts, FFN widths and the vocabulary of the head are
/// split, projections to latents, indexer, router, norms and embedding are on every rank; experts
/// go to the rank that gets one more where they do not divide evenly. kv_b's halves are there twice
/// (FP8 for the explicit-head form, bf16 for the absorbed one). By formula; no GPU backend has been
/// measured against it yet.
int64_t gpu_weight_bytes(const ModelConfig& config, int64_t ranks);
/// bf16 activations of a chunk, a selection, 256 MiB of index scores, and 1 GiB for the driver's
/// context and library workspaces.
int64_t gpu_workspace_bytes(const ModelConfig& config, const FootprintShape& shape, int64_t ranks);

}  // namespace leyden
