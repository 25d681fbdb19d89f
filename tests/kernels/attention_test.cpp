// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention.h"

#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

struct Case {
  bool deployed;
  int64_t heads, rank, rope, nope, v, tokens;
};

constexpr Case kCases[] = {
    {false, 1, 64, 16, 32, 32, 70},     {true, 1, 64, 16, 32, 32, 70},
    {false, 3, 192, 64, 64, 64, 130},   {true, 3, 192, 64, 64, 64, 130},
    {false, 6, 512, 64, 64, 64, 65},    {true, 6, 512, 64, 64, 64, 65},
    {false, 8, 512, 64, 128, 128, 300}, {true, 8, 512, 64, 128, 128, 300},
    {true, 8, 512, 64, 64, 64, 300},    {true, 128, 512, 64, 128, 128, 33},
    {true, 5, 72, 10, 20, 18, 66},      {false, 5, 70, 6, 7, 9, 67},
    {true, 2, 96, 34, 33, 50, 140},
};

AttentionShape make_shape(const Case& c) {
  AttentionShape s;
  s.n_heads = c.heads;
  s.qk_nope_head_dim = c.nope;
  s.v_head_dim = c.v;
  s.sm_scale = 1.0f / std::sqrt(static_cast<float>(c.nope + c.rope));
  s.round_bf16 = c.deployed;
  return s;
}

// Every third key or so, with the row's first key always kept.
SelectedKeys make_selection(std::span<const AttentionRow> rows, uint32_t seed) {
  SelectedKeys out;
  std::mt19937 engine(seed);
  for (const AttentionRow& r : rows) out.stride = std::max(out.stride, r.position + 1);
  for (const AttentionRow& r : rows) {
    std::vector<int32_t> keys;
    for (int32_t s = 0; s <= r.position; ++s) {
      if (engine() % 3 == 0 || s == 0) keys.push_back(s);
    }
    out.count.push_back(static_cast<int32_t>(keys.size()));
    keys.resize(static_cast<size_t>(out.stride), -1);
    out.keys.insert(out.keys.end(), keys.begin(), keys.end());
  }
  return out;
}

// Reference: fp32 sums of `width` and of n terms against double. Deployed: in addition P and the
// output are rounded to bf16 (8 bits), and a P may round the other way when its fp32 value differs.
void expect_close(const float* got, const float* want, int64_t n, bool deployed) {
  double norm = 0, diff = 0;
  for (int64_t i = 0; i < n; ++i) {
    norm += static_cast<double>(want[i]) * want[i];
    diff += (static_cast<double>(got[i]) - want[i]) * (static_cast<double>(got[i]) - want[i]);
  }
  ASSERT_LE(std::sqrt(diff), (deployed ? 1.0e-3 : 4e-6) * std::sqrt(norm) + 1e-12);
}

TEST(MqaAttention, EqualsReference) {
  ThreadPool pool(2);
  for (const Case& c : kCases) {
    const KvLayout l = make_layout(c.deployed, 2, c.rank, c.rope, 4);
    const Pages pages(l, c.tokens, 17);
    std::vector<AttentionRow> rows{pages.row(c.tokens - 1), pages.row(0), pages.row(1),
                                   pages.row(c.tokens / 2), pages.row(c.tokens - 2)};
    const int64_t m = static_cast<int64_t>(rows.size());
    const auto q = random_floats(1, m * c.heads * c.rank, 0.3f),
               pe = random_floats(2, m * c.heads * c.rope);
    const SelectedKeys selection = make_selection(rows, 3);
    for (const SelectedKeys* selected : {&selection, static_cast<const SelectedKeys*>(nullptr)}) {
      std::vector<float> want(static_cast<size_t>(m * c.heads * c.rank));
      std::vector<float> want_mass(static_cast<size_t>(c.tokens), 0.5f);
      std::vector<float*> mass(static_cast<size_t>(m), nullptr);
      mass[0] = want_mass.data();
      mqa_attention_ref(l, 1, make_shape(c), rows, q.data(), pe.data(), selected, want.data(),
                        mass.data());
      for_each_level([&](CpuLevel) {
        SCOPED_TRACE(::testing::Message() << c.heads << " heads, rank " << c.rank << " deployed "
                                          << c.deployed << " selected " << (selected != nullptr));
        Guarded got(m * c.heads * c.rank);
        std::vector<float> got_mass(static_cast<size_t>(c.tokens), 0.5f);
        mass[0] = got_mass.data();
        mqa_attention(pool, l, 1, make_shape(c), rows, q.data(), pe.data(), selected, got.data(),
                      mass.data());
        got.check();
        for (int64_t h = 0; h < m * c.heads; ++h) {
          expect_close(got.data() + h * c.rank, want.data() + h * c.rank, c.rank, c.deployed);
        }
        for (size_t s = 0; s < want_mass.size(); ++s) {
          ASSERT_NEAR(got_mass[s], want_mass[s], 2e-5 * static_cast<double>(c.heads));
        }
        Guarded without(m * c.heads * c.rank);
        mqa_attention(pool, l, 1, make_shape(c), rows, q.data(), pe.data(), selected,
                      without.data(), nullptr);
        ASSERT_TRUE(same_bits(without.data(), got.data(), got.size()));
      });
    }
  }
}

