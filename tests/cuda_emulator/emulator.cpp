// SPDX-License-Identifier: Apache-2.0
// The threads of a block, or of the blocks of a cluster, as coroutines: each runs until it ends or
// waits at a barrier; whoever may run next is drawn by a seeded generator.
#include <setjmp.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "base/dtype.h"
#include "tests/cuda_emulator/cuda_runtime.h"

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace {

constexpr size_t kStackBytes = 128 << 10, kMostExchanged = 64, kSharedAlign = 1024;
constexpr unsigned kLanes = 32, kWarpgroup = 4 * kLanes;

/// kPolling: waits for what others do to memory, and looks again.
enum class State { kRunnable, kPolling, kAtWarp, kAtWarpgroup, kAtTwoWarpgroups, kAtBlock, kAtCluster, kDone };

/// Lives as long as the program and runs the body of block after block. Begins with setcontext();
/// from then on _setjmp() and _longjmp() switch, which ask nothing of the system.
struct Thread {
  jmp_buf at{};
  bool begun = false;
  bool began_kernel = false;
  State state = State::kRunnable;
  unsigned exchanges = 0;
  std::unique_ptr<std::byte[]> stack{new std::byte[kStackBytes]};
};

struct Cluster {
  std::vector<std::unique_ptr<Thread>> threads;  ///< block after block
  unsigned per_block = 0, blocks = 1, current = 0;
  dim3 first_block;
  jmp_buf scheduler{};
  const std::function<void()>* body = nullptr;
  std::vector<std::vector<std::byte>> dynamic_shared;  ///< [block]
  /// [warp][two turns][lane]: a lane can be one exchange ahead of another, not two.
  std::vector<std::byte> exchanged;
  std::vector<std::function<void()>> under_way;  ///< loads
  bool arrived = false;  ///< somebody, at what others may have looked at in vain
  std::mt19937 order{1};

  unsigned count() const { return per_block * blocks; }
  unsigned block() const { return current / per_block; }
  unsigned warp() const {
    return block() * ((per_block + kLanes - 1) / kLanes) + current % per_block / kLanes;
  }
  std::byte* shared_of(unsigned number) {
    std::byte* data = dynamic_shared[number].data();
    const auto at = reinterpret_cast<uintptr_t>(data);
    return data + (kSharedAlign - at % kSharedAlign) % kSharedAlign;
  }
  /// The place in another block's shared memory.
  template <typename T>
  T* in_block(T* own, unsigned number) {
    const auto offset = reinterpret_cast<std::byte*>(own) - shared_of(block());
    return reinterpret_cast<T*>(shared_of(number) + offset);
  }
};
Cluster cluster;

void wait_at(State state) {
  Thread& self = *cluster.threads[cluster.current];
  self.state = state;
  if (_setjmp(self.at) == 0) _longjmp(cluster.scheduler, 1);
}

void thread_main() {
  for (;;) {
    (*cluster.body)();
    wait_at(State::kDone);
  }
}

void resume(Thread& t) {
  if (_setjmp(cluster.scheduler) != 0) return;
  if (t.begun) _longjmp(t.at, 1);
  t.begun = true;
  ucontext_t start;
  getcontext(&start);
  start.uc_stack.ss_sp = t.stack.get();
  start.uc_stack.ss_size = kStackBytes;
  start.uc_link = nullptr;
  makecontext(&start, thread_main, 0);
  setcontext(&start);
}

/// Lets threads go that wait where all the others (or the rest has ended) wait too.
bool release(unsigned begin, unsigned end, State barrier) {
  bool any = false;
  for (unsigned i = begin; i < end; ++i) {
    const State s = cluster.threads[i]->state;
    if (s != barrier && s != State::kDone) return false;
    any |= s == barrier;
  }
  for (unsigned i = begin; i < end; ++i)
    if (cluster.threads[i]->state == barrier) cluster.threads[i]->state = State::kRunnable;
  return any;
}
bool release_parts(unsigned threads, State barrier) {
  bool any = false;
  for (unsigned block = 0; block < cluster.count(); block += cluster.per_block)
    for (unsigned i = 0; i < cluster.per_block; i += threads)
      any |= release(block + i, block + std::min(cluster.per_block, i + threads), barrier);
  return any;
}

/// Some of the loads under way come.
bool finish_loads() {
  const auto later = std::partition(cluster.under_way.begin(), cluster.under_way.end(),
                                    [](const auto&) { return cluster.order() % 2 == 0; });
  const std::vector<std::function<void()>> now(later, cluster.under_way.end());
  cluster.under_way.erase(later, cluster.under_way.end());
  for (const auto& load : now) load();
  return !now.empty() || !cluster.under_way.empty();
}

void run_cluster() {
  for (unsigned i = 0; i < cluster.count(); ++i) {
    cluster.threads[i]->state = State::kRunnable;
    cluster.threads[i]->exchanges = 0;
    cluster.threads[i]->began_kernel = false;
  }
  std::vector<unsigned> runnable;
  for (;;) {
    runnable.clear();
    unsigned done = 0;
    for (unsigned i = 0; i < cluster.count(); ++i) {
      const State s = cluster.threads[i]->state;
      if (s == State::kRunnable || s == State::kPolling) runnable.push_back(i);
      done += s == State::kDone;
    }
    if (done == cluster.count()) break;
    std::shuffle(runnable.begin(), runnable.end(), cluster.order);
    bool progress = false;
    cluster.arrived = false;
    for (unsigned i : runnable) {
      cluster.current = i;
      threadIdx = dim3(i % cluster.per_block, 0, 0);
      blockIdx = cluster.first_block;
      blockIdx.x += cluster.block();
      resume(*cluster.threads[i]);
      progress |= cluster.threads[i]->state != State::kPolling;
    }
    progress |= cluster.arrived;
    progress |= finish_loads();
    progress |= release_parts(kLanes, State::kAtWarp);
    progress |= release_parts(kWarpgroup, State::kAtWarpgroup);
    progress |= release_parts(2 * kWarpgroup, State::kAtTwoWarpgroups);
    progress |= release_parts(cluster.per_block, State::kAtBlock);
    progress |= release(0, cluster.count(), State::kAtCluster);
    if (progress) continue;
    std::fprintf(stderr, "cuda emulator: block (%u, %u, %u): threads wait for ever\n", blockIdx.x,
                 blockIdx.y, blockIdx.z);
    std::abort();
  }
  if (!cluster.under_way.empty()) {
    std::fprintf(stderr, "cuda emulator: a block ended before its loads had come\n");
    std::abort();
  }
  for (unsigned i = 0; i < cluster.count(); ++i) {
    if (cluster.threads[i]->began_kernel) continue;
    std::fprintf(stderr, "cuda emulator: a thread has not called begin_kernel()\n");
    std::abort();
  }
}

/// What a Barrier of kernels/cuda/bulk_load.cuh is here.
struct EmulatedBarrier {
  uint16_t count, pending;
  int32_t bytes : 31;
  uint32_t phase : 1;

  void advance() {
    if (pending > 0 || bytes != 0) return;
    pending = count;
    phase ^= 1u;
  }
};
static_assert(sizeof(EmulatedBarrier) == 8);
EmulatedBarrier* barrier_at(void* barrier) { return static_cast<EmulatedBarrier*>(barrier); }

}  // namespace

