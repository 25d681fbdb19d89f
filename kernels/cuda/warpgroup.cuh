// SPDX-License-Identifier: Apache-2.0
// The tensor product of a warpgroup (four warps, 128 threads), operands in shared memory. It is the
// only one that multiplies e4m3 codes on this architecture: mma.sync unpacks them to half first.
//
// An operand is a matrix of rows of 128 bytes from an address aligned to 1024 on; 16 bytes number c
// of row r stand at place c ^ (r % 8) of the row (swizzled_16), so that eight rows are read without
// bank conflicts.
#pragma once

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {

constexpr int kWarpgroup = 4 * kWarp, kProductRows = 64;

/// Where 16 bytes number `c` of row `r` of an operand stand, in bytes.
__device__ inline int64_t swizzled_16(int64_t r, int64_t c) {
  return r * 128 + ((c ^ (r & 7)) * 16);
}

/// What this thread wrote to shared memory is seen by the products after the next barrier.
__device__ inline void publish_shared() {
#ifdef __CUDACC__
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#endif
}
/// Before the first of some products: registers are in order.
__device__ inline void begin_products() {
#ifdef __CUDACC__
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#endif
}
/// Closes a group of products.
__device__ inline void commit_products() {
#ifdef __CUDACC__
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#endif
}
/// Waits until at most kLeft groups are under way.
template <int kLeft>
__device__ void wait_products() {
#ifdef __CUDACC__
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kLeft) : "memory");
#endif
}
/// Keeps the compiler from moving uses of the sums to where they are not yet there.
template <int kCount>
__device__ void hold(float (&d)[kCount]) {
#ifdef __CUDACC__
#pragma unroll
  for (int i = 0; i < kCount; ++i) asm volatile("" : "+f"(d[i])::"memory");
#else
  (void)d;
#endif
}

/// A barrier of kCount warpgroups, of which the first has the number kCount * kNumber.
template <int kCount, int kNumber>
__device__ void sync_warpgroups() {
#ifdef __CUDACC__
  // Number 0 is that of __syncthreads().
  asm volatile("bar.sync %0, %1;" ::"n"(4 * kCount + kNumber), "n"(kCount * kWarpgroup) : "memory");
#else
  emulator_sync_warpgroups(kCount);
#endif
}
/// A barrier of this thread's warpgroup.
__device__ inline void sync_warpgroup() {
#ifdef __CUDACC__
  asm volatile("bar.sync %0, %1;" ::"r"(4 + threadIdx.x / kWarpgroup), "n"(kWarpgroup) : "memory");
#else
  emulator_sync_warpgroups(1);
#endif
}

/// Where the rows of an operand begin, as a product takes it.
struct Operand {
#ifdef __CUDACC__
  /// The rest is the same for all: 1024 bytes from eight rows to the next eight, swizzle over 128.
  static constexpr uint32_t kHigh = 1024 >> 4 | 1u << 30;
  uint32_t at;  ///< address / 16
  /// `strip`: bytes from 64 columns of a transposed operand to the next 64, where it has more.
  __device__ explicit Operand(const uint8_t* shared, int strip = 16)
      : at((static_cast<uint32_t>(__cvta_generic_to_shared(shared)) & 0x3ffff) >> 4 |
           static_cast<uint32_t>(strip / 16) << 16) {}
  __device__ Operand& operator+=(int bytes) {
    at += static_cast<uint32_t>(bytes / 16);
    return *this;
  }
#else
  const uint8_t* at;
  int strip;
  explicit Operand(const uint8_t* shared, int strip = 16) : at(shared), strip(strip) {}
  Operand& operator+=(int bytes) {
    at += bytes;
    return *this;
  }
#endif
  __device__ friend Operand operator+(Operand operand, int bytes) { return operand += bytes; }
};
/// Number of this thread's warpgroup in the block, the same register for all of a warp.
__device__ inline int warpgroup_number() {
#ifdef __CUDACC__
  return __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / kWarpgroup, 0);
#else
  return static_cast<int>(threadIdx.x) / kWarpgroup;