// A thread keeps expanded keys from row to row: of the same sequence only, not past a row too long
// to keep, and also where keys share the low bits by which they are looked for.
TEST(MqaAttention, SameBitsWhateverTheRowBeforeWas) {
  for (bool deployed : {true, false}) {
    const Case c{deployed, 4, 64, 32, 32, 32, 9000};
    const KvLayout l = make_layout(deployed, 1, c.rank, c.rope, 4);
    const Pages first(l, c.tokens, 17), second(l, c.tokens, 18);
    std::vector<AttentionRow> rows;
    SelectedKeys selection;
    selection.stride = 5000;
    std::mt19937 engine(4);
    for (int row = 0; row < 40; ++row) {
      rows.push_back((row / 3 % 2 == 0 ? first : second).row(8999));
      std::vector<int32_t> keys;
      for (int32_t s = 0; s < 9000 && keys.size() < 5000; ++s) {
        const bool wanted =
            row % 13 == 7 ? s % 2 == 0 : s % 4096 < 90 && engine() % 4 != 0;  // 4,500 or some 200
        if (wanted) keys.push_back(s);
      }
      selection.count.push_back(static_cast<int32_t>(keys.size()));
      keys.resize(static_cast<size_t>(selection.stride), -1);
      selection.keys.insert(selection.keys.end(), keys.begin(), keys.end());
    }
    const int64_t m = static_cast<int64_t>(rows.size()), width = c.heads * c.rank;
    const auto q = random_floats(1, m * width, 0.3f), pe = random_floats(2, m * c.heads * c.rope);
    for_each_level([&](CpuLevel) {
      ThreadPool pool(2);
      std::vector<float> together(static_cast<size_t>(m * width)),
          alone(static_cast<size_t>(width));
      mqa_attention(pool, l, 0, make_shape(c), rows, q.data(), pe.data(), &selection,
                    together.data(), nullptr);
      for (int64_t i = 0; i < m; ++i) {
        SelectedKeys keys;
        keys.stride = selection.stride;
        keys.count = {selection.count[static_cast<size_t>(i)]};
        keys.keys.assign(selection.keys.begin() + i * keys.stride,
                         selection.keys.begin() + (i + 1) * keys.stride);
        mqa_attention(pool, l, 0, make_shape(c), {&rows[static_cast<size_t>(i)], 1},
                      q.data() + i * width, pe.data() + i * c.heads * c.rope, &keys, alone.data(),
                      nullptr);
        ASSERT_TRUE(same_bits(alone.data(), together.data() + i * width, width)) << "row " << i;
      }
    });
  }
}

