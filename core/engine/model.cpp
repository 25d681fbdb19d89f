// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model.h"

#include <cstring>

#include "core/model/checkpoint.h"
#include "core/model/fingerprint.h"

namespace leyden {
namespace {

RopeTable make_rope(const ModelConfig& c) {
  RopeTable::Config r;
  r.dim = c.qk_rope_head_dim;
  r.theta = c.rope.theta;
  r.yarn = c.rope.yarn;
  r.factor = c.rope.factor;
  r.original_seq_len = c.rope.original_seq_len;
  r.beta_fast = c.rope.beta_fast;
  r.beta_slow = c.rope.beta_slow;
  return RopeTable::make(r);
}

}  // namespace

int64_t mha_switch_position(const ModelConfig& c) {
  const int64_t pair_mqa = 2 * c.kv_lora_rank + c.qk_rope_head_dim;
  const int64_t pair_mha = c.qk_nope_head_dim + c.qk_rope_head_dim + c.v_head_dim;
  const int64_t even = c.index_topk * pair_mqa / pair_mha;
  const int64_t page = KvLayout::kPageTokens;
  return (std::max(even, c.index_topk) + page - 1) / page * page;
}

KvShape kv_shape(const ModelConfig& config, const ModelOptions& options) {
  KvShape shape;
  shape.precision = options.precision;
  shape.dsa = options.attention == AttentionMode::kDsa;
  switch (options.form) {
    case AttentionForm::kAuto: shape.mha_positions = mha_switch_position(config); break;
    case AttentionForm::kMqa: shape.mha_positions = 0; break;
    case AttentionForm::kMha: shape.mha_positions = config.max_seq_len; break;
  }
  return shape;
}

/// Reads tensors one by one; owns what only loading needs.
class ModelLoader {
 public:
  ModelLoader(const Checkpoint& checkpoint, ThreadPool& pool, const ProgressFn& progress,
              const CancelToken* cancel, Model* model)
      : checkpoint_(checkpoint), pool_(pool), progress_(progress), cancel_(cancel), model_(*model) {}

  Status run() {
    const ModelConfig& c = model_.config_;
    LEYDEN_TRY(matrix("model.embed_tokens.weight", &model_.embed_));
    if (c.tie_word_embeddings) {
      model_.tied_head_ = true;
    } else {
      LEYDEN_TRY(matrix("lm_head.weight", &model_.head_));
    }
    LEYDEN_TRY(vector("model.norm.weight", c.dim, &model_.final_norm_));
    model_.layers_.resize(static_cast<size_t>(c.n_layers));
    for (int64_t i = 0; i < c.n_layers; ++i)
      LEYDEN_TRY(layer(i, &model_.layers_[static_cast<size_t>(i)]));
    return {};
  }

 private:
  Status layer(int64_t i, LayerWeights* w) {
    const ModelConfig& c = model_.config_;
    const std::string p = "model.layers." + std::to_string(i) + ".";
    const std::string a = p + "self_attn.";
    LEYDEN_TRY(vector(p + "input_layernorm.weight", c.dim, &w->attn_norm));
    LEYDEN_TRY(vector(p + "post_attention_layernorm.weight", c.dim, &w->ffn_norm));
    LEYDEN_TRY(vector(a + "q_a_layernorm.weight", c.q_lora_rank, &w->q_norm));
    LEYDEN_TRY(vector(a + "kv_a_layernorm.weight", c.kv_lora_rank, &w->kv_norm));
    LEYDEN_TRY(matrix(a + "q_a_proj.weight", &w->wq_a));
    LEYDEN_TRY(matrix(a + "q_b_proj.weight", &w->wq_b));
    LEYDEN_TRY(matrix(a + "kv_a_proj_with_mqa.weight", &w->wkv_a));
    LEYDEN_TRY(matrix(a + "kv_b_proj.weight", &w->wkv_b));
    LEYDEN_TRY(matrix(a + "o_proj.weight", &w->wo));
    LEYDEN_TRY(absorbed(a + "kv_b_proj.weight", w));
    LEYDEN_TRY(matrix(a + "indexer.wq_b.weight", &w->indexer.wq_b));
    LEYDEN_TRY(matrix(a + "indexer.wk.weight", &w->indexer.wk));
    LEYDEN_TRY(matrix(a + "indexer.weights_proj.weight", &w->indexer.weights_proj));
    LEYDEN_TRY(vector(a + "indexer.k_norm.weight", c.index_head_dim, &w->indexer.k_norm_weight));
    LEYDEN_TRY(vector(a + "indexer.k_norm.bias", c.index_head_dim, &w->indexer.k_norm_bias));

    const std::string m = p + "mlp.";
    w->moe = c.is_moe(i);
    if (!w->moe) return ffn(m, &w->ffn);
    LEYDEN_TRY(matrix(m + "gate.weight", &w->gate));
    LEYDEN_TRY(vector(m + "gate.e_score_correction_bias", c.n_routed_experts, &w->gate_bias));
    w->experts.resize(static_cast<size_t>(c.n_routed_experts));
    for (size_t e = 0; e < w->experts.size(); ++e)
      LEYDEN_TRY(ffn(m + "experts." + std::to_string(e) + ".", &w->experts[e]));
    if (c.n_shared_experts > 0) LEYDEN_TRY(ffn(m + "shared_experts.", &w->shared));
    return {};
  }

  Status ffn(const std::string& prefix, FfnWeights* w) {
    LEYDEN_TRY(matrix(prefix + "gate_proj.weight", &w->w1));
    LEYDEN_TRY(matrix(prefix + "up_proj.weight", &w->w3));
    return matrix(prefix + "down_proj.weight", &w->w2);
  }

