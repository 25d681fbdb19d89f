// SPDX-License-Identifier: Apache-2.0
// Per layer, as forward.cpp:  add+norm -> projections, records -> [scores -> top-k] -> attention
//                             -> W_o -> add+norm -> dense FFN or router + experts
#include "core/engine/cuda/cuda_forward.h"

#include <algorithm>
#include <map>

#include "core/engine/cuda/device_page_memory.h"
#include "core/engine/numerics_build.h"

namespace leyden {
namespace {

/// Scores of one pass over the index: rows are taken in blocks that fit.
constexpr int64_t kScoreBytes = int64_t{256} << 20;
/// Passes of up to so many rows are recorded: larger ones are not bound by launches.
constexpr int64_t kRecordedRows = 64;
/// Partial results of attention, which let few rows use the whole device: without them it is only
/// slower.
constexpr int64_t kPartialBytes = int64_t{64} << 20;

int64_t groups_of(int64_t k) { return (k + 127) / 128; }

}  // namespace

struct CudaForward::Scratch {
  explicit Scratch(const cuda::Ops* ops) : host_batch(ops) {
    for (DeviceMemory* m : all()) *m = DeviceMemory(ops);
  }
  std::vector<DeviceMemory*> all() {
    return {&batch,
            &mass,
            &h,
            &residual,
            &x,
            &hidden,
            &codes,
            &scales,
            &bf16,
            &q_a,
            &kv_a,
            &index_k,
            &index_w,
            &c_q,
            &q,
            &index_q,
            &latents,
            &index_codes,
            &index_weights,
            &scores,
            &between,
            &keys,
            &count,
            &q_latent,
            &u,
            &lse,
            &partials,
            &k_pe,
            &kv,
            &attention_out,
            &gate,
            &up,
            &act,
            &router,
            &experts,
            &weights,
            &offsets,
            &token_of_slot,
            &slot_of_choice,
            &expert_out,
            &shared_out,
            &head_rows,
            &logits};
  }
  DeviceMemory batch, mass;                                               // the batch
  DeviceMemory h, residual, x, hidden;                                    // [m, dim]
  DeviceMemory codes, scales, bf16;                                       // an input's form
  DeviceMemory q_a, kv_a, index_k, index_w, c_q, q, index_q, latents;     // projections
  DeviceMemory index_codes, index_weights, scores, between, keys, count;  // selection
  DeviceMemory q_latent, u, lse, partials, k_pe, kv, attention_out;       // attention
  DeviceMemory gate, up, act, router, experts, weights, offsets, token_of_slot, slot_of_choice;
  DeviceMemory expert_out, shared_out, head_rows, logits;
  // Where parts of the batch lie on the device.
  float** mass_rows = nullptr;
  cuda::Row* rows = nullptr;
  float* cos_sin = nullptr;
  int32_t* tokens = nullptr;
  // What is uploaded must live until the stream has taken it.
  PinnedMemory host_batch;
  std::vector<int32_t> host_head_rows;
  std::vector<float> host_mass;
  std::vector<cuda::Row> host_rows;
  std::vector<size_t> mass_begin;  ///< of each row in `mass`, in floats
};

/// One activation matrix; quantised or narrowed on first use. The form's memory is shared, so one
/// Form is used up before the next is made.
struct CudaForward::Form {
  const float* x = nullptr;
  int64_t m = 0, k = 0;
  bool fp8 = false, bf16 = false;  ///< which forms have been made
};

Result<std::unique_ptr<CudaForward>> CudaForward::create(std::shared_ptr<const Model> model,
                                                         const cuda::Ops& ops, int32_t device) {
  LEYDEN_CUDA_TRY(ops.use_device(device));
  LEYDEN_ASSIGN(auto weights, DeviceWeights::upload(*model, ops));
  return std::unique_ptr<CudaForward>(
      new CudaForward(std::move(model), ops, device, std::move(weights)));
}

CudaForward::CudaForward(std::shared_ptr<const Model> model, const cuda::Ops& ops, int32_t device,
                         std::unique_ptr<DeviceWeights> weights)
    : model_(std::move(model)),
      ops_(ops),
      device_(device),
      weights_(std::move(weights)),
      page_memory_(make_device_page_memory(model_->kv_layout(), ops, device)),
      s_(std::make_unique<Scratch>(&ops)) {
  if (ops_.make_stream(&stream_)) stream_ = nullptr;  // the default stream serves as well
  steps_ = std::make_unique<RecordedSteps>(ops_, stream_);
}

CudaForward::~CudaForward() {
  steps_.reset();
  if (stream_) ops_.drop_stream(stream_);
}

size_t CudaForward::default_kv_bytes() const {
  cuda::DeviceInfo info;
  if (ops_.device_info(device_, &info)) return 0;
  // What is left is for scratch, which grows with the batch.
  return static_cast<size_t>(info.free_bytes) / 8 * 7;
}

std::string CudaForward::numerics_profile() const {
  return std::string("cuda 9.0 ") + ops_.build_id + "-" + LEYDEN_NUMERICS_BUILD;
}

size_t CudaForward::scratch_bytes() const {
  size_t n = 0;
  for (const DeviceMemory* m : s_->all()) n += m->size();
  return n;
}

cuda::PageShape CudaForward::page_shape(int64_t layer) const {
  const KvLayout& l = model_->kv_layout();
  return {l.kv_lora_rank, l.rope_dim, l.index_dim, layer * l.layer_bytes(), l.scale_ue8m0};
}

Status CudaForward::run_products(Form& x, std::span<cuda::Linear> products) {
  for (cuda::Linear& l : products) {
    l.x_stride = x.k;
    l.y_stride = l.shape.n;
    switch (static_cast<DType>(l.shape.dtype)) {
      case DType::kF8E4M3:
        if (!x.fp8) {
          LEYDEN_TRY(s_->codes.ensure(static_cast<size_t>(x.m * x.k)));
          LEYDEN_TRY(s_->scales.ensure(static_cast<size_t>(x.m * groups_of(x.k)) * 4));
          LEYDEN_CUDA_TRY(ops_.quantize(x.x, x.m, x.k, model_->config().scale_ue8m0,
                                        s_->codes.as<uint8_t>(), s_->scales.as<float>(), stream_));
          x.fp8 = true;
        }
        l.x = s_->codes.as<void>();
        l.x_scales = s_->scales.as<float>();
        break;
      case DType::kBF16:
        if (!x.bf16) {
          LEYDEN_TRY(s_->bf16.ensure(static_cast<size_t>(x.m * x.k) * 2));
          LEYDEN_CUDA_TRY(ops_.to_bf16(x.x, x.m * x.k, s_->bf16.as<uint16_t>(), stream_));
          x.bf16 = true;
        }
        l.x = s_->bf16.as<void>();
        break;
      case DType::kF32:
        l.x = x.x;
        break;
    }
  }
  LEYDEN_CUDA_TRY(ops_.linear(products.data(), static_cast<int64_t>(products.size()), stream_));
  return {};
}

Status CudaForward::products(Form& x, std::initializer_list<Product> products) {
  std::vector<cuda::Linear> all;
  for (const Product& p : products) {
    cuda::Linear& l = all.emplace_back();
    l.weights = p.w.views;
    l.shape = p.w.shape;
    l.m = x.m;
    l.y = p.y;
    l.round_bf16 = p.round_bf16;
  }
  return run_products(x, all);
}

Status CudaForward::product_by_head(const float* x, int64_t width, const DeviceMatrix& w, int64_t m,
                                    float* y) {
  LEYDEN_TRY(s_->bf16.ensure(static_cast<size_t>(m * w.count * width) * 2));
  LEYDEN_CUDA_TRY(ops_.to_bf16(x, m * w.count * width, s_->bf16.as<uint16_t>(), stream_));
  cuda::Linear l;
  l.x = s_->bf16.as<void>();
  l.weights = w.views;
  l.shape = w.shape;
  l.groups = w.count;
  l.m = m;
  l.x_stride = w.count * width;
  l.x_group = width;
  l.y = y;
  l.y_stride = int64_t{w.count} * w.shape.n;
  l.y_group = w.shape.n;
  l.round_bf16 = true;
  LEYDEN_CUDA_TRY(ops_.linear(&l, 1, stream_));
  return {};
}

cuda::Attention CudaForward::attention_of(int64_t layer, int64_t first, int64_t m,
                                          bool selected) const {
  const ModelConfig& c = model_->config();
  const int64_t topk = c.index_topk;
  cuda::Attention a;
  a.page = page_shape(layer);
  a.n_heads = c.n_heads;
  a.sm_scale = static_cast<float>(c.softmax_scale());
  a.rows = s_->rows + first;
  a.m = m;
  if (selected)
    a.selection = {s_->keys.as<int32_t>() + first * topk, s_->count.as<int32_t>() + first, topk};
  return a;
}

bool CudaForward::explicit_heads(const ForwardRow& row) const {
  return model_->options().form == AttentionForm::kMha && !row.decode;
}

Status CudaForward::place(std::span<const ForwardRow> rows) {
  const size_t m = rows.size(), dr = static_cast<size_t>(model_->config().qk_rope_head_dim);
  std::map<std::byte* const*, std::pair<int64_t, size_t>> tables;  // pages, place among all tables
  for (const ForwardRow& row : rows) {
    int64_t& pages = tables[row.pages].first;
    pages = std::max(pages, row.position / KvLayout::kPageTokens + 1);
  }
  size_t table_pages = 0;
  for (auto& [pages, table] : tables) {
    table.second = table_pages;
    table_pages += static_cast<size_t>(table.first);
  }

  // One block, one copy. Tables come last: where the rest lies depends on m alone.
  size_t bytes = 0;
  const auto part = [&](size_t size) {
    return std::exchange(bytes, bytes + (size + 15) / 16 * 16);
  };
  const size_t mass_rows_at = part(m * sizeof(float*)), rows_at = part(m * sizeof(cuda::Row)),
               cos_sin_at = part(m * dr * 4), tokens_at = part(m * 4),
               tables_at = part(table_pages * sizeof(std::byte*));
  LEYDEN_TRY(s_->batch.ensure(bytes));
  LEYDEN_TRY(s_->host_batch.ensure(bytes));
  std::byte *host = s_->host_batch.data(), *device = s_->batch.as<std::byte>();
  s_->mass_rows = reinterpret_cast<float**>(device + mass_rows_at);
  s_->rows = reinterpret_cast<cuda::Row*>(device + rows_at);
  s_->cos_sin = reinterpret_cast<float*>(device + cos_sin_at);
  s_->tokens = reinterpret_cast<int32_t*>(device + tokens_at);
  auto** device_tables = reinterpret_cast<std::byte**>(device + tables_at);
  auto** host_tables = reinterpret_cast<std::byte**>(host + tables_at);
  for (const auto& [pages, table] : tables)
    std::copy(pages, pages + table.first, host_tables + table.second);

  auto** mass_rows = reinterpret_cast<float**>(host + mass_rows_at);
  auto* cos_sin = reinterpret_cast<float*>(host + cos_sin_at);
  auto* tokens = reinterpret_cast<int32_t*>(host + tokens_at);
  s_->host_rows.resize(m);
  s_->mass_begin.assign(m, 0);
  size_t mass_floats = 0;
  for (size_t t = 0; t < m; ++t) {
    const ForwardRow& row = rows[t];
    tokens[t] = row.token;
    model_->fill_rope(row.position, cos_sin + t * dr);
    s_->host_rows[t] = {device_tables + tables[row.pages].second, row.position};
    s_->mass_begin[t] = mass_floats;
    if (row.mass) mass_floats += static_cast<size_t>(row.position) + 1;
  }
  std::copy(s_->host_rows.begin(), s_->host_rows.end(),
            reinterpret_cast<cuda::Row*>(host + rows_at));
  s_->host_mass.resize(mass_floats);
  if (mass_floats > 0) {
    LEYDEN_TRY(s_->mass.ensure(mass_floats * 4));
    LEYDEN_CUDA_TRY(ops_.fill(s_->mass.as<void>(), 0, mass_floats * 4, stream_));
  }
  for (size_t t = 0; t < m; ++t)
    mass_rows[t] = rows[t].mass ? s_->mass.as<float>() + s_->mass_begin[t] : nullptr;
  LEYDEN_CUDA_TRY(ops_.copy(device, host, bytes, stream_));
  return {};
}

Status CudaForward::run(std::span<const ForwardRow> rows) {
  const ModelConfig& c = model_->config();
  int64_t positions = 0;
  bool all_mqa = true;
  for (const ForwardRow& row : rows) {
    if (row.recall) return unsupported("index recall: is measured on the CPU only");
    positions = std::max(positions, row.position + 1);
    all_mqa = all_mqa && !explicit_heads(row);
  }
  LEYDEN_CUDA_TRY(ops_.use_device(device_));
  LEYDEN_TRY(place(rows));
  const bool selected =
      model_->options().attention == AttentionMode::kDsa && positions > c.index_topk;
  const auto m = static_cast<int64_t>(rows.size());
  if (all_mqa && m <= kRecordedRows) {
    const StepShape shape{m, rounded_reach(positions), selected, !s_->host_mass.empty()};
    LEYDEN_TRY(steps_->run(
        shape, [&] { return scratch_bytes(); }, [&] { return enqueue(rows, shape); }));
  } else {
    LEYDEN_TRY(enqueue(rows, {m, positions, selected, !s_->host_mass.empty()}));
  }
  return collect_mass(rows);
}

Status CudaForward::enqueue(std::span<const ForwardRow> rows, const StepShape& step) {
  const ModelConfig& c = model_->config();
  const int64_t m = step.rows;
  const float eps = static_cast<float>(c.rms_norm_eps);
  const size_t wide = static_cast<size_t>(m * c.dim) * 4;
  for (DeviceMemory* b : {&s_->h, &s_->residual, &s_->x, &s_->hidden}) LEYDEN_TRY(b->ensure(wide));
  float *h = s_->h.as<float>(), *residual = s_->residual.as<float>(), *x = s_->x.as<float>();
  LEYDEN_CUDA_TRY(ops_.embed(weights_->embed().shape, s_->tokens, m, h, stream_));
  for (int64_t i = 0; i < c.n_layers; ++i) {
    const DeviceLayer& w = weights_->layer(i);
    LEYDEN_CUDA_TRY(ops_.add_rms_norm(h, i == 0 ? nullptr : residual, w.attn_norm, m, c.dim, eps, x,
                                      residual, stream_));
    LEYDEN_TRY(attention(w, i, rows, step));
    LEYDEN_CUDA_TRY(
        ops_.add_rms_norm(h, residual, w.ffn_norm, m, c.dim, eps, x, residual, stream_));
    LEYDEN_TRY(w.gate.empty() ? dense_ffn(w.ffn, m) : moe_ffn(w, m));
  }
  LEYDEN_CUDA_TRY(ops_.add_rms_norm(h, c.n_layers == 0 ? nullptr : residual, weights_->final_norm(),
                                    m, c.dim, eps, s_->hidden.as<float>(), residual, stream_));
  return {};
}

Status CudaForward::collect_mass(std::span<const ForwardRow> rows) {
  if (!s_->host_mass.empty())
    LEYDEN_CUDA_TRY(
        ops_.copy(s_->host_mass.data(), s_->mass.as<void>(), s_->host_mass.size() * 4, stream_));
  LEYDEN_CUDA_TRY(ops_.synchronize(stream_));
  for (size_t t = 0; t < rows.size(); ++t) {
    if (!rows[t].mass) continue;
    const float* from = s_->host_mass.data() + s_->mass_begin[t];
    for (int64_t p = 0; p <= rows[t].position; ++p) rows[t].mass[p] += from[p];
  }
  return {};
}

Status CudaForward::attention(const DeviceLayer& w, int64_t layer, std::span<const ForwardRow> rows,
                              const StepShape& step) {
  const ModelConfig& c = model_->config();
  const int64_t m = step.rows;
  const int64_t r = c.kv_lora_rank, dr = c.qk_rope_head_dim, di = c.index_head_dim;
  constexpr float eps = static_cast<float>(ModelConfig::kLatentNormEps);
  const auto ensure = [&](DeviceMemory& b, int64_t floats) {
    return b.ensure(static_cast<size_t>(floats) * 4);
  };
  LEYDEN_TRY(ensure(s_->q_a, m * c.q_lora_rank));
  LEYDEN_TRY(ensure(s_->kv_a, m * (r + dr)));
  LEYDEN_TRY(ensure(s_->index_k, m * di));
  LEYDEN_TRY(ensure(s_->index_w, m * c.index_n_heads));
  LEYDEN_TRY(ensure(s_->c_q, m * c.q_lora_rank));
  LEYDEN_TRY(ensure(s_->q, m * c.n_heads * c.qk_head_dim()));
  LEYDEN_TRY(ensure(s_->index_q, m * c.index_n_heads * di));
  LEYDEN_TRY(ensure(s_->latents, m * r));
  LEYDEN_TRY(ensure(s_->attention_out, m * c.n_heads * c.v_head_dim));
  float *q = s_->q.as<float>(), *kv_a = s_->kv_a.as<float>();

  Form x{s_->x.as<float>(), m, c.dim};
  LEYDEN_TRY(products(x, {{w.wq_a, s_->q_a.as<float>()},
                          {w.wkv_a, kv_a},
                          {w.index_wk, s_->index_k.as<float>()},
                          {w.index_weights, s_->index_w.as<float>(), false}}));
  LEYDEN_CUDA_TRY(ops_.rms_norm(s_->q_a.as<float>(), c.q_lora_rank, w.q_norm, m, c.q_lora_rank, eps,
                                s_->c_q.as<float>(), c.q_lora_rank, stream_));
  Form cq{s_->c_q.as<float>(), m, c.q_lora_rank};
  LEYDEN_TRY(products(cq, {{w.wq_b, q}, {w.index_wq_b, s_->index_q.as<float>()}}));
  LEYDEN_CUDA_TRY(
      ops_.rms_norm(kv_a, r + dr, w.kv_norm, m, r, eps, s_->latents.as<float>(), r, stream_));
  const cuda::KeyShape shape{page_shape(layer),        c.n_heads,       c.qk_head_dim(),
                             c.qk_nope_head_dim,       c.index_n_heads, eps,
                             c.indexer_rope_interleave};
  LEYDEN_CUDA_TRY(ops_.write_keys(shape, s_->rows, m, s_->cos_sin, q, s_->latents.as<float>(), kv_a,
                                  s_->index_k.as<float>(), s_->index_q.as<float>(), w.k_norm_weight,
                                  w.k_norm_bias, stream_));

  if (step.selected) LEYDEN_TRY(select(layer, step));

  for (size_t begin = 0, end; begin < rows.size(); begin = end) {
    const bool mha = explicit_heads(rows[begin]);
    end = begin + 1;
    while (end < rows.size() && explicit_heads(rows[end]) == mha &&
           (!mha || rows[end].pages == rows[begin].pages))
      ++end;
    LEYDEN_TRY(mha ? attend_mha(w, layer, rows, begin, end, step)
                   : attend_mqa(w, layer, rows, begin, end, step));
  }
  Form o{s_->attention_out.as<float>(), m, c.n_heads * c.v_head_dim};
  return products(o, {{w.wo, s_->h.as<float>()}});
}

Status CudaForward::select(int64_t layer, const StepShape& step) {
  const ModelConfig& c = model_->config();
  const int64_t m = step.rows;
  const int64_t heads = c.index_n_heads, di = c.index_head_dim, topk = c.index_topk;
  LEYDEN_TRY(s_->index_codes.ensure(static_cast<size_t>(m * heads * di)));
  LEYDEN_TRY(s_->index_weights.ensure(static_cast<size_t>(m * heads) * 4));
  LEYDEN_TRY(s_->keys.ensure(static_cast<size_t>(m * topk) * 4));
  LEYDEN_TRY(s_->count.ensure(static_cast<size_t>(m) * 4));
  const cuda::PageShape shape = page_shape(layer);
  LEYDEN_CUDA_TRY(ops_.index_queries(shape, s_->index_q.as<float>(), s_->index_w.as<float>(), m,
                                     heads, s_->index_codes.as<uint8_t>(),
                                     s_->index_weights.as<float>(), stream_));
  constexpr int64_t kPage = KvLayout::kPageTokens;
  const int64_t stride = (step.reach + kPage - 1) / kPage * kPage;
  const int64_t block = std::clamp<int64_t>(kScoreBytes / 4 / stride, 1, m);
  LEYDEN_TRY(s_->scores.ensure(static_cast<size_t>(block * stride) * 4));
  for (int64_t first = 0; first < m; first += block) {
    const int64_t n = std::min(block, m - first);
    const cuda::Row* at = s_->rows + first;
    LEYDEN_CUDA_TRY(ops_.index_scores(
        shape, at, n, heads, s_->index_codes.as<uint8_t>() + first * heads * di,
        s_->index_weights.as<float>() + first * heads, s_->scores.as<float>(), stride, stream_));
    const int64_t scratch = ops_.topk_scratch_bytes(n, stride);
    LEYDEN_TRY(s_->between.ensure(static_cast<size_t>(scratch)));
    LEYDEN_CUDA_TRY(ops_.select_topk(
        at, s_->scores.as<float>(), stride, n, topk, s_->keys.as<int32_t>() + first * topk,
        s_->count.as<int32_t>() + first, s_->between.as<void>(), scratch, stream_));
  }
  return {};
}

namespace {

bool wants_mass(std::span<const ForwardRow> rows, size_t begin, size_t end) {
  return std::any_of(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const ForwardRow& row) { return row.mass != nullptr; });
}

}  // namespace

