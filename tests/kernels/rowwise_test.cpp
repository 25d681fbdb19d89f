// SPDX-License-Identifier: Apache-2.0
#include "kernels/rowwise.h"

#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

RopeTable yarn_table() {
  RopeTable::Config c;
  c.yarn = true;
  c.factor = 40;
  return RopeTable::make(c);
}

TEST(RopeTable, YarnFrequenciesOfTheSpec) {
  const RopeTable table = yarn_table();
  const double want[32] = {1.0,
                           0.7498942,
                           0.5623413,
                           0.4216965,
                           0.3162278,
                           0.2371374,
                           0.1778279,
                           0.1333521,
                           0.1,
                           0.07498942,
                           0.05623413,
                           3.900692612e-2,
                           2.687936090e-2,
                           1.837814413e-2,
                           1.244795602e-2,
                           8.334509097e-3,
                           5.500000436e-3,
                           3.561997321e-3,
                           2.249365207e-3,
                           1.370513462e-3,
                           7.905694074e-4,
                           4.149904125e-4,
                           1.778279402e-4,
                           3.333803761e-5,
                           2.500000119e-5,
                           1.874735426e-5,
                           1.405853254e-5,
                           1.054241329e-5,
                           7.905694474e-6,
                           5.928434803e-6,
                           4.445698323e-6,
                           3.333803761e-6};
  ASSERT_EQ(table.dim(), 64);
  for (size_t i = 0; i < 32; ++i) {
    EXPECT_NEAR(table.frequencies()[i] / want[i], 1, 1e-6) << i;  // the spec prints 7+ digits
  }
}

TEST(RopeTable, LongPositionOfTheSpec) {
  float cs[64];
  yarn_table().fill(131071, cs);
  const std::pair<int, double> want[] = {{0, -0.817983}, {1, 0.055715},  {9, -0.448318},
                                         {10, 0.883643}, {15, 0.651097}, {23, -0.336068},
                                         {31, 0.906040}};
  for (const auto& [i, c] : want) EXPECT_NEAR(cs[i], c, 1e-6) << i;
}

TEST(RopeTable, PlainFrequencies) {
  RopeTable::Config c;
  c.dim = 8;
  const RopeTable t = RopeTable::make(c);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(t.frequencies()[i], std::pow(10000.0, -static_cast<double>(i) / 4), 1e-7);
  }
}

TEST(Rope, VectorsOfTheSpecAtPosition7) {
  float cs[64];
  yarn_table().fill(7, cs);
  std::vector<float> x(64);
  for (size_t i = 0; i < 64; ++i) x[i] = 0.01f * static_cast<float>(i + 1);
  auto a = x, b = x;
  rope_interleaved(a.data(), 64, cs, false);
  rope_half_split(b.data(), 64, cs, false);
  const std::pair<size_t, double> pairs[] = {{0, -0.005601}, {1, 0.021648},  {2, 0.049716},
                                             {3, -0.005321}, {20, 0.109558}, {21, 0.283720},
                                             {62, 0.629985}, {63, 0.640015}};
  for (const auto& [i, y] : pairs) EXPECT_NEAR(a[i], y, 1e-6) << i;
  const std::pair<size_t, double> halves[] = {{0, -0.209267},  {1, 0.302396},  {2, 0.228790},
                                              {31, 0.319985},  {32, 0.255358}, {33, 0.156706},
                                              {34, -0.266562}, {63, 0.640007}};
  for (const auto& [i, y] : halves) EXPECT_NEAR(b[i], y, 1e-6) << i;
  auto c = x;
  rope_half_split(c.data(), 64, cs, true);
  for (size_t i = 0; i < 64; ++i) EXPECT_EQ(c[i], round_bf16(b[i]));
}

