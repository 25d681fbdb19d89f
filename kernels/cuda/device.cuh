// SPDX-License-Identifier: Apache-2.0
// What the kernels share: launching, number formats, warp sums, the tensor product of one warp.
// Without nvcc these sources compile against a cuda_runtime.h that runs threads one after the other
// (tests/cuda_emulator): every kernel is tested on machines without a GPU.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/cuda_ops.h"

namespace leyden::cuda {

// Each op is a function of its slot's name and type.
#define LEYDEN_OP(name) std::remove_pointer_t<decltype(Ops::name)> name
LEYDEN_OP(embed);
LEYDEN_OP(add_rms_norm);
LEYDEN_OP(rms_norm);
LEYDEN_OP(quantize);
LEYDEN_OP(to_bf16);
LEYDEN_OP(swiglu);
LEYDEN_OP(linear);
LEYDEN_OP(write_keys);
LEYDEN_OP(index_queries);
LEYDEN_OP(index_scores);
LEYDEN_OP(select_topk);
LEYDEN_OP(topk_scratch_bytes);
LEYDEN_OP(mqa_attention);
LEYDEN_OP(mqa_mass);
LEYDEN_OP(read_latents);
LEYDEN_OP(mha_attention);
LEYDEN_OP(mha_mass);
LEYDEN_OP(route);
LEYDEN_OP(expert_slots);
LEYDEN_OP(combine);
#undef LEYDEN_OP

constexpr int kWarp = 32;
constexpr int kPageTokens = 64;
constexpr int kGroup = 128;
constexpr int64_t kMultiprocessors = 132;   ///< blocks are cut so that about so many have work
constexpr size_t kMostShared = 227 * 1024;  ///< bytes of a block
constexpr int kLine =
    128;  ///< bytes of a row that a tensor product takes at a time: 128 e4m3 codes, 64 bf16 values

inline Error error_text(cudaError_t e) {
  return e == cudaSuccess ? nullptr : cudaGetErrorString(e);
}

/// First of all in every kernel, all threads: what the launches before it wrote is there. (Letting
/// the next launch take its place as early as here was measured, and lost.)
__device__ inline void begin_kernel() {
#ifdef __CUDACC__
  asm volatile("griddepcontrol.wait;" ::: "memory");
#else
  emulator_begin_kernel();
#endif
}

/// Blocks next to each other that run together and reach each other's shared memory.
struct Cluster {
  unsigned blocks;
};

/// kernel<<<grid, block, shared, stream>>>(args...), which begins with begin_kernel().
template <typename... Params, typename... Args>
Error launch(void (*kernel)(Params...), dim3 grid, dim3 block, size_t shared, Stream stream,
             Cluster cluster, Args... args) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return nullptr;
  if (shared > 16 * 1024) {  // 48 KB need no asking, static shared memory included
    const cudaError_t e =
        cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                             cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared));
    if (e != cudaSuccess) return cudaGetErrorString(e);
  }
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared;
  config.stream = static_cast<cudaStream_t>(stream);
  cudaLaunchAttribute attributes[2]{};
  attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[0].val.programmaticStreamSerializationAllowed = 1;
  attributes[1].id = cudaLaunchAttributeClusterDimension;
  attributes[1].val.clusterDim = {cluster.blocks, 1, 1};
  config.attrs = attributes;
  config.numAttrs = cluster.blocks > 1 ? 2 : 1;
  return error_text(cudaLaunchKernelEx(&config, kernel, Params(args)...));
}
template <typename... Params, typename... Args>
Error launch(void (*kernel)(Params...), dim3 grid, dim3 block, size_t shared, Stream stream,
             Args... args) {
  return launch(kernel, grid, block, shared, stream, Cluster{1}, args...);
}

inline unsigned blocks(int64_t n, int64_t per_block) {
  return static_cast<unsigned>((n + per_block - 1) / per_block);
}

// ---- number formats: the same integer steps as base/dtype.h
// -----------------------------------------

__device__ inline float as_float(uint32_t u) { return __uint_as_float(u); }
__device__ inline uint32_t as_bits(float f) { return __float_as_uint(f); }

/// Two values, the first in the low half.
__device__ inline uint32_t bf16_pair(float low, float high) {
#ifdef __CUDACC__
  uint32_t out;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(high), "f"(low));
  return out;
#else
  const auto bits = [](float f) {
    uint32_t u = as_bits(f);
    if ((u & 0x7fffffffu) > 0x7f800000u) return u >> 16 | 0x40u;
    u += 0x7fffu + (u >> 16 & 1u);
    return u >> 16;
  };
  return bits(low) | bits(high) << 16;
