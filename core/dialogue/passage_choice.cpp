// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/passage_choice.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text/bm25.h"

namespace leyden {
namespace {

/// Of a BM25 score against a log-probability. A score is itself a sum of log-odds, so no more than
/// a factor is needed; this one made the right passages of 150 rule-made questions likeliest
/// (models/recipe/handmade.py --weigh).
constexpr float kWordsWeight = 2.83f;

double log_sum(std::span<const float> logits, const std::vector<NameablePassage>& passages) {
  double top = -INFINITY, sum = 0;
  for (const NameablePassage& p : passages)
    top = std::max(top, static_cast<double>(logits[static_cast<size_t>(p.token)]));
  if (top == -INFINITY) return top;
  for (const NameablePassage& p : passages)
    sum += std::exp(logits[static_cast<size_t>(p.token)] - top);
  return top + std::log(sum);
}

}  // namespace

PassageChoice::PassageChoice(std::string_view question, std::vector<NameablePassage> passages)
    : passages_(std::move(passages)), words_(passages_.size(), 0) {
  Bm25 index;
  for (const NameablePassage& p : passages_) index.add(p.text);
  for (const Bm25::Hit& hit : index.best(bm25_query_terms(question), passages_.size()))
    words_[hit.text] = static_cast<float>(hit.score);
}

void PassageChoice::weigh(std::span<float> logits) {
  if (empty()) return;
  const auto logit = [&](size_t i) -> float& {
    return logits[static_cast<size_t>(passages_[i].token)];
  };
  const auto better = [&](size_t a, size_t b) { return logit(a) > logit(b); };
  const double before = log_sum(logits, passages_);
  if (!std::isfinite(before)) return;  // no reference may be written here
  order_.resize(passages_.size());
  std::iota(order_.begin(), order_.end(), size_t{0});
  models_ = *std::min_element(order_.begin(), order_.end(), better);
  for (size_t i = 0; i < passages_.size(); ++i) logit(i) += kWordsWeight * words_[i];
  const auto shift = static_cast<float>(before - log_sum(logits, passages_));
  for (size_t i = 0; i < passages_.size(); ++i) logit(i) += shift;
  std::stable_sort(order_.begin(), order_.end(), better);
}

std::string PassageChoice::told(const Profile& profile) const {
  if (order_.empty()) return {};
  const auto name = [&](size_t i) { return profile.reference(passages_[i].reference); };
  const auto words_first =
      static_cast<size_t>(std::max_element(words_.begin(), words_.end()) - words_.begin());
  std::string text = "model and words of the question together put passage " + name(order_[0]) +
                     " first; the model alone " + name(models_) + ", the words alone " +
                     (words_[words_first] > 0 ? name(words_first) : "none");
  for (size_t n = 1; n < std::min<size_t>(order_.size(), 5); ++n)
    text += (n == 1 ? "; then " : ", ") + name(order_[n]);
  return text;
}

}  // namespace leyden
