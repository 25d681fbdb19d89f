// SPDX-License-Identifier: Apache-2.0
// The quote is followed byte by byte, so that any cut into tokens may spell it; the last token may
// reach over its end into a line break, as tokenizers join them with full stops.
#include "core/dialogue/quote_clamp.h"

#include <algorithm>
#include <limits>

#include "core/chat/document.h"

namespace leyden {

QuoteClamp::QuoteClamp(const Profile& profile, const Tokenizer& tokenizer,
                       std::vector<int32_t> stop_ids)
    : profile_(profile), tokenizer_(tokenizer), stop_ids_(std::move(stop_ids)) {
  const std::string& form = profile.answer.quote;
  const size_t text = form.find("{text}");
  if (!form.starts_with("{ref}") || text == std::string::npos) return;
  before_ = form.substr(5, text - 5);
  after_ = form.substr(text + 6);
  by_first_byte_.resize(256);
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    const std::string_view bytes = tokenizer.token_bytes(id);
    if (!bytes.empty()) by_first_byte_[static_cast<uint8_t>(bytes[0])].push_back(id);
  }
}

void QuoteClamp::add_passage(int reference, std::string_view text) {
  if (by_first_byte_.empty() || reference < 0 || text.empty()) return;
  const auto id = tokenizer_.token_id(profile_.reference(reference));
  if (!id) return;
  std::string quote = before_ + std::string(text) + after_;
  for (size_t at; (at = quote.find("{sp}")) < before_.size();)
    quote.replace(at, 4, leading_space(text));
  quotes_[*id] = std::move(quote);
}

void QuoteClamp::mask(std::span<const int32_t> answer, std::span<float> logits) {
  for (; seen_ < answer.size(); ++seen_) take(answer[seen_]);
  if (rest_.empty() && !ended_) return;
  constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();
  std::vector<std::pair<int32_t, float>> allowed;
  const auto allow = [&](int32_t id) {
    if (id >= 0 && static_cast<size_t>(id) < logits.size())
      allowed.emplace_back(id, logits[static_cast<size_t>(id)]);
  };
  const char next = ended_ ? '\n' : rest_[0];
  for (const int32_t id : by_first_byte_[static_cast<uint8_t>(next)])
    if (ended_ || may_follow(tokenizer_.token_bytes(id))) allow(id);
  if (bare_ || ended_)
    for (const int32_t id : stop_ids_) allow(id);
  if (allowed.empty()) {  // no token spells it: a vocabulary with holes; better free than stuck
    rest_.clear();
    ended_ = false;
    return;
  }
  const auto best = std::max_element(logits.begin(), logits.end());
  const auto best_id = static_cast<int32_t>(best - logits.begin());
  ++clamped_;
  changed_ += std::none_of(allowed.begin(), allowed.end(),
                           [&](const auto& a) { return a.first == best_id; });
  std::fill(logits.begin(), logits.end(), kMinusInfinity);
  for (const auto& [id, logit] : allowed) logits[static_cast<size_t>(id)] = logit;
}

bool QuoteClamp::may_follow(std::string_view bytes) const {
  if (bytes.size() <= rest_.size()) return rest_.starts_with(bytes);
  return bytes.starts_with(rest_) && bytes.find_first_not_of('\n', rest_.size()) == bytes.npos;
}

void QuoteClamp::take(int32_t token) {
  const std::string_view bytes = tokenizer_.token_bytes(token);
  ended_ = false;
  if (!rest_.empty()) {
    ended_ = bytes.size() == rest_.size();  // and not already in the next line
    rest_.erase(0, std::min(bytes.size(), rest_.size()));
    bare_ = false;
  } else if (const auto quote = quotes_.find(token); line_start_ && quote != quotes_.end()) {
    rest_ = quote->second;
    bare_ = true;
  }
  if (!bytes.empty()) line_start_ = bytes.back() == '\n';
}

}  // namespace leyden
