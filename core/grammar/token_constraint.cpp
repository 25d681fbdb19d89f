// SPDX-License-Identifier: Apache-2.0
#include "core/grammar/token_constraint.h"

#include <algorithm>
#include <limits>

namespace leyden {
namespace {

constexpr size_t kKeptMasks = 1024;

}  // namespace

TokenConstraint::TokenConstraint(std::shared_ptr<const Grammar> grammar,
                                 std::shared_ptr<const TokenTrie> trie,
                                 std::shared_ptr<const Tokenizer> tokenizer)
    : matcher_(std::move(grammar)), trie_(std::move(trie)), tokenizer_(std::move(tokenizer)) {
  path_.resize(size_t{trie_->deepest()} + 1);
}

TokenConstraint::Mask TokenConstraint::walk(uint64_t most) {
  Mask mask;
  mask.bits.assign((static_cast<size_t>(tokenizer_->vocab_size()) + 63) / 64, 0);
  const auto allow = [&](int32_t id, uint64_t least) {
    mask.bits[static_cast<size_t>(id) / 64] |= uint64_t{1} << (id % 64);
    mask.costliest = std::max(mask.costliest, least);
    mask.any = true;
  };
  path_[0] = state_;
  const std::vector<TokenTrie::Node>& nodes = trie_->nodes();
  for (size_t i = 0; i < nodes.size();) {
    const TokenTrie::Node& node = nodes[i];
    const int32_t state = matcher_.next(path_[node.depth - 1u], node.byte);
    if (state == Matcher::kDead) {
      i = node.end;
      continue;
    }
    path_[node.depth] = state;
    if (node.count > 0) {
      if (const uint64_t least = matcher_.least(state); least <= most)
        for (uint32_t k = 0; k < node.count; ++k) allow(trie_->ids()[node.first + k], least);
    }
    ++i;
  }
  const std::vector<int32_t>& controls = matcher_.grammar().controls();
  for (size_t k = 0; k < controls.size(); ++k) {
    const int32_t state = matcher_.next(state_, static_cast<Symbol>(kControl + k));
    if (state != Matcher::kDead && matcher_.least(state) <= most)
      allow(controls[k], matcher_.least(state));
  }
  return mask;
}

const TokenConstraint::Mask& TokenConstraint::mask_here() {
  const auto found = masks_.find(state_);
  if (found != masks_.end()) return found->second;
  if (masks_.size() >= kKeptMasks) masks_.clear();
  return masks_.emplace(state_, walk(kUnlimited)).first->second;
}

void TokenConstraint::mask(std::span<float> logits, std::span<const int32_t> end_ids,
                           uint64_t remaining) {
  const Mask* mask = &mask_here();
  Mask tight;
  if (remaining > 0 && mask->costliest > remaining - 1) {
    tight = walk(remaining - 1);
    if (tight.any || complete()) mask = &tight;
  }
  constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();
  std::vector<float> ends;
  for (const int32_t id : end_ids) ends.push_back(logits[static_cast<size_t>(id)]);
  for (size_t word = 0; word * 64 < logits.size(); ++word) {
    const uint64_t bits = word < mask->bits.size() ? mask->bits[word] : 0;
    if (bits == ~uint64_t{0}) continue;
    const size_t end = std::min(logits.size(), word * 64 + 64);
    for (size_t id = word * 64; id < end; ++id)
      if ((bits >> (id % 64) & 1) == 0) logits[id] = kMinusInfinity;
  }
  for (size_t i = 0; i < end_ids.size(); ++i)
    logits[static_cast<size_t>(end_ids[i])] = complete() ? ends[i] : kMinusInfinity;
}

bool TokenConstraint::accept(int32_t token) {
  if (tokenizer_->is_added(token)) {
    const std::vector<int32_t>& controls = matcher_.grammar().controls();
    const auto found = std::find(controls.begin(), controls.end(), token);
    if (found == controls.end()) return false;
    const int32_t state =
        matcher_.next(state_, static_cast<Symbol>(kControl + (found - controls.begin())));
    if (state == Matcher::kDead) return false;
    state_ = state;
    return true;
  }
  return accept_bytes(tokenizer_->token_bytes(token));
}

bool TokenConstraint::accept_bytes(std::string_view bytes) {
  int32_t state = state_;
  for (const char c : bytes) {
    state = matcher_.next(state, static_cast<unsigned char>(c));
    if (state == Matcher::kDead) return false;
  }
  state_ = state;
  return true;
}

}  // namespace leyden