void __syncthreads() { wait_at(State::kAtBlock); }
void emulator_begin_kernel() { cluster.threads[cluster.current]->began_kernel = true; }
void __syncwarp() { wait_at(State::kAtWarp); }
void emulator_sync_warpgroups(int count) {
  if (count > 2) std::abort();
  wait_at(count == 1 ? State::kAtWarpgroup : State::kAtTwoWarpgroups);
}
void emulator_sync_cluster() { wait_at(State::kAtCluster); }
int emulator_block_in_cluster() { return static_cast<int>(cluster.block()); }
void* emulator_dynamic_shared() { return cluster.shared_of(cluster.block()); }

void emulator_init_barrier(void* barrier, int count) {
  const auto n = static_cast<uint16_t>(count);
  *barrier_at(barrier) = {n, n, 0, 0};
}
void emulator_expect_bytes(void* barrier, int bytes) {
  EmulatedBarrier* b = barrier_at(barrier);
  cluster.arrived = true;
  b->bytes += bytes;
  --b->pending;
  b->advance();
}
void emulator_arrive(void* barrier, int block) {
  EmulatedBarrier* b = cluster.in_block(barrier_at(barrier), static_cast<unsigned>(block));
  cluster.arrived = true;
  --b->pending;
  b->advance();
}
void emulator_wait_barrier(void* barrier, uint32_t phase) {
  while (barrier_at(barrier)->phase == phase) wait_at(State::kPolling);
}
void emulator_load_rows(uint8_t* shared, const EmulatedBox& box, int byte, int64_t row,
                        void* barrier, unsigned blocks) {
  constexpr unsigned kLine = 128;
  if (reinterpret_cast<uintptr_t>(shared) % 1024 != 0) std::abort();
  for (unsigned number = 0; number < cluster.blocks; ++number) {
    if ((blocks >> number & 1u) == 0) continue;
    uint8_t* to = cluster.in_block(shared, number);
    EmulatedBarrier* b = cluster.in_block(barrier_at(barrier), number);
    cluster.under_way.push_back([=] {
      for (int r = 0; r < box.box_rows; ++r) {
        for (unsigned i = 0; i < kLine; ++i) {
          const int64_t at = byte + static_cast<int64_t>(i);
          const bool there = row + r < box.rows && at < box.row_bytes;
          uint8_t* place =
              to + static_cast<unsigned>(r) * kLine + (i ^ static_cast<unsigned>(r) % 8 * 16);
          *place = there ? box.data[(row + r) * box.stride + at] : uint8_t{0};
        }
      }
      b->bytes -= box.box_rows * static_cast<int>(kLine);
      b->advance();
    });
  }
}

