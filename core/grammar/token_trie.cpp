// SPDX-License-Identifier: Apache-2.0
#include "core/grammar/token_trie.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace leyden {

TokenTrie::TokenTrie(const Tokenizer& tokenizer) {
  constexpr size_t kLongest = std::numeric_limits<uint16_t>::max();
  std::vector<std::pair<std::string_view, int32_t>> tokens;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.has_token(id) || tokenizer.is_added(id)) continue;
    const std::string_view bytes = tokenizer.token_bytes(id);
    if (!bytes.empty() && bytes.size() <= kLongest) tokens.emplace_back(bytes, id);
  }
  std::sort(tokens.begin(), tokens.end());
  std::vector<uint32_t> path;  // nodes from the root to the last token
  std::string_view last;
  const auto close_to = [&](size_t depth) {
    while (path.size() > depth) {
      nodes_[path.back()].end = static_cast<uint32_t>(nodes_.size());
      path.pop_back();
    }
  };
  for (const auto& [bytes, id] : tokens) {
    const size_t common = static_cast<size_t>(
        std::mismatch(bytes.begin(), bytes.end(), last.begin(), last.end()).first - bytes.begin());
    close_to(common);
    for (size_t i = common; i < bytes.size(); ++i) {
      path.push_back(static_cast<uint32_t>(nodes_.size()));
      Node node;
      node.byte = static_cast<uint8_t>(bytes[i]);
      node.depth = static_cast<uint16_t>(i + 1);
      nodes_.push_back(node);
      deepest_ = std::max(deepest_, node.depth);
    }
    Node& node = nodes_[path.back()];
    if (node.count++ == 0) node.first = static_cast<uint32_t>(ids_.size());
    ids_.push_back(id);
    last = bytes;
  }
  close_to(0);
}

}  // namespace leyden
