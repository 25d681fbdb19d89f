// SPDX-License-Identifier: Apache-2.0
// Passes of few rows, which are bound by what a launch costs, enqueued as one CUDA graph.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>

#include "base/status.h"
#include "kernels/cuda/cuda_ops.h"

namespace leyden {

/// All that the launches of a pass depend on; everything else they read on the device.
struct StepShape {
  int64_t rows = 0;
  int64_t reach = 0;  ///< positions that grids and scratch are made for
  bool selected = false, mass = false;
  auto operator<=>(const StepShape&) const = default;
};

/// The next of 1, 1.25, 1.5, 1.75 times a power of two, pages at least: a graph stays valid while
/// contexts grow, for a quarter more of empty blocks at most.
int64_t rounded_reach(int64_t positions);

/// Threads: one at a time.
class RecordedSteps {
 public:
  RecordedSteps(const cuda::Ops& ops, cuda::Stream stream) : ops_(ops), stream_(stream) {}
  RecordedSteps(const RecordedSteps&) = delete;
  ~RecordedSteps() { clear(); }

  /// Does what `enqueue` enqueues on the stream. A shape is enqueued as it is the first time, which
  /// brings scratch to its size; recorded the second time; and replayed from then on.
  /// @param memory  changes whenever a buffer moves that launches were given
  Status run(const StepShape& shape, const std::function<size_t()>& memory,
             const std::function<Status()>& enqueue);

 private:
  static constexpr size_t kMost = 64;  ///< shapes kept
  void clear();

  const cuda::Ops& ops_;
  const cuda::Stream stream_;
  size_t memory_ = 0;
  std::map<StepShape, cuda::Graph> steps_;  ///< nullptr: seen once
};

}  // namespace leyden