TEST(MqaAttention, SameBitsForAnyThreadsAndAnyBatch) {
  for (bool deployed : {true, false}) {
    const Case c{deployed, 8, 192, 64, 64, 64, 400};
    const KvLayout l = make_layout(deployed, 1, c.rank, c.rope, 4);
    const Pages pages(l, c.tokens, 17);
    std::vector<AttentionRow> rows;
    for (int64_t p = c.tokens - 37; p < c.tokens; ++p) rows.push_back(pages.row(p));
    const auto q = random_floats(1, 37 * c.heads * c.rank, 0.3f),
               pe = random_floats(2, 37 * c.heads * c.rope);
    const SelectedKeys selection = make_selection(rows, 3);
    const int64_t width = c.heads * c.rank;
    for_each_level([&](CpuLevel) {
      ThreadPool one(1);
      std::vector<float> want(static_cast<size_t>(37 * width)), want_mass(400, 0.0f), mass(400);
      std::vector<float*> masses(37, nullptr);
      masses[5] = want_mass.data();
      mqa_attention(one, l, 0, make_shape(c), rows, q.data(), pe.data(), &selection, want.data(),
                    masses.data());
      for (int threads = 1; threads <= 4; ++threads) {
        ThreadPool pool(threads);
        std::vector<float> got(want.size());
        mqa_attention(pool, l, 0, make_shape(c), rows, q.data(), pe.data(), &selection, got.data(),
                      nullptr);
        ASSERT_TRUE(same_bits(got.data(), want.data(), 37 * width));
        for (int64_t i : {0, 5, 36}) {
          const size_t at = static_cast<size_t>(i);
          SelectedKeys alone;
          alone.stride = selection.stride;
          alone.count = {selection.count[at]};
          alone.keys.assign(selection.keys.begin() + i * selection.stride,
                            selection.keys.begin() + (i + 1) * selection.stride);
          std::fill(mass.begin(), mass.end(), 0.0f);
          float* mass_row = mass.data();
          mqa_attention(pool, l, 0, make_shape(c), {&rows[at], 1}, q.data() + i * width,
                        pe.data() + i * c.heads * c.rope, &alone, got.data(), &mass_row);
          ASSERT_TRUE(same_bits(got.data(), want.data() + i * width, width)) << "row " << i;
          if (i == 5) {
            ASSERT_EQ(mass, want_mass);
          }
        }
      }
    });
  }
}

TEST(MhaAttention, EqualsReference) {
  ThreadPool pool(2);
  for (const Case& c : kCases) {
    const KvLayout l = make_layout(c.deployed, 1, c.rank, c.rope, 4);
    const std::vector<const std::byte*> none(8, nullptr);  // pages are not read
    std::vector<AttentionRow> rows;
    for (int64_t p : {c.tokens - 1, int64_t{0}, int64_t{1}, c.tokens / 2, c.tokens - 2}) {
      rows.push_back({none.data(), p});
    }
    const int64_t m = 5;
    const auto make = c.deployed ? random_bf16_values : random_floats;
    const auto q = make(1, m * c.heads * (c.nope + c.rope), 1.0f),
               kv = make(2, c.tokens * c.heads * (c.nope + c.v), 1.0f),
               pe = make(3, c.tokens * c.rope, 1.0f);
    const SelectedKeys selection = make_selection(rows, 3);
    for (const SelectedKeys* selected : {&selection, static_cast<const SelectedKeys*>(nullptr)}) {
      std::vector<float> want(static_cast<size_t>(m * c.heads * c.v));
      std::vector<float> want_mass(static_cast<size_t>(c.tokens), 0.5f);
      std::vector<float*> mass(static_cast<size_t>(m), nullptr);
      mass[0] = want_mass.data();
      mha_attention_ref(l, make_shape(c), rows, q.data(), kv.data(), pe.data(), c.tokens, selected,
                        want.data(), mass.data());
      for_each_level([&](CpuLevel) {
        SCOPED_TRACE(::testing::Message() << c.heads << " heads, nope " << c.nope << " deployed "
                                          << c.deployed << " selected " << (selected != nullptr));
        Guarded got(m * c.heads * c.v);
        std::vector<float> got_mass(static_cast<size_t>(c.tokens), 0.5f);
        mass[0] = got_mass.data();
        mha_attention(pool, l, make_shape(c), rows, q.data(), kv.data(), pe.data(), c.tokens,
                      selected, got.data(), mass.data());
        got.check();
        for (int64_t h = 0; h < m * c.heads; ++h) {
          expect_close(got.data() + h * c.v, want.data() + h * c.v, c.v, c.deployed);
        }
        for (size_t s = 0; s < want_mass.size(); ++s) {
          ASSERT_NEAR(got_mass[s], want_mass[s], 2e-5 * static_cast<double>(c.heads));
        }
      });
    }
  }
}

