// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu_ops.h"
#include "kernels/indexer.h"

namespace leyden {

int64_t select_topk(const float* scores, int64_t n, int64_t topk, int32_t* keys) {
  if (topk <= 0 || n <= 0) return 0;
  if (n <= topk) {
    for (int64_t i = 0; i < n; ++i) keys[i] = static_cast<int32_t>(i);
    return n;
  }
  return cpu_ops().select_topk(scores, n, topk, keys);
}

}  // namespace leyden