#endif
}
/// Not by cvt.rn.bf16.f32, whose 16-bit result ptxas 13.0 cuts to a byte by converting it as a
/// half.
__device__ inline uint16_t bf16_bits(float f) { return static_cast<uint16_t>(bf16_pair(f, 0)); }
__device__ inline float bf16_value(uint16_t b) { return as_float(static_cast<uint32_t>(b) << 16); }
__device__ inline float round_to_bf16(float f) { return bf16_value(bf16_bits(f)); }
__device__ inline uint8_t e4m3_bits(float f) {
  const uint32_t u = as_bits(f), sign = (u >> 24) & 0x80u;
  const float a = as_float(u & 0x7fffffffu);
  if (a != a) return static_cast<uint8_t>(sign | 0x7fu);
  if (a >= 448.0f) return static_cast<uint8_t>(sign | 0x7eu);
  if (a < 0.015625f) return static_cast<uint8_t>(sign | static_cast<uint32_t>(rintf(a * 512.0f)));
  uint32_t r = as_bits(a);
  r += 0x7ffffu + ((r >> 20) & 1u);
  return static_cast<uint8_t>(sign | (((r >> 23) - 120u) << 3) | ((r >> 20) & 7u));
}
__device__ inline float e4m3_value(uint8_t c) {
  const uint32_t magnitude = c & 0x7fu, sign = static_cast<uint32_t>(c & 0x80u) << 24;
  if (magnitude == 0x7fu) return as_float(sign | 0x7fc00000u);
  const float v = as_float(magnitude << 20) * 1.329227995784916e36f;  // 2^120
  return as_float(as_bits(v) | sign);
}
__device__ inline float e4m3_group_scale(float amax, bool power_of_two) {
  const float v = fmaxf(amax, 1e-4f) * (1.0f / 448.0f);
  if (!power_of_two) return v;
  const uint32_t u = as_bits(v);
  return as_float(((u >> 23) + ((u & 0x7fffffu) != 0 ? 1u : 0u)) << 23);
}

/// 2^v; below 2^-126 zero.
__device__ inline float exp2_fast(float v) {
#ifdef __CUDACC__
  float out;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(out) : "f"(v));
  return out;
#else
  return exp2f(v);
#endif
}

// ---- one warp
// ------------------------------------------------------------------------------------

template <typename T>
__device__ T warp_sum(T v) {
  for (int step = kWarp / 2; step > 0; step /= 2) v += __shfl_xor_sync(0xffffffffu, v, step);
  return v;
}
__device__ inline float warp_max(float v) {
  for (int step = kWarp / 2; step > 0; step /= 2)
    v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, step));
  return v;
}

/// Sum over a block of `kThreads` threads; every thread gets it. `scratch` [kThreads / 32].
template <int kThreads>
__device__ float block_sum(float v, float* scratch) {
  v = warp_sum(v);
  if (threadIdx.x % kWarp == 0) scratch[threadIdx.x / kWarp] = v;
  __syncthreads();
  float total = 0;
  for (int i = 0; i < kThreads / kWarp; ++i) total += scratch[i];
  __syncthreads();
  return total;
}

/// d += a b, 16x8 outputs over 16 inputs, bf16 in, fp32 sums. Lane l = 4 g + t holds
///   a[0] (row g, k 2t..), a[1] (row g + 8, k 2t..), a[2] (row g, k 2t + 8..), a[3] (row g + 8, k
///   2t + 8..) b[0] (k 2t.., column g), b[1] (k 2t + 8.., column g) d[0..1] (row g, columns 2t, 2t
///   + 1), d[2..3] (row g + 8, the same columns)
__device__ inline void tensor_product(float (&d)[4], const uint32_t (&a)[4],
                                      const uint32_t (&b)[2]) {
#ifdef __CUDACC__
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  emulator_tensor_product(d, a, b);
#endif
}

/// Four 8x8 matrices of 16-bit values from shared memory: lane l names the address, aligned to 16,
/// of row l % 8 of matrix l / 8, and gets values 2 t and 2 t + 1 of row g of each; with
/// kTransposed, of column g.
template <bool kTransposed>
__device__ void load_matrices(uint32_t (&out)[4], const uint16_t* row) {
#ifdef __CUDACC__
  const uint32_t at = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  if (kTransposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
                 : "r"(at));
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
                 : "r"(at));
