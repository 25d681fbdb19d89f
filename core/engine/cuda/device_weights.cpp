// SPDX-License-Identifier: Apache-2.0
#include "core/engine/cuda/device_weights.h"

#include <string>

namespace leyden {

/// Copies one piece after the other; each gets memory of its own.
class WeightUploader {
 public:
  WeightUploader(const Model& model, const cuda::Ops& ops, DeviceWeights* out)
      : model_(model), ops_(ops), out_(*out) {}

  Status run() {
    const ModelConfig& c = model_.config();
    LEYDEN_TRY(matrices({&model_.embed_matrix()}, &out_.embed_));
    if (&model_.head() == &model_.embed_matrix()) {
      out_.head_ = out_.embed_;
    } else {
      LEYDEN_TRY(matrices({&model_.head()}, &out_.head_));
    }
    LEYDEN_TRY(floats(model_.final_norm(), &out_.final_norm_));
    for (int64_t i = 0; i < c.n_layers; ++i) {
      out_.layers_.emplace_back();
      LEYDEN_TRY(layer(model_.layer(i), &out_.layers_.back()));
    }
    return {};
  }

 private:
  Status layer(const LayerWeights& w, DeviceLayer* d) {
    const ModelConfig& c = model_.config();
    LEYDEN_TRY(floats(w.attn_norm, &d->attn_norm));
    LEYDEN_TRY(floats(w.q_norm, &d->q_norm));
    LEYDEN_TRY(floats(w.kv_norm, &d->kv_norm));
    LEYDEN_TRY(floats(w.ffn_norm, &d->ffn_norm));
    LEYDEN_TRY(floats(w.indexer.k_norm_weight, &d->k_norm_weight));
    LEYDEN_TRY(floats(w.indexer.k_norm_bias, &d->k_norm_bias));
    LEYDEN_TRY(matrices({&w.wq_a}, &d->wq_a));
    LEYDEN_TRY(matrices({&w.wq_b}, &d->wq_b));
    LEYDEN_TRY(matrices({&w.wkv_a}, &d->wkv_a));
    LEYDEN_TRY(matrices({&w.wkv_b}, &d->wkv_b));
    LEYDEN_TRY(matrices({&w.wo}, &d->wo));
    LEYDEN_TRY(matrices({&w.indexer.wq_b}, &d->index_wq_b));
    LEYDEN_TRY(matrices({&w.indexer.wk}, &d->index_wk));
    LEYDEN_TRY(matrices({&w.indexer.weights_proj}, &d->index_weights));
    LEYDEN_TRY(heads(w.w_uk, c.qk_nope_head_dim, c.kv_lora_rank, &d->w_uk));
    LEYDEN_TRY(heads(w.w_uv_t, c.kv_lora_rank, c.v_head_dim, &d->w_uv));
    if (!w.moe) return ffn({&w.ffn}, &d->ffn);
    LEYDEN_TRY(matrices({&w.gate}, &d->gate));
    if (!w.gate_bias.empty()) LEYDEN_TRY(floats(w.gate_bias, &d->gate_bias));
    std::vector<const FfnWeights*> experts;
    for (const FfnWeights& e : w.experts) experts.push_back(&e);
    LEYDEN_TRY(ffn(experts, &d->experts));
    if (!w.shared.w1.empty()) LEYDEN_TRY(ffn({&w.shared}, &d->shared));
    return {};
  }

  Status ffn(const std::vector<const FfnWeights*>& from, DeviceFfn* to) {
    std::vector<const PackedMatrix*> w1, w2, w3;
    for (const FfnWeights* f : from) {
      w1.push_back(&f->w1);
      w2.push_back(&f->w2);
      w3.push_back(&f->w3);
    }
    LEYDEN_TRY(matrices(w1, &to->w1));
    LEYDEN_TRY(matrices(w2, &to->w2));
    return matrices(w3, &to->w3);
  }

  /// Memory that holds `bytes` of host data by the time this returns.
  Status put(const void* data, size_t bytes, void** out) {
    DeviceMemory memory(&ops_);
    if (const Status s = memory.ensure(bytes); !s.ok())
      return s.with_context("weights: " + std::to_string(bytes) + " bytes, after " +
                            std::to_string(out_.bytes_));
    LEYDEN_CUDA_TRY(ops_.copy(memory.as<void>(), data, bytes, nullptr));
    LEYDEN_CUDA_TRY(ops_.synchronize(nullptr));
    *out = memory.as<void>();
    out_.bytes_ += bytes;
    out_.memory_.push_back(std::move(memory));
    return {};
  }

