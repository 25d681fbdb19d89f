// SPDX-License-Identifier: Apache-2.0
// A vocabulary's ordinary tokens by their bytes, for walking all of them along a grammar at once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/text/tokenizer.h"

namespace leyden {

/// Immutable. Added tokens are not in it: they are controls, or must not be written.
/// Cost: for 129,000 tokens about 0.1 s to build and 5 MB.
class TokenTrie {
 public:
  explicit TokenTrie(const Tokenizer& tokenizer);

  struct Node {
    uint8_t byte = 0;
    uint16_t depth = 0;  ///< bytes from the root, from 1
    uint32_t end = 0;    ///< first node behind its subtree
    uint32_t first = 0;  ///< into ids()
    uint32_t count = 0;  ///< tokens that end here
  };
  /// In depth-first order.
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<int32_t>& ids() const { return ids_; }
  uint16_t deepest() const { return deepest_; }

 private:
  std::vector<Node> nodes_;
  std::vector<int32_t> ids_;
  uint16_t deepest_ = 0;
};

}  // namespace leyden
