// SPDX-License-Identifier: Apache-2.0
#include "kernels/simd_avx2.h"
// after the vocabulary it is written in
#include "kernels/ops_impl.h"

namespace leyden {

const CpuOps& cpu_ops_avx2() { return kOps; }

}  // namespace leyden