  Status vector(const std::string& name, int64_t n, std::vector<float>* out) {
    LEYDEN_ASSIGN(*out, checkpoint_.vector(name, n));
    return advance(name, static_cast<size_t>(n) * sizeof(float), 0);
  }

  Status matrix(const std::string& name, PackedMatrix* out) {
    LEYDEN_ASSIGN(const WeightView view, checkpoint_.weight(name));
    LEYDEN_TRY(checkpoint_.check_values(name));
    std::vector<float> scales;
    if (view.fp8()) {
      scales.resize(view.scale_inv.data.size() / sizeof(float));
      std::memcpy(scales.data(), view.scale_inv.data.data(), view.scale_inv.data.size());
    }
    Result<PackedMatrix> packed =
        PackedMatrix::pack(pool_, view.codes.dtype, view.codes.shape[0], view.codes.shape[1],
                           view.codes.data.data(), view.fp8() ? scales.data() : nullptr);
    if (!packed.ok()) return packed.status().with_context(name);
    *out = std::move(*packed);
    return advance(name, out->bytes(), view.codes.data.size());
  }

  /// kv_b's halves for the MQA form. Deployed mode holds them as bf16 values, as the model does.
  Status absorbed(const std::string& name, LayerWeights* w) {
    const ModelConfig& c = model_.config_;
    const int64_t dn = c.qk_nope_head_dim, dv = c.v_head_dim, r = c.kv_lora_rank;
    LEYDEN_ASSIGN(std::vector<float> kv_b, checkpoint_.floats(name));
    if (model_.deployed())
      for (float& v : kv_b) v = round_bf16(v);
    w->w_uk.resize(static_cast<size_t>(c.n_heads * dn * r));
    w->w_uv_t.resize(static_cast<size_t>(c.n_heads * r * dv));
    pool_.parallel_for(c.n_heads, [&](int64_t h, int) {
      const float* head = kv_b.data() + h * (dn + dv) * r;
      std::memcpy(w->w_uk.data() + h * dn * r, head, static_cast<size_t>(dn * r) * sizeof(float));
      float* t = w->w_uv_t.data() + h * r * dv;
      for (int64_t v = 0; v < dv; ++v)
        for (int64_t l = 0; l < r; ++l) t[l * dv + v] = head[(dn + v) * r + l];
    });
    return advance(name, (w->w_uk.size() + w->w_uv_t.size()) * sizeof(float), 0);
  }

  Status advance(const std::string& tensor, size_t weight_bytes, size_t file_bytes) {
    model_.weight_bytes_ += weight_bytes;
    done_ += file_bytes;
    if (progress_) {
      const auto total = static_cast<uint64_t>(checkpoint_.bytes());
      progress_({"load", "bytes", std::min<uint64_t>(done_, total), total, -1,
                 checkpoint_.shard_of(tensor)});
    }
    if (cancel_ && cancel_->cancelled()) return cancelled("model: loading was cancelled");
    return {};
  }

  const Checkpoint& checkpoint_;
  ThreadPool& pool_;
  const ProgressFn& progress_;
  const CancelToken* cancel_;
  Model& model_;
  uint64_t done_ = 0;
};

void Model::embed(int32_t token, float* out) const {
  for (int64_t d = 0; d < config_.dim; ++d) out[d] = embed_.at(token, d);
}

void Model::fill_rope(int64_t position, float* cos_sin) const {
  rope_.fill(position, cos_sin);
  if (config_.rope.attention_factor == 1) return;
  const float f = static_cast<float>(config_.rope.attention_factor);
  for (int64_t i = 0; i < config_.qk_rope_head_dim; ++i) cos_sin[i] *= f;
}

Result<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& dir,
                                                 const ModelOptions& options, ThreadPool& pool,
                                                 const ProgressFn& progress,
                                                 const CancelToken* cancel) {
  auto model = std::make_shared<Model>();
  LEYDEN_ASSIGN(model->config_, ModelConfig::load(dir));
  const ModelConfig& c = model->config_;
  model->options_ = options;
  if (model->deployed() && !c.hadamard_possible()) {
    return unsupported("config.json: index_head_dim " + std::to_string(c.index_head_dim) +
                       ", expected a power of two for the deployed precision (reference works)");
  }
  if (c.fp8_weights && (c.weight_block_rows != PackedMatrix::kBlock ||
                        c.weight_block_cols != PackedMatrix::kBlock)) {
    return unsupported("config.json: weight_block_size [" + std::to_string(c.weight_block_rows) +
                       ", " + std::to_string(c.weight_block_cols) + "], expected [128, 128]");
  }
  LEYDEN_ASSIGN(const Checkpoint checkpoint, Checkpoint::open(dir, c));
  model->kv_layout_.fp8 = model->deployed();
  model->kv_layout_.n_layers = c.n_layers;
  model->kv_layout_.kv_lora_rank = c.kv_lora_rank;
  model->kv_layout_.rope_dim = c.qk_rope_head_dim;
  model->kv_layout_.index_dim = c.index_head_dim;
  model->kv_layout_.scale_ue8m0 = c.scale_ue8m0 || !c.fp8_weights;
  model->rope_ = make_rope(c);
  model->mha_positions_ = mha_switch_position(c);
  LEYDEN_TRY(ModelLoader(checkpoint, pool, progress, cancel, model.get()).run());
  LEYDEN_ASSIGN(const TensorHash hash, tensor_hash(checkpoint, pool.size(), progress, cancel));
  model->fingerprint_ = leyden::fingerprint(hash, c, kv_shape(c, options));
  return std::shared_ptr<const Model>(std::move(model));
}

}  // namespace leyden
