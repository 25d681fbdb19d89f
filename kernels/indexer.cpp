// SPDX-License-Identifier: Apache-2.0
// Cuts scoring into blocks. Many rows of one sequence (prefill): each thread takes some of the rows
// over all their pages and keeps a running top-k per row. Few rows (decode): threads share the
// pages, scores go to memory, then each row is selected from.
#include "kernels/indexer.h"

#include <algorithm>
#include <cmath>

#include "base/dtype.h"
#include "kernels/cpu_ops.h"
#include "kernels/parallel_rows.h"

namespace leyden {
namespace {

constexpr int64_t kMaxBlockRows = 64;  ///< queries of a block stay in L2
constexpr int64_t kFewRows = 8;        ///< up to here threads share the pages

int64_t page_count(int64_t position) { return position / KvLayout::kPageTokens + 1; }

// Neighbouring rows that read the same pages.
struct Group {
  int64_t begin, end, pages;
};

template <typename Wanted>
std::vector<Group> group_rows(std::span<const AttentionRow> rows, const Wanted& wanted) {
  std::vector<Group> groups;
  for (int64_t i = 0; i < static_cast<int64_t>(rows.size()); ++i) {
    const AttentionRow& row = rows[static_cast<size_t>(i)];
    if (!wanted(row)) continue;
    const bool joins = !groups.empty() && groups.back().end == i &&
                       rows[static_cast<size_t>(i - 1)].pages == row.pages;
    if (!joins) groups.push_back({i, i, 0});
    groups.back().end = i + 1;
    groups.back().pages = std::max(groups.back().pages, page_count(row.position));
  }
  return groups;
}

struct Context {
  const KvLayout& layout;
  int64_t layer;
  std::span<const AttentionRow> rows;
  const IndexerQueries& queries;
  std::vector<int64_t> positions;

  Context(const KvLayout& l, int64_t n, std::span<const AttentionRow> r, const IndexerQueries& q)
      : layout(l), layer(n), rows(r), queries(q) {
    for (const AttentionRow& row : rows) positions.push_back(row.position);
  }
  IndexBlock block(int64_t begin, int64_t end, int64_t first_page, int64_t end_page) const {
    IndexBlock b;
    b.fp8 = layout.fp8;
    b.n_heads = queries.n_heads;
    b.dim = queries.dim;
    b.pages = rows[static_cast<size_t>(begin)].pages;
    b.index_offset = layout.index_offset(layer);
    b.first_page = first_page;
    b.end_page = end_page;
    b.n_rows = end - begin;
    const int64_t q = begin * queries.n_heads * queries.dim;
    b.q = layout.fp8 ? static_cast<const void*>(queries.bf16.data() + q) : queries.f32.data() + q;
    b.weights = queries.weights.data() + begin * queries.n_heads;
    b.positions = positions.data() + begin;
    return b;
  }
};

// Scores of groups, split into blocks of rows and runs of pages. score_row(i) is row i's output.
template <typename ScoreRow>
void score_groups(ThreadPool& pool, const Context& c, const std::vector<Group>& groups,
                  const ScoreRow& score_row) {
  struct Unit {
    int64_t begin, end, first_page, end_page;
  };
  std::vector<Unit> units;
  for (const Group& g : groups) {
    const int64_t run = std::max<int64_t>(4, (g.pages + 4 * pool.size() - 1) / (4 * pool.size()));
    for (int64_t r = g.begin; r < g.end; r += kFewRows) {
      for (int64_t p = 0; p < g.pages; p += run) {
        units.push_back({r, std::min(g.end, r + kFewRows), p, std::min(g.pages, p + run)});
      }
    }
  }
  const CpuOps& ops = cpu_ops();
  pool.parallel_for(static_cast<int64_t>(units.size()), [&](int64_t i, int) {
    const Unit& u = units[static_cast<size_t>(i)];
    float* out[kFewRows];
    for (int64_t r = u.begin; r < u.end; ++r) out[r - u.begin] = score_row(r);
    ops.index_scores(c.block(u.begin, u.end, u.first_page, u.end_page), out);
  });
}

}  // namespace

IndexerQueries IndexerQueries::prepare(ThreadPool& pool, const KvLayout& layout, const float* q,
                                       const float* w, int64_t rows, int64_t n_heads) {
  IndexerQueries out;
  out.n_heads = n_heads;
  out.dim = layout.index_dim;
  const int64_t dim = out.dim, n = rows * n_heads;
  const float head_factor = static_cast<float>(1.0 / std::sqrt(static_cast<double>(n_heads)));
  const float dim_factor = static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim)));
  out.weights.resize(static_cast<size_t>(n));
  if (layout.fp8) {
    out.bf16.resize(static_cast<size_t>(n * dim));
  } else {
    out.f32.assign(q, q + n * dim);
  }
  const CpuOps& ops = cpu_ops();
  parallel_rows(pool, n, 2 * dim, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float scale = 1;
      if (layout.fp8) {
        scale = e4m3_scale(ops.abs_max(q + i * dim, dim), layout.scale_ue8m0);
        ops.to_e4m3_values(q + i * dim, dim, scale, out.bf16.data() + i * dim);
      }
      out.weights[static_cast<size_t>(i)] = w[i] * head_factor * scale * dim_factor;
    }
  });
  return out;
}

