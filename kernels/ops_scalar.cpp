// SPDX-License-Identifier: Apache-2.0
#include "kernels/simd_scalar.h"
// after the vocabulary it is written in
#include "kernels/ops_impl.h"

namespace leyden {

const CpuOps& cpu_ops_scalar() { return kOps; }

}  // namespace leyden
