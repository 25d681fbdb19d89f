// SPDX-License-Identifier: Apache-2.0
// Sparse attention over latent records, absorbed form: 16 or 32 heads a block. Blocks of 64 are in
// attention_mqa_wide.cu, what both share in attention_mqa.cuh.
//
// Keys are the 64 rows of a product and heads its columns, so that any number of heads does without
// padding. A step takes two tiles, each in a buffer of its own. Two warpgroups multiply:
//   S^T = K Q^T          warpgroup w the scores of tile w
//   P = 2^(S - max)      over the rotated channels of the tile, which nobody needs any more; the
//                        maximum goes on from tile to tile, w waits for that of the tile before
//   O^T += V^T P^T       V are the first channels of the keys; each half of the channels, of tile 0
//                        and then of tile 1
// so that the softmax of one runs beside the products of the other. Two more load: the records of
// the next tile, which wait in registers, become bf16 keys in a free buffer, and those of a later
// tile are asked for.
//
// Shared memory, lines of 64 bf16 channels as operands of warpgroup.cuh:
//   queries [lines][heads][128]   keys [2][lines][64 keys][128]
//   numbers of heads and warps (Mqa::Stats)
// The latent takes an even number of lines, the rotated channels one more, which later has the
// tile's P: [64 keys][128: heads].
#include "kernels/cuda/attention_mqa.cuh"

namespace leyden::cuda {
namespace {

constexpr int kOwnLines = kMostLines / 2;  ///< of a multiplying warpgroup

/// Joins the kCount <= 8 numbers of all lanes of a warp with the same t: v[0] becomes that of
/// number share_of(kCount). Each step halves what a lane has; of any count, lanes are joined in one
/// order.
template <int kCount, int kStep = 4, typename Join>
__device__ void share_out(float* v, Join join) {
  if constexpr (kCount == 1) {
    for (int step = kStep; step < kWarp; step *= 2)
      v[0] = join(v[0], __shfl_xor_sync(0xffffffffu, v[0], step));
  } else {
    const bool upper = (threadIdx.x & kStep) != 0;
#pragma unroll
    for (int i = 0; i < kCount / 2; ++i) {
      const float low = v[i], high = v[kCount / 2 + i];
      v[i] = join(upper ? high : low, __shfl_xor_sync(0xffffffffu, upper ? low : high, kStep));
    }
    share_out<kCount / 2, 2 * kStep>(v, join);
  }
}
__device__ int share_of(int count) {
  const int lane = threadIdx.x % kWarp;
  int number = 0;
  for (int step = 4; count > 1; step *= 2) {
    count /= 2;
    number += (lane & step) != 0 ? count : 0;
  }
  return number;
}

template <bool kPlain>
using Keys = Records<kPlain>;

template <int kHeads>
struct Mqa {
  static constexpr int kOwnHeads = kHeads / 4;  ///< those this thread has scores of
  static constexpr int kQueryLine = kHeads * kLine;

  /// Warpgroup w writes what is of tile w, after all have read what was there before: `top` is read
  /// before the other one's `ready`, `factor` before that of the next step.
  struct Stats {
    float4 warps[kBuffers][kHeads];       ///< a number of each head from each warp of w
    float top[kBuffers][kHeads];          ///< largest score of the part up to the tile, rounded up
    float own_factor[kBuffers][kHeads];   ///< of what w has summed before
    float factor[2][kBuffers][kHeads];    ///< [step % 2]: of what all have summed before
    float before[kHeads], after[kHeads];  ///< of a part in a Merge
    float inverse[kHeads];                ///< of the sum of all
    float part_top[kHeads], part_sum[kHeads];
    float all_top[kHeads], all_sum[kHeads];  ///< of the parts before it
    Barrier full[kBuffers], ready[kBuffers], free[kBuffers];
    Keys<true>::Votes votes[kBuffers];
    Places records;
  };