void emulator_check_alignment(const void* to, const void* from, size_t bytes) {
  if ((reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from)) % bytes == 0) return;
  std::fprintf(stderr, "cuda emulator: a copy of %zu bytes that is not aligned to them\n", bytes);
  std::abort();
}

const std::byte* emulator_exchange(const void* own, size_t bytes) {
  if (bytes > kMostExchanged) std::abort();
  const unsigned warp = cluster.warp(), lane = threadIdx.x % kLanes;
  const unsigned turn = cluster.threads[cluster.current]->exchanges++ % 2;
  std::byte* all = cluster.exchanged.data() + (warp * 2 + turn) * kLanes * kMostExchanged;
  std::memcpy(all + lane * bytes, own, bytes);
  wait_at(State::kAtWarp);
  return all;
}

namespace {
float bf16_value(uint16_t bits) { return __uint_as_float(static_cast<uint32_t>(bits) << 16); }
/// Of a pair, the first in the low half.
float half_of(uint32_t pair, unsigned k) {
  return bf16_value(static_cast<uint16_t>(k % 2 ? pair >> 16 : pair));
}
/// A byte of a row of an operand of warpgroup.cuh: the hardware swizzles bits of the address itself.
const uint8_t* swizzled(const uint8_t* first, unsigned row, unsigned byte) {
  const uintptr_t a = reinterpret_cast<uintptr_t>(first) + row * 128 + byte;
  return reinterpret_cast<const uint8_t*>(a ^ (a >> 7 & 7) << 4);
}
float swizzled_bf16(const uint8_t* first, unsigned row, unsigned column) {
  uint16_t bits;
  std::memcpy(&bits, swizzled(first, row, 2 * column), 2);
  return bf16_value(bits);
}
}  // namespace

