// SPDX-License-Identifier: Apache-2.0
#include "kernels/indexer.h"

#include "kernels/rowwise.h"
#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

// Section 7.1: two heads, six keys, treated as vectors after RoPE.
std::vector<float> golden_scores(bool fp8, bool hadamard) {
  const KvLayout l = make_layout(fp8, 1, 64, 4, 128);
  std::vector<std::byte> page(static_cast<size_t>(l.page_bytes()));
  const std::byte* pages[] = {page.data()};
  const std::vector<float> zeros(64, 0.0f);
  const auto sine = [&](double gain, double phase, float* out) {
    for (int d = 1; d <= 128; ++d) {
      out[d - 1] = round_bf16(static_cast<float>(gain * std::sin(0.1 * d + phase)));
    }
    if (hadamard) hadamard_row(out, 128, true);
  };
  std::vector<float> q(256), k(128);
  for (int j = 0; j < 2; ++j) sine(1, 0.5 * j, q.data() + 128 * j);
  for (int s = 0; s < 6; ++s) {
    sine(1 + 0.1 * s, 0.6 * s, k.data());
    kv_write(l, 0, page.data(), s, zeros.data(), zeros.data(), k.data());
  }
  const float w[] = {0.7f, -0.3f};
  ThreadPool pool(2);
  const IndexerQueries queries = IndexerQueries::prepare(pool, l, q.data(), w, 1, 2);
  if (fp8 && hadamard) {
    const double codes[] = {2.25, -0.6875,    -1.25,       0.00976562,
                            -2.5, -0.0546875, -0.00976562, 0.0703125};
    for (size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(float_from_bf16(queries.bf16[i]), codes[i] * 64 / 64, 1e-6) << i;
    const float scales[] = {0x1p-6f, 0x1p-6f, 0x1p-5f, 0x1p-5f, 0x1p-5f, 0x1p-5f};
    for (int s = 0; s < 6; ++s) {
      float scale;
      std::memcpy(&scale, page.data() + l.index_offset(0) + l.index_scale(s), 4);
      EXPECT_EQ(scale, scales[s]);
    }
  }
  std::vector<float> scores(6);
  const AttentionRow row{pages, 5};
  indexer_logits(pool, l, 0, {&row, 1}, queries, scores.data(), 6);
  return scores;
}

TEST(Indexer, GoldenExampleOfTheSpec) {
  for_each_level([&](CpuLevel) {
    const double deployed[] = {1.738095, 1.206457, 0.113242, -0.473231, 0, 0};
    const double exact[] = {1.714007, 1.199167, 0.102357, -0.442387, 0, 0};
    const double plain[] = {1.722842, 1.203287, 0.104217, -0.438979, 0, 0};
    const auto a = golden_scores(true, true), b = golden_scores(false, false),
               c = golden_scores(true, false);
    for (size_t i = 0; i < 6; ++i) {
      EXPECT_NEAR(a[i], deployed[i], 2e-6);
      EXPECT_NEAR(b[i], exact[i], 2e-6);
      EXPECT_NEAR(c[i], plain[i], 2e-6);
    }
  });
}

struct Case {
  bool fp8;
  int64_t heads, dim, tokens;
};

IndexerQueries make_queries(ThreadPool& pool, const KvLayout& l, const Case& c, int64_t rows,
                            uint32_t seed) {
  const auto q = random_floats(seed, rows * c.heads * c.dim),
             w = random_floats(seed + 1, rows * c.heads);
  return IndexerQueries::prepare(pool, l, q.data(), w.data(), rows, c.heads);
}

TEST(IndexerLogits, EqualReference) {
  ThreadPool pool(2);
  const Case cases[] = {{true, 1, 128, 65},   {true, 4, 128, 200}, {true, 8, 128, 129},
                        {true, 64, 128, 70},  {true, 3, 64, 64},   {true, 5, 34, 100},
                        {false, 4, 128, 130}, {false, 1, 32, 63},  {false, 6, 6, 65}};
  for (const Case& c : cases) {
    const KvLayout l = make_layout(c.fp8, 2, 64, 4, c.dim);
    const Pages pages(l, c.tokens, 3);
    std::vector<AttentionRow> rows;
    for (int64_t p :
         {c.tokens - 1, int64_t{0}, int64_t{15}, int64_t{16}, int64_t{62}, c.tokens - 2}) {
      rows.push_back(pages.row(p));
    }
    const int64_t n = static_cast<int64_t>(rows.size());
    const IndexerQueries queries = make_queries(pool, l, c, n, 5);
    std::vector<float> want(static_cast<size_t>(n * c.tokens), -7.0f);
    indexer_logits_ref(l, 1, rows, queries, want.data(), c.tokens);
    for_each_level([&](CpuLevel) {
      SCOPED_TRACE(::testing::Message() << c.heads << " heads of " << c.dim);
      Guarded got(n * c.tokens);
      indexer_logits(pool, l, 1, rows, queries, got.data(), c.tokens);
      got.check();
      for (int64_t i = 0; i < n; ++i) {
        double weight = 0;  // bound: sum over heads |w| times the size of a dot product's terms
        for (int64_t h = 0; h < c.heads; ++h) {
          weight +=
              std::fabs(static_cast<double>(queries.weights[static_cast<size_t>(i * c.heads + h)]));
        }
        // |q| |k| is about dim in units of both scales; codes reach 448^2 per scale^2 of amax.
        const double bound =
            0x1p-24 * 8 * weight * static_cast<double>(c.dim) * (c.fp8 ? 448 * 2.0 : 2.0) + 1e-7;
        for (int64_t s = 0; s < c.tokens; ++s) {
          const int64_t at = i * c.tokens + s;
          if (s > rows[static_cast<size_t>(i)].position) {
            ASSERT_EQ(Guarded::bits(got[at]), Guarded::bits(Guarded::pattern()));
          } else {
            ASSERT_NEAR(got[at], want[static_cast<size_t>(at)], bound)
                << "row " << i << " key " << s;
          }
        }
      }
    });
  }
}

TEST(IndexerSelect, EqualsTopkOfTheLogits) {
  ThreadPool pool(2);
  const Case cases[] = {{true, 4, 128, 700},  {true, 8, 128, 300},  {true, 1, 64, 513},
                        {true, 64, 128, 200}, {false, 4, 128, 500}, {false, 3, 10, 260}};
  for (const Case& c : cases) {
    const KvLayout l = make_layout(c.fp8, 1, 64, 4, c.dim);
    const Pages a(l, c.tokens, 3), b(l, c.tokens, 4);
    // A prefill block of one sequence, single rows of another, short rows, repeated pages.
    std::vector<AttentionRow> rows;
    for (int64_t p = c.tokens - 37; p < c.tokens; ++p) rows.push_back(a.row(p));
    for (int64_t p : {int64_t{0}, int64_t{10}, int64_t{63}, c.tokens - 1}) rows.push_back(b.row(p));
    rows.push_back(a.row(64));
    const int64_t n = static_cast<int64_t>(rows.size());
    const IndexerQueries queries = make_queries(pool, l, c, n, 9);
    for_each_level([&](CpuLevel) {
      std::vector<float> logits(static_cast<size_t>(n * c.tokens));
      indexer_logits(pool, l, 0, rows, queries, logits.data(), c.tokens);
      for (int64_t topk : {int64_t{1}, int64_t{16}, int64_t{100}, c.tokens}) {
        SCOPED_TRACE(::testing::Message() << c.heads << " heads of " << c.dim << " topk " << topk);
        SelectedKeys got;
        indexer_select(pool, l, 0, rows, queries, topk, &got);
        for (int64_t i = 0; i < n; ++i) {
          const int64_t seen = rows[static_cast<size_t>(i)].position + 1;
          std::vector<int32_t> want(static_cast<size_t>(std::min(topk, seen)));
          select_topk_ref(logits.data() + i * c.tokens, seen, topk, want.data());
          ASSERT_EQ(got.count[static_cast<size_t>(i)], static_cast<int32_t>(want.size()));
          const auto* keys = got.keys.data() + i * got.stride;
          ASSERT_EQ(std::vector<int32_t>(keys, keys + want.size()), want) << "row " << i;
        }
      }
    });
  }
}

TEST(IndexerSelect, SameKeysForAnyThreadsAndAnyBatch) {
  const Case c{true, 4, 128, 1500};
  const KvLayout l = make_layout(true, 1, 64, 4, c.dim);
  const Pages pages(l, c.tokens, 8);
  std::vector<AttentionRow> rows;
  for (int64_t p = c.tokens - 37; p < c.tokens; ++p) rows.push_back(pages.row(p));
  ThreadPool one(1);
  const IndexerQueries queries = make_queries(one, l, c, 37, 9);
  for_each_level([&](CpuLevel) {
    SelectedKeys want;
    indexer_select(one, l, 0, rows, queries, 128, &want);
    for (int threads = 2; threads <= 4; ++threads) {
      ThreadPool pool(threads);
      SelectedKeys got;
      indexer_select(pool, l, 0, rows, queries, 128, &got);
      EXPECT_EQ(got.keys, want.keys);
      for (size_t i : {size_t{0}, size_t{17}, size_t{36}}) {
        IndexerQueries alone;
        alone.n_heads = c.heads;
        alone.dim = c.dim;
        const auto at = static_cast<std::ptrdiff_t>(i);
        alone.bf16.assign(queries.bf16.begin() + at * 512, queries.bf16.begin() + (at + 1) * 512);
        alone.weights.assign(queries.weights.begin() + at * 4,
                             queries.weights.begin() + (at + 1) * 4);
        indexer_select(pool, l, 0, {&rows[i], 1}, alone, 128, &got);
        EXPECT_TRUE(
            std::equal(got.keys.begin(), got.keys.end(), want.keys.begin() + at * want.stride));
        std::vector<float> a(1500), b(37 * 1500);
        indexer_logits(pool, l, 0, {&rows[i], 1}, alone, a.data(), 1500);
        indexer_logits(pool, l, 0, rows, queries, b.data(), 1500);
        EXPECT_TRUE(same_bits(a.data(), b.data() + at * 1500, rows[i].position + 1));
      }
    }
  });
}

TEST(IndexerSelect, AllNegativeWeightsStillSelectTopk) {
  ThreadPool pool(2);
  const KvLayout l = make_layout(true, 1, 64, 4, 128);
  const Pages pages(l, 200, 2);
  const auto q = random_floats(1, 8 * 128);
  const std::vector<float> w(8, -1.0f);
  const AttentionRow row = pages.row(199);
  for_each_level([&](CpuLevel) {
    const IndexerQueries queries = IndexerQueries::prepare(pool, l, q.data(), w.data(), 1, 8);
    SelectedKeys got;
    indexer_select(pool, l, 0, {&row, 1}, queries, 64, &got);
    EXPECT_EQ(got.count[0], 64);
    for (size_t i = 0; i < 64; ++i) {
      EXPECT_GE(got.keys[i], i == 0 ? 0 : got.keys[i - 1] + 1);
      EXPECT_LT(got.keys[i], 200);
    }
  });
}

}  // namespace
}  // namespace leyden