  static size_t bytes(const MqaShape& s) {
    return static_cast<size_t>(s.lines()) * (kQueryLine + kBuffers * kTileBytes) + sizeof(Stats);
  }
};

/// A block as BlockWork says. `parts` 0: it writes the result.
template <int kHeads, bool kPlain>
__global__ void __launch_bounds__(kThreads, 1)
    mqa_attention_kernel(const __grid_constant__ MqaShape s, int64_t parts, const float* q_latent,
                         const float* q_pe, int64_t q_stride, float* u, float* lse) {
  begin_kernel();
  using M = Mqa<kHeads>;
  constexpr int kPart = static_cast<int>(kPartKeys);
  const auto [row, first_head, begin, end] = BlockWork(s, kHeads, parts);
  if (parts != 0 && begin >= end) return;

  const int latent_lines = kPlain ? kMostLines : s.latent_lines, lines = latent_lines + 1;
  uint8_t* queries = dynamic_shared<uint8_t>();
  uint8_t* keys = queries + lines * M::kQueryLine;
  auto& stats = *reinterpret_cast<typename M::Stats*>(keys + kBuffers * lines * kTileBytes);
  if (threadIdx.x == 0) {
    for (int i = 0; i < kBuffers; ++i) {
      init_barrier(&stats.full[i], kLoaders);
      init_barrier(&stats.ready[i], kWarpgroup);
      init_barrier(&stats.free[i], kMultipliers / kWarp);
    }
    publish_barriers();
  }
  __syncthreads();
  const int group = warpgroup_number(), warp = threadIdx.x / kWarp % 4;
  if (group >= kMultipliers / kWarpgroup) {
    Keys<kPlain>(s, row, end, stats.records).run(begin, keys, stats);
    return;
  }
  const int lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  const int own_lines = latent_lines / 2;
  /// The head of this thread's score, and of its value, number 4 j + e.
  const auto head_of = [&](int j, int e) { return 8 * j + 2 * t + e % 2; };

  load_queries<kHeads, kPlain>(s, row, first_head, q_latent, q_pe, q_stride, queries);

  float out[kOwnLines][kHeads / 2];
  /// The head whose number of its warp this thread has.
  const int share = share_of(M::kOwnHeads), shared_head = head_of(share / 2, share);
  const bool shares = M::kOwnHeads == 8 || lane < kWarp / 2;  // or others have the same
  float sum;  // under the top of the own tile
  const auto begin_part = [&] {
    sum = 0;
#pragma unroll
    for (int i = 0; i < kOwnLines; ++i)
      for (int j = 0; j < kHeads / 2; ++j) out[i][j] = 0;
  };
  const int rank = kPlain ? kMostRank : static_cast<int>(s.rank);
  /// Of this thread's values: number j of line i is in a matrix [heads][stride] at own_values() +
  /// offset(), if the model has such a head and channel.
  const auto own_values = [&](float* matrix, int64_t stride) {
    return matrix + 2 * t * stride + 64 * group * own_lines + 16 * warp + g;
  };
  const auto offset = [&](int i, int j, auto stride) {
    return (8 * (j / 4) + j % 2) * stride + 64 * i + (j % 4 >= 2 ? 8 : 0);
  };
  constexpr bool kWhole = kHeads > 16;  ///< the model has all of the block's heads
  const int heads_left = static_cast<int>(s.a.n_heads - first_head);
  /// Whether the model has this thread's channel (or the one 8 on) of line i.
  const auto is_channel = [&](int i, int half) {
    return kPlain ||
           (i < own_lines && 64 * (group * own_lines + i) + 16 * warp + g + 8 * half < s.rank);
  };
  float* result = u + (row * s.a.n_heads + first_head) * s.rank;
  float* own_result = own_values(result, rank);
  constexpr int kValues = 2 * kOwnLines;  // of each of this thread's heads: (j, e), j < kHeads / 8
  const auto value = [&](int j, int e, int i) -> float& {
    return out[i / 2][4 * j + e + i % 2 * 2];
  };
  const auto final_place = [&](int j, int e, int i) -> float& {
    return own_result[offset(i / 2, 4 * j + e + i % 2 * 2, rank)];
  };
  const auto each_head = [&](int first, int last, auto what) {
#pragma unroll
    for (int n = first; n < last; ++n)
      if (kWhole || head_of(n / 2, n % 2) < heads_left) what(n / 2, n % 2);
  };
  // What is merged waits in the result's place; of plain records in an order of the threads' own,
  // in which each moves 16 bytes at a time.
  const auto waiting = [&](int j, int e, int i) {
    return reinterpret_cast<float4*>(result) + (2 * (2 * j + e) + i / 4) * kMultipliers +
           threadIdx.x;
  };
  const auto load_waiting = [&](int j, int e, float(&v)[kValues]) {
    if constexpr (kPlain) {
#pragma unroll
      for (int i = 0; i < kValues; i += 4) {
        const float4 four = *waiting(j, e, i);
        v[i] = four.x, v[i + 1] = four.y, v[i + 2] = four.z, v[i + 3] = four.w;
      }
    } else {
      for (int i = 0; i < kValues; ++i)
        if (is_channel(i / 2, i % 2)) v[i] = final_place(j, e, i);
    }
  };
  const auto store_waiting = [&](int j, int e, const float(&v)[kValues]) {
    if constexpr (kPlain) {
#pragma unroll
      for (int i = 0; i < kValues; i += 4) *waiting(j, e, i) = {v[i], v[i + 1], v[i + 2], v[i + 3]};
    } else {
      for (int i = 0; i < kValues; ++i)
        if (is_channel(i / 2, i % 2)) final_place(j, e, i) = v[i];
    }
  };
  /// Tells of each head what its values are together with those that wait.
  const auto merge = [&](bool is_first, auto tell) {
    constexpr int kAtOnce = 4;  // heads: loads go ahead of stores
#pragma unroll
    for (int first_n = 0; first_n < kHeads / 4; first_n += kAtOnce) {
      float before[kAtOnce][kValues] = {};
      if (!is_first)
        each_head(first_n, first_n + kAtOnce,
                  [&](int j, int e) { load_waiting(j, e, before[2 * j + e - first_n]); });
      each_head(first_n, first_n + kAtOnce, [&](int j, int e) {
        const float factor = stats.before[head_of(j, e)], own_factor = stats.after[head_of(j, e)];
        float v[kValues];
#pragma unroll
        for (int i = 0; i < kValues; ++i)
          v[i] = fmaf(before[2 * j + e - first_n][i], factor, value(j, e, i) * own_factor);
        tell(j, e, v);
      });
    }
  };
  for (int i = threadIdx.x; i < kHeads; i += kMultipliers) {
    stats.all_top[i] = -INFINITY;
    stats.all_sum[i] = stats.before[i] = stats.after[i] = stats.inverse[i] = 0;
  }
  begin_part();

  const float scale = s.a.sm_scale * kLog2E;
  uint8_t* own_tile = keys + group * lines * kTileBytes;
  publish_shared();
  sync_multipliers();  // the queries are there
  for (int first = begin; first < end; first += kStepKeys) {
    const uint32_t phase = phase_at(first);
    wait_barrier(&stats.full[group], phase);
    float d[kHeads / 2];
    {
      Operand x(own_tile), y(queries);
      begin_products();
#pragma unroll
      for (int line = 0; line < kMostLines + 1; ++line, x += kTileBytes, y += M::kQueryLine) {
        if (line >= lines) break;
#pragma unroll
        for (int i = 0; i < kLine / 32; ++i)
          warpgroup_product<false, kHeads>(d, x + 32 * i, y + 32 * i, line > 0 || i > 0);
      }
    }
    commit_products();
    // Of the warp's 16 keys. The lane that reads them is the one that frees the buffer.
    uint32_t votes[2] = {};
    if (lane == 0)
      for (int half = 0; half < 2; ++half) votes[half] = stats.votes[group][2 * warp + half];
    bool seen[2];
#pragma unroll
    for (int half = 0; half < 2; ++half)
      seen[half] = (__shfl_sync(0xffffffffu, votes[half], 0) >> g * Keys<true>::kPerKey & 1) != 0;
    wait_products<0>();
    hold(d);

    float own_tops[M::kOwnHeads];
#pragma unroll
    for (int i = 0; i < M::kOwnHeads; ++i) {
      float* v = d + 4 * (i / 2) + i % 2;
      for (int half = 0; half < 2; ++half) v[2 * half] = seen[half] ? v[2 * half] : -INFINITY;
      own_tops[i] = fmaxf(v[0], v[2]);
    }
    share_out<M::kOwnHeads>(own_tops, [](float a, float b) { return fmaxf(a, b); });
    if (shares) (&stats.warps[group][shared_head].x)[warp] = own_tops[0];
    sync_warpgroup();
    if (const int h = threadIdx.x % kWarpgroup; h < kHeads) {
      const bool starts = first % kPart == 0;
      if (group == 1) wait_barrier(&stats.ready[0], phase);
      const float4 tops = stats.warps[group][h];
      const float before = starts && group == 0 ? -INFINITY : stats.top[group ^ 1][h],
                  most = fmaxf(fmaxf(tops.x, tops.y), fmaxf(tops.z, tops.w)),
                  now = fmaxf(before, ceilf(most * scale));
      stats.factor[phase][group][h] = rescaling(before, now);
      stats.own_factor[group][h] = rescaling(starts ? -INFINITY : stats.top[group][h], now);
      stats.top[group][h] = now;
    }
    sync_warpgroup();
    float totals[M::kOwnHeads];
    float2 tops[kHeads / 8];  // all before the first P is stored: the compiler takes them for one
#pragma unroll
    for (int j = 0; j < kHeads / 8; ++j)
      tops[j] = *reinterpret_cast<const float2*>(&stats.top[group][head_of(j, 0)]);
#pragma unroll
    for (int j = 0; j < kHeads / 8; ++j) {
      float v[2][2];  // of keys g and g + 8
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const float top = e == 0 ? tops[j].x : tops[j].y;
#pragma unroll
        for (int half = 0; half < 2; ++half)
          v[half][e] = seen[half] ? exp2_fast(fmaf(d[4 * j + e + 2 * half], scale, -top)) : 0.0f;
        totals[2 * j + e] = v[0][e] + v[1][e];
      }
#pragma unroll
      for (int half = 0; half < 2; ++half)
        *reinterpret_cast<uint32_t*>(own_tile + latent_lines * kTileBytes +
                                     swizzled_16(16 * warp + g + 8 * half, j) + 4 * t) =
            bf16_pair(v[half][0], v[half][1]);
    }
    publish_shared();
    arrive(&stats.ready[group]);

#pragma unroll 1
    for (int n = 0; n < kBuffers; ++n) {
      wait_barrier(&stats.ready[n], phase);
      float2 factors[kHeads / 8];
      bool rescales = false;
#pragma unroll
      for (int j = 0; j < kHeads / 8; ++j) {
        factors[j] = *reinterpret_cast<const float2*>(&stats.factor[phase][n][head_of(j, 0)]);
        rescales |= factors[j].x != 1.0f || factors[j].y != 1.0f;
      }
      if (__ballot_sync(0xffffffffu, rescales) != 0) {
#pragma unroll
        for (int i = 0; i < kOwnLines; ++i)
          for (int j = 0; j < kHeads / 2; ++j)
            out[i][j] *= j % 2 == 0 ? factors[j / 4].x : factors[j / 4].y;
      }
      const uint8_t* tile = keys + n * lines * kTileBytes;
      const Operand values(tile), weights(tile + latent_lines * kTileBytes);
      begin_products();
#pragma unroll
      for (int i = 0; i < kOwnLines; ++i) {
        // Of a small rank some lines are there for nothing.
        const int line = group * own_lines + (kPlain || i < own_lines ? i : own_lines - 1);
        const Operand v = values + line * kTileBytes;
#pragma unroll
        for (int k = 0; k < kKeys / 16; ++k)
          warpgroup_product_transposed<kHeads>(out[i], v + k * 16 * kLine, weights + k * 16 * kLine,
                                               true);
      }
      commit_products();
      if (n == 0) {
        share_out<M::kOwnHeads>(totals, [](float a, float b) { return a + b; });
        sum = fmaf(sum, stats.own_factor[group][shared_head], totals[0]);
      }
      wait_products<0>();
#pragma unroll
      for (int i = 0; i < kOwnLines; ++i) hold(out[i]);
      __syncwarp();
      if (lane == 0) arrive(&stats.free[n]);
    }

    const bool is_last = first + kStepKeys >= end;
    if (!is_last && (parts != 0 || (first + kStepKeys) % kPart != 0)) continue;
    // The end of a part.
    if (shares) (&stats.warps[group][shared_head].x)[warp] = sum;
    sync_multipliers();
    for (int h = threadIdx.x; h < kHeads; h += kMultipliers) {
      float tile_sum[kBuffers];
      for (int n = 0; n < kBuffers; ++n) {
        const float4 sums = stats.warps[n][h];
        tile_sum[n] = sums.x + sums.y + sums.z + sums.w;
      }
      const float part_top = stats.top[1][h];
      const float v = fmaf(tile_sum[0], rescaling(stats.top[0][h], part_top), tile_sum[1]);
      const Merge merge(stats.all_top[h], part_top);
      stats.part_top[h] = part_top;
      stats.part_sum[h] = v;
      stats.before[h] = merge.before;
      stats.after[h] = merge.after;
      stats.all_sum[h] = merge(stats.all_sum[h], v);
      stats.all_top[h] = merge.top;
      stats.inverse[h] = inverse(stats.all_sum[h]);
    }
    sync_multipliers();
    if (parts != 0 || is_last) break;
    merge(first < kPart, store_waiting);
    begin_part();
  }