void emulator_tensor_product(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  struct Fragments {
    uint32_t a[4], b[2];
  } own;
  std::memcpy(own.a, a, sizeof own.a);
  std::memcpy(own.b, b, sizeof own.b);
  Fragments all[kLanes];
  std::memcpy(all, emulator_exchange(&own, sizeof own), sizeof all);
  const unsigned g = emulator_lane() / 4, t = emulator_lane() % 4;
  for (unsigned e = 0; e < 4; ++e) {
    const unsigned row = e / 2, column = 2 * t + e % 2;
    for (unsigned k = 0; k < 16; ++k) {
      const float x = half_of(all[4 * g + k % 8 / 2].a[row + 2 * (k / 8)], k);
      const float y = half_of(all[4 * column + k % 8 / 2].b[k / 8], k);
      d[e] += x * y;
    }
  }
}

void emulator_load_matrices(uint32_t (&out)[4], const uint16_t* row, bool transposed) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) std::abort();
  const uint16_t* rows[kLanes];
  std::memcpy(rows, emulator_exchange(&row, sizeof row), sizeof rows);
  const unsigned g = emulator_lane() / 4, t = emulator_lane() % 4;
  for (unsigned i = 0; i < 4; ++i) {
    const uint16_t* const* matrix = rows + 8 * i;
    const uint32_t low = transposed ? matrix[2 * t][g] : matrix[g][2 * t];
    const uint32_t high = transposed ? matrix[2 * t + 1][g] : matrix[g][2 * t + 1];
    out[i] = low | high << 16;
  }
}

namespace leyden::cuda {
void emulator_warpgroup_product(float* d, int columns, const uint8_t* x, const uint8_t* y,
                                bool e4m3, bool transposed, bool add_to) {
  const auto value = [&](const uint8_t* first, unsigned row, unsigned k) {
    return e4m3 ? float_from_e4m3(*swizzled(first, row, k)) : swizzled_bf16(first, row, k);
  };
  const unsigned warp = threadIdx.x % 128 / kLanes, g = emulator_lane() / 4,
                 t = emulator_lane() % 4;
  for (unsigned i = 0; i < static_cast<unsigned>(columns) / 2; ++i) {
    const unsigned row = 16 * warp + g + 8 * (i % 4 / 2), column = i / 4 * 8 + 2 * t + i % 2;
    if (!add_to) d[i] = 0;
    for (unsigned k = 0; k < (e4m3 ? 32u : 16u); ++k)
      d[i] += transposed ? value(x, k, row) * value(y, k, column)
                         : value(x, row, k) * value(y, column, k);
  }
}
void emulator_warpgroup_product(float (&d)[64], const uint32_t (&x)[4], const uint8_t* y,
                                int strip) {
  struct Fragments {
    uint32_t x[4];
  } own, all[kLanes];
  std::memcpy(own.x, x, sizeof own.x);
  std::memcpy(all, emulator_exchange(&own, sizeof own), sizeof all);
  const unsigned g = emulator_lane() / 4, t = emulator_lane() % 4;
  for (unsigned i = 0; i < 64; ++i) {
    const unsigned half = i % 4 / 2, column = i / 4 * 8 + 2 * t + i % 2;
    const uint8_t* columns = y + column / 64 * static_cast<unsigned>(strip);
    for (unsigned k = 0; k < 16; ++k) {
      const uint32_t pair = all[4 * g + k % 8 / 2].x[half + 2 * (k / 8)];
      d[i] += half_of(pair, k) * swizzled_bf16(columns, k, column % 64);
    }
  }
}
void emulator_warpgroup_product(float (&d)[64], const uint8_t* x, const uint8_t* y, int strip) {
  const unsigned row = 16 * (threadIdx.x % 128 / kLanes) + emulator_lane() / 4,
                 column = 2 * (emulator_lane() % 4);
  uint32_t own[4];
  for (unsigned i = 0; i < 4; ++i)
    std::memcpy(&own[i], swizzled(x, row + i % 2 * 8, 2 * (column + i / 2 * 8)), 4);
  emulator_warpgroup_product(d, own, y, strip);
}
}  // namespace leyden::cuda

