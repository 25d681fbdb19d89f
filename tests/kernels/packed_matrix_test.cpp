// SPDX-License-Identifier: Apache-2.0
#include "kernels/packed_matrix.h"

#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

TEST(PackedMatrix, KeepsEveryElement) {
  ThreadPool pool(2);
  for (int64_t n : {1, 15, 16, 17, 130}) {
    for (int64_t k : {1, 2, 127, 128, 131, 257}) {
      SCOPED_TRACE(::testing::Message() << n << " x " << k);
      const auto x = random_floats(7, n * k);
      std::vector<uint16_t> half(x.size());
      std::vector<uint8_t> code(x.size());
      for (size_t i = 0; i < x.size(); ++i) {
        half[i] = bf16_from_float(x[i]);
        code[i] = e4m3_from_float(x[i]);
      }
      const int64_t kb = (k + 127) / 128;
      std::vector<float> scales(static_cast<size_t>((n + 127) / 128 * kb));
      for (size_t i = 0; i < scales.size(); ++i) scales[i] = 0.25f * static_cast<float>(i + 1);
      auto f = PackedMatrix::pack(pool, DType::kF32, n, k, x.data(), nullptr);
      auto b = PackedMatrix::pack(pool, DType::kBF16, n, k, half.data(), nullptr);
      auto q = PackedMatrix::pack(pool, DType::kF8E4M3, n, k, code.data(), scales.data());
      ASSERT_TRUE(f.ok() && b.ok() && q.ok());
      EXPECT_EQ(f->n(), n);
      EXPECT_EQ(q->k(), k);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(b->panel(0)) % 64, 0u);
      for (int64_t r = 0; r < n; ++r) {
        for (int64_t c = 0; c < k; ++c) {
          const size_t i = static_cast<size_t>(r * k + c);
          ASSERT_EQ(f->at(r, c), x[i]);
          ASSERT_EQ(b->at(r, c), float_from_bf16(half[i]));
          ASSERT_EQ(q->at(r, c),
                    float_from_e4m3(code[i]) * scales[static_cast<size_t>(r / 128 * kb + c / 128)]);
        }
      }
    }
  }
}

TEST(PackedMatrix, RefusesNanCodesAndScales) {
  ThreadPool pool(2);
  std::vector<uint8_t> codes(33 * 5, 0x38);
  float scale = 1;
  EXPECT_TRUE(PackedMatrix::pack(pool, DType::kF8E4M3, 33, 5, codes.data(), &scale).ok());
  for (uint8_t bad : {uint8_t{0x7f}, uint8_t{0xff}}) {
    codes[100] = bad;
    auto r = PackedMatrix::pack(pool, DType::kF8E4M3, 33, 5, codes.data(), &scale);
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.status().code(), StatusCode::kCorrupt);
  }
  codes[100] = 0;
  scale = kNan;
  auto r = PackedMatrix::pack(pool, DType::kF8E4M3, 33, 5, codes.data(), &scale);
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.status().code(), StatusCode::kCorrupt);
}

TEST(PackedMatrix, RefusesNonsense) {
  ThreadPool pool(1);
  const float x = 1;
  EXPECT_FALSE(PackedMatrix::pack(pool, DType::kF32, 0, 4, &x, nullptr).ok());
  EXPECT_FALSE(PackedMatrix::pack(pool, DType::kF32, 1, 1, &x, &x).ok());
  EXPECT_FALSE(PackedMatrix::pack(pool, DType::kF8E4M3, 1, 1, &x, nullptr).ok());
}

}  // namespace
}  // namespace leyden