  if (parts != 0) {
    float* partial = s.a.scratch + partial_at(s, row, first_head, blockIdx.y, parts);
    const int64_t head_stride = parts * (rank + 2);
    float* own = own_values(partial, head_stride);
#pragma unroll
    for (int i = 0; i < kOwnLines; ++i)
      for (int j = 0; j < kHeads / 2; ++j)
        if (head_of(j / 4, j) < heads_left && is_channel(i, j % 4 / 2))
          own[offset(i, j, head_stride)] = out[i][j];
    for (int h = threadIdx.x; h < kHeads; h += kMultipliers) {
      if (first_head + h >= s.a.n_heads) continue;
      partial[h * head_stride + s.rank] = stats.part_top[h];
      partial[h * head_stride + s.rank + 1] = stats.part_sum[h];
    }
    return;
  }
  merge(end - begin <= kPart, [&](int j, int e, const float(&v)[kValues]) {
#pragma unroll
    for (int i = 0; i < kValues; ++i) value(j, e, i) = v[i];
  });
  sync_multipliers();  // what waited has been read
  each_head(0, kHeads / 4, [&](int j, int e) {
    const float factor = stats.inverse[head_of(j, e)];
#pragma unroll
    for (int i = 0; i < kValues; ++i)
      if (is_channel(i / 2, i % 2)) final_place(j, e, i) = round_to_bf16(value(j, e, i) * factor);
  });
  if (lse)
    for (int h = threadIdx.x; h < kHeads; h += kMultipliers)
      if (first_head + h < s.a.n_heads)
        lse[row * s.a.n_heads + first_head + h] = stats.all_top[h] * kLn2 + logf(stats.all_sum[h]);
}

constexpr int kMergeThreads = 128;

/// Block (row, head).
__global__ void mqa_merge_kernel(MqaShape s, int64_t parts, float* u, float* lse) {
  begin_kernel();
  const int64_t row = blockIdx.x, head = blockIdx.y;
  const int64_t used = (key_count(s.a, row) + kPartKeys - 1) / kPartKeys;
  const float* first = s.a.scratch + partial_at(s, row, head, 0, parts);
  for (int64_t c = threadIdx.x; c < s.rank; c += kMergeThreads) {
    float value = 0, top = -INFINITY, sum = 0;
    for (int64_t part = 0; part < used; ++part) {
      const float* from = first + part * (s.rank + 2);
      const Merge merge(top, from[s.rank]);
      value = merge(value, from[c]);
      sum = merge(sum, from[s.rank + 1]);
      top = merge.top;
    }
    u[(row * s.a.n_heads + head) * s.rank + c] = round_to_bf16(value * inverse(sum));
    if (lse && c == 0) lse[row * s.a.n_heads + head] = top * kLn2 + logf(sum);
  }
}

template <int kHeads, bool kPlain>
Error launch_blocks(const MqaShape& s, int64_t parts, const float* q_latent, const float* q,
                    int64_t q_stride, float* u, float* lse, Stream stream) {
  return launch(mqa_attention_kernel<kHeads, kPlain>, BlockWork::grid(s, kHeads, parts),
                dim3(kThreads), Mqa<kHeads>::bytes(s), stream, s, parts, q_latent, q, q_stride, u,
                lse);
}

}  // namespace