void indexer_logits(ThreadPool& pool, const KvLayout& layout, int64_t layer,
                    std::span<const AttentionRow> rows, const IndexerQueries& queries,
                    float* logits, int64_t stride) {
  const Context c(layout, layer, rows, queries);
  const auto groups = group_rows(rows, [](const AttentionRow&) { return true; });
  score_groups(pool, c, groups, [&](int64_t row) { return logits + row * stride; });
}

void indexer_select(ThreadPool& pool, const KvLayout& layout, int64_t layer,
                    std::span<const AttentionRow> rows, const IndexerQueries& queries, int64_t topk,
                    SelectedKeys* out) {
  const int64_t n = static_cast<int64_t>(rows.size());
  out->stride = 0;
  out->count.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t count = std::min(topk, rows[i].position + 1);
    out->stride = std::max(out->stride, count);
    out->count[i] = static_cast<int32_t>(count);
  }
  out->keys.resize(static_cast<size_t>(n * out->stride));
  const auto keys_of = [&](int64_t row) { return out->keys.data() + row * out->stride; };
  for (int64_t i = 0; i < n; ++i) {
    const int64_t count = out->count[static_cast<size_t>(i)];
    const bool all = count == rows[static_cast<size_t>(i)].position + 1;
    for (int64_t s = 0; s < out->stride; ++s) {
      keys_of(i)[s] = all && s < count ? static_cast<int32_t>(s) : -1;
    }
  }

  if (topk <= 0) return;
  const Context c(layout, layer, rows, queries);
  const CpuOps& ops = cpu_ops();
  std::vector<Group> few, blocks;
  for (const Group& g :
       group_rows(rows, [&](const AttentionRow& r) { return r.position >= topk; })) {
    if (g.end - g.begin <= kFewRows) {
      few.push_back(g);
      continue;
    }
    // Rows a block: enough to hide the expansion of pages, few enough to feed all threads.
    const int64_t size =
        std::clamp((g.end - g.begin + pool.size() - 1) / pool.size(), kFewRows, kMaxBlockRows);
    for (int64_t r = g.end; r > g.begin; r -= size) {  // longest first
      const int64_t begin = std::max(g.begin, r - size);
      int64_t pages = 0;
      for (int64_t i = begin; i < r; ++i) {
        pages = std::max(pages, page_count(c.positions[static_cast<size_t>(i)]));
      }
      blocks.push_back({begin, r, pages});
    }
  }
  pool.parallel_for(static_cast<int64_t>(blocks.size()), [&](int64_t i, int) {
    const Group& g = blocks[static_cast<size_t>(i)];
    int32_t* keys[kMaxBlockRows];
    for (int64_t r = g.begin; r < g.end; ++r) keys[r - g.begin] = keys_of(r);
    ops.index_select(c.block(g.begin, g.end, 0, g.pages), topk, keys);
  });
  if (few.empty()) return;

  std::vector<int64_t> few_rows, offset(rows.size(), 0);
  int64_t total = 0;
  for (const Group& g : few) {
    for (int64_t r = g.begin; r < g.end; ++r) {
      offset[static_cast<size_t>(r)] = total;
      total += g.pages * KvLayout::kPageTokens;
      few_rows.push_back(r);
    }
  }
  static thread_local std::vector<float> scores;  // of the caller; grows once, not every token
  if (scores.size() < static_cast<size_t>(total)) scores.resize(static_cast<size_t>(total));
  float* const memory = scores.data();
  score_groups(pool, c, few,
               [&](int64_t row) { return memory + offset[static_cast<size_t>(row)]; });
  pool.parallel_for(static_cast<int64_t>(few_rows.size()), [&](int64_t i, int) {
    const int64_t r = few_rows[static_cast<size_t>(i)];
    ops.select_topk(memory + offset[static_cast<size_t>(r)],
                    c.positions[static_cast<size_t>(r)] + 1, topk, keys_of(r));
  });
}

}  // namespace leyden