TEST(MhaAttention, SameBitsForAnyThreadsAndAnyBatch) {
  for (bool deployed : {true, false}) {
    const Case c{deployed, 3, 64, 16, 48, 40, 333};
    const KvLayout l = make_layout(deployed, 1, c.rank, c.rope, 4);
    std::vector<AttentionRow> rows;
    for (int64_t p = c.tokens - 37; p < c.tokens; ++p) rows.push_back({nullptr, p});
    const auto make = c.deployed ? random_bf16_values : random_floats;
    const auto q = make(1, 37 * c.heads * (c.nope + c.rope), 1.0f),
               kv = make(2, c.tokens * c.heads * (c.nope + c.v), 1.0f),
               pe = make(3, c.tokens * c.rope, 1.0f);
    const int64_t width = c.heads * c.v, q_width = c.heads * (c.nope + c.rope);
    for_each_level([&](CpuLevel) {
      ThreadPool one(1);
      std::vector<float> want(static_cast<size_t>(37 * width)), got(want.size());
      std::vector<float> want_mass(333, 0.0f), mass(333);
      std::vector<float*> masses(37, nullptr);
      masses[5] = want_mass.data();
      mha_attention(one, l, make_shape(c), rows, q.data(), kv.data(), pe.data(), c.tokens, nullptr,
                    want.data(), masses.data());
      for (int threads = 1; threads <= 4; ++threads) {
        ThreadPool pool(threads);
        for (int64_t chunk : {1, 5, 16, 37}) {
          for (int64_t i = 0; i < 37; i += chunk) {
            const int64_t n = std::min<int64_t>(chunk, 37 - i);
            // A chunk knows only the keys up to its own last row.
            const int64_t n_keys = rows[static_cast<size_t>(i + n - 1)].position + 1;
            mha_attention(pool, l, make_shape(c),
                          {&rows[static_cast<size_t>(i)], static_cast<size_t>(n)},
                          q.data() + i * q_width, kv.data(), pe.data(), n_keys, nullptr,
                          got.data() + i * width, nullptr);
          }
          ASSERT_TRUE(same_bits(got.data(), want.data(), 37 * width)) << threads << " " << chunk;
        }
        std::fill(mass.begin(), mass.end(), 0.0f);
        float* mass_row = mass.data();
        mha_attention(pool, l, make_shape(c), {&rows[5], 1}, q.data() + 5 * q_width, kv.data(),
                      pe.data(), c.tokens, nullptr, got.data(), &mass_row);
        ASSERT_EQ(mass, want_mass);
      }
    });
  }
}

