// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace leyden {
namespace {

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

/// Uniform in [0, 1) from (seed, step): SplitMix64's finaliser over a Weyl sequence.
double uniform(uint64_t seed, uint64_t step) {
  uint64_t z = seed * 0xd1342543de82ef95ull + (step + 1) * 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

Status bad(const char* field, const char* expected, double found) {
  return invalid_argument(std::string("sampling: ") + field + " " + std::to_string(found) +
                          ", expected " + expected);
}

}  // namespace

Status SamplingParams::validate(int64_t vocab_size) const {
  if (!(temperature >= 0) || std::isinf(temperature)) return bad("temperature", ">= 0", temperature);
  if (!(top_p > 0 && top_p <= 1)) return bad("top_p", "in (0, 1]", top_p);
  if (top_k < 0) return bad("top_k", ">= 0", top_k);
  if (!(min_p >= 0 && min_p < 1)) return bad("min_p", "in [0, 1)", min_p);
  if (!(repetition_penalty > 0) || std::isinf(repetition_penalty))
    return bad("repetition_penalty", "> 0", repetition_penalty);
  if (!std::isfinite(presence_penalty)) return bad("presence_penalty", "finite", presence_penalty);
  if (!std::isfinite(frequency_penalty)) return bad("frequency_penalty", "finite", frequency_penalty);
  for (const auto& [token, bias] : logit_bias) {
    if (token < 0 || token >= vocab_size) return bad("logit_bias token", "an id of the vocabulary", token);
    if (std::isnan(bias)) return bad("logit_bias", "a number", bias);
  }
  return {};
}

Sampler::Sampler(SamplingParams params, std::span<const int32_t> prompt, size_t answer_tokens)
    : params_(std::move(params)), step_(answer_tokens) {
  if (params_.repetition_penalty != 1.0f)
    for (int32_t token : prompt) seen_[token] = true;
  for (int32_t token : prompt.last(answer_tokens)) ++answer_counts_[token];
}

void Sampler::accept(int32_t token) {
  ++answer_counts_[token];
  if (params_.repetition_penalty != 1.0f) seen_[token] = true;
}

void Sampler::apply_penalties(std::span<float> logits) const {
  for (const auto& [token, unused] : seen_) {
    float& l = logits[static_cast<size_t>(token)];
    l = l > 0 ? l / params_.repetition_penalty : l * params_.repetition_penalty;
  }
  if (params_.presence_penalty != 0 || params_.frequency_penalty != 0) {
    for (const auto& [token, count] : answer_counts_)
      logits[static_cast<size_t>(token)] -=
          params_.presence_penalty + params_.frequency_penalty * static_cast<float>(count);
  }
  for (const auto& [token, bias] : params_.logit_bias) logits[static_cast<size_t>(token)] += bias;
}

Result<int32_t> Sampler::sample(std::span<float> logits) {
  apply_penalties(logits);
  const uint64_t step = step_++;
  const auto best = std::max_element(logits.begin(), logits.end(), [](float a, float b) {
    return std::isnan(a) ? !std::isnan(b) : a < b;
  });
  if (best == logits.end() || !std::isfinite(*best))
    return internal_error("sampling: no finite logit to choose from");
  if (params_.temperature == 0) return static_cast<int32_t>(best - logits.begin());

  // Candidates by falling probability; ties by id. Only as many as can matter are sorted.
  const float top = *best;
  const double inverse_t = 1.0 / std::max(params_.temperature, 1e-5f);
  std::vector<int32_t> ids;
  const float floor = params_.min_p > 0
      ? top + static_cast<float>(std::log(params_.min_p) / inverse_t) : kMinusInfinity;
  for (size_t i = 0; i < logits.size(); ++i)
    if (logits[i] > kMinusInfinity && logits[i] >= floor) ids.push_back(static_cast<int32_t>(i));
  const auto better = [&](int32_t a, int32_t b) {
    const float x = logits[static_cast<size_t>(a)], y = logits[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  };
  if (params_.top_k > 0 && ids.size() > static_cast<size_t>(params_.top_k)) {
    std::nth_element(ids.begin(), ids.begin() + params_.top_k, ids.end(), better);
    ids.resize(static_cast<size_t>(params_.top_k));
  }
  std::sort(ids.begin(), ids.end(), better);
  std::vector<double> p(ids.size());
  double total = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    p[i] = std::exp((logits[static_cast<size_t>(ids[i])] - top) * inverse_t);
    total += p[i];
  }
  if (params_.top_p < 1) {
    double kept = 0;
    size_t n = 0;
    while (n < p.size() && kept < params_.top_p * total) kept += p[n++];
    p.resize(std::max<size_t>(n, 1));
    total = std::accumulate(p.begin(), p.end(), 0.0);
  }
  double u = uniform(params_.seed, step) * total;
  for (size_t i = 0; i < p.size(); ++i) {
    u -= p[i];
    if (u < 0) return ids[i];
  }
  return ids[p.size() - 1];
}

}  // namespace leyden
