// SPDX-License-Identifier: Apache-2.0
// Row-wise work in contiguous ranges.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/thread_pool.h"

namespace leyden {

/// Calls body(begin, end) for ranges that cover [0, rows): one range when all the work is less than
/// a thread is worth waking for, else a few per thread.
/// @param row_elements  about how many elements a row costs
template <typename Body>
void parallel_rows(ThreadPool& pool, int64_t rows, int64_t row_elements, const Body& body) {
  constexpr int64_t kWorthWaking = 16384;
  const int64_t ranges =
      std::min({rows, int64_t{4} * pool.size(), rows * row_elements / kWorthWaking + 1});
  if (ranges <= 1) {
    if (rows > 0) body(int64_t{0}, rows);
    return;
  }
  pool.parallel_for(ranges,
                    [&](int64_t i, int) { body(rows * i / ranges, rows * (i + 1) / ranges); });
}

}  // namespace leyden
