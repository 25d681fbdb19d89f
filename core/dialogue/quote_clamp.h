// SPDX-License-Identifier: Apache-2.0
// Holds an answer's quotes to the passages they name: behind a reference that begins a line, only
// tokens that spell its passage as the profile writes quotes may follow, to its end, and then a new
// line or the end of the answer. Which passage, and what is said otherwise, stays the model's
// choice.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/chat/profile.h"
#include "core/text/tokenizer.h"

namespace leyden {

/// Threads: one at a time. Profile and tokenizer must outlive it.
class QuoteClamp {
 public:
  /// @param stop_ids  an answer may end right behind a reference (a bare citation)
  QuoteClamp(const Profile& profile, const Tokenizer& tokenizer, std::vector<int32_t> stop_ids);

  /// A passage that may be quoted: its number, and its text as the model read it. Without effect
  /// where the vocabulary has no token for the number, or the profile no form of quotes.
  void add_passage(int reference, std::string_view text);
  bool empty() const { return quotes_.empty(); }

  /// For GenerateRequest::mask: sets what may not follow `answer` to minus infinity. Calls of one
  /// answer, in order, each with one token more.
  void mask(std::span<const int32_t> answer, std::span<float> logits);
  /// Tokens inside quotes so far, and those of them where something else was likelier.
  size_t clamped() const { return clamped_; }
  size_t changed() const { return changed_; }

 private:
  void take(int32_t token);
  bool may_follow(std::string_view bytes) const;

  const Profile& profile_;
  const Tokenizer& tokenizer_;
  std::vector<int32_t> stop_ids_;
  std::string before_, after_;  ///< the profile's quote around {text}, behind {ref}
  std::unordered_map<int32_t, std::string> quotes_;  ///< by reference token: what follows it
  std::vector<std::vector<int32_t>> by_first_byte_;  ///< ids

  size_t seen_ = 0;  ///< answer tokens taken
  bool line_start_ = true;
  bool bare_ = false;   ///< right behind the reference
  std::string rest_;    ///< of the quote, still to be written
  bool ended_ = false;  ///< right behind the quote's last byte
  size_t clamped_ = 0, changed_ = 0;
};

}  // namespace leyden