Status CudaForward::attend_mqa(const DeviceLayer& w, int64_t layer,
                               std::span<const ForwardRow> rows, size_t begin, size_t end,
                               const StepShape& step) {
  const ModelConfig& c = model_->config();
  const int64_t m = static_cast<int64_t>(end - begin), first = static_cast<int64_t>(begin);
  const int64_t heads = c.n_heads, dk = c.qk_head_dim(), dn = c.qk_nope_head_dim;
  const int64_t r = c.kv_lora_rank, v = c.v_head_dim, topk = c.index_topk;
  LEYDEN_TRY(s_->q_latent.ensure(static_cast<size_t>(m * heads * r) * 4));
  LEYDEN_TRY(s_->u.ensure(static_cast<size_t>(m * heads * r) * 4));
  LEYDEN_TRY(s_->lse.ensure(static_cast<size_t>(m * heads) * 4));
  const float* q = s_->q.as<float>() + first * heads * dk;
  float* q_latent = s_->q_latent.as<float>();

  LEYDEN_TRY(product_by_head(q, dk, w.w_uk, m, q_latent));

  cuda::Attention a = attention_of(layer, first, m, step.selected);
  a.most_keys = step.selected ? std::min(step.reach, topk) : step.reach;
  const int64_t partials = cuda::partial_floats(m, heads, a.most_keys, r);
  if (4 * partials <= kPartialBytes) {
    LEYDEN_TRY(s_->partials.ensure(static_cast<size_t>(4 * partials)));
    a.scratch = s_->partials.as<float>();
    a.scratch_floats = partials;
  }
  LEYDEN_CUDA_TRY(
      ops_.mqa_attention(a, q_latent, q + dn, dk, s_->u.as<float>(), s_->lse.as<float>(), stream_));
  if (wants_mass(rows, begin, end)) {
    LEYDEN_CUDA_TRY(ops_.mqa_mass(a, a.most_keys, q_latent, q + dn, dk, s_->lse.as<float>(),
                                  s_->mass_rows + first, stream_));
  }

  return product_by_head(s_->u.as<float>(), r, w.w_uv, m,
                         s_->attention_out.as<float>() + first * heads * v);
}