#else
  emulator_load_matrices(out, row, kTransposed);
#endif
}

/// Two e4m3 codes, the first in the low byte, times a scale, as a pair of bf16.
__device__ inline uint32_t scaled_pair(uint16_t codes, float scale) {
#ifdef __CUDACC__
  uint32_t halves, out;
  asm("cvt.rn.f16x2.e4m3x2 %0, %1;" : "=r"(halves) : "h"(codes));
  float low, high;
  asm("{ .reg .b16 l, h; mov.b32 {l, h}, %2; cvt.f32.f16 %0, l; cvt.f32.f16 %1, h; }"
      : "=f"(low), "=f"(high)
      : "r"(halves));
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(high * scale), "f"(low * scale));
  return out;
#else
  return bf16_pair(e4m3_value(static_cast<uint8_t>(codes)) * scale,
                   e4m3_value(static_cast<uint8_t>(codes >> 8)) * scale);
#endif
}

/// A pair of bf16 times another, each rounded.
__device__ inline uint32_t bf16_product(uint32_t a, uint32_t b) {
#ifdef __CUDACC__
  uint32_t out;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(out) : "r"(a), "r"(b), "r"(0x80008000u));
  return out;
#else
  const auto half = [](uint32_t v) { return bf16_value(static_cast<uint16_t>(v)); };
  return bf16_pair(half(a) * half(b), half(a >> 16) * half(b >> 16));
#endif
}

/// The codes in bytes kFirst and kFirst + 1 of a word, moved to where bf16 has sign, exponent and
/// mantissa: what is read there is 2^-120 times their values.
template <int kFirst>
__device__ uint32_t moved_pair(uint32_t word) {
#ifdef __CUDACC__
  uint32_t bytes;  // each code, and above it its sign eight times
  asm("prmt.b32 %0, %1, 0, %2;" : "=r"(bytes) : "r"(word), "n"(kFirst == 0 ? 0x9180 : 0xb3a2));
  return bytes << 4 & 0x87f087f0u;
#else
  const uint32_t pair = word >> 8 * kFirst, both = (pair & 0xffu) | (pair & 0xff00u) << 8;
  return (both & 0x00800080u) << 8 | (both & 0x007f007fu) << 4;
#endif
}
/// 16 e4m3 codes times a power of two from 2^-126 to 2^7, as bf16. None of the codes is NaN: what
/// makes a latent NaN makes the rotated channels of its key NaN as well, which are bf16 and stay
/// so.
__device__ inline void scaled_by_power(const uint4& codes, float power, uint4 (&out)[2]) {
  const uint32_t exponent = (as_bits(power) >> 23) + 120, factor = exponent << 7 | exponent << 23;
  out[0] = {
      bf16_product(moved_pair<0>(codes.x), factor), bf16_product(moved_pair<2>(codes.x), factor),
      bf16_product(moved_pair<0>(codes.y), factor), bf16_product(moved_pair<2>(codes.y), factor)};
  out[1] = {
      bf16_product(moved_pair<0>(codes.z), factor), bf16_product(moved_pair<2>(codes.z), factor),
      bf16_product(moved_pair<0>(codes.w), factor), bf16_product(moved_pair<2>(codes.w), factor)};
}
/// The same for any scale: exact products, rounded once.
__device__ inline void scaled_by(const uint4& codes, float scale, uint4 (&out)[2]) {
  const uint32_t words[4] = {codes.x, codes.y, codes.z, codes.w};
  uint32_t pairs[8];
#pragma unroll
  for (int i = 0; i < 8; ++i)
    pairs[i] = scaled_pair(static_cast<uint16_t>(words[i / 2] >> (16 * (i % 2))), scale);
  out[0] = {pairs[0], pairs[1], pairs[2], pairs[3]};
  out[1] = {pairs[4], pairs[5], pairs[6], pairs[7]};
}

/// 16 bytes that nobody writes meanwhile, aligned to 16, without keeping them in the first cache.
__device__ inline uint4 load_once_16(const uint8_t* global) {
#ifdef __CUDACC__
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(global)
               : "memory");
  return v;
#else
  emulator_check_alignment(global, global, 16);
  return *reinterpret_cast<const uint4*>(global);
#endif
}

/// The same for 4 bytes.
__device__ inline uint32_t load_once_4(const uint8_t* global) {
#ifdef __CUDACC__
  uint32_t v;
  asm volatile("ld.global.nc.L1::no_allocate.u32 %0, [%1];" : "=r"(v) : "l"(global) : "memory");
  return v;
#else
  emulator_check_alignment(global, global, 4);
  return *reinterpret_cast<const uint32_t*>(global);
#endif
}