Error mqa_attention(const Attention& a, const float* q_latent, const float* q, int64_t q_stride,
                    float* u, float* lse, Stream stream) {
  const MqaShape s = MqaShape::of(a);
  if (s.rank > kMostRank) return "mqa_attention: kv_lora_rank above 512";
  if (s.rope > kMostRope) return "mqa_attention: qk_rope_head_dim above 64";
  const int64_t parts = (a.most_keys + kPartKeys - 1) / kPartKeys;
  const bool split = parts > 1 &&
                     partial_floats(a.m, a.n_heads, a.most_keys, s.rank) <= a.scratch_floats &&
                     a.m * blocks(a.n_heads, 16) < kMultiprocessors;
  // As many heads a block, so that keys are gathered once for more of them, as leave blocks for
  // all.
  const bool plain = is_plain(s) && a.n_heads % 8 == 0 && is_aligned(u);
  const auto enough = [&](int64_t heads) {
    return plain && a.n_heads % heads == 0 &&
           a.m * (split ? parts : 1) * blocks(a.n_heads, heads) >= kMultiprocessors * 3 / 4;
  };
  const auto run = enough(64)   ? mqa_attention_wide
                   : enough(32) ? launch_blocks<32, true>
                   : plain      ? launch_blocks<16, true>
                                : launch_blocks<16, false>;
  if (Error e = run(s, split ? parts : 0, q_latent, q, q_stride, u, lse, stream)) return e;
  if (!split) return nullptr;
  return launch(mqa_merge_kernel, dim3(blocks(a.m, 1), blocks(a.n_heads, 1)), dim3(kMergeThreads),
                0, stream, s, parts, u, lse);
}

}  // namespace leyden::cuda