Status CudaForward::attend_mha(const DeviceLayer& w, int64_t layer,
                               std::span<const ForwardRow> rows, size_t begin, size_t end,
                               const StepShape& step) {
  const ModelConfig& c = model_->config();
  const int64_t m = static_cast<int64_t>(end - begin), first = static_cast<int64_t>(begin);
  const int64_t heads = c.n_heads, dn = c.qk_nope_head_dim, dr = c.qk_rope_head_dim;
  const int64_t r = c.kv_lora_rank, v = c.v_head_dim;
  const int64_t n_keys = rows[end - 1].position + 1;
  LEYDEN_TRY(s_->latents.ensure(static_cast<size_t>(n_keys * r) * 4));
  LEYDEN_TRY(s_->k_pe.ensure(static_cast<size_t>(n_keys * dr) * 4));
  LEYDEN_TRY(s_->kv.ensure(static_cast<size_t>(n_keys * heads * (dn + v)) * 4));
  LEYDEN_TRY(s_->lse.ensure(static_cast<size_t>(m * heads) * 4));
  LEYDEN_CUDA_TRY(ops_.read_latents(page_shape(layer), s_->host_rows[end - 1], n_keys,
                                    s_->latents.as<float>(), s_->k_pe.as<float>(), stream_));
  Form latents{s_->latents.as<float>(), n_keys, r};
  LEYDEN_TRY(products(latents, {{w.wkv_b, s_->kv.as<float>()}}));

  const cuda::Attention a = attention_of(layer, first, m, step.selected);
  const float* q = s_->q.as<float>() + first * heads * (dn + dr);
  LEYDEN_CUDA_TRY(ops_.mha_attention(a, dn, v, q, s_->kv.as<float>(), s_->k_pe.as<float>(),
                                     s_->attention_out.as<float>() + first * heads * v,
                                     s_->lse.as<float>(), stream_));
  if (wants_mass(rows, begin, end))
    LEYDEN_CUDA_TRY(ops_.mha_mass(a, n_keys, dn, v, q, s_->kv.as<float>(), s_->k_pe.as<float>(),
                                  s_->lse.as<float>(), s_->mass_rows + first, stream_));
  return {};
}