/// Brings bytes to the second cache: a multiple of 16 from an address aligned to 16 on.
__device__ inline void expect_loads(const uint8_t* global, int bytes) {
#ifdef __CUDACC__
  asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(global), "r"(bytes) : "memory");
#else
  emulator_check_alignment(global, global, 16);
  (void)bytes;
#endif
}

/// Starts a copy of 16 bytes from global to shared memory, both aligned to 16; zeros where there is
/// nothing to copy. Done after commit_copies() and wait_copies().
__device__ inline void copy_16(void* shared, const void* global, bool there) {
#ifdef __CUDACC__
  const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global),
               "r"(there ? 16 : 0));
#else
  const uint32_t zeros[4] = {};
  emulator_check_alignment(shared, global, 16);
  std::memcpy(shared, there ? global : zeros, 16);
#endif
}
/// The same for 4 bytes, aligned to 4.
__device__ inline void copy_4(void* shared, const void* global, bool there) {
#ifdef __CUDACC__
  const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(global),
               "r"(there ? 4 : 0));
#else
  const uint32_t zero = 0;
  emulator_check_alignment(shared, global, 4);
  std::memcpy(shared, there ? global : &zero, 4);
#endif
}
/// Closes a group of copies.
__device__ inline void commit_copies() {
#ifdef __CUDACC__
  asm volatile("cp.async.commit_group;");
#endif
}
/// Waits until at most kLeft of this thread's groups are under way.
template <int kLeft>
__device__ void wait_copies() {
#ifdef __CUDACC__
  asm volatile("cp.async.wait_group %0;" ::"n"(kLeft));
#endif
}

__host__ __device__ inline bool is_aligned(const void* p) {
  return (reinterpret_cast<uintptr_t>(p) & 15) == 0;
}

/// Bytes at .. at + 15 of a row, zeros behind its end.
__device__ inline uint4 load_16(const uint8_t* row, int64_t at, int64_t row_bytes, bool aligned) {
  if (aligned && at + 16 <= row_bytes) return *reinterpret_cast<const uint4*>(row + at);
  uint32_t v[4] = {};
  for (int word = 0; word < 4; ++word) {
#pragma unroll 1
    for (int64_t i = at + 4 * word + 3; i >= at + 4 * word; --i)
      v[word] = v[word] << 8 | (i < row_bytes ? row[i] : 0u);
  }
  return {v[0], v[1], v[2], v[3]};
}

/// The block's dynamic shared memory, aligned to 1024.
template <typename T>
__device__ T* dynamic_shared() {
#ifdef __CUDACC__
  extern __shared__ __align__(1024) unsigned char leyden_dynamic_shared[];
  return reinterpret_cast<T*>(leyden_dynamic_shared);
#else
  return static_cast<T*>(emulator_dynamic_shared());
#endif
}

// ---- pages, canonical layout (kernels/kv_layout.h)
// ---------------------------------------------------

struct PageView {
  PageShape s;
  __host__ __device__ int64_t groups() const { return (s.kv_lora_rank + kGroup - 1) / kGroup; }
  __host__ __device__ int64_t latent_bytes() const {
    return s.kv_lora_rank + 4 * groups() + 2 * s.rope_dim;
  }
  __device__ const uint8_t* codes(const Row& row, int64_t key) const {
    return reinterpret_cast<const uint8_t*>(row.pages[key / kPageTokens]) + s.layer_offset +
           key % kPageTokens * latent_bytes();
  }
  __device__ uint8_t* index(const Row& row, int64_t page) const {
    return reinterpret_cast<uint8_t*>(row.pages[page]) + s.layer_offset +
           kPageTokens * latent_bytes();
  }
  /// f32 and bf16 inside a record stand on even addresses only.
  __device__ static float load_float(const uint8_t* p) {
    uint32_t u = 0;
    for (int i = 3; i >= 0; --i) u = u << 8 | p[i];
    return as_float(u);
  }
  __device__ float latent_scale(const uint8_t* record, int64_t group) const {
    return load_float(record + s.kv_lora_rank + 4 * group);
  }
  __device__ uint16_t rope_bits(const uint8_t* record, int64_t d) const {
    const uint8_t* p = record + s.kv_lora_rank + 4 * groups() + 2 * d;
    return static_cast<uint16_t>(p[0] | p[1] << 8);
  }
};

}  // namespace leyden::cuda