cudaError_t emulator_run(const cudaLaunchConfig_t& config, unsigned blocks,
                         const std::function<void()>& body) {
  const unsigned count = config.blockDim.x;
  if (config.blockDim.y != 1 || config.blockDim.z != 1 || count == 0 || count > 1024 ||
      config.gridDim.x % blocks != 0)
    return cudaErrorInvalidValue;
  cluster.per_block = count;
  cluster.blocks = blocks;
  while (cluster.threads.size() < cluster.count())
    cluster.threads.push_back(std::make_unique<Thread>());
  cluster.body = &body;
  cluster.exchanged.resize((count + kLanes - 1) / kLanes * blocks * 2 * kLanes * kMostExchanged);
  cluster.dynamic_shared.resize(blocks);
  gridDim = config.gridDim;
  blockDim = config.blockDim;
  for (unsigned z = 0; z < gridDim.z; ++z) {
    for (unsigned y = 0; y < gridDim.y; ++y) {
      for (unsigned x = 0; x < gridDim.x; x += blocks) {
        for (auto& shared : cluster.dynamic_shared)
          shared.assign(config.dynamicSmemBytes + kSharedAlign, std::byte{0xff});
        cluster.first_block = dim3(x, y, z);
        run_cluster();
      }
    }
  }
  return cudaSuccess;
}

// ---- the runtime's functions
// ------------------------------------------------------------------------

struct EmulatedStream {};
struct EmulatedGraph {
  std::vector<std::function<cudaError_t()>> steps;
};
namespace {
thread_local std::unique_ptr<EmulatedGraph> recording;
}

cudaError_t emulator_enqueue(std::function<cudaError_t()> step) {
  if (!recording) return step();
  recording->steps.push_back(std::move(step));
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (!stream || recording) return cudaErrorInvalidValue;
  recording = std::make_unique<EmulatedGraph>();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* out) {
  *out = recording.release();
  return *out ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* out, cudaGraph_t graph, unsigned) {
  *out = new EmulatedGraph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return cudaGraphDestroy(graph); }
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  for (const auto& step : graph->steps)
    if (const cudaError_t e = step(); e != cudaSuccess) return e;
  return cudaSuccess;
}

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaSuccess                 ? "no error"
         : error == cudaErrorMemoryAllocation ? "out of memory"
                                              : "invalid argument";
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* prop, int) {
  *prop = {};
  std::strcpy(prop->name, "emulated");
  prop->major = 9;
  prop->multiProcessorCount = 1;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetPCIBusId(char*, int, int) { return cudaErrorInvalidValue; }
cudaError_t cudaSetDevice(int) { return cudaSuccess; }
cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total_bytes) {
  *free_bytes = *total_bytes = size_t{1} << 32;
  return cudaSuccess;
}
cudaError_t cudaMalloc(void** out, size_t bytes) {
  if (recording) return cudaErrorInvalidValue;  // a captured stream allows none
  *out = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (!*out) return cudaErrorMemoryAllocation;
  std::memset(*out, 0xff, bytes);
  return cudaSuccess;
}
cudaError_t cudaFree(void* pointer) {
  std::free(pointer);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** out, size_t bytes) { return cudaMalloc(out, bytes); }
cudaError_t cudaFreeHost(void* pointer) { return cudaFree(pointer); }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* out, unsigned) {
  *out = new EmulatedStream;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) {
  return recording ? cudaErrorInvalidValue : cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind,
                            cudaStream_t) {
  return emulator_enqueue([=] {
    std::memcpy(to, from, bytes);
    return cudaSuccess;
  });
}
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t) {
  return emulator_enqueue([=] {
    std::memset(to, value, bytes);
    return cudaSuccess;
  });
}
cudaError_t cudaFuncSetAttribute(const void*, cudaFuncAttribute, int bytes) {
  return bytes <= 227 * 1024 ? cudaSuccess : cudaErrorInvalidValue;
}
