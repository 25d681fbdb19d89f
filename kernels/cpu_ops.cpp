// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu_ops.h"

#include <cstdlib>
#include <memory>

namespace leyden {

const CpuOps& cpu_ops() {
#if defined(__x86_64__)
  switch (cpu_level()) {
    case CpuLevel::kAvx512Bf16:
      return cpu_ops_avx512bf16();
    case CpuLevel::kAvx512:
      return cpu_ops_avx512();
    case CpuLevel::kAvx2:
      return cpu_ops_avx2();
    case CpuLevel::kScalar:
      break;
  }
#endif
  return cpu_ops_scalar();
}

namespace {

struct Free {
  void operator()(std::byte* p) const { std::free(p); }
};
struct Buffer {
  std::unique_ptr<std::byte, Free> memory;
  int64_t bytes = 0;
};

}  // namespace

std::byte* thread_scratch(ScratchSlot slot, int64_t bytes) {
  static thread_local Buffer buffers[static_cast<int>(ScratchSlot::kCount)];
  Buffer& b = buffers[static_cast<int>(slot)];
  if (b.bytes < bytes) {
    const int64_t rounded = (bytes + bytes / 4 + 4095) / 4096 * 4096;
    b.memory.reset();
    b.memory.reset(static_cast<std::byte*>(std::aligned_alloc(4096, static_cast<size_t>(rounded))));
    if (b.memory == nullptr) std::abort();
    b.bytes = rounded;
  }
  return b.memory.get();
}

}  // namespace leyden
