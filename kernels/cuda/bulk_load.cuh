// SPDX-License-Identifier: Apache-2.0
// Loads of whole boxes of rows into shared memory by the copy engine of a multiprocessor (TMA), and
// the barriers they report to. One thread asks; the blocks of a cluster can share what was read.
#pragma once

#ifdef __CUDACC__
#include <cuda.h>
#endif

#include "kernels/cuda/warpgroup.cuh"

namespace leyden::cuda {

/// Rows in global memory of which boxes of kLine bytes by `box_rows` rows are loaded, as operands
/// of warpgroup_product(); zeros for what is behind the last row or the end of a row.
struct RowsMap {
#ifdef __CUDACC__
  CUtensorMap map;
#else
  EmulatedBox box;
#endif
};
/// data and stride (bytes between rows) aligned to 16; at most 256 rows a box. From any thread.
Error make_rows_map(RowsMap* out, const void* data, int64_t rows, int64_t row_bytes, int64_t stride,
                    int box_rows);

/// A barrier in shared memory, whose phases end when `count` threads have arrived and all bytes
/// expected have come. Phases are numbered 0, 1, 0, ...
struct alignas(8) Barrier {
  uint64_t state;
};
#ifdef __CUDACC__
__device__ inline uint32_t shared_address(const void* shared) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(shared));
}
/// The same place in the shared memory of block `rank` of the cluster.
__device__ inline uint32_t address_in_block(const void* shared, int rank) {
  uint32_t out;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(out) : "r"(shared_address(shared)), "r"(rank));
  return out;
}
#endif

__device__ inline void init_barrier(Barrier* b, int count) {
#ifdef __CUDACC__
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(b)), "r"(count)
               : "memory");
#else
  emulator_init_barrier(b, count);
#endif
}
/// After init_barrier() of all, by the thread that did it; then sync_cluster().
__device__ inline void publish_barriers() {
#ifdef __CUDACC__
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#endif
}
/// Arrives, and makes the phase wait for `bytes` more.
__device__ inline void expect_bytes(Barrier* b, int bytes) {
#ifdef __CUDACC__
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(b)),
               "r"(bytes)
               : "memory");
#else
  emulator_expect_bytes(b, bytes);
#endif
}
/// Arrives at the barrier at this place in block `rank` of the cluster.
__device__ inline void arrive(Barrier* b, int rank) {
#ifdef __CUDACC__
  asm volatile("mbarrier.arrive.shared::cluster.b64 _, [%0];" ::"r"(address_in_block(b, rank))
               : "memory");
#else
  emulator_arrive(b, rank);
#endif
}
/// Arrives at this block's own barrier.
__device__ inline void arrive(Barrier* b) {
#ifdef __CUDACC__
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(b)) : "memory");
#else
  emulator_arrive(b, emulator_block_in_cluster());
#endif
}
/// Waits for the end of the phase of this number.
__device__ inline void wait_barrier(Barrier* b, uint32_t phase) {
#ifdef __CUDACC__
  asm volatile(
      "{ .reg .pred done;\n"
      "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@!done bra again; }" ::"r"(shared_address(b)),
      "r"(phase)
      : "memory");
#else
  emulator_wait_barrier(b, phase);
#endif
}

/// Where somebody is on the way through a ring of stages, whose barriers change phase every round.
struct RingTurn {
  int stage = 0;
  uint32_t phase = 0;
  __device__ void next(int stages) {
    if (++stage == stages) {
      stage = 0;
      phase ^= 1;
    }
  }
};

/// Loads the box whose first row is `row` and whose first byte in it `byte` to `shared`, aligned to
/// 1024, of every block of the cluster whose bit in `blocks` is set; each of their barriers at the
/// place of `done` gets the bytes.
__device__ inline void load_rows(uint8_t* shared, const RowsMap& rows, int byte, int64_t row,
                                 Barrier* done, uint16_t blocks) {
#ifdef __CUDACC__
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
      ".multicast::cluster [%0], [%1, {%2, %3}], [%4], %5;" ::"r"(shared_address(shared)),
      "l"(&rows.map), "r"(byte), "r"(static_cast<int>(row)), "r"(shared_address(done)), "h"(blocks)
      : "memory");
#else
  emulator_load_rows(shared, rows.box, byte, row, done, blocks);
#endif
}
/// The same into this block alone.
__device__ inline void load_rows(uint8_t* shared, const RowsMap& rows, int byte, int64_t row,
                                 Barrier* done) {
#ifdef __CUDACC__
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
      "[%1, {%2, %3}], [%4];" ::"r"(shared_address(shared)),
      "l"(&rows.map), "r"(byte), "r"(static_cast<int>(row)), "r"(shared_address(done))
      : "memory");
#else
  emulator_load_rows(shared, rows.box, byte, row, done, 1u << emulator_block_in_cluster());
#endif
}

/// Number of this block in its cluster.
__device__ inline int block_in_cluster() {
#ifdef __CUDACC__
  int out;
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(out));
  return out;
#else
  return emulator_block_in_cluster();
#endif
}
/// A barrier of all threads of a cluster.
__device__ inline void sync_cluster() {
#ifdef __CUDACC__
  asm volatile("barrier.cluster.arrive; barrier.cluster.wait;" ::: "memory");
#else
  emulator_sync_cluster();
#endif
}
/// All of a warpgroup: from here on it has so many registers a thread, a multiple of 8.
template <int kRegisters, bool kMore>
__device__ void set_registers() {
#ifdef __CUDACC__
  if constexpr (kMore)
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
  else
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
#endif
}

}  // namespace leyden::cuda
