// SPDX-License-Identifier: Apache-2.0
// Per layer:  add+norm -> MLA projections, KV records -> [indexer -> top-k] -> attention -> W_o
//             add+norm -> dense FFN or router + experts
// Values are fp32 in memory; in deployed mode each step rounds where the model does.
#include "core/engine/forward.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <optional>

#include "core/engine/host_memory.h"
#include "core/engine/numerics_build.h"
#include "kernels/cpu_features.h"
#include "kernels/cpu_ops.h"

namespace leyden {
namespace {


/// One activation matrix in every form the weights of a mode ask for, each made on first use.
class Inputs {
 public:
  Inputs(ThreadPool& pool, bool deployed, bool power_of_two, const float* x, int64_t m, int64_t k)
      : pool_(pool), deployed_(deployed), power_of_two_(power_of_two), x_(x), m_(m), k_(k) {}

  const LinearInput* for_weight(const PackedMatrix& w) {
    if (deployed_ && w.dtype() == DType::kF8E4M3) {
      if (!fp8_) fp8_ = LinearInput::fp8(pool_, x_, m_, k_, power_of_two_);
      return &*fp8_;
    }
    if (deployed_ && w.dtype() == DType::kBF16) {
      if (!bf16_) bf16_ = LinearInput::bf16(pool_, x_, m_, k_);
      return &*bf16_;
    }
    if (!f32_) f32_ = LinearInput::f32(x_, m_, k_);
    return &*f32_;
  }

 private:
  ThreadPool& pool_;
  bool deployed_, power_of_two_;
  const float* x_;
  int64_t m_, k_;
  std::optional<LinearInput> f32_, bf16_, fp8_;
};

LinearTask task(Inputs& x, const PackedMatrix& w, float* y, bool round_bf16) {
  return {.x = x.for_weight(w), .w = &w, .y = y, .y_stride = w.n(), .round_bf16 = round_bf16};
}

/// Grows only: the buffers of the largest batch so far are kept.
float* ensure(std::vector<float>& v, int64_t n) {
  if (v.size() < static_cast<size_t>(n)) v.resize(static_cast<size_t>(n));
  return v.data();
}

}  // namespace

int64_t packed_key_bytes(const ModelConfig& c, Precision precision, int threads) {
  const bool narrow = precision == Precision::kDeployed && cpu_ops().has_dot;
  return mha_heads_at_once(c.n_heads, threads > 0 ? threads : usable_cores()) *
         (c.qk_head_dim() + c.v_head_dim) * (narrow ? 2 : 4);
}

struct Forward::Scratch {
  std::vector<float> h, residual, x, hidden;             // [m, dim]
  int64_t m = 0;                                         // rows of the last run
  std::vector<float> q_a, kv_a, index_k, index_w;        // projections of x
  std::vector<float> c_q, q, index_q;                    // projections of the query latent
  std::vector<float> q_latent, u, q_pe;                  // MQA
  std::vector<float> latents, k_pe, kv;                  // MHA: keys 0..n of one sequence
  std::vector<float> attention_out;                      // [m, n_heads * v]
  std::vector<float> gate, up, act, logits, expert_out;  // FFN
  std::vector<float> cos_sin;                            // [m, rope_dim]
  SelectedKeys selected;