#endif
}

#ifdef __CUDACC__
#define LEYDEN_D8(i)                                                                          \
  "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), \
      "+f"(d[i + 6]), "+f"(d[i + 7])
#define LEYDEN_D16(i) LEYDEN_D8(i), LEYDEN_D8(i + 8)
#define LEYDEN_D32(i) LEYDEN_D16(i), LEYDEN_D16(i + 16)
#define LEYDEN_R4 "%0,%1,%2,%3"
#define LEYDEN_R8 LEYDEN_R4 ",%4,%5,%6,%7"
#define LEYDEN_R16 LEYDEN_R8 ",%8,%9,%10,%11,%12,%13,%14,%15"
#define LEYDEN_R32 LEYDEN_R16 ",%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31"
#define LEYDEN_R64                                                                                 \
  LEYDEN_R32                                                                                       \
  ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%" \
  "55,%56,%57,"                                                                                    \
  "%58,%59,%60,%61,%62,%63"
/// a, b, add: the numbers of the operands behind the sums.
#define LEYDEN_WGMMA(shape, types, more, sums, a, b, add, high, ...)            \
  asm volatile("{ .reg .pred p; .reg .b64 a, b; setp.ne.b32 p, %" #add          \
               ", 0;\n"                                                         \
               "mov.b64 a, {%" #a ", %" #high "}; mov.b64 b, {%" #b ", %" #high \
               "};\n"                                                           \
               "wgmma.mma_async.sync.aligned." shape ".f32." types " {" sums    \
               "}, a, b, p, 1, 1" more "; }"                                    \
               : __VA_ARGS__                                                    \
               : "r"(x.at), "r"(y.at), "r"(add_to ? 1 : 0), "r"(Operand::kHigh))
#else
void emulator_warpgroup_product(float* d, int columns, const uint8_t* x, const uint8_t* y,
                                bool e4m3, bool transposed, bool add_to);
void emulator_warpgroup_product(float (&d)[64], const uint32_t (&x)[4], const uint8_t* y,
                                int strip);
void emulator_warpgroup_product(float (&d)[64], const uint8_t* x, const uint8_t* y, int strip);
#endif

/// d (+)= x y^T over 32 bytes of each row: 64 rows of x by kColumns of y, e4m3 or bf16 in, fp32
/// sums. x and y point at the first of those bytes, at 0, 32, 64 or 96 of a row. All threads of the
/// warpgroup; warp w, lane 4 g + t holds
///   d[4 j], d[4 j + 1]      (row 16 w + g, columns 8 j + 2 t and + 1)
///   d[4 j + 2], d[4 j + 3]  (row 16 w + g + 8, the same columns)
/// Between begin_products() and commit_products(); sums and shared memory are free after
/// wait_products().
template <bool kE4m3, int kColumns>
__device__ void warpgroup_product(float (&d)[kColumns / 2], Operand x, Operand y, bool add_to) {
#ifdef __CUDACC__
  if constexpr (kColumns == 16 && kE4m3) {
    LEYDEN_WGMMA("m64n16k32", "e4m3.e4m3", "", LEYDEN_R8, 8, 9, 10, 11, LEYDEN_D8(0));
  } else if constexpr (kColumns == 16) {
    LEYDEN_WGMMA("m64n16k16", "bf16.bf16", ", 0, 0", LEYDEN_R8, 8, 9, 10, 11, LEYDEN_D8(0));
  } else if constexpr (kColumns == 32 && kE4m3) {
    LEYDEN_WGMMA("m64n32k32", "e4m3.e4m3", "", LEYDEN_R16, 16, 17, 18, 19, LEYDEN_D16(0));
  } else if constexpr (kColumns == 32) {
    LEYDEN_WGMMA("m64n32k16", "bf16.bf16", ", 0, 0", LEYDEN_R16, 16, 17, 18, 19, LEYDEN_D16(0));
  } else if constexpr (kColumns == 64 && kE4m3) {
    LEYDEN_WGMMA("m64n64k32", "e4m3.e4m3", "", LEYDEN_R32, 32, 33, 34, 35, LEYDEN_D32(0));
  } else if constexpr (kColumns == 64) {
    LEYDEN_WGMMA("m64n64k16", "bf16.bf16", ", 0, 0", LEYDEN_R32, 32, 33, 34, 35, LEYDEN_D32(0));
  } else if constexpr (kE4m3) {
    static_assert(kColumns == 128);
    LEYDEN_WGMMA("m64n128k32", "e4m3.e4m3", "", LEYDEN_R64, 64, 65, 66, 67, LEYDEN_D32(0),
                 LEYDEN_D32(32));
  } else {
    static_assert(kColumns == 128);
    LEYDEN_WGMMA("m64n128k16", "bf16.bf16", ", 0, 0", LEYDEN_R64, 64, 65, 66, 67, LEYDEN_D32(0),
                 LEYDEN_D32(32));
  }
#else
  emulator_warpgroup_product(d, kColumns, x.at, y.at, kE4m3, false, add_to);
#endif
}

