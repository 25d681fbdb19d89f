// SPDX-License-Identifier: Apache-2.0
#include "core/plan/footprint.h"

#include <algorithm>

#include "core/engine/forward.h"
#include "core/model/model_info.h"

namespace leyden {
namespace {

constexpr double kMiB = 1 << 20;

int64_t div_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Sums are kept in doubles: exact up to 2^53, and no absurd config can overflow them.
int64_t whole(double bytes) { return static_cast<int64_t>(std::min(bytes, 1e18)); }

/// Bytes of matrices [out, in] as some backend holds them.
class MatrixBytes {
 public:
  explicit MatrixBytes(const ModelConfig& c) : c_(c) {}
  virtual ~MatrixBytes() = default;
  /// A matrix that FP8 checkpoints store in FP8, and one that never is.
  double linear(int64_t out, int64_t in) const { return bytes(out, in, c_.fp8_weights); }
  double matrix(int64_t out, int64_t in) const { return bytes(out, in, false); }

 protected:
  virtual double bytes(int64_t out, int64_t in, bool fp8) const = 0;
  double scales(int64_t out, int64_t in) const { return 4.0 * div_up(out, 128) * div_up(in, 128); }
  const ModelConfig& c_;
};

/// Panels of 16 outputs, inputs in pairs (PackedMatrix).
class PackedBytes : public MatrixBytes {
  using MatrixBytes::MatrixBytes;
  double bytes(int64_t out, int64_t in, bool fp8) const override {
    const double panels = div_up(out, 16), pairs = div_up(in, 2);
    if (fp8) return panels * pairs * 32 + scales(out, in);
    return panels * 64 * (c_.fp32_weights ? in : pairs);
  }
};

/// As stored.
class PlainBytes : public MatrixBytes {
  using MatrixBytes::MatrixBytes;
  double bytes(int64_t out, int64_t in, bool fp8) const override {
    const double elements = static_cast<double>(out) * in;
    if (fp8) return elements + scales(out, in);
    return (c_.fp32_weights ? 4 : 2) * elements;
  }
};

/// @param ranks         parts that heads, experts and widths are split into
/// @param absorbed_size bytes of an element of kv_b's halves for the MQA form
int64_t weight_bytes(const ModelConfig& c, const MatrixBytes& size, int64_t ranks,
                     double absorbed_size) {
  const int64_t heads = div_up(c.n_heads, ranks), r = c.kv_lora_rank;
  const int64_t dn = c.qk_nope_head_dim, dv = c.v_head_dim;
  const auto ffn = [&](int64_t width) {
    return 2 * size.linear(width, c.dim) + size.linear(c.dim, width);
  };
  double total = size.matrix(c.vocab_size, c.dim) + 4 * c.dim;
  if (!c.tie_word_embeddings) {
    total += size.matrix(div_up(c.vocab_size, ranks), c.dim);
  } else if (ranks > 1) {
    total += size.matrix(div_up(c.vocab_size, ranks), c.dim);  // a rank's rows, beside the whole
  }
  for (int64_t i = 0; i < c.n_layers; ++i) {
    total += 4 * (2 * c.dim + c.q_lora_rank + r + 2 * c.index_head_dim);
    total += size.linear(c.q_lora_rank, c.dim) +
             size.linear(heads * c.qk_head_dim(), c.q_lora_rank) +
             size.linear(r + c.qk_rope_head_dim, c.dim) + size.linear(heads * (dn + dv), r) +
             size.linear(c.dim, heads * dv) + absorbed_size * heads * (dn + dv) * r;
    total += size.linear(c.index_n_heads * c.index_head_dim, c.q_lora_rank) +
             size.linear(c.index_head_dim, c.dim) + size.matrix(c.index_n_heads, c.dim);
    if (!c.is_moe(i)) {
      total += ffn(div_up(c.inter_dim, ranks));
      continue;
    }
    total += size.matrix(c.n_routed_experts, c.dim) + 4 * c.n_routed_experts;
    total += div_up(c.n_routed_experts, ranks) * ffn(c.moe_inter_dim);
    if (c.n_shared_experts > 0) total += ffn(div_up(c.n_shared_experts * c.moe_inter_dim, ranks));
  }
  return whole(total);
}

}  // namespace

int64_t cpu_weight_bytes(const ModelConfig& c) { return weight_bytes(c, PackedBytes(c), 1, 4); }

int64_t gpu_weight_bytes(const ModelConfig& c, int64_t ranks) {
  return weight_bytes(c, PlainBytes(c), ranks, 2);
}

int64_t kv_bytes(const ModelConfig& c, Precision precision, int64_t context) {
  const double tokens = div_up(context, KvLayout::kPageTokens) * KvLayout::kPageTokens;
  return whole(tokens * static_cast<double>(kv_bytes_per_token(c, precision)));
}

int64_t cpu_workspace_bytes(const ModelConfig& c, const FootprintShape& shape) {
  const double m =
      static_cast<double>(std::max(std::min(shape.chunk_tokens, shape.context), shape.sequences));
  const double heads = static_cast<double>(c.n_heads), r = static_cast<double>(c.kv_lora_rank);
  const double dr = static_cast<double>(c.qk_rope_head_dim);
  const KvShape kv = kv_shape(c, shape.model);
  // Rows in the MQA form: decode, and chunks behind the switch-over.
  const double mqa_rows = std::min<double>(
      shape.context > kv.mha_positions ? m : static_cast<double>(shape.sequences), kAbsorbedRows);
  const double mha_keys = static_cast<double>(std::min(shape.context, kv.mha_positions));
  const bool selects = shape.model.attention == AttentionMode::kDsa && shape.context > c.index_topk;

  double floats = m * (4 * c.dim + dr);  // h, residual, x, hidden, cos
  floats += m * (2 * c.q_lora_rank + r + dr + c.index_head_dim + c.index_n_heads);
  floats += m * (heads * c.qk_head_dim() + c.index_n_heads * c.index_head_dim);
  floats += mqa_rows * heads * (2 * r + dr);
  floats += std::max(m, mha_keys) * r;
  floats += mha_keys * (dr + heads * (c.qk_nope_head_dim + c.v_head_dim));
  floats += m * heads * c.v_head_dim;
  double act = 0, router = 0, expert_out = 0;
  for (int64_t i = 0; i < c.n_layers; ++i) {
    if (!c.is_moe(i)) {
      act = std::max(act, m * c.inter_dim);
      continue;
    }
    const double slots = m * c.n_activated_experts;
    const bool shared = c.n_shared_experts > 0;
    act = std::max(act, slots * c.moe_inter_dim + m * c.n_shared_experts * c.moe_inter_dim);
    router = m * c.n_routed_experts;
    expert_out = (slots + (shared ? m : 0)) * c.dim;
  }
  floats += 3 * act + router + expert_out;
  if (selects) floats += m * c.index_topk;
  floats += shape.sequences * c.vocab_size;
  // Beside them, for a while: packed keys and values of the explicit form, the largest quantised
  // activation, index queries. Twice: the allocator keeps about as much of what was freed.
  const double element = shape.model.precision == Precision::kReference ? 4 : 2;
  double transient =
      mha_keys * static_cast<double>(packed_key_bytes(c, shape.model.precision, shape.threads));
  transient += std::max(mha_keys * r, std::max(m * c.dim, act)) * element;
  if (selects)
    transient += 4 * m * static_cast<double>(c.index_topk) +
                 m * c.index_n_heads * c.index_head_dim * element;
  return whole(4 * floats + 2 * transient);
}

int64_t gpu_workspace_bytes(const ModelConfig& c, const FootprintShape& shape, int64_t ranks) {
  const double m =
      static_cast<double>(std::max(std::min(shape.chunk_tokens, shape.context), shape.sequences));
  const double heads = static_cast<double>(div_up(c.n_heads, ranks));
  const double r = static_cast<double>(c.kv_lora_rank),
               dr = static_cast<double>(c.qk_rope_head_dim);
  double row = 2 * (4 * c.dim + 2 * c.q_lora_rank + r + dr + c.index_head_dim);
  row += 2 * heads * (c.qk_head_dim() + 2 * r + dr + c.v_head_dim);
  row += c.index_n_heads * (c.index_head_dim + 8) + 4 * c.index_topk;
  double width = static_cast<double>(c.inter_dim / ranks);
  if (c.n_routed_experts > 0) {
    width = std::max(
        width, static_cast<double>((c.n_activated_experts + c.n_shared_experts) * c.moe_inter_dim));
    row += 2 * c.n_activated_experts * c.dim + 4 * c.n_routed_experts;
  }
  row += 2 * 3 * width;
  return whole(m * row + 4.0 * shape.sequences * c.vocab_size + 256 * kMiB + 1024 * kMiB);
}

}  // namespace leyden