  size_t bytes() const {
    size_t n = 0;
    for (const auto* v : {&h,       &residual, &x,       &hidden, &q_a,        &kv_a,
                          &index_k, &index_w,  &c_q,     &q,      &index_q,    &q_latent,
                          &u,       &q_pe,     &latents, &k_pe,   &kv,         &attention_out,
                          &gate,    &up,       &act,     &logits, &expert_out, &cos_sin})
      n += v->size();
    return 4 * (n + selected.keys.size() + selected.count.size());
  }
};

size_t Forward::scratch_bytes() const { return s_->bytes(); }

Forward::Forward(std::shared_ptr<const Model> model, ThreadPool& pool)
    : model_(std::move(model)),
      pool_(pool),
      page_memory_(make_host_page_memory(model_->kv_layout())),
      s_(std::make_unique<Scratch>()) {}
Forward::~Forward() = default;

size_t Forward::default_kv_bytes() const { return available_memory_bytes() / 4 * 3; }

std::string Forward::numerics_profile() const {
  return std::string("cpu ") + cpu_level_name(cpu_level()) + " " + LEYDEN_NUMERICS_BUILD;
}

Status Forward::run(std::span<const ForwardRow> rows) {
  const ModelConfig& c = model_->config();
  const int64_t m = s_->m = static_cast<int64_t>(rows.size());
  const bool round = model_->deployed();
  const float eps = static_cast<float>(c.rms_norm_eps);
  float* h = ensure(s_->h, m * c.dim);
  float* residual = ensure(s_->residual, m * c.dim);
  float* x = ensure(s_->x, m * c.dim);
  float* cos_sin = ensure(s_->cos_sin, m * c.qk_rope_head_dim);
  for (int64_t r = 0; r < m; ++r) {
    model_->embed(rows[static_cast<size_t>(r)].token, h + r * c.dim);
    model_->fill_rope(rows[static_cast<size_t>(r)].position, cos_sin + r * c.qk_rope_head_dim);
  }
  for (int64_t i = 0; i < c.n_layers; ++i) {
    const LayerWeights& w = model_->layer(i);
    add_rms_norm(pool_, h, i == 0 ? nullptr : residual, w.attn_norm.data(), m, c.dim, eps, round, x,
                 residual);
    attention(i, rows);
    add_rms_norm(pool_, h, residual, w.ffn_norm.data(), m, c.dim, eps, round, x, residual);
    ffn(i, m);
  }
  add_rms_norm(pool_, h, c.n_layers == 0 ? nullptr : residual, model_->final_norm().data(), m,
               c.dim, eps, round, ensure(s_->hidden, m * c.dim), residual);
  return {};
}

void Forward::attention(int64_t i, std::span<const ForwardRow> rows) {
  const ModelConfig& c = model_->config();
  const LayerWeights& w = model_->layer(i);
  const KvLayout& layout = model_->kv_layout();
  const bool round = model_->deployed();
  const int64_t m = static_cast<int64_t>(rows.size());
  const int64_t r = c.kv_lora_rank, dr = c.qk_rope_head_dim, di = c.index_head_dim;
  constexpr float eps = static_cast<float>(ModelConfig::kLatentNormEps);

  Inputs x(pool_, round, c.scale_ue8m0, s_->x.data(), m, c.dim);
  float* q_a = ensure(s_->q_a, m * c.q_lora_rank);
  float* kv_a = ensure(s_->kv_a, m * (r + dr));
  float* index_k = ensure(s_->index_k, m * di);
  float* index_w = ensure(s_->index_w, m * c.index_n_heads);
  const LinearTask from_x[] = {task(x, w.wq_a, q_a, round), task(x, w.wkv_a, kv_a, round),
                               task(x, w.indexer.wk, index_k, round),
                               task(x, w.indexer.weights_proj, index_w, false)};
  linear(pool_, from_x);

  float* c_q = ensure(s_->c_q, m * c.q_lora_rank);
  rms_norm(pool_, q_a, c.q_lora_rank, w.q_norm.data(), m, c.q_lora_rank, eps, round, c_q,
           c.q_lora_rank);
  Inputs cq(pool_, round, c.scale_ue8m0, c_q, m, c.q_lora_rank);
  float* q = ensure(s_->q, m * c.n_heads * c.qk_head_dim());
  float* index_q = ensure(s_->index_q, m * c.index_n_heads * di);
  const LinearTask from_q[] = {task(cq, w.wq_b, q, round),
                               task(cq, w.indexer.wq_b, index_q, round)};
  linear(pool_, from_q);

  const auto rope_index = c.indexer_rope_interleave ? rope_interleaved : rope_half_split;
  float* latents = ensure(s_->latents, m * r);
  rms_norm(pool_, kv_a, r + dr, w.kv_norm.data(), m, r, eps, round, latents, r);
  pool_.parallel_for(m, [&](int64_t t, int) {
    const ForwardRow& row = rows[static_cast<size_t>(t)];
    const float* cs = s_->cos_sin.data() + t * dr;
    for (int64_t head = 0; head < c.n_heads; ++head)
      rope_interleaved(q + (t * c.n_heads + head) * c.qk_head_dim() + c.qk_nope_head_dim, dr, cs,
                       round);
    rope_interleaved(kv_a + t * (r + dr) + r, dr, cs, round);
    float* k = index_k + t * di;
    layer_norm_row(k, w.indexer.k_norm_weight.data(), w.indexer.k_norm_bias.data(), di, eps, round);
    rope_index(k, dr, cs, round);
    if (round) hadamard_row(k, di, true);
    for (int64_t head = 0; head < c.index_n_heads; ++head) {
      float* iq = index_q + (t * c.index_n_heads + head) * di;
      rope_index(iq, dr, cs, round);
      if (round) hadamard_row(iq, di, true);
    }
    kv_write(layout, i, row.pages[row.position / KvLayout::kPageTokens],
             row.position % KvLayout::kPageTokens, latents + t * r, kv_a + t * (r + dr) + r, k);
  });

  // Select keys where there are more than top-k of them.
  const SelectedKeys* selected = nullptr;
  const bool dsa = model_->options().attention == AttentionMode::kDsa;
  const bool needs_selection = dsa && std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
                                 return row.position >= c.index_topk;
                               });
  if (needs_selection) {
    const IndexerQueries queries =
        IndexerQueries::prepare(pool_, layout, index_q, index_w, m, c.index_n_heads);
    std::vector<AttentionRow> views(rows.size());
    for (size_t t = 0; t < rows.size(); ++t) views[t] = {rows[t].pages, rows[t].position};
    indexer_select(pool_, layout, i, views, queries, c.index_topk, &s_->selected);
    selected = &s_->selected;
    for (size_t t = 0; t < rows.size(); ++t)
      if (rows[t].recall && rows[t].position >= c.index_topk) measure_recall(i, rows[t], t);
  }

  // Runs of rows of one sequence and one form.
  ensure(s_->attention_out, m * c.n_heads * c.v_head_dim);
  size_t begin = 0;
  while (begin < rows.size()) {
    const bool mha = uses_mha(*model_, rows[begin]);
    size_t end = begin + 1;
    while (end < rows.size() && uses_mha(*model_, rows[end]) == mha &&
           (!mha || rows[end].pages == rows[begin].pages))
      ++end;
    if (mha) {
      attend_mha(i, rows, begin, end, selected);
    } else {
      for (size_t first = begin; first < end; first += kAbsorbedRows)
        attend_mqa(i, rows, first, std::min(end, first + kAbsorbedRows), selected);
    }
    begin = end;
  }

  Inputs o(pool_, round, c.scale_ue8m0, s_->attention_out.data(), m, c.n_heads * c.v_head_dim);
  const LinearTask out[] = {task(o, w.wo, s_->h.data(), round)};
  linear(pool_, out);
}

