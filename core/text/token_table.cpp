// SPDX-License-Identifier: Apache-2.0
#include "core/text/token_table.h"

#include <algorithm>

namespace leyden {

TokenTable::TokenTable(const std::vector<std::string>& tokens, const std::vector<bool>& yields) {
  size_t bytes = 0;
  size_t count = 0;
  for (const std::string& token : tokens) {
    bytes += token.size();
    if (!token.empty()) ++count;
    longest_ = std::max(longest_, token.size());
  }
  arena_.reserve(bytes);
  begin_.reserve(tokens.size() + 1);
  for (const std::string& token : tokens) {
    begin_.push_back(static_cast<uint32_t>(arena_.size()));
    arena_ += token;
  }
  begin_.push_back(static_cast<uint32_t>(arena_.size()));

  size_t n_slots = 16;
  while (n_slots < 2 * count) n_slots *= 2;
  slots_.resize(n_slots);
  mask_ = n_slots - 1;
  for (const bool late : {false, true}) {
    for (size_t id = 0; id < tokens.size(); ++id) {
      if (!tokens[id].empty() && yields[id] == late) insert(static_cast<int32_t>(id));
    }
  }
}

void TokenTable::insert(int32_t id) {
  const uint64_t hash = hash_bytes(bytes(id));
  for (size_t slot = hash & mask_;; slot = (slot + 1) & mask_) {
    Slot& s = slots_[slot];
    if (s.id != kNone && bytes(s.id) == bytes(id)) return;
    if (s.id == kNone) {
      s = {static_cast<uint32_t>(hash >> 32), id};
      return;
    }
  }
}

}  // namespace leyden
