// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/evidence.h"

#include <algorithm>

namespace leyden {
namespace {

/// Positions at the very beginning of a prompt draw attention mass whatever they hold.
constexpr int64_t kSinkTokens = 4;

}  // namespace

EvidenceCollector::EvidenceCollector(const std::vector<PassageTokens>& passages)
    : passages_(passages) {
  spans_.reserve(passages.size());
  for (const PassageTokens& p : passages)
    spans_.push_back({std::max(kSinkTokens, static_cast<int64_t>(p.tokens.begin)),
                      static_cast<int64_t>(p.tokens.end)});
}

std::vector<Evidence> EvidenceCollector::rank(const SpanMass& background, size_t begin,
                                              size_t end) const {
  end = std::min(end, tokens_.size());
  if (begin >= end) return {};
  std::vector<double> mass(passages_.size(), 0.0);
  for (size_t t = begin; t < end; ++t)
    for (size_t p = 0; p < mass.size(); ++p) mass[p] += tokens_[t][p];
  double total = 0;
  std::vector<size_t> order;
  for (size_t p = 0; p < mass.size(); ++p) {
    mass[p] = mass[p] / static_cast<double>(end - begin) - (background.empty() ? 0.0 : background[p]);
    if (mass[p] <= 0) continue;
    total += mass[p];
    order.push_back(p);
  }
  const size_t n = std::min(order.size(), kMaxPassages);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(),
                    [&](size_t a, size_t b) { return mass[a] != mass[b] ? mass[a] > mass[b] : a < b; });
  std::vector<Evidence> out;
  for (size_t i = 0; i < n; ++i) {
    const PassageTokens& p = passages_[order[i]];
    out.push_back({p.document, p.byte_begin, p.byte_end, p.reference, mass[order[i]] / total});
  }
  return out;
}

}  // namespace leyden
