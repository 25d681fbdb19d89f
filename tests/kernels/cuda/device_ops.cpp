// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "kernels/cuda/cuda_module.h"
#include "tests/kernels/cuda/device_data.h"

namespace leyden::testing {
const cuda::Ops* cuda_ops() {
  static const Result<const cuda::Ops*> module = [] {
    auto m = cuda::load_module();
    if (!m.ok()) std::printf("%s\n", m.status().to_string().c_str());
    return m;
  }();
  return module.ok() ? *module : nullptr;
}
}  // namespace leyden::testing
