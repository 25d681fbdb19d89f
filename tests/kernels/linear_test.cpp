// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.h"

#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;
using Form = LinearInput::Form;

PackedMatrix make_weight(ThreadPool& pool, DType dtype, int64_t n, int64_t k, uint32_t seed) {
  const auto x = random_floats(seed, n * k);
  const size_t blocks = static_cast<size_t>((n + 127) / 128 * ((k + 127) / 128));
  std::vector<float> scales;
  std::vector<uint16_t> half(x.size());
  std::vector<uint8_t> code(x.size());
  const void* data = x.data();
  if (dtype == DType::kBF16) {
    for (size_t i = 0; i < x.size(); ++i) half[i] = bf16_from_float(x[i]);
    data = half.data();
  } else if (dtype == DType::kF8E4M3) {
    // Small values too, so that e4m3 subnormals occur.
    for (size_t i = 0; i < x.size(); ++i) {
      code[i] = e4m3_from_float(x[i] * (i % 3 == 0 ? 0.01f : 20.0f));
    }
    data = code.data();
    for (size_t i = 0; i < blocks; ++i)
      scales.push_back(std::ldexp(1.0f, -static_cast<int>(i % 5)));
  }
  auto r = PackedMatrix::pack(pool, dtype, n, k, data, scales.empty() ? nullptr : scales.data());
  EXPECT_TRUE(r.ok());
  return std::move(r).value();
}

LinearInput make_input(ThreadPool& pool, Form form, const std::vector<float>& x, int64_t m,
                       int64_t k) {
  switch (form) {
    case Form::kF32:
      return LinearInput::f32(x.data(), m, k);
    case Form::kBF16:
      return LinearInput::bf16(pool, x.data(), m, k);
    case Form::kFP8:
      return LinearInput::fp8(pool, x.data(), m, k, true);
  }
  return {};
}

struct Combination {
  Form form;
  DType dtype;
};
constexpr Combination kCombinations[] = {{Form::kF32, DType::kF32},
                                         {Form::kF32, DType::kBF16},
                                         {Form::kF32, DType::kF8E4M3},
                                         {Form::kBF16, DType::kBF16},
                                         {Form::kFP8, DType::kF8E4M3}};

// fp32 sums of k products in any order err by about eps * sqrt(k) * |x| |w|; 8 leaves room.
// Inputs to the reference are the same codes, so nothing else differs.
double tolerance(const std::vector<float>& x, const PackedMatrix& w, int64_t row, int64_t n) {
  double xx = 0, ww = 0;
  for (int64_t i = 0; i < w.k(); ++i) {
    const double a = static_cast<double>(x[static_cast<size_t>(row * w.k() + i)]);
    const double b = static_cast<double>(w.at(n, i));
    xx += a * a;
    ww += b * b;
  }
  return 8 * 0x1p-24 * std::sqrt(static_cast<double>(w.k())) * std::sqrt(xx * ww) + 1e-30;
}

TEST(Linear, EqualsReference) {
  ThreadPool pool(2);
  const int64_t shapes[][3] = {{1, 1, 1},     {1, 16, 128},  {2, 17, 3},    {3, 63, 127},
                               {4, 64, 128},  {5, 65, 129},  {7, 130, 255}, {1, 200, 384},
                               {33, 48, 300}, {64, 96, 256}, {70, 31, 513}, {13, 576, 64}};
  for_each_level([&](CpuLevel) {
    for (const auto& shape : shapes) {
      const int64_t m = shape[0], n = shape[1], k = shape[2];
      for (const Combination& c : kCombinations) {
        SCOPED_TRACE(::testing::Message()
                     << m << "x" << n << "x" << k << " form " << static_cast<int>(c.form) << " "
                     << dtype_name(c.dtype));
        const auto x = random_floats(11, m * k);
        const PackedMatrix w = make_weight(pool, c.dtype, n, k, 12);
        const LinearInput in = make_input(pool, c.form, x, m, k);
        for (bool round : {false, true}) {
          Guarded got(m * n), want(m * n);
          LinearTask task{&in, nullptr, 0, &w, got.data(), n, round};
          linear(pool, {&task, 1});
          task.y = want.data();
          task.round_bf16 = false;
          linear_ref({&task, 1});
          got.check();
          for (int64_t i = 0; i < m * n; ++i) {
            const double bound = tolerance(x, w, i / n, i % n) +
                                 (round ? 0x1.01p-8 * std::fabs(static_cast<double>(want[i])) : 0);
            ASSERT_NEAR(got[i], want[i], bound) << "output " << i;
            if (round) {
              ASSERT_EQ(got[i], round_bf16(got[i]));
            }
          }
        }
      }
    }
  });
}