Status CudaForward::dense_ffn(const DeviceFfn& w, int64_t m) {
  const int64_t n = w.w1.shape.n;
  for (DeviceMemory* b : {&s_->gate, &s_->up, &s_->act})
    LEYDEN_TRY(b->ensure(static_cast<size_t>(m * n) * 4));
  Form x{s_->x.as<float>(), m, model_->config().dim};
  LEYDEN_TRY(products(x, {{w.w1, s_->gate.as<float>()}, {w.w3, s_->up.as<float>()}}));
  LEYDEN_CUDA_TRY(
      ops_.swiglu(s_->gate.as<float>(), s_->up.as<float>(), m * n, s_->act.as<float>(), stream_));
  Form a{s_->act.as<float>(), m, n};
  return products(a, {{w.w2, s_->h.as<float>()}});
}

Status CudaForward::moe_ffn(const DeviceLayer& w, int64_t m) {
  const ModelConfig& c = model_->config();
  const int64_t k = c.n_activated_experts, n_experts = c.n_routed_experts, n = c.moe_inter_dim;
  const int64_t slots = m * k;
  const auto i32 = [](int64_t v) { return static_cast<int32_t>(v); };
  LEYDEN_TRY(s_->router.ensure(static_cast<size_t>(m * n_experts) * 4));
  for (DeviceMemory* b : {&s_->experts, &s_->weights, &s_->token_of_slot, &s_->slot_of_choice})
    LEYDEN_TRY(b->ensure(static_cast<size_t>(slots) * 4));
  LEYDEN_TRY(s_->offsets.ensure(static_cast<size_t>(n_experts + 1) * 4));
  LEYDEN_TRY(s_->expert_out.ensure(static_cast<size_t>(slots * c.dim) * 4));
  for (DeviceMemory* b : {&s_->gate, &s_->up, &s_->act})
    LEYDEN_TRY(b->ensure(static_cast<size_t>(slots * n) * 4));

  Form x{s_->x.as<float>(), m, c.dim};
  LEYDEN_TRY(products(x, {{w.gate, s_->router.as<float>(), false}}));
  const cuda::Router router{i32(n_experts),
                            i32(k),
                            i32(c.n_expert_groups),
                            i32(c.n_limited_groups),
                            static_cast<float>(c.route_scale),
                            c.norm_topk_prob};
  LEYDEN_CUDA_TRY(ops_.route(router, s_->router.as<float>(), w.gate_bias, m,
                             s_->experts.as<int32_t>(), s_->weights.as<float>(), stream_));
  LEYDEN_CUDA_TRY(ops_.expert_slots(s_->experts.as<int32_t>(), m, i32(k), i32(n_experts),
                                    s_->offsets.as<int32_t>(), s_->token_of_slot.as<int32_t>(),
                                    s_->slot_of_choice.as<int32_t>(), stream_));

  // The shared expert first: its products use x as it is, and its output stays.
  const bool shared = !w.shared.w1.empty();
  if (shared) {
    const int64_t n_shared = w.shared.w1.shape.n;
    for (DeviceMemory* b : {&s_->gate, &s_->up, &s_->act})
      LEYDEN_TRY(b->ensure(static_cast<size_t>(std::max(slots * n, m * n_shared)) * 4));
    LEYDEN_TRY(s_->shared_out.ensure(static_cast<size_t>(m * c.dim) * 4));
    LEYDEN_TRY(
        products(x, {{w.shared.w1, s_->gate.as<float>()}, {w.shared.w3, s_->up.as<float>()}}));
    LEYDEN_CUDA_TRY(ops_.swiglu(s_->gate.as<float>(), s_->up.as<float>(), m * n_shared,
                                s_->act.as<float>(), stream_));
    Form a{s_->act.as<float>(), m, n_shared};
    LEYDEN_TRY(products(a, {{w.shared.w2, s_->shared_out.as<float>()}}));
    x.fp8 = x.bf16 = false;  // the form's memory now holds the activations
  }

  const auto grouped = [&](const DeviceMatrix& matrix, float* y, bool gather) {
    cuda::Linear l;
    l.weights = matrix.views;
    l.shape = matrix.shape;
    l.groups = matrix.count;
    l.offsets = s_->offsets.as<int32_t>();
    l.rows = gather ? s_->token_of_slot.as<int32_t>() : nullptr;
    l.m = m;  // a token goes to an expert once at most
    l.y = y;
    l.round_bf16 = true;
    return l;
  };
  cuda::Linear in[] = {grouped(w.experts.w1, s_->gate.as<float>(), true),
                       grouped(w.experts.w3, s_->up.as<float>(), true)};
  LEYDEN_TRY(run_products(x, in));
  LEYDEN_CUDA_TRY(ops_.swiglu(s_->gate.as<float>(), s_->up.as<float>(), slots * n,
                              s_->act.as<float>(), stream_));
  Form a{s_->act.as<float>(), slots, n};
  cuda::Linear out[] = {grouped(w.experts.w2, s_->expert_out.as<float>(), false)};
  LEYDEN_TRY(run_products(a, out));
  LEYDEN_CUDA_TRY(ops_.combine(s_->expert_out.as<float>(),
                               shared ? s_->shared_out.as<float>() : nullptr,
                               s_->slot_of_choice.as<int32_t>(), s_->weights.as<float>(), m, i32(k),
                               c.dim, s_->h.as<float>(), stream_));
  return {};
}

Status CudaForward::logits(std::span<const int32_t> rows, float* logits) {
  const ModelConfig& c = model_->config();
  LEYDEN_CUDA_TRY(ops_.use_device(device_));
  s_->host_head_rows.assign(rows.begin(), rows.end());
  LEYDEN_TRY(s_->head_rows.upload(s_->host_head_rows, stream_));
  const size_t bytes = rows.size() * static_cast<size_t>(c.vocab_size) * 4;
  LEYDEN_TRY(s_->logits.ensure(bytes));
  const int64_t m = static_cast<int64_t>(s_->host_rows.size());
  Form x{s_->hidden.as<float>(), m, c.dim};
  cuda::Linear head[1];
  cuda::Linear& l = head[0];
  l.weights = weights_->head().views;
  l.shape = weights_->head().shape;
  l.rows = s_->head_rows.as<int32_t>();
  l.m = static_cast<int64_t>(rows.size());
  l.y = s_->logits.as<float>();
  LEYDEN_TRY(run_products(x, head));
  LEYDEN_CUDA_TRY(ops_.copy(logits, s_->logits.as<void>(), bytes, stream_));
  LEYDEN_CUDA_TRY(ops_.synchronize(stream_));
  return {};
}

}  // namespace leyden