namespace {

/// The rows [begin, end) of a selection, and room for the attention mass of rows that want it.
struct RowSlice {
  std::vector<AttentionRow> views;
  SelectedKeys selected;
  std::vector<std::vector<float>> mass;
  std::vector<float*> mass_rows;
  bool any_mass = false;

  RowSlice(std::span<const ForwardRow> rows, size_t begin, size_t end, const SelectedKeys* from) {
    if (from) {
      selected.stride = from->stride;
      const auto first = static_cast<int64_t>(begin), last = static_cast<int64_t>(end);
      selected.keys.assign(from->keys.begin() + first * from->stride,
                           from->keys.begin() + last * from->stride);
      selected.count.assign(from->count.begin() + first, from->count.begin() + last);
    }
    mass.resize(end - begin);
    mass_rows.assign(end - begin, nullptr);
    for (size_t t = begin; t < end; ++t) {
      views.push_back({rows[t].pages, rows[t].position});
      if (!rows[t].mass) continue;
      const size_t n =
          from ? static_cast<size_t>(from->count[t]) : static_cast<size_t>(rows[t].position) + 1;
      mass[t - begin].assign(n, 0.0f);
      mass_rows[t - begin] = mass[t - begin].data();
      any_mass = true;
    }
  }
  float* const* mass_out() { return any_mass ? mass_rows.data() : nullptr; }

  /// Adds what was captured to the rows' own arrays, by position.
  void scatter(std::span<const ForwardRow> rows, size_t begin, bool has_selection) const {
    if (!any_mass) return;
    for (size_t t = 0; t < mass.size(); ++t) {
      float* out = rows[begin + t].mass;
      if (!out) continue;
      for (size_t k = 0; k < mass[t].size(); ++k) {
        const size_t position =
            has_selection
                ? static_cast<size_t>(selected.keys[t * static_cast<size_t>(selected.stride) + k])
                : k;
        out[position] += mass[t][k];
      }
    }
  }
};

}  // namespace

