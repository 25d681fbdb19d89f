// SPDX-License-Identifier: Apache-2.0
#include "core/model/tensor_list.h"

#include "base/dtype.h"

namespace leyden {
namespace {

class Lister {
 public:
  explicit Lister(const ModelConfig& config) : c_(config) {}

  void list() {
    add("model.embed_tokens.weight", {c_.vocab_size, c_.dim}, TensorRole::kMatrix);
    for (int64_t i = 0; i < c_.n_layers + c_.n_mtp_layers; ++i) {
      mtp_ = i >= c_.n_layers;
      prefix_ = "model.layers." + std::to_string(i) + ".";
      attention();
      if (c_.is_moe(i)) {
        experts();
      } else {
        mlp("mlp.", c_.inter_dim);
      }
      if (mtp_) mtp_extras();
    }
    mtp_ = false;
    prefix_.clear();
    add("model.norm.weight", {c_.dim}, TensorRole::kNorm);
    if (!c_.tie_word_embeddings) {
      add("lm_head.weight", {c_.vocab_size, c_.dim}, TensorRole::kMatrix);
    }
  }

  std::vector<TensorSpec> tensors;

 private:
  void add(const std::string& name, std::vector<int64_t> shape, TensorRole role) {
    tensors.push_back({prefix_ + name, std::move(shape), role, mtp_});
  }
  void linear(const std::string& name, int64_t out, int64_t in) {
    add(name + ".weight", {out, in}, TensorRole::kLinear);
  }
  void norm(const std::string& name, int64_t dim) {
    add(name + ".weight", {dim}, TensorRole::kNorm);
  }

  void attention() {
    const std::string a = "self_attn.";
    norm("input_layernorm", c_.dim);
    linear(a + "q_a_proj", c_.q_lora_rank, c_.dim);
    norm(a + "q_a_layernorm", c_.q_lora_rank);
    linear(a + "q_b_proj", c_.n_heads * c_.qk_head_dim(), c_.q_lora_rank);
    linear(a + "kv_a_proj_with_mqa", c_.kv_lora_rank + c_.qk_rope_head_dim, c_.dim);
    norm(a + "kv_a_layernorm", c_.kv_lora_rank);
    linear(a + "kv_b_proj", c_.n_heads * (c_.qk_nope_head_dim + c_.v_head_dim), c_.kv_lora_rank);
    linear(a + "o_proj", c_.dim, c_.n_heads * c_.v_head_dim);
    linear(a + "indexer.wq_b", c_.index_n_heads * c_.index_head_dim, c_.q_lora_rank);
    linear(a + "indexer.wk", c_.index_head_dim, c_.dim);
    norm(a + "indexer.k_norm", c_.index_head_dim);
    add(a + "indexer.k_norm.bias", {c_.index_head_dim}, TensorRole::kBias);
    add(a + "indexer.weights_proj.weight", {c_.index_n_heads, c_.dim}, TensorRole::kMatrix);
    norm("post_attention_layernorm", c_.dim);
  }
  void mlp(const std::string& part, int64_t width) {
    linear(part + "gate_proj", width, c_.dim);
    linear(part + "up_proj", width, c_.dim);
    linear(part + "down_proj", c_.dim, width);
  }
  void experts() {
    add("mlp.gate.weight", {c_.n_routed_experts, c_.dim}, TensorRole::kMatrix);
    add("mlp.gate.e_score_correction_bias", {c_.n_routed_experts}, TensorRole::kBias);
    for (int64_t e = 0; e < c_.n_routed_experts; ++e) {
      mlp("mlp.experts." + std::to_string(e) + ".", c_.moe_inter_dim);
    }
    if (c_.n_shared_experts > 0) {
      mlp("mlp.shared_experts.", c_.n_shared_experts * c_.moe_inter_dim);
    }
  }
  void mtp_extras() {
    norm("enorm", c_.dim);
    norm("hnorm", c_.dim);
    add("eh_proj.weight", {c_.dim, 2 * c_.dim}, TensorRole::kMatrix);
    add("embed_tokens.weight", {c_.vocab_size, c_.dim}, TensorRole::kMatrix);
    norm("shared_head.norm", c_.dim);
    add("shared_head.head.weight", {c_.vocab_size, c_.dim}, TensorRole::kMatrix);
  }

  const ModelConfig& c_;
  std::string prefix_;
  bool mtp_ = false;
};

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t product(const std::vector<int64_t>& shape) {
  int64_t n = 1;
  for (const int64_t d : shape) n *= d;
  return n;
}

void count(TensorCount& into, int64_t elements, DType dtype) {
  into.tensors += 1;
  into.elements += elements;
  into.bytes += elements * static_cast<int64_t>(dtype_size(dtype));
}

}  // namespace

int64_t TensorSpec::elements() const { return product(shape); }

std::vector<TensorSpec> required_tensors(const ModelConfig& config) {
  Lister lister(config);
  lister.list();
  return std::move(lister.tensors);
}

std::string scale_name(const std::string& weight_name) { return weight_name + "_scale_inv"; }

std::vector<int64_t> scale_shape(const ModelConfig& config, const std::vector<int64_t>& weight) {
  return {ceil_div(weight.at(0), config.weight_block_rows),
          ceil_div(weight.at(1), config.weight_block_cols)};
}

PublishedTotals published_totals(const ModelConfig& config) {
  PublishedTotals t;
  for (const TensorSpec& spec : required_tensors(config)) {
    const int64_t n = spec.elements();
    switch (spec.role) {
      case TensorRole::kLinear:
        if (!config.fp8_weights) {
          count(t.bf16, n, DType::kBF16);
          break;
        }
        count(t.fp8, n, DType::kF8E4M3);
        count(t.scales, product(scale_shape(config, spec.shape)), DType::kF32);
        break;
      case TensorRole::kMatrix:
        count(t.bf16, n, DType::kBF16);
        break;
      case TensorRole::kNorm:
        count(t.norms, n, DType::kF32);
        break;
      case TensorRole::kBias:
        count(t.biases, n, DType::kF32);
        break;
    }
  }
  for (const TensorCount* part : {&t.fp8, &t.scales, &t.bf16, &t.norms, &t.biases}) {
    t.all.tensors += part->tensors;
    t.all.elements += part->elements;
    t.all.bytes += part->bytes;
  }
  return t;
}

}  // namespace leyden