TEST(Linear, SameBitsForAnyThreadsAndAnyBatch) {
  const int64_t m = 37, n = 150, k = 390;
  for_each_level([&](CpuLevel) {
    for (const Combination& c : kCombinations) {
      SCOPED_TRACE(dtype_name(c.dtype));
      ThreadPool one(1);
      const auto x = random_floats(21, m * k);
      const PackedMatrix w = make_weight(one, c.dtype, n, k, 22);
      const LinearInput in = make_input(one, c.form, x, m, k);
      std::vector<float> want(static_cast<size_t>(m * n));
      LinearTask task{&in, nullptr, 0, &w, want.data(), n, false};
      linear(one, {&task, 1});
      for (int threads = 2; threads <= 4; ++threads) {
        ThreadPool pool(threads);
        Guarded got(m * n);
        task.y = got.data();
        linear(pool, {&task, 1});
        ASSERT_TRUE(same_bits(got.data(), want.data(), m * n)) << threads << " threads";
      }
      // Each row alone, small groups of rows, and gathered in reverse order.
      ThreadPool pool(2);
      for (int64_t group : {1, 2, 3, 5, 8, 16, 20}) {
        for (int64_t begin = 0; begin < m; begin += group) {
          std::vector<int32_t> rows;
          for (int64_t r = begin; r < std::min(m, begin + group); ++r) {
            rows.insert(rows.begin(), static_cast<int32_t>(r));
          }
          const int64_t count = static_cast<int64_t>(rows.size());
          Guarded got(count * (n + 3));
          LinearTask part{&in, rows.data(), count, &w, got.data(), n + 3, false};
          linear(pool, {&part, 1});
          for (int64_t i = 0; i < count; ++i) {
            ASSERT_TRUE(same_bits(got.data() + i * (n + 3),
                                  want.data() + rows[static_cast<size_t>(i)] * n, n))
                << "row " << rows[static_cast<size_t>(i)] << " in a group of " << group;
            for (int64_t j = n; j < n + 3; ++j) {
              ASSERT_EQ(Guarded::bits(got[i * (n + 3) + j]), Guarded::bits(Guarded::pattern()));
            }
          }
        }
      }
    }
  });
}

TEST(Linear, ManyTasksInOneRegionEqualEachAlone) {
  ThreadPool pool(2);
  const int64_t m = 9, k = 256;
  const auto x = random_floats(31, m * k);
  const LinearInput in = LinearInput::fp8(pool, x.data(), m, k, true);
  std::vector<PackedMatrix> w;
  std::vector<std::vector<float>> alone, together;
  std::vector<std::vector<int32_t>> rows;
  for (int e = 0; e < 6; ++e) {
    w.push_back(make_weight(pool, DType::kF8E4M3, 32 + 16 * e, k, static_cast<uint32_t>(40 + e)));
    rows.emplace_back();
    for (int32_t r = 0; r < e; ++r) rows.back().push_back((r * 5 + e) % 9);
    alone.emplace_back(static_cast<size_t>(e * (32 + 16 * e)));
    together.push_back(alone.back());
  }
  for_each_level([&](CpuLevel) {
    std::vector<LinearTask> tasks;
    for (size_t e = 0; e < w.size(); ++e) {
      LinearTask t{&in, rows[e].data(), static_cast<int64_t>(e), &w[e], alone[e].data(), w[e].n(),
                   true};
      if (rows[e].empty()) {  // a task without rows does nothing
        const int32_t none = 0;
        t.rows = &none;
        linear(pool, {&t, 1});
        tasks.push_back(t);
        tasks.back().rows = rows[1].data();
        continue;
      }
      linear(pool, {&t, 1});
      t.y = together[e].data();
      tasks.push_back(t);
    }
    linear(pool, tasks);
    for (size_t e = 0; e < w.size(); ++e) EXPECT_EQ(alone[e], together[e]);
  });
}