TEST(Attention, MhaAndMqaFormsAgree) {
  // The same selected set through both forms, fp32: section 18, invariant 1.
  ThreadPool pool(2);
  const Case c{false, 3, 64, 16, 24, 20, 90};
  const KvLayout l = make_layout(false, 1, c.rank, c.rope, 4);
  const Pages pages(l, c.tokens, 5);
  std::vector<AttentionRow> rows{pages.row(89), pages.row(40)};
  const SelectedKeys selection = make_selection(rows, 7);
  const auto q = random_floats(1, 2 * c.heads * (c.nope + c.rope)),
             w_uk = random_floats(2, c.heads * c.nope * c.rank, 0.2f),
             w_uv_t = random_floats(3, c.heads * c.rank * c.v, 0.2f);
  std::vector<float> latent(static_cast<size_t>(90 * c.rank)),
      k_pe(static_cast<size_t>(90 * c.rope));
  std::vector<float> kv(static_cast<size_t>(90 * c.heads * (c.nope + c.v)));
  for (int64_t s = 0; s < 90; ++s) {
    float* cs = latent.data() + s * c.rank;
    kv_read(l, 0, pages.page(static_cast<size_t>(s / 64)), s % 64, cs, k_pe.data() + s * c.rope);
    for (int64_t h = 0; h < c.heads; ++h) {
      float* out = kv.data() + (s * c.heads + h) * (c.nope + c.v);
      for (int64_t d = 0; d < c.nope + c.v; ++d) {
        double sum = 0;
        for (int64_t r = 0; r < c.rank; ++r) {
          const float w = d < c.nope
                              ? w_uk[static_cast<size_t>((h * c.nope + d) * c.rank + r)]
                              : w_uv_t[static_cast<size_t>((h * c.rank + r) * c.v + d - c.nope)];
          sum += static_cast<double>(w) * static_cast<double>(cs[r]);
        }
        out[d] = static_cast<float>(sum);
      }
    }
  }
  for_each_level([&](CpuLevel) {
    std::vector<float> mha(static_cast<size_t>(2 * c.heads * c.v)), mqa(mha.size());
    mha_attention(pool, l, make_shape(c), rows, q.data(), kv.data(), k_pe.data(), 90, &selection,
                  mha.data(), nullptr);
    std::vector<float> q_latent(static_cast<size_t>(2 * c.heads * c.rank)), u(q_latent.size());
    std::vector<float> q_pe;
    for (int64_t h = 0; h < 2 * c.heads; ++h) {
      const auto first = q.begin() + h * (c.nope + c.rope) + c.nope;
      q_pe.insert(q_pe.end(), first, first + c.rope);
    }
    absorb_query(pool, q.data(), c.nope + c.rope, w_uk.data(), 2, c.heads, c.nope, c.rank, false,
                 q_latent.data());
    mqa_attention(pool, l, 0, make_shape(c), rows, q_latent.data(), q_pe.data(), &selection,
                  u.data(), nullptr);
    expand_value(pool, u.data(), w_uv_t.data(), 2, c.heads, c.rank, c.v, false, mqa.data());
    for (size_t i = 0; i < mha.size(); ++i) EXPECT_NEAR(mha[i], mqa[i], 2e-5);
  });
}

TEST(PerHeadProducts, EqualDoubleSumsAndKeepBits) {
  const int64_t shapes[][4] = {{1, 1, 5, 7}, {5, 3, 64, 100}, {37, 2, 64, 512}, {9, 2, 512, 64}};
  for (const auto& shape : shapes) {
    const int64_t m = shape[0], heads = shape[1], k = shape[2], n = shape[3], stride = k + 6;
    const auto q = random_bf16_values(1, m * heads * stride),
               w = random_bf16_values(2, heads * k * n);
    for_each_level([&](CpuLevel) {
      for (bool round : {false, true}) {
        ThreadPool pool(2), four(4);
        Guarded got(m * heads * n), again(m * heads * n), one(m * heads * n);
        absorb_query(pool, q.data(), stride, w.data(), m, heads, k, n, round, got.data());
        absorb_query(four, q.data(), stride, w.data(), m, heads, k, n, round, again.data());
        for (int64_t r = 0; r < m; ++r) {
          absorb_query(pool, q.data() + r * heads * stride, stride, w.data(), 1, heads, k, n, round,
                       one.data() + r * heads * n);
        }
        got.check();
        ASSERT_TRUE(same_bits(got.data(), again.data(), got.size()));
        ASSERT_TRUE(same_bits(got.data(), one.data(), got.size()));
        for (int64_t i = 0; i < m * heads; ++i) {
          for (int64_t j = 0; j < n; ++j) {
            double want = 0, size = 0;
            for (int64_t d = 0; d < k; ++d) {
              const double t =
                  static_cast<double>(q[static_cast<size_t>(i * stride + d)]) *
                  static_cast<double>(w[static_cast<size_t>((i % heads * k + d) * n + j)]);
              want += t;
              size += std::fabs(t);
            }
            ASSERT_NEAR(got[i * n + j], want,
                        size * 0x1p-20 + (round ? 0x1.01p-8 * std::fabs(want) : 0));
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace leyden
