// SPDX-License-Identifier: Apache-2.0
// y = W x for one group of many rows that lie in order: a cluster of two blocks makes the same rows
// and two tiles of outputs; each block reads half of the rows for both. One warp asks for boxes,
// two warpgroups multiply; tiles follow each other without the ring running empty.
//
//   stage [rows + outputs][128 bytes, swizzled], a barrier "full" and a barrier "free"
//
// Sums are those of linear.cu, bit by bit: per line products, then total += partial * scales.
// Bound: tensor products, and for small k the writing of y. With 256 rows a block reads
// (256 / 2 + 128) * 128 bytes for 256 * 128 * 128 of them, which is what the second cache gives.
#include <algorithm>

#include "kernels/cuda/bulk_load.cuh"
#include "kernels/cuda/linear.cuh"

namespace leyden::cuda {
namespace {

constexpr int kCluster = 2;  ///< blocks
constexpr int kOutputs = 128;

/// Each of kMultipliers warpgroups multiplies kProducts times 64 rows; one more loads. kWave:
/// microseconds, measured, that one tile on every cluster takes if k is 7168.
template <int kMultipliers_, int kProducts_, int kStages_, int64_t kWave_>
struct Tile {
  static constexpr int64_t kWave = kWave_;
  static constexpr int kMultipliers = kMultipliers_, kProducts = kProducts_, kStages = kStages_;
  static constexpr int kThreads = (1 + kMultipliers) * kWarpgroup;
  static constexpr int kRows = kMultipliers * kProducts * kProductRows;
  static constexpr int kX = kRows * kLine, kW = kOutputs * kLine, kStageBytes = kX + kW;
  static constexpr int kShared = kStages * (kStageBytes + 2 * static_cast<int>(sizeof(Barrier)));
  /// Registers of a thread that loads and of one that multiplies, of 65,536.
  static constexpr int kLoading = kMultipliers == 2 ? 40 : 32,
                       kMultiplying = kMultipliers == 2 ? 232 : 160;