TEST(Linear, Fp8InputMatchesTheSpecsVectors) {
  ThreadPool pool(1);
  // amax -> scale, spec 3.5.
  const float table[][2] = {{448, 1},         {449, 2},     {1, 0x1p-8f}, {0.875f, 0x1p-9f},
                            {1.75f, 0x1p-8f}, {5, 0x1p-6f}, {0, 0x1p-22f}};
  for_each_level([&](CpuLevel) {
    for (const auto& entry : table) {
      std::vector<float> x(130, 0.0f);
      x[77] = -entry[0];
      const LinearInput in = LinearInput::fp8(pool, x.data(), 1, 130, true);
      EXPECT_EQ(in.scales()[0], entry[1]);
      EXPECT_EQ(in.scales()[1], 0x1p-22f);
      EXPECT_EQ(float_from_bf16(in.bf16_rows()[77]),
                -float_from_e4m3(e4m3_from_float(entry[0] / entry[1])));
    }
    const auto x = random_floats(5, 3 * 300, 7.0f);
    for (bool pow2 : {true, false}) {
      const LinearInput in = LinearInput::fp8(pool, x.data(), 3, 300, pow2);
      for (int64_t r = 0; r < 3; ++r) {
        for (int64_t i = 0; i < 300; ++i) {
          float amax = 0;
          for (int64_t j = i / 128 * 128; j < std::min<int64_t>(300, i / 128 * 128 + 128); ++j) {
            amax = std::max(amax, std::fabs(x[static_cast<size_t>(r * 300 + j)]));
          }
          const float s = e4m3_scale(amax, pow2);
          ASSERT_EQ(in.scales()[r * 3 + i / 128], s);
          ASSERT_EQ(float_from_bf16(in.bf16_rows()[r * in.bf16_stride() + i]),
                    float_from_e4m3(e4m3_from_float(x[static_cast<size_t>(r * 300 + i)] / s)));
        }
      }
    }
    // Every finite value near a rounding boundary, small and large.
    std::vector<float> edge{448,      464,          17,        19,      1.0625f, 1.1875f,
                            0x1p-10f, 3 * 0x1p-10f, 0x1p-6f,   0.0155f, -17,     -0x1p-10f,
                            447.9f,   0x1.fp-7f,    0x1.ep-7f, 1e-30f,  -0.0f};
    edge[1] = 447;
    const LinearInput in =
        LinearInput::fp8(pool, edge.data(), 1, static_cast<int64_t>(edge.size()), true);
    ASSERT_EQ(in.scales()[0], 1.0f);
    for (size_t i = 0; i < edge.size(); ++i) {
      EXPECT_EQ(float_from_bf16(in.bf16_rows()[i]), float_from_e4m3(e4m3_from_float(edge[i])))
          << edge[i];
    }
  });
}

TEST(Linear, Bf16InputRoundsToNearestEven) {
  ThreadPool pool(2);
  const auto x = random_floats(6, 5 * 77);
  for_each_level([&](CpuLevel) {
    const LinearInput in = LinearInput::bf16(pool, x.data(), 5, 77);
    for (int64_t i = 0; i < 5 * 77; ++i) {
      ASSERT_EQ(in.bf16_rows()[i / 77 * in.bf16_stride() + i % 77],
                bf16_from_float(x[static_cast<size_t>(i)]));
    }
  });
}

TEST(Linear, EveryFp8CodeIsExact) {
  ThreadPool pool(1);
  // One output a code, one input of 1: y is the code's value.
  std::vector<uint8_t> codes;
  for (int c = 0; c < 256; ++c) {
    if ((c & 0x7f) != 0x7f) codes.push_back(static_cast<uint8_t>(c));
  }
  const int64_t n = static_cast<int64_t>(codes.size());
  const float scales[2] = {1, 1};
  auto w = PackedMatrix::pack(pool, DType::kF8E4M3, n, 1, codes.data(), scales);
  ASSERT_TRUE(w.ok());
  for_each_level([&](CpuLevel) {
    for (int64_t m : {1, 9}) {
      const std::vector<float> x(static_cast<size_t>(m), 256.0f);
      for (Form form : {Form::kF32, Form::kFP8}) {
        const LinearInput in = make_input(pool, form, x, m, 1);
        Guarded y(m * n);
        const LinearTask task{&in, nullptr, 0, &*w, y.data(), n, false};
        linear(pool, {&task, 1});
        y.check();
        for (int64_t i = 0; i < m * n; ++i) {
          ASSERT_EQ(y[i], 256 * float_from_e4m3(codes[static_cast<size_t>(i % n)]));
        }
      }
    }
  });
}

}  // namespace
}  // namespace leyden