void Forward::attend_mqa(int64_t i, std::span<const ForwardRow> rows, size_t begin, size_t end,
                         const SelectedKeys* selected) {
  const ModelConfig& c = model_->config();
  const LayerWeights& w = model_->layer(i);
  const bool round = model_->deployed();
  const int64_t m = static_cast<int64_t>(end - begin), heads = c.n_heads;
  const int64_t dn = c.qk_nope_head_dim, dr = c.qk_rope_head_dim, r = c.kv_lora_rank;
  const float* q = s_->q.data() + static_cast<int64_t>(begin) * heads * c.qk_head_dim();
  float* q_latent = ensure(s_->q_latent, m * heads * r);
  float* q_pe = ensure(s_->q_pe, m * heads * dr);
  float* u = ensure(s_->u, m * heads * r);
  absorb_query(pool_, q, c.qk_head_dim(), w.w_uk.data(), m, heads, dn, r, round, q_latent);
  for (int64_t k = 0; k < m * heads; ++k)
    std::memcpy(q_pe + k * dr, q + k * c.qk_head_dim() + dn, static_cast<size_t>(dr) * 4);

  RowSlice slice(rows, begin, end, selected);
  const AttentionShape shape{heads, dn, c.v_head_dim, static_cast<float>(c.softmax_scale()), round};
  mqa_attention(pool_, model_->kv_layout(), i, shape, slice.views, q_latent, q_pe,
                selected ? &slice.selected : nullptr, u, slice.mass_out());
  slice.scatter(rows, begin, selected != nullptr);
  expand_value(pool_, u, w.w_uv_t.data(), m, heads, r, c.v_head_dim, round,
               s_->attention_out.data() + static_cast<int64_t>(begin) * heads * c.v_head_dim);
}

void Forward::measure_recall(int64_t i, const ForwardRow& row, size_t t) {
  const ModelConfig& c = model_->config();
  const int64_t heads = c.n_heads, dn = c.qk_nope_head_dim, dr = c.qk_rope_head_dim;
  const int64_t r = c.kv_lora_rank;
  const bool round = model_->deployed();
  const float* q = s_->q.data() + static_cast<int64_t>(t) * heads * c.qk_head_dim();
  std::vector<float> q_latent(static_cast<size_t>(heads * r)),
      q_pe(static_cast<size_t>(heads * dr));
  std::vector<float> u(static_cast<size_t>(heads * r));
  absorb_query(pool_, q, c.qk_head_dim(), model_->layer(i).w_uk.data(), 1, heads, dn, r, round,
               q_latent.data());
  for (int64_t h = 0; h < heads; ++h)
    std::memcpy(q_pe.data() + h * dr, q + h * c.qk_head_dim() + dn, static_cast<size_t>(dr) * 4);
  std::vector<float> mass(static_cast<size_t>(row.position) + 1, 0.0f);
  float* const mass_row = mass.data();
  const AttentionRow view{row.pages, row.position};
  const AttentionShape shape{heads, dn, c.v_head_dim, static_cast<float>(c.softmax_scale()), round};
  mqa_attention(pool_, model_->kv_layout(), i, shape, {&view, 1}, q_latent.data(), q_pe.data(),
                nullptr, u.data(), &mass_row);

  IndexRecall& recall = *row.recall;
  recall.layers.resize(static_cast<size_t>(c.n_layers));
  const SelectedKeys& selected = s_->selected;
  const int32_t* keys = selected.keys.data() + static_cast<int64_t>(t) * selected.stride;
  double captured = 0, best = 0;
  for (int32_t k = 0; k < selected.count[t]; ++k) captured += mass[static_cast<size_t>(keys[k])];
  std::nth_element(mass.begin(), mass.begin() + selected.count[t] - 1, mass.end(),
                   std::greater<>());
  for (int32_t k = 0; k < selected.count[t]; ++k) best += mass[static_cast<size_t>(k)];
  LayerRecall& layer = recall.layers[static_cast<size_t>(i)];
  layer.captured += captured / static_cast<double>(heads);
  layer.best += best / static_cast<double>(heads);
  if (i == 0) ++recall.rows;
}

