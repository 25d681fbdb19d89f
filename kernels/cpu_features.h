// SPDX-License-Identifier: Apache-2.0
// Which of the compiled code paths this processor can run.
#pragma once

#include <vector>

namespace leyden {

/// Ascending: each level includes the ones before it.
enum class CpuLevel : int {
  kScalar = 0,      ///< portable C++
  kAvx2 = 1,        ///< AVX2, FMA, F16C
  kAvx512 = 2,      ///< AVX-512 F, BW, DQ, VL
  kAvx512Bf16 = 3,  ///< and BF16, VBMI
};

/// What the processor and the operating system support, not above the environment variable
/// LEYDEN_CPU = scalar | avx2 | avx512 | avx512bf16 when that is set.
CpuLevel detected_cpu_level();

/// The level the ops use: detected_cpu_level(), unless set_cpu_level() chose a lower one.
CpuLevel cpu_level();

/// For tests and benchmarks. Not above detected_cpu_level(). Call while no op runs.
void set_cpu_level(CpuLevel level);

/// "scalar", "avx2", "avx512" or "avx512bf16".
const char* cpu_level_name(CpuLevel level);

/// kScalar up to detected_cpu_level().
std::vector<CpuLevel> usable_cpu_levels();

}  // namespace leyden