/// d (+)= x^T y, bf16: x and y point at row 0, 16, 32 or 48 of operands, whose columns are the rows
/// and the columns of d; 16 of their rows are summed over. Everything else as above.
template <int kColumns>
__device__ void warpgroup_product_transposed(float (&d)[kColumns / 2], Operand x, Operand y,
                                             bool add_to) {
#ifdef __CUDACC__
  if constexpr (kColumns == 16) {
    LEYDEN_WGMMA("m64n16k16", "bf16.bf16", ", 1, 1", LEYDEN_R8, 8, 9, 10, 11, LEYDEN_D8(0));
  } else {
    static_assert(kColumns == 32);
    LEYDEN_WGMMA("m64n32k16", "bf16.bf16", ", 1, 1", LEYDEN_R16, 16, 17, 18, 19, LEYDEN_D16(0));
  }
#else
  emulator_warpgroup_product(d, kColumns, x.at, y.at, false, true, add_to);
#endif
}

/// d += x y, bf16: 16 columns of x, 64 rows, in registers, and 16 rows of y from row 0, 16, 32 or
/// 48 of two operands of 64 columns each on. Warp w, lane 4 g + t holds of x
///   x[0] (row 16 w + g, columns 2 t and + 1), x[1] (row 16 w + g + 8, the same columns),
///   x[2] and x[3] (the same rows, columns 2 t + 8 and + 9)
/// and of d what is said above. Registers of x are free after wait_products(), too.
__device__ inline void warpgroup_product(float (&d)[64], const uint32_t (&x)[4], Operand y) {
#ifdef __CUDACC__
  asm volatile(
      "{ .reg .pred p; .reg .b64 b; setp.eq.b32 p, 0, 0; mov.b64 b, {%68, %69};\n"
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {" LEYDEN_R64
      "}, {%64,%65,%66,%67}, b, p, 1, 1, 1; }"
      : LEYDEN_D32(0), LEYDEN_D32(32)
      : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y.at), "r"(Operand::kHigh));
#else
  emulator_warpgroup_product(d, x, y.at, y.strip);
#endif
}

/// The same with x in shared memory: it points at column 0, 16, 32 or 48 of an operand of 64
/// columns.
__device__ inline void warpgroup_product(float (&d)[64], Operand x, Operand y) {
#ifdef __CUDACC__
  constexpr bool add_to = true;
  LEYDEN_WGMMA("m64n128k16", "bf16.bf16", ", 0, 1", LEYDEN_R64, 64, 65, 66, 67, LEYDEN_D32(0),
               LEYDEN_D32(32));
#else
  emulator_warpgroup_product(d, x.at, y.at, y.strip);
#endif
}

#undef LEYDEN_D8
#undef LEYDEN_D16
#undef LEYDEN_D32
#undef LEYDEN_R4
#undef LEYDEN_R8
#undef LEYDEN_R16
#undef LEYDEN_R32
#undef LEYDEN_R64
#undef LEYDEN_WGMMA

}  // namespace leyden::cuda