void Forward::attend_mha(int64_t i, std::span<const ForwardRow> rows, size_t begin, size_t end,
                         const SelectedKeys* selected) {
  const ModelConfig& c = model_->config();
  const LayerWeights& w = model_->layer(i);
  const KvLayout& layout = model_->kv_layout();
  const bool round = model_->deployed();
  const int64_t heads = c.n_heads, dr = c.qk_rope_head_dim, r = c.kv_lora_rank;
  const int64_t n_keys = rows[end - 1].position + 1;
  float* latents = ensure(s_->latents, n_keys * r);
  float* k_pe = ensure(s_->k_pe, n_keys * dr);
  float* kv = ensure(s_->kv, n_keys * heads * (c.qk_nope_head_dim + c.v_head_dim));
  pool_.parallel_for((n_keys + 63) / 64, [&](int64_t page, int) {
    for (int64_t s = page * 64; s < std::min(n_keys, page * 64 + 64); ++s)
      kv_read(layout, i, rows[begin].pages[page], s % 64, latents + s * r, k_pe + s * dr);
  });
  Inputs in(pool_, round, c.scale_ue8m0, latents, n_keys, r);
  const LinearTask expand[] = {task(in, w.wkv_b, kv, round)};
  linear(pool_, expand);

  RowSlice slice(rows, begin, end, selected);
  const AttentionShape shape{heads, c.qk_nope_head_dim, c.v_head_dim,
                             static_cast<float>(c.softmax_scale()), round};
  mha_attention(pool_, layout, shape, slice.views,
                s_->q.data() + static_cast<int64_t>(begin) * heads * c.qk_head_dim(), kv, k_pe,
                n_keys, selected ? &slice.selected : nullptr,
                s_->attention_out.data() + static_cast<int64_t>(begin) * heads * c.v_head_dim,
                slice.mass_out());
  slice.scatter(rows, begin, selected != nullptr);
}

void Forward::ffn(int64_t i, int64_t m) {
  const LayerWeights& w = model_->layer(i);
  if (w.moe) {
    moe_ffn(w, m);
  } else {
    dense_ffn(w.ffn, m);
  }
}

void Forward::dense_ffn(const FfnWeights& w, int64_t m) {
  const ModelConfig& c = model_->config();
  const bool round = model_->deployed();
  const int64_t n = w.w1.n();
  Inputs x(pool_, round, c.scale_ue8m0, s_->x.data(), m, c.dim);
  float* gate = ensure(s_->gate, m * n);
  float* up = ensure(s_->up, m * n);
  float* act = ensure(s_->act, m * n);
  const LinearTask in[] = {task(x, w.w1, gate, round), task(x, w.w3, up, round)};
  linear(pool_, in);
  swiglu(pool_, gate, up, m, n, round, act);
  Inputs a(pool_, round, c.scale_ue8m0, act, m, n);
  const LinearTask out[] = {task(a, w.w2, s_->h.data(), round)};
  linear(pool_, out);
}

