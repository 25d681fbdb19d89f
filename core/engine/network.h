// SPDX-License-Identifier: Apache-2.0
// What the scheduler needs of a place where the network is computed: a CPU, or one CUDA device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/engine/page_memory.h"

namespace leyden {

class Model;
class ThreadPool;

/// Of the attention mass a full attention would spread in one layer: how much stands on the keys
/// the indexer selected, and on the best equally many. Sums over rows of shares in [0, 1].
struct LayerRecall {
  double captured = 0;
  double best = 0;
};
struct IndexRecall {
  std::vector<LayerRecall> layers;
  int64_t rows = 0;  ///< rows with more keys than top-k
};

/// One token of a batch. Rows of one sequence stand together, positions ascending by one.
struct ForwardRow {
  int32_t token = 0;
  int64_t position = 0;
  std::byte* const* pages = nullptr;  ///< the sequence's pages, the one of `position` included
  bool decode = false;                ///< decode rows always use the MQA form
  float* mass = nullptr;              ///< evidence: [position + 1], added to; or nullptr
  IndexRecall* recall = nullptr;      ///< measured and added to; costs a full attention; or nullptr
};

/// Which form of attention computes a row on a CPU.
bool uses_mha(const Model& model, const ForwardRow& row);

/// Threads: one call at a time per object, page_memory() apart.
class Network {
 public:
  virtual ~Network() = default;

  /// One pass: computes the rows and writes their KV records into their pages. A row's results
  /// depend on its own sequence's tokens 0..position only. Errors: kOutOfMemory (scratch),
  /// kDeviceLost, kUnsupported (a row's wish); what the rows' slots of their pages hold is
  /// undefined then, all other slots are untouched.
  virtual Status run(std::span<const ForwardRow> rows) = 0;
  /// logits[i] = head . hidden state of row rows[i] of the last run, fp32.
  /// @param[out] logits [rows.size(), vocab_size], host memory
  virtual Status logits(std::span<const int32_t> rows, float* logits) = 0;

  /// Where the pages lie that rows point to. Lives as long as the network and every page.
  virtual std::shared_ptr<PageMemory> page_memory() const = 0;
  /// Memory for pages when nobody says how much, in bytes.
  virtual size_t default_kv_bytes() const = 0;
  /// "cpu avx512bf16 1f2e3d4c": device kind, instruction level, and a hash of everything the
  /// numbers depend on (kernels, forward pass, compiler). Equal profiles promise equal bits.
  virtual std::string numerics_profile() const = 0;
  /// Scratch held now.
  virtual size_t scratch_bytes() const = 0;
};

/// @param device  "cpu", or "cuda" or "cuda:N" for one GPU
/// Errors: kInvalidArgument for another name or a GPU that is not there; those of cuda::load_module
/// and DeviceWeights::upload.
Result<std::unique_ptr<Network>> make_network(const std::string& device,
                                              std::shared_ptr<const Model> model, ThreadPool& pool);

}  // namespace leyden