  static int64_t clusters(const Linear& p) {
    return int64_t{blocks(p.m, kRows)} * blocks(p.shape.n, kCluster * kOutputs);
  }
  static int64_t cost(const Linear& p) {
    return blocks(clusters(p), kMultiprocessors / kCluster) * kWave;
  }
};
using Rows128 = Tile<2, 1, 6, 29>;
using Rows192 = Tile<3, 1, 5, 39>;
using Rows256 = Tile<2, 2, 4, 51>;

struct Maps {
  RowsMap x, w;
};

template <bool kFp8, typename T>
__global__ void __launch_bounds__(T::kThreads)
    linear_streamed_kernel(const __grid_constant__ Maps maps, Linear p, int row_tiles,
                           int out_tiles) {
  begin_kernel();
  uint8_t* ring = dynamic_shared<uint8_t>();
  Barrier* full = reinterpret_cast<Barrier*>(ring + T::kStages * T::kStageBytes);
  Barrier* free = full + T::kStages;
  const int rank = block_in_cluster();
  if (threadIdx.x == 0) {
    for (int i = 0; i < T::kStages; ++i) {
      init_barrier(&full[i], 1);
      init_barrier(&free[i], kCluster * T::kMultipliers * kWarpgroup / kWarp);
    }
    publish_barriers();
  }
  sync_cluster();

  const int lines = (p.shape.k * (kFp8 ? 1 : 2) + kLine - 1) / kLine;
  const int out_pairs = (out_tiles + kCluster - 1) / kCluster;
  const int tiles = row_tiles * out_pairs, step = static_cast<int>(gridDim.x) / kCluster;
  const int warpgroup = warpgroup_number();
  RingTurn turn;
  if (warpgroup == 0) {
    set_registers<T::kLoading, false>();
    if (threadIdx.x == 0) {
      for (int i = static_cast<int>(blockIdx.x) / kCluster; i < tiles; i += step) {
        const Place tile(i, row_tiles, out_pairs);
        const int64_t row = int64_t{tile.row_tile} * T::kRows + rank * (T::kRows / kCluster);
        const int64_t out = int64_t{tile.out_tile * kCluster + rank} * kOutputs;
        for (int line = 0; line < lines; ++line) {
          wait_barrier(&free[turn.stage], turn.phase ^ 1);
          uint8_t* x = ring + turn.stage * T::kStageBytes;
          expect_bytes(&full[turn.stage], T::kStageBytes);
          load_rows(x + rank * (T::kX / kCluster), maps.x, line * kLine, row, &full[turn.stage],
                    (1 << kCluster) - 1);
          load_rows(x + T::kX, maps.w, line * kLine, out, &full[turn.stage]);
          turn.next(T::kStages);
        }
      }
    }
  } else {
    set_registers<T::kMultiplying, true>();
    constexpr int kSums = kOutputs / 2;
    const int lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
    const int first = (warpgroup - 1) * T::kProducts * kProductRows +
                      static_cast<int>(threadIdx.x) / kWarp % 4 * 16 + g;
    for (int i = static_cast<int>(blockIdx.x) / kCluster; i < tiles; i += step) {
      const Place tile(i, row_tiles, out_pairs);
      const int64_t row = int64_t{tile.row_tile} * T::kRows + first;
      const int64_t out_tile = int64_t{tile.out_tile} * kCluster + rank;
      // A block without outputs of its own reads for the other.
      const float* of_w =
          kFp8 ? p.shape.scales + (out_tile < out_tiles ? out_tile : 0) * lines : nullptr;
      const float* of_x[2 * T::kProducts];
#pragma unroll
      for (int r = 0; r < 2 * T::kProducts; ++r) {
        const int64_t at = row + r / 2 * kProductRows + r % 2 * 8;
        of_x[r] = kFp8 ? p.x_scales + (at < p.m ? at : p.m - 1) * lines : nullptr;
      }
      // Scales are fetched a line ahead.
      float next_x[2 * T::kProducts] = {}, next_w = 0;
      const auto fetch_scales = [&](int line) {
        if constexpr (kFp8) {
          if (line == lines) return;
#pragma unroll
          for (int r = 0; r < 2 * T::kProducts; ++r) next_x[r] = of_x[r][line];
          next_w = of_w[line];
        }
      };
      fetch_scales(0);
      float total[T::kProducts][kSums] = {};
      for (int line = 0; line < lines; ++line) {
        float scale[2 * T::kProducts];
#pragma unroll
        for (int r = 0; r < 2 * T::kProducts; ++r) scale[r] = kFp8 ? next_x[r] * next_w : 1.0f;
        wait_barrier(&full[turn.stage], turn.phase);
        const uint8_t* stage = ring + turn.stage * T::kStageBytes;
        const Operand w(stage + T::kX);
#pragma unroll
        for (int j = 0; j < T::kProducts; ++j) {
          const Operand x(stage + ((warpgroup - 1) * T::kProducts + j) * kProductRows * kLine);
          float d[kSums];
          begin_products();
#pragma unroll
          for (int s = 0; s < kLine / 32; ++s)
            warpgroup_product<kFp8, kOutputs>(d, x + 32 * s, w + 32 * s, s > 0);
          commit_products();
          if (j == 0) fetch_scales(line + 1);
          wait_products<0>();
          hold(d);
          if (j == T::kProducts - 1) {
            __syncwarp();
            if (lane < kCluster) arrive(&free[turn.stage], lane);
          }
#pragma unroll
          for (int e = 0; e < kSums; ++e)
            total[j][e] = fmaf(d[e], scale[2 * j + e % 4 / 2], total[j][e]);
        }
        turn.next(T::kStages);
      }
#pragma unroll
      for (int j = 0; j < T::kProducts; ++j) {
#pragma unroll
        for (int e = 0; e < kSums; e += 2) {
          const int64_t at = row + j * kProductRows + e % 4 / 2 * 8;
          const int64_t out = out_tile * kOutputs + e / 4 * 8 + 2 * t;
          store_pair(p, p.y, p.m, at, out, total[j][e], total[j][e + 1]);
        }
      }
    }
  }
  sync_cluster();  // nobody arrives at a block that has ended
}

template <bool kFp8, typename T>
Error launch_streamed(const Linear& p, Stream stream) {
  constexpr int64_t kElement = kFp8 ? 1 : 2;
  Maps maps;
  if (Error e = make_rows_map(&maps.x, p.x, p.m, p.shape.k * kElement, p.x_stride * kElement,
                              T::kRows / kCluster))
    return e;
  if (Error e = make_rows_map(&maps.w, p.shape.data, p.shape.n, p.shape.k * kElement,
                              p.shape.k * kElement, kOutputs))
    return e;
  const int64_t clusters = T::clusters(p), most = kMultiprocessors / kCluster;
  return launch(linear_streamed_kernel<kFp8, T>,
                dim3(static_cast<unsigned>(kCluster * (clusters < most ? clusters : most))),
                dim3(T::kThreads), T::kShared, stream, Cluster{kCluster}, maps, p,
                static_cast<int>(blocks(p.m, T::kRows)),
                static_cast<int>(blocks(p.shape.n, kOutputs)));
}

template <typename T>
Error launch_streamed(const Linear& p, Stream stream) {
  return p.shape.dtype == kBF16 ? launch_streamed<false, T>(p, stream)
                                : launch_streamed<true, T>(p, stream);
}

}  // namespace

int64_t linear_streamed_cost(const Linear& p) {
  return std::min({Rows128::cost(p), Rows192::cost(p), Rows256::cost(p)});
}

Error linear_streamed(const Linear& p, Stream stream) {
  const int64_t best = linear_streamed_cost(p);
  return Rows256::cost(p) == best   ? launch_streamed<Rows256>(p, stream)
         : Rows192::cost(p) == best ? launch_streamed<Rows192>(p, stream)
                                    : launch_streamed<Rows128>(p, stream);
}

}  // namespace leyden::cuda
