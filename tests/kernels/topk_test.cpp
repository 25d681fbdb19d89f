// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "kernels/indexer.h"
#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

void expect_equal_to_reference(const std::vector<float>& scores) {
  const int64_t n = static_cast<int64_t>(scores.size());
  for (int64_t k :
       {int64_t{1}, int64_t{2}, int64_t{15}, int64_t{64}, int64_t{512}, n - 1, n, n + 7}) {
    if (k < 1) continue;
    const int64_t count = std::min(n, k);
    std::vector<int32_t> got(static_cast<size_t>(count) + 8, -77), want(got);
    ASSERT_EQ(select_topk_ref(scores.data(), n, k, want.data()), count);
    ASSERT_EQ(select_topk(scores.data(), n, k, got.data()), count);
    ASSERT_EQ(got, want) << "n " << n << " k " << k;
  }
}

TEST(SelectTopk, EqualsReference) {
  const std::pair<const char*, std::function<float(int64_t, float)>> kinds[] = {
      {"random", [](int64_t, float r) { return r; }},
      {"negative", [](int64_t, float r) { return -std::fabs(r) - 1; }},
      {"all equal", [](int64_t, float) { return 1.5f; }},
      {"zeros of both signs", [](int64_t i, float) { return i % 3 == 0 ? -0.0f : 0.0f; }},
      {"ascending", [](int64_t i, float) { return static_cast<float>(i); }},
      {"descending", [](int64_t i, float) { return -static_cast<float>(i); }},
      {"few values", [](int64_t, float r) { return std::round(r); }},
      {"coarse near zero", [](int64_t i, float r) { return i % 7 ? 0.0f : std::round(r) * 0.25f; }},
      {"minus infinities", [](int64_t i, float r) { return i % 2 ? -kInf : r; }},
      {"infinities", [](int64_t i, float r) { return i % 5 == 0 ? kInf
                                                     : i % 2    ? -kInf
                                                                : r; }},
      {"some NaN", [](int64_t i, float r) { return i % 3 == 1 ? kNan : r; }},
      {"mostly NaN", [](int64_t i, float r) { return i % 97 != 1 ? kNan : r; }},
      {"all NaN", [](int64_t i, float) { return i % 2 ? kNan : -kNan; }},
      {"tiny", [](int64_t, float r) { return r * 1e-42f; }},
  };
  for_each_level([&](CpuLevel) {
    for (int64_t n : {1, 2, 15, 16, 17, 63, 64, 65, 511, 512, 513, 1023, 4099, 20011}) {
      const auto r = random_floats(static_cast<uint32_t>(n), n);
      for (const auto& [name, f] : kinds) {
        SCOPED_TRACE(name);
        std::vector<float> scores(r.size());
        for (size_t i = 0; i < r.size(); ++i) scores[i] = f(static_cast<int64_t>(i), r[i]);
        expect_equal_to_reference(scores);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

TEST(SelectTopk, ZeroKeysWanted) {
  const float score = 1;
  int32_t key = -5;
  EXPECT_EQ(select_topk(&score, 1, 0, &key), 0);
  EXPECT_EQ(select_topk(&score, 0, 4, &key), 0);
  EXPECT_EQ(key, -5);
}

}  // namespace
}  // namespace leyden