TEST(RmsNorm, EqualsDoubleSums) {
  for_each_level([&](CpuLevel) {
    for (int64_t dim : {1, 7, 16, 31, 64, 100, 384, 7168}) {
      for (int64_t m : {1, 5}) {
        ThreadPool pool(2);
        const auto h = random_floats(1, m * dim), res = random_floats(2, m * dim),
                   w = random_floats(3, dim);
        Guarded out(m * dim), sum(m * dim), plain(m * dim), strided(m * (dim + 5));
        add_rms_norm(pool, h.data(), res.data(), w.data(), m, dim, 1e-6f, false, out.data(),
                     sum.data());
        rms_norm(pool, sum.data(), dim, w.data(), m, dim, 1e-6f, false, strided.data(), dim + 5);
        add_rms_norm(pool, h.data(), nullptr, w.data(), m, dim, 1e-6f, true, plain.data(),
                     sum.data());
        for (int64_t r = 0; r < m; ++r) {
          double uu = 0, hh = 0;
          const auto at = [&](const std::vector<float>& v, int64_t i) {
            return static_cast<double>(v[static_cast<size_t>(r * dim + i)]);
          };
          for (int64_t i = 0; i < dim; ++i) {
            const double u = static_cast<double>(static_cast<float>(at(h, i) + at(res, i)));
            uu += u * u;
            hh += at(h, i) * at(h, i);
          }
          for (int64_t i = 0; i < dim; ++i) {
            const double weight = static_cast<double>(w[static_cast<size_t>(i)]);
            const double want = weight *
                                static_cast<double>(static_cast<float>(at(h, i) + at(res, i))) /
                                std::sqrt(uu / static_cast<double>(dim) + 1e-6);
            // A few roundings: sum of squares (lanes), rsqrt, two multiplies.
            ASSERT_NEAR(out[r * dim + i], want, 1e-6 * std::fabs(want) + 1e-9);
            ASSERT_EQ(strided[r * (dim + 5) + i], out[r * dim + i]);
            const double alone =
                weight * at(h, i) / std::sqrt(hh / static_cast<double>(dim) + 1e-6);
            ASSERT_NEAR(plain[r * dim + i], alone, 0x1.02p-8 * std::fabs(alone) + 1e-9);
            ASSERT_EQ(plain[r * dim + i], round_bf16(plain[r * dim + i]));
            ASSERT_EQ(sum[r * dim + i], round_bf16(h[static_cast<size_t>(r * dim + i)]));
          }
        }
        out.check(), sum.check(), plain.check(), strided.check();
      }
    }
  });
}

TEST(RmsNorm, AliasedResidualAndRowsAloneGiveTheSameBits) {
  const int64_t m = 11, dim = 390;
  for_each_level([&](CpuLevel) {
    ThreadPool pool(3), one(1);
    const auto h = random_floats(1, m * dim), res = random_floats(2, m * dim),
               w = random_floats(3, dim);
    std::vector<float> out(h.size()), sum(h.size()), out2(h.size());
    add_rms_norm(pool, h.data(), res.data(), w.data(), m, dim, 1e-6f, true, out.data(), sum.data());
    auto alias = res;
    add_rms_norm(pool, h.data(), alias.data(), w.data(), m, dim, 1e-6f, true, out2.data(),
                 alias.data());
    EXPECT_EQ(out, out2);
    EXPECT_EQ(sum, alias);
    auto h2 = h;
    add_rms_norm(pool, h2.data(), res.data(), w.data(), m, dim, 1e-6f, true, out2.data(),
                 h2.data());
    EXPECT_EQ(out, out2);
    EXPECT_EQ(sum, h2);
    for (int64_t r = 0; r < m; ++r) {
      add_rms_norm(one, h.data() + r * dim, res.data() + r * dim, w.data(), 1, dim, 1e-6f, true,
                   out2.data() + r * dim, alias.data() + r * dim);
    }
    EXPECT_EQ(out, out2);
    EXPECT_EQ(sum, alias);
  });
}

