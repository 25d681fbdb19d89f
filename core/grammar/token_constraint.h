// SPDX-License-Identifier: Apache-2.0
// Which tokens may come next under a grammar.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/grammar/matcher.h"
#include "core/grammar/token_trie.h"

namespace leyden {

/// Follows one text token by token. Masks are kept by grammar state, so that a state met before
/// costs one pass over the logits; a new one costs a walk over the vocabulary's trie. Threads: one
/// at a time.
class TokenConstraint {
 public:
  TokenConstraint(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const TokenTrie> trie,
                  std::shared_ptr<const Tokenizer> tokenizer);

  /// Begins a new text; masks are kept.
  void restart() { state_ = matcher_.start(); }
  /// Sets the logits of tokens that may not come next to minus infinity; of `end_ids` while the
  /// text is not complete.
  /// @param remaining  tokens that may still be written, the next one included. Tokens after which
  /// the
  ///                   text could no longer be completed are masked too, as long as any other is
  ///                   left.
  void mask(std::span<float> logits, std::span<const int32_t> end_ids, uint64_t remaining);
  /// Goes on. False when the token may not come next; the constraint then stays where it was.
  bool accept(int32_t token);
  /// The same for bytes.
  bool accept_bytes(std::string_view bytes);

  /// Whether the text may end here.
  bool complete() const { return matcher_.accepting(state_); }
  /// Fewest tokens that certainly suffice to complete it.
  uint64_t least() const { return matcher_.least(state_); }
  size_t n_states() const { return matcher_.n_states(); }

 private:
  struct Mask {
    std::vector<uint64_t> bits;
    uint64_t costliest = 0;  ///< largest least() behind an allowed token
    bool any = false;
  };
  /// Tokens after which `most` symbols suffice; all that are allowed with kUnlimited.
  Mask walk(uint64_t most);
  const Mask& mask_here();

  Matcher matcher_;
  std::shared_ptr<const TokenTrie> trie_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  int32_t state_ = 0;
  std::unordered_map<int32_t, Mask> masks_;
  std::vector<int32_t> path_;
};

}  // namespace leyden
