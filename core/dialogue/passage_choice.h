// SPDX-License-Identifier: Apache-2.0
// Which passage a question of the profile's task "cite" is about: the model's choice and that of
// the question's words, together. Neither is the better one alone, and where they differ one of
// them is often right (models/default/CARD.md, hand-written questions).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/profile.h"

namespace leyden {

/// A passage that may be named, and the token that names it; -1: none does.
struct NameablePassage {
  int reference = 0;
  int32_t token = -1;
  std::string_view text;
};

/// Of one answer's first token. Threads: one at a time.
class PassageChoice {
 public:
  PassageChoice() = default;
  /// All of `passages` have tokens.
  PassageChoice(std::string_view question, std::vector<NameablePassage> passages);

  bool empty() const { return passages_.empty(); }
  /// Adds to each reference's logit what the words say of its passage. References keep the
  /// probability they had together, so that a refusal or a call is as likely as before.
  void weigh(std::span<float> logits);
  /// For the reader, behind weigh(): the passage chosen, by whom, and the four next best.
  std::string told(const Profile& profile) const;

 private:
  std::vector<NameablePassage> passages_;
  std::vector<float> words_;   ///< BM25 score of each
  std::vector<size_t> order_;  ///< best first, of both together
  size_t models_ = 0;          ///< the model's own first
};

}  // namespace leyden
