// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda/device_data.h"

namespace leyden::testing {
const cuda::Ops* cuda_ops() { return cuda::leyden_cuda_ops(LEYDEN_BUILD_ID); }
}  // namespace leyden::testing
