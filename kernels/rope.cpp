// SPDX-License-Identifier: Apache-2.0
// Rotary embedding: the frequency table (plain or YaRN) and the two rotations.
#include <algorithm>
#include <cmath>

#include "base/dtype.h"
#include "kernels/rowwise.h"

namespace leyden {

RopeTable RopeTable::make(const Config& config) {
  RopeTable table;
  const int64_t half = config.dim / 2;
  table.frequencies_.resize(static_cast<size_t>(half));
  const auto correction_dim = [&](double rotations) {
    return static_cast<double>(config.dim) *
           std::log(static_cast<double>(config.original_seq_len) / (rotations * 2.0 * M_PI)) /
           (2.0 * std::log(config.theta));
  };
  const double low = std::max(std::floor(correction_dim(config.beta_fast)), 0.0);
  double high =
      std::min(std::ceil(correction_dim(config.beta_slow)), static_cast<double>(config.dim - 1));
  if (low == high) high += 0.001;
  for (int64_t i = 0; i < half; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(config.dim);
    float f = 1.0f / std::pow(static_cast<float>(config.theta), exponent);
    if (config.yarn) {
      const float ramp = std::clamp(
          (static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low), 0.0f,
          1.0f);
      const float smooth = 1.0f - ramp;
      f = f / static_cast<float>(config.factor) * (1.0f - smooth) + f * smooth;
    }
    table.frequencies_[static_cast<size_t>(i)] = f;
  }
  return table;
}

void RopeTable::fill(int64_t position, float* cos_sin) const {
  const size_t half = frequencies_.size();
  for (size_t i = 0; i < half; ++i) {
    const float angle = static_cast<float>(position) * frequencies_[i];
    cos_sin[i] = static_cast<float>(std::cos(static_cast<double>(angle)));
    cos_sin[half + i] = static_cast<float>(std::sin(static_cast<double>(angle)));
  }
}

namespace {

inline void rotate(float* a, float* b, float c, float s, bool round) {
  const float x = *a, y = *b;
  const float p = x * c - y * s, q = x * s + y * c;
  *a = round ? round_bf16(p) : p;
  *b = round ? round_bf16(q) : q;
}

}  // namespace

void rope_interleaved(float* x, int64_t dim, const float* cos_sin, bool round_bf16) {
  const int64_t half = dim / 2;
  for (int64_t i = 0; i < half; ++i) {
    rotate(x + 2 * i, x + 2 * i + 1, cos_sin[i], cos_sin[half + i], round_bf16);
  }
}

void rope_half_split(float* x, int64_t dim, const float* cos_sin, bool round_bf16) {
  const int64_t half = dim / 2;
  for (int64_t i = 0; i < half; ++i) {
    rotate(x + i, x + i + half, cos_sin[i], cos_sin[half + i], round_bf16);
  }
}

}  // namespace leyden