  Status floats(const std::vector<float>& values, const float** out) {
    void* p = nullptr;
    LEYDEN_TRY(put(values.data(), values.size() * sizeof(float), &p));
    *out = static_cast<const float*>(p);
    return {};
  }

  Status matrices(const std::vector<const PackedMatrix*>& from, DeviceMatrix* to) {
    const PackedMatrix& first = *from[0];
    std::vector<cuda::Weight> views;
    std::vector<std::byte> rows(static_cast<size_t>(first.n() * first.k()) *
                                dtype_size(first.dtype()));
    for (const PackedMatrix* m : from) {
      if (m->n() != first.n() || m->k() != first.k() || m->dtype() != first.dtype())
        return unsupported("CUDA: the experts of a layer differ in shape or type");
      m->copy_rows(rows.data());
      cuda::Weight view = shape_of(first);
      void* p = nullptr;
      LEYDEN_TRY(put(rows.data(), rows.size(), &p));
      view.data = p;
      if (m->dtype() == DType::kF8E4M3) {
        const auto n_blocks = (m->n() + PackedMatrix::kBlock - 1) / PackedMatrix::kBlock;
        LEYDEN_TRY(put(m->scale_row(0),
                       static_cast<size_t>(n_blocks * m->k_blocks()) * sizeof(float), &p));
        view.scales = static_cast<const float*>(p);
      }
      views.push_back(view);
    }
    return publish(views, shape_of(first), to);
  }

  /// [n_heads][rows][columns] f32 that holds bf16 values -> each head transposed, bf16.
  Status heads(const std::vector<float>& values, int64_t rows, int64_t columns, DeviceMatrix* to) {
    const int64_t n_heads = model_.config().n_heads;
    std::vector<uint16_t> transposed(values.size());
    for (int64_t h = 0; h < n_heads; ++h)
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c)
          transposed[static_cast<size_t>((h * columns + c) * rows + r)] =
              bf16_from_float(values[static_cast<size_t>((h * rows + r) * columns + c)]);
    void* p = nullptr;
    LEYDEN_TRY(put(transposed.data(), transposed.size() * sizeof(uint16_t), &p));
    cuda::Weight shape;
    shape.n = static_cast<int32_t>(columns);
    shape.k = static_cast<int32_t>(rows);
    shape.dtype = static_cast<int32_t>(DType::kBF16);
    std::vector<cuda::Weight> views(static_cast<size_t>(n_heads), shape);
    for (int64_t h = 0; h < n_heads; ++h)
      views[static_cast<size_t>(h)].data = static_cast<const uint16_t*>(p) + h * rows * columns;
    return publish(views, shape, to);
  }

  static cuda::Weight shape_of(const PackedMatrix& m) {
    cuda::Weight w;
    w.n = static_cast<int32_t>(m.n());
    w.k = static_cast<int32_t>(m.k());
    w.dtype = static_cast<int32_t>(m.dtype());
    return w;
  }
  Status publish(const std::vector<cuda::Weight>& views, const cuda::Weight& shape,
                 DeviceMatrix* to) {
    void* p = nullptr;
    LEYDEN_TRY(put(views.data(), views.size() * sizeof(cuda::Weight), &p));
    // An embedding is read through its own view, so the shape carries the first one's data.
    *to = {static_cast<const cuda::Weight*>(p), shape, static_cast<int32_t>(views.size())};
    to->shape.data = views[0].data;
    to->shape.scales = views[0].scales;
    return {};
  }

  const Model& model_;
  const cuda::Ops& ops_;
  DeviceWeights& out_;
};

Result<std::unique_ptr<DeviceWeights>> DeviceWeights::upload(const Model& model,
                                                             const cuda::Ops& ops) {
  if (!model.deployed())
    return unsupported("CUDA: reference precision runs on the CPU only; expected deployed");
  auto weights = std::make_unique<DeviceWeights>();
  LEYDEN_TRY(WeightUploader(model, ops, weights.get()).run());
  return weights;
}

}  // namespace leyden
