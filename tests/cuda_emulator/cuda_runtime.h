// SPDX-License-Identifier: Apache-2.0
// Stands in for the toolkit's header of this name, so that kernels/cuda/*.cu compile as C++ and run
// on a machine without a GPU, thread by thread, in a seeded random order. It has what those sources
// use and no more.
//
// What it finds: wrong mathematics, wrong indices (with guard bytes, or under valgrind), missing
// barriers where another order of threads shows them, barriers not all threads reach.
// What it cannot find: anything about speed, and races that no order of whole threads shows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>

#define __global__
#define __device__
#define __host__
#define __shared__ static  // blocks run one after the other; those of a cluster must not use it
#define __launch_bounds__(...)
#define __grid_constant__

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  dim3(unsigned nx = 1, unsigned ny = 1, unsigned nz = 1) : x(nx), y(ny), z(nz) {}
};
extern dim3 threadIdx, blockIdx, blockDim, gridDim;

// ---- host side
// -----------------------------------------------------------------------------------

enum cudaError_t { cudaSuccess = 0, cudaErrorMemoryAllocation = 2, cudaErrorInvalidValue = 1 };
enum cudaMemcpyKind { cudaMemcpyDefault };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
using cudaStream_t = struct EmulatedStream*;
constexpr unsigned cudaStreamNonBlocking = 1;
struct cudaDeviceProp {
  char name[256];
  int major, minor, multiProcessorCount;
};
enum cudaLaunchAttributeID {
  cudaLaunchAttributeProgrammaticStreamSerialization,
  cudaLaunchAttributeClusterDimension
};
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    int programmaticStreamSerializationAllowed;
    struct {
      unsigned x, y, z;
    } clusterDim;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* prop, int device);
cudaError_t cudaDeviceGetPCIBusId(char* id, int size, int device);  ///< fails: it is on no bus
cudaError_t cudaSetDevice(int device);
cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total_bytes);
cudaError_t cudaMalloc(void** out, size_t bytes);  ///< filled with 0xff: NaN in every format
cudaError_t cudaFree(void* pointer);
cudaError_t cudaMallocHost(void** out, size_t bytes);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* out, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream);
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value);

enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal };
using cudaGraph_t = struct EmulatedGraph*;
using cudaGraphExec_t = struct EmulatedGraph*;
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* out);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* out, cudaGraph_t graph, unsigned flags);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph);
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream);

/// Does something now, or records it while a stream is captured.
cudaError_t emulator_enqueue(std::function<cudaError_t()> step);
/// Runs body() for every thread of every block; `cluster` blocks next to each other at a time.
cudaError_t emulator_run(const cudaLaunchConfig_t& config, unsigned cluster,
                         const std::function<void()>& body);
template <typename... Params, typename... Args>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Params...),
                               Args&&... args) {
  unsigned cluster = 1;
  for (unsigned i = 0; i < config->numAttrs; ++i)
    if (config->attrs[i].id == cudaLaunchAttributeClusterDimension)
      cluster = config->attrs[i].val.clusterDim.x;
  return emulator_enqueue(
      [config = *config, cluster, kernel, all = std::tuple<Params...>(args...)] {
        return emulator_run(config, cluster, [&] { std::apply(kernel, all); });
      });
}

// ---- device side
// -----------------------------------------------------------------------------------

void __syncthreads();
void __syncwarp();
void emulator_begin_kernel();    ///< a kernel one of whose threads does not call it aborts
void emulator_sync_warpgroups(int count);  ///< one or two, of 128 threads each
void* emulator_dynamic_shared();
int emulator_block_in_cluster();
void emulator_sync_cluster();
/// Barriers of kernels/cuda/bulk_load.cuh. A load comes some time later.
void emulator_init_barrier(void* barrier, int count);
void emulator_expect_bytes(void* barrier, int bytes);
void emulator_arrive(void* barrier, int block);
void emulator_wait_barrier(void* barrier, uint32_t phase);
struct EmulatedBox {
  const uint8_t* data;
  int64_t rows, row_bytes, stride;
  int box_rows;
};
void emulator_load_rows(uint8_t* shared, const EmulatedBox& rows, int byte, int64_t row,
                        void* barrier, unsigned blocks);
/// Aborts where the device would fault.
void emulator_check_alignment(const void* to, const void* from, size_t bytes);

/// Hands `bytes` of `own` to the warp and gets those of all 32 lanes, lane after lane.
const std::byte* emulator_exchange(const void* own, size_t bytes);
/// m16n8k16, bf16 in, fp32 sums; fragments as kernels/cuda/device.cuh describes.
void emulator_tensor_product(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);

/// ldmatrix.x4, as kernels/cuda/device.cuh describes it.
void emulator_load_matrices(uint32_t (&out)[4], const uint16_t* row, bool transposed);

struct alignas(16) uint4 {
  uint32_t x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

inline unsigned emulator_lane() { return threadIdx.x % 32; }
template <typename T>
T __shfl_sync(unsigned, T value, unsigned lane) {
  const std::byte* all = emulator_exchange(&value, sizeof value);
  T other;
  std::memcpy(&other, all + lane * sizeof value, sizeof other);
  return other;
}
template <typename T>
T __shfl_xor_sync(unsigned all, T value, int step) {
  return __shfl_sync(all, value, emulator_lane() ^ static_cast<unsigned>(step));
}
template <typename T>
T __shfl_up_sync(unsigned all, T value, int step) {
  const unsigned lane = emulator_lane();
  return __shfl_sync(
      all, value, lane >= static_cast<unsigned>(step) ? lane - static_cast<unsigned>(step) : lane);
}
inline unsigned __ballot_sync(unsigned, bool vote) {
  const std::byte* all = emulator_exchange(&vote, sizeof vote);
  unsigned votes = 0;
  for (unsigned lane = 0; lane < 32; ++lane)
    votes |= static_cast<unsigned>(all[lane] != std::byte{0}) << lane;
  return votes;
}
/// Byte i of the result is byte (selector >> 4 i) % 8 of b:a.
inline uint32_t __byte_perm(uint32_t a, uint32_t b, uint32_t selector) {
  const uint64_t both = static_cast<uint64_t>(b) << 32 | a;
  uint32_t out = 0;
  for (unsigned i = 0; i < 4; ++i)
    out |= static_cast<uint32_t>(both >> 8 * (selector >> 4 * i & 7u) & 0xffu) << 8 * i;
  return out;
}
inline int __popc(unsigned v) { return __builtin_popcount(v); }
inline int atomicAdd(int* at, int v) {
  const int before = *at;
  *at += v;
  return before;
}
inline float __uint_as_float(uint32_t u) {
  float f;
  std::memcpy(&f, &u, sizeof f);
  return f;
}
inline uint32_t __float_as_uint(float f) {
  uint32_t u;
  std::memcpy(&u, &f, sizeof u);
  return u;
}
