// SPDX-License-Identifier: Apache-2.0
// Inputs for kernels_bench.cpp: cheap to make, ordinary in value.
#pragma once

#include "kernels/packed_matrix.h"
#include "tests/kernels/kernel_cases.h"

namespace leyden {

/// bf16 values around 1, repeating after a few thousand.
inline std::vector<float> bench_floats(int64_t n) {
  static const std::vector<float> source = testing::random_bf16_values(1, 4099);
  std::vector<float> v(static_cast<size_t>(n));
  for (size_t i = 0; i < v.size(); ++i) v[i] = source[i % source.size()];
  return v;
}

inline PackedMatrix bench_weight(ThreadPool& pool, DType dtype, int64_t n, int64_t k) {
  const auto x = bench_floats(n * k);
  std::vector<uint8_t> code(x.size());
  std::vector<uint16_t> half(x.size());
  const std::vector<float> scales(static_cast<size_t>((n + 127) / 128 * ((k + 127) / 128)), 0.5f);
  for (size_t i = 0; i < x.size(); ++i) {
    code[i] = e4m3_from_float(x[i]);
    half[i] = bf16_from_float(x[i]);
  }
  const void* data = dtype == DType::kF32    ? static_cast<const void*>(x.data())
                     : dtype == DType::kBF16 ? static_cast<const void*>(half.data())
                                             : code.data();
  auto r = PackedMatrix::pack(pool, dtype, n, k, data,
                              dtype == DType::kF8E4M3 ? scales.data() : nullptr);
  return std::move(r).value();
}

/// Pages of n tokens: the first 64 pages hold random records, the later ones copies of them.
class BenchPages {
 public:
  BenchPages(const KvLayout& layout, int64_t n_tokens) {
    const int64_t n = (n_tokens + 63) / 64, fresh = std::min<int64_t>(n, 64);
    const testing::Pages source(layout, fresh * 64, 3);
    for (int64_t p = 0; p < n; ++p) {
      const std::byte* from = source.page(static_cast<size_t>(p * 37 % fresh));
      bytes_.emplace_back(from, from + layout.page_bytes());
    }
    for (const auto& b : bytes_) pointers_.push_back(b.data());
  }
  const std::byte* const* pointers() const { return pointers_.data(); }

 private:
  std::vector<std::vector<std::byte>> bytes_;
  std::vector<const std::byte*> pointers_;
};

}  // namespace leyden
