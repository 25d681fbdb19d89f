// SPDX-License-Identifier: Apache-2.0
#include "core/engine/cuda/recorded_steps.h"

#include <algorithm>
#include <bit>

#include "core/engine/cuda/device_memory.h"
#include "kernels/kv_layout.h"

namespace leyden {

int64_t rounded_reach(int64_t positions) {
  constexpr int64_t kPage = KvLayout::kPageTokens;
  const uint64_t n = static_cast<uint64_t>(std::max(positions, 4 * kPage));
  const int64_t quarter = static_cast<int64_t>(std::bit_floor(n)) / 4;
  return (positions + quarter - 1) / quarter * quarter;
}

void RecordedSteps::clear() {
  for (const auto& [shape, graph] : steps_)
    if (graph) ops_.drop_graph(graph);
  steps_.clear();
}

Status RecordedSteps::run(const StepShape& shape, const std::function<size_t()>& memory,
                          const std::function<Status()>& enqueue) {
  const auto forget_what_moved = [&] {
    if (memory() == memory_) return;
    clear();
    memory_ = memory();
  };
  forget_what_moved();
  if (steps_.size() > kMost) clear();
  const auto step = steps_.find(shape);
  if (step == steps_.end() || !stream_) {
    LEYDEN_TRY(enqueue());
    forget_what_moved();  // scratch may have grown under the graphs of other shapes
    steps_.emplace(shape, nullptr);
    return {};
  }
  if (!step->second) {
    LEYDEN_CUDA_TRY(ops_.begin_recording(stream_));
    const Status enqueued = enqueue();
    cuda::Graph graph = nullptr;
    const cuda::Error error = ops_.end_recording(stream_, &graph);
    LEYDEN_TRY(enqueued);
    LEYDEN_CUDA_TRY(error);
    step->second = graph;
  }
  LEYDEN_CUDA_TRY(ops_.replay(step->second, stream_));
  return {};
}

}  // namespace leyden
