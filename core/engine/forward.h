// SPDX-License-Identifier: Apache-2.0
// The network on the CPU: one pass over a batch of tokens of any sequences.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/engine/model.h"
#include "core/engine/network.h"
#include "kernels/indexer.h"
#include "kernels/linear.h"

namespace leyden {

/// Rows whose absorbed queries and outputs, which are wide, are in memory at a time.
constexpr size_t kAbsorbedRows = 128;

/// Bytes that the explicit-head form holds packed for each key. threads 0: as many as there are cores.
int64_t packed_key_bytes(const ModelConfig& config, Precision precision, int threads);

/// Scratch memory and the pass itself. Same bits for any batch mates, chunk boundaries and number
/// of threads. Pages are in the in-memory layout of kernels/kv_layout.h.
class Forward final : public Network {
 public:
  Forward(std::shared_ptr<const Model> model, ThreadPool& pool);
  ~Forward() override;

  Status run(std::span<const ForwardRow> rows) override;
  Status logits(std::span<const int32_t> rows, float* logits) override;
  std::shared_ptr<PageMemory> page_memory() const override { return page_memory_; }
  size_t default_kv_bytes() const override;
  std::string numerics_profile() const override;
  size_t scratch_bytes() const override;

 private:
  struct Scratch;
  void attention(int64_t i, std::span<const ForwardRow> rows);
  void attend_mqa(int64_t i, std::span<const ForwardRow> rows, size_t begin, size_t end,
                  const SelectedKeys* selected);
  void attend_mha(int64_t i, std::span<const ForwardRow> rows, size_t begin, size_t end,
                  const SelectedKeys* selected);
  void measure_recall(int64_t i, const ForwardRow& row, size_t t);
  void ffn(int64_t i, int64_t m);
  void dense_ffn(const FfnWeights& w, int64_t m);
  void moe_ffn(const LayerWeights& w, int64_t m);

  std::shared_ptr<const Model> model_;
  ThreadPool& pool_;
  std::shared_ptr<PageMemory> page_memory_;
  std::unique_ptr<Scratch> s_;
};

}  // namespace leyden
