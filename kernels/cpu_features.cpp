// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu_features.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace leyden {
namespace {

constexpr const char* kNames[] = {"scalar", "avx2", "avx512", "avx512bf16"};

#if defined(__x86_64__)
struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};
Registers cpuid(unsigned leaf, unsigned subleaf) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.a, &r.b, &r.c, &r.d);
  return r;
}
bool bit(unsigned word, int n) { return ((word >> n) & 1u) != 0; }

// Register state the operating system saves (XCR0).
unsigned saved_state() {
  unsigned low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

CpuLevel probe() {
  const Registers one = cpuid(1, 0), seven = cpuid(7, 0), seven_one = cpuid(7, 1);
  if (!bit(one.c, 27)) return CpuLevel::kScalar;  // OSXSAVE
  const unsigned state = saved_state();
  const bool avx2 = (state & 0x6u) == 0x6u && bit(one.c, 28) && bit(one.c, 12) && bit(one.c, 29) &&
                    bit(seven.b, 5);
  if (!avx2) return CpuLevel::kScalar;
  const bool avx512 = (state & 0xe6u) == 0xe6u && bit(seven.b, 16) && bit(seven.b, 17) &&
                      bit(seven.b, 30) && bit(seven.b, 31);
  if (!avx512) return CpuLevel::kAvx2;
  return bit(seven_one.a, 5) && bit(seven.c, 1) ? CpuLevel::kAvx512Bf16 : CpuLevel::kAvx512;
}
#else
CpuLevel probe() { return CpuLevel::kScalar; }
#endif

CpuLevel capped_probe() {
  const CpuLevel level = probe();
  const char* cap = std::getenv("LEYDEN_CPU");
  for (int i = 0; cap != nullptr && i < 4; ++i) {
    if (std::strcmp(cap, kNames[i]) == 0) return std::min(level, static_cast<CpuLevel>(i));
  }
  return level;
}

std::atomic<int> chosen{-1};

}  // namespace

CpuLevel detected_cpu_level() {
  static const CpuLevel level = capped_probe();
  return level;
}

CpuLevel cpu_level() {
  const int level = chosen.load(std::memory_order_relaxed);
  return level < 0 ? detected_cpu_level() : static_cast<CpuLevel>(level);
}

void set_cpu_level(CpuLevel level) {
  chosen.store(static_cast<int>(std::min(level, detected_cpu_level())));
}

const char* cpu_level_name(CpuLevel level) { return kNames[static_cast<int>(level)]; }

std::vector<CpuLevel> usable_cpu_levels() {
  std::vector<CpuLevel> levels;
  for (int i = 0; i <= static_cast<int>(detected_cpu_level()); ++i) {
    levels.push_back(static_cast<CpuLevel>(i));
  }
  return levels;
}

}  // namespace leyden