TEST(LayerNorm, EqualsDoubleSums) {
  for_each_level([&](CpuLevel) {
    for (int64_t dim : {2, 17, 64, 128}) {
      auto x = random_floats(4, dim);
      for (float& v : x) v += 3;
      const auto w = random_floats(5, dim), b = random_floats(6, dim);
      double mean = 0, var = 0;
      for (float v : x) mean += static_cast<double>(v) / static_cast<double>(dim);
      for (float v : x) var += (v - mean) * (v - mean) / static_cast<double>(dim);
      auto y = x;
      layer_norm_row(y.data(), w.data(), b.data(), dim, 1e-6f, false);
      for (size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(y[i], (x[i] - mean) / std::sqrt(var + 1e-6) * w[i] + b[i], 4e-6);
      }
    }
  });
}

TEST(Hadamard, IsSylvesterOrthonormalAndItsOwnInverse) {
  for_each_level([&](CpuLevel) {
    for (int64_t dim : {1, 2, 4, 8, 16, 32, 64, 128, 256}) {
      const auto x = random_floats(9, dim);
      auto y = x;
      hadamard_row(y.data(), dim, false);
      for (int64_t a = 0; a < dim; ++a) {
        double want = 0;
        for (int64_t b = 0; b < dim; ++b) {
          const double v = static_cast<double>(x[static_cast<size_t>(b)]);
          want += __builtin_popcountll(static_cast<unsigned long long>(a & b)) % 2 == 0 ? v : -v;
        }
        EXPECT_NEAR(y[static_cast<size_t>(a)], want / std::sqrt(static_cast<double>(dim)), 3e-6);
      }
      hadamard_row(y.data(), dim, false);
      for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(y[i], x[i], 3e-6);
      auto z = random_bf16_values(9, dim);
      hadamard_row(z.data(), dim, true);
      for (float v : z) EXPECT_EQ(v, round_bf16(v));
    }
  });
}

TEST(Swiglu, IsWithinTwoUlpsAndSaneAtTheEnds) {
  for_each_level([&](CpuLevel) {
    ThreadPool pool(2);
    auto gate = random_floats(1, 3 * 133, 8.0f);
    const auto up = random_floats(2, 3 * 133);
    gate[0] = 0, gate[1] = -0.0f, gate[2] = 100, gate[3] = -100, gate[4] = 89, gate[5] = -88.5f;
    gate[6] = 1e30f, gate[7] = -1e30f, gate[8] = -87, gate[9] = 1e-20f;
    for (bool round : {false, true}) {
      Guarded out(3 * 133);
      swiglu(pool, gate.data(), up.data(), 3, 133, round, out.data());
      out.check();
      for (int64_t i = 0; i < out.size(); ++i) {
        const double z = static_cast<double>(gate[static_cast<size_t>(i)]);
        const double want =
            z / (1 + std::exp(-z)) * static_cast<double>(up[static_cast<size_t>(i)]);
        ASSERT_NEAR(out[i], want, (round ? 0x1.01p-8 : 0x1.8p-22) * std::fabs(want) + 1e-35) << z;
      }
    }
    gate[0] = kNan;
    Guarded out(3 * 133);
    swiglu(pool, gate.data(), up.data(), 3, 133, false, out.data());
    EXPECT_TRUE(std::isnan(out[0]));
    EXPECT_FALSE(std::isnan(out[1]));
  });
}

TEST(Swiglu, SameBitsForAnyBatch) {
  const int64_t m = 37, n = 45;
  const auto gate = random_floats(1, m * n), up = random_floats(2, m * n);
  for_each_level([&](CpuLevel) {
    ThreadPool pool(3);
    std::vector<float> all(gate.size()), one(gate.size());
    swiglu(pool, gate.data(), up.data(), m, n, false, all.data());
    for (int64_t r = 0; r < m; ++r) {
      swiglu(pool, gate.data() + r * n, up.data() + r * n, 1, n, false, one.data() + r * n);
    }
    EXPECT_EQ(all, one);
  });
}

}  // namespace
}  // namespace leyden
