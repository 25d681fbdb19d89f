// SPDX-License-Identifier: Apache-2.0
// The inner loops that exist once per processor level. The ops cut their work into these blocks,
// pick the table of cpu_level() and hand the blocks to threads. Blocks hold plain numbers and
// pointers only, so that nothing but these functions is compiled with wide instructions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu_features.h"

namespace leyden {

/// y[i][0..n) = sum over groups of 128 inputs of (dot within the group) * scales.
/// Rows are independent: their bits do not depend on n_rows or on how outputs are cut.
struct LinearBlock {
  enum class Weight {
    kF32Panels,
    kBF16Panels,
    kFP8Panels,
    kF32Rows,  ///< [k, ...] row-major fp32, `w_stride` floats apart; exact in bf16 when x is bf16
  };
  static constexpr int64_t kMaxOutputs = 64;         ///< 4 panels
  static constexpr int64_t kMaxOutputsOneRow = 128;  ///< 8 panels hide the latency of one row

  int64_t n_rows = 0;
  const void* const* x = nullptr;  ///< row pointers: fp32 [k], or bf16 [k rounded up to even]
  bool x_bf16 = false;             ///< only where has_dot
  const float* const* x_scale = nullptr;  ///< per row [groups], or nullptr
  int64_t k = 0;
  Weight weight = Weight::kF32Panels;
  const std::byte* w = nullptr;    ///< first panel (or first element)
  int64_t w_stride = 0;            ///< bytes to the next panel (or floats to the next row)
  const float* w_scale = nullptr;  ///< [groups], or nullptr
  int64_t n = 0;
  float* const* y = nullptr;  ///< per row
  bool round_bf16 = false;
};

/// Query rows of one sequence against a range of its pages.
struct IndexBlock {
  bool fp8 = true;
  int64_t n_heads = 0, dim = 0;
  const std::byte* const* pages = nullptr;
  int64_t index_offset = 0;  ///< of the layer inside a page
  int64_t first_page = 0, end_page = 0;
  int64_t n_rows = 0;
  const void* q = nullptr;             ///< [n_rows, n_heads, dim] bf16 (fp8) or fp32
  const float* weights = nullptr;      ///< [n_rows, n_heads]
  const int64_t* positions = nullptr;  ///< last visible key of each row
};

/// What a thread remembers between the rows of one call of MQA attention: keys that it has
/// expanded, in memory that its next row finds as it was left. Neighbouring rows select mostly the
/// same keys.
struct MqaKept {
  static constexpr int64_t kMostKeys = 4096;  ///< rows above this many keys expand them twice
  int64_t capacity = 0;                       ///< keys of the longest row, at most kMostKeys
  bool lone_row = false;                      ///< no other row will ask
  int64_t rows = 0;                           ///< since the memory was last cleared
  const std::byte* const* pages = nullptr;    ///< of those rows
};

/// One row of MQA attention, all or some of its heads.
struct MqaBlock {
  bool fp8 = true, scale_ue8m0 = true;
  int64_t rank = 0, rope = 0, record_bytes = 0, layer_offset = 0;
  const std::byte* const* pages = nullptr;
  const int32_t* keys = nullptr;  ///< nullptr: 0..n_keys-1
  int64_t n_keys = 0;
  int64_t n_heads = 0;
  const float* q_latent = nullptr;  ///< [n_heads, rank]
  const float* q_pe = nullptr;      ///< [n_heads, rope]
  float sm_scale = 0;
  bool round_bf16 = false;
  MqaKept* kept = nullptr;  ///< the thread's
  float* p = nullptr;       ///< [n_heads, p_stride]: the fp32 probabilities
  int64_t p_stride = 0;     ///< >= n_keys rounded up to 16
  float* u = nullptr;       ///< [n_heads, rank]
};

struct CpuOps {
  bool has_dot;  ///< products of bf16 pairs: LinearBlock may have bf16 rows

  void (*linear_block)(const LinearBlock& block);

  /// Scores of the block's pages: out[i][s], s <= positions[i].
  void (*index_scores)(const IndexBlock& block, float* const* out);
  /// All pages up to each row's position; the topk best keys of row i ascending to keys[i].
  void (*index_select)(const IndexBlock& block, int64_t topk, int32_t* const* keys);
  int64_t (*select_topk)(const float* scores, int64_t n, int64_t topk, int32_t* keys);

  void (*mqa_block)(const MqaBlock& block);
  /// P of one row from n >= 1 raw scores, in place: softmax(scale * scores).
  void (*softmax)(float* scores, int64_t n, float scale);
  void (*add)(float* sum, const float* x, int64_t n);

  void (*add_rms_norm)(const float* h, const float* residual, const float* weight, int64_t dim,
                       float eps, bool round_bf16, float* out, float* residual_out);
  void (*layer_norm)(float* x, const float* weight, const float* bias, int64_t dim, float eps,
                     bool round_bf16);
  void (*hadamard)(float* x, int64_t dim, bool round_bf16);
  void (*swiglu)(const float* gate, const float* up, int64_t n, bool round_bf16, float* out);
  float (*abs_max)(const float* x, int64_t n);
  void (*to_bf16)(const float* x, int64_t n, uint16_t* out);
  void (*from_bf16)(const uint16_t* x, int64_t n, float* out);
  /// The e4m3 values nearest to x / scale, saturated, as bf16.
  void (*to_e4m3_values)(const float* x, int64_t n, float scale, uint16_t* out);

  /// Floating point work for benchmarks: 24 independent chains of n multiply-adds of 16 lanes
  /// (bf16 pairs where `dot`). Returns a value that depends on all of them.
  float (*burn)(int64_t n, bool dot);
};

const CpuOps& cpu_ops_scalar();
const CpuOps& cpu_ops_avx2();
const CpuOps& cpu_ops_avx512();
const CpuOps& cpu_ops_avx512bf16();

/// The table of cpu_level().
const CpuOps& cpu_ops();

/// Memory of the calling thread, 64-byte aligned, kept between calls and never shrunk. Contents
/// are what the last user of the slot left. Growing it keeps nothing.
enum class ScratchSlot : int {
  kWeights,
  kTotals,
  kQueries,
  kKeys,
  kKeySlots,
  kScores,
  kTopk,
  kRows,
  kCount
};
std::byte* thread_scratch(ScratchSlot slot, int64_t bytes);

}  // namespace leyden