void Forward::moe_ffn(const LayerWeights& w, int64_t m) {
  const ModelConfig& c = model_->config();
  const bool round = model_->deployed();
  const int64_t k = c.n_activated_experts, n_experts = c.n_routed_experts;
  const int64_t n = c.moe_inter_dim, n_shared = w.shared.w1.empty() ? 0 : w.shared.w1.n();
  Inputs x(pool_, round, c.scale_ue8m0, s_->x.data(), m, c.dim);

  float* logits = ensure(s_->logits, m * n_experts);
  const LinearTask router[] = {task(x, w.gate, logits, false)};
  linear(pool_, router);
  const RouterShape shape{
      n_experts,       k, c.n_expert_groups, c.n_limited_groups, static_cast<float>(c.route_scale),
      c.norm_topk_prob};
  std::vector<int32_t> chosen(static_cast<size_t>(m * k));
  std::vector<float> weight(static_cast<size_t>(m * k));
  pool_.parallel_for(m, [&](int64_t t, int) {
    route_token(shape, logits + t * n_experts, w.gate_bias.empty() ? nullptr : w.gate_bias.data(),
                chosen.data() + t * k, weight.data() + t * k);
  });

  // Slots: expert e owns rows [offset[e], offset[e+1]) of the gathered activations.
  std::vector<int64_t> offset(static_cast<size_t>(n_experts) + 1, 0);
  for (int32_t e : chosen) ++offset[static_cast<size_t>(e) + 1];
  for (size_t e = 0; e < static_cast<size_t>(n_experts); ++e) offset[e + 1] += offset[e];
  std::vector<int32_t> token_of_slot(chosen.size());
  std::vector<int64_t> slot_of_choice(chosen.size());
  std::vector<int64_t> next(offset.begin(), offset.end() - 1);
  for (size_t j = 0; j < chosen.size(); ++j) {
    const int64_t slot = next[static_cast<size_t>(chosen[j])]++;
    token_of_slot[static_cast<size_t>(slot)] = static_cast<int32_t>(static_cast<int64_t>(j) / k);
    slot_of_choice[j] = slot;
  }

  // gate_proj and up_proj of all experts and the shared one in a single parallel region.
  const int64_t slots = m * k, act_size = slots * n + m * n_shared;
  float* gate = ensure(s_->gate, act_size);
  float* up = ensure(s_->up, act_size);
  float* act = ensure(s_->act, act_size);
  float* out = ensure(s_->expert_out, (slots + (n_shared > 0 ? m : 0)) * c.dim);
  std::vector<LinearTask> tasks;
  for (int64_t e = 0; e < n_experts; ++e) {
    const int64_t first = offset[static_cast<size_t>(e)];
    const int64_t count = offset[static_cast<size_t>(e) + 1] - first;
    if (count == 0) continue;
    const FfnWeights& ew = w.experts[static_cast<size_t>(e)];
    for (const auto& [matrix, y] : {std::pair{&ew.w1, gate}, std::pair{&ew.w3, up}})
      tasks.push_back({x.for_weight(*matrix), token_of_slot.data() + first, count, matrix,
                       y + first * n, n, round});
  }
  if (n_shared > 0) {
    tasks.push_back(task(x, w.shared.w1, gate + slots * n, round));
    tasks.push_back(task(x, w.shared.w3, up + slots * n, round));
  }
  linear(pool_, tasks);
  swiglu(pool_, gate, up, act_size, 1, round, act);

  tasks.clear();
  Inputs a(pool_, round, c.scale_ue8m0, act, slots, n);
  Inputs a_shared(pool_, round, c.scale_ue8m0, act + slots * n, m, n_shared);
  std::vector<int32_t> slot_rows(static_cast<size_t>(slots));
  for (size_t j = 0; j < slot_rows.size(); ++j) slot_rows[j] = static_cast<int32_t>(j);
  for (int64_t e = 0; e < n_experts; ++e) {
    const int64_t first = offset[static_cast<size_t>(e)];
    const int64_t count = offset[static_cast<size_t>(e) + 1] - first;
    if (count == 0) continue;
    const FfnWeights& ew = w.experts[static_cast<size_t>(e)];
    tasks.push_back({a.for_weight(ew.w2), slot_rows.data() + first, count, &ew.w2,
                     out + first * c.dim, c.dim, round});
  }
  if (n_shared > 0) tasks.push_back(task(a_shared, w.shared.w2, out + slots * c.dim, round));
  linear(pool_, tasks);

  // y = sum over experts, ascending by index, then the shared expert; fp32, one rounding.
  pool_.parallel_for(m, [&](int64_t t, int) {
    float* y = s_->h.data() + t * c.dim;
    std::fill(y, y + c.dim, 0.0f);
    for (int64_t j = 0; j < k; ++j) {
      const float* e = out + slot_of_choice[static_cast<size_t>(t * k + j)] * c.dim;
      const float f = weight[static_cast<size_t>(t * k + j)];
      for (int64_t d = 0; d < c.dim; ++d) y[d] += f * e[d];
    }
    const float* shared = n_shared > 0 ? out + (slots + t) * c.dim : nullptr;
    for (int64_t d = 0; d < c.dim; ++d) {
      const float v = shared ? y[d] + shared[d] : y[d];
      y[d] = round ? round_bf16(v) : v;
    }
  });
}

Status Forward::logits(std::span<const int32_t> rows, float* logits) {
  const ModelConfig& c = model_->config();
  Inputs x(pool_, model_->deployed(), c.scale_ue8m0, s_->hidden.data(), s_->m, c.dim);
  LinearTask t = task(x, model_->head(), logits, false);
  t.rows = rows.data();
  t.n_rows = static_cast<int64_t>(rows.size());
  linear(pool_, {&t, 1});
  return {};
}

}  // namespace leyden
