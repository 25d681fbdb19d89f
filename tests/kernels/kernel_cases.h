// SPDX-License-Identifier: Apache-2.0
// What the kernel tests share: seeded data, guarded outputs, every usable code path, pages.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "base/dtype.h"
#include "kernels/cpu_features.h"
#include "kernels/kv_layout.h"
#include "kernels/thread_pool.h"

namespace leyden::testing {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Normal deviates, the same for the same seed on every machine of one standard library.
inline std::vector<float> random_floats(uint32_t seed, int64_t n, float scale = 1.0f) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> v(static_cast<size_t>(n));
  for (float& x : v) x = normal(engine) * scale;
  return v;
}

inline std::vector<float> random_bf16_values(uint32_t seed, int64_t n, float scale = 1.0f) {
  std::vector<float> v = random_floats(seed, n, scale);
  for (float& x : v) x = round_bf16(x);
  return v;
}

/// n floats of NaN with NaN guards on both sides; check() fails when a guard was written.
class Guarded {
 public:
  explicit Guarded(int64_t n) : n_(n), v_(static_cast<size_t>(n) + 2 * kGuard, pattern()) {}
  float* data() { return v_.data() + kGuard; }
  const float* data() const { return v_.data() + kGuard; }
  int64_t size() const { return n_; }
  float operator[](int64_t i) const { return data()[i]; }
  void check() const {
    for (size_t i = 0; i < kGuard; ++i) {
      ASSERT_EQ(bits(v_[i]), bits(pattern())) << "written before the output";
      ASSERT_EQ(bits(v_[v_.size() - 1 - i]), bits(pattern())) << "written behind the output";
    }
  }
  static uint32_t bits(float f) {
    uint32_t u;
    std::memcpy(&u, &f, 4);
    return u;
  }
  static float pattern() {
    const uint32_t u = 0x7fc5a5a5u;
    float f;
    std::memcpy(&f, &u, 4);
    return f;
  }

 private:
  static constexpr size_t kGuard = 64;
  int64_t n_;
  std::vector<float> v_;
};

inline bool same_bits(const float* a, const float* b, int64_t n) {
  return std::memcmp(a, b, static_cast<size_t>(n) * sizeof(float)) == 0;
}

/// Runs `body(level)` for each code path of this machine and restores the default.
template <typename Body>
void for_each_level(const Body& body) {
  for (CpuLevel level : usable_cpu_levels()) {
    SCOPED_TRACE(cpu_level_name(level));
    set_cpu_level(level);
    body(level);
  }
  set_cpu_level(detected_cpu_level());
}

/// Pages of one sequence of n tokens with random records; slots behind the end hold 0xff bytes
/// (NaN as float, bf16 and e4m3).
class Pages {
 public:
  Pages(const KvLayout& layout, int64_t n_tokens, uint32_t seed, float scale = 1.0f)
      : layout_(layout), n_(n_tokens) {
    const int64_t pages = (n_tokens + KvLayout::kPageTokens - 1) / KvLayout::kPageTokens;
    for (int64_t p = 0; p < pages; ++p) {
      bytes_.push_back(
          std::vector<std::byte>(static_cast<size_t>(layout.page_bytes()), std::byte{0xff}));
      pointers_.push_back(bytes_.back().data());
    }
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0, scale);
    const auto draw = [&](int64_t n) {
      std::vector<float> v(static_cast<size_t>(n));
      for (float& x : v) x = layout.fp8 ? round_bf16(normal(engine)) : normal(engine);
      return v;
    };
    for (int64_t layer = 0; layer < layout.n_layers; ++layer) {
      for (int64_t s = 0; s < n_tokens; ++s) {
        const auto c = draw(layout.kv_lora_rank), pe = draw(layout.rope_dim),
                   k = draw(layout.index_dim);
        write(layer, s, c.data(), pe.data(), k.data());
      }
    }
  }
  void write(int64_t layer, int64_t s, const float* latent, const float* k_pe, const float* k) {
    kv_write(layout_, layer, bytes_[static_cast<size_t>(s / KvLayout::kPageTokens)].data(),
             s % KvLayout::kPageTokens, latent, k_pe, k);
  }
  AttentionRow row(int64_t position) const { return {pointers_.data(), position}; }
  int64_t size() const { return n_; }
  const std::byte* page(size_t i) const { return pointers_[i]; }

 private:
  KvLayout layout_;
  int64_t n_;
  std::vector<std::vector<std::byte>> bytes_;
  std::vector<const std::byte*> pointers_;
};

inline KvLayout make_layout(bool fp8, int64_t layers, int64_t rank, int64_t rope, int64_t index) {
  KvLayout l;
  l.fp8 = fp8;
  l.n_layers = layers;
  l.kv_lora_rank = rank;
  l.rope_dim = rope;
  l.index_dim = index;
  return l;
}

}  // namespace leyden::testing
