// SPDX-License-Identifier: Apache-2.0
// Ops that work on one row of activations at a time: norms, rotary embedding, Hadamard, SwiGLU.
// All values are fp32 in memory; `round_bf16` rounds results the way the deployed model does.
#pragma once

#include <cstdint>
#include <vector>

namespace leyden {

class ThreadPool;

/// cos and sin per position and frequency pair. Plain RoPE or YaRN; never scaled by mscale.
/// Threads: immutable after make(); concurrent use is fine.
class RopeTable {
 public:
  struct Config {
    int64_t dim = 64;  ///< even
    double theta = 10000;
    bool yarn = false;
    double factor = 1;
    int64_t original_seq_len = 4096;
    double beta_fast = 32, beta_slow = 1;
  };
  static RopeTable make(const Config& config);

  int64_t dim() const { return 2 * static_cast<int64_t>(frequencies_.size()); }
  /// w_i, fp32 as in the model.
  const std::vector<float>& frequencies() const { return frequencies_; }
  /// cos/sin of fp32(position) * w_i: the product in fp32, the functions in fp64.
  /// @param[out] cos_sin [dim]: dim/2 cosines, then dim/2 sines
  void fill(int64_t position, float* cos_sin) const;

 private:
  std::vector<float> frequencies_;
};

/// Rotates pairs (2i, 2i+1) of x [2 * half]: MLA. `cos_sin` from RopeTable::fill.
void rope_interleaved(float* x, int64_t dim, const float* cos_sin, bool round_bf16);
/// Rotates pairs (i, i + dim/2): the indexer.
void rope_half_split(float* x, int64_t dim, const float* cos_sin, bool round_bf16);

/// u = h + residual (residual may be nullptr: u = h); out = w * u * rsqrt(mean(u^2) + eps);
/// residual_out = u. Deployed: out and residual_out rounded to bf16, the norm taken from unrounded
/// u.
/// @param h, residual, out, residual_out [m, dim]; residual_out may alias residual or h
void add_rms_norm(ThreadPool& pool, const float* h, const float* residual, const float* weight,
                  int64_t m, int64_t dim, float eps, bool round_bf16, float* out,
                  float* residual_out);
/// out = w * x * rsqrt(mean(x^2) + eps), rows of x at x + i * x_stride.
void rms_norm(ThreadPool& pool, const float* x, int64_t x_stride, const float* weight, int64_t m,
              int64_t dim, float eps, bool round_bf16, float* out, int64_t out_stride);
/// (x - mean) * rsqrt(var + eps) * weight + bias, biased variance; in place on one row.
void layer_norm_row(float* x, const float* weight, const float* bias, int64_t dim, float eps,
                    bool round_bf16);
/// x times the orthonormal Sylvester Hadamard matrix, in place; dim a power of two.
void hadamard_row(float* x, int64_t dim, bool round_bf16);
/// out = silu(gate) * up, [m, n] each.
void swiglu(ThreadPool& pool, const float* gate, const float* up, int64_t m, int64_t n,
            bool round_bf16, float* out);

}  // namespace leyden
