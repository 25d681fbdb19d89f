// SPDX-License-Identifier: Apache-2.0
#include "core/text/bpe_characters.h"

#include <algorithm>

namespace leyden {
namespace {

constexpr uint32_t kNone = 0xFFFFFFFF;

bool is_continuation(int byte) { return (byte & 0xC0) == 0x80; }

// The lowest rank of the merges that do something; kNone when nothing does.
struct Lowest {
  std::vector<uint32_t> as_right;              // by id: (anything, id)
  std::vector<uint32_t> as_left;               // by id: (id, anything)
  std::vector<uint32_t> as_left_of_character;  // by id: (id, what begins with no continuation byte)
  bool complete = false;

  Lowest(const std::array<int32_t, 256>& byte_ids, const std::vector<Bpe::Merge>& merges) {
    int32_t most = *std::max_element(byte_ids.begin(), byte_ids.end());
    for (const Bpe::Merge& m : merges) most = std::max({most, m.left, m.right, m.result});
    const size_t n = static_cast<size_t>(most) + 1;
    for (auto* table : {&as_right, &as_left, &as_left_of_character}) table->assign(n, kNone);

    std::vector<int16_t> first(n, -1);  // the byte a symbol begins with; -1: it never forms
    for (size_t b = 0; b < 256; ++b) {
      first[static_cast<size_t>(byte_ids[b])] = static_cast<int16_t>(b);
    }
    // Two rounds when merges come in the order of training; a file of other order may need as many
    // as it has merges, so give up early.
    for (int round = 0; round < 8 && !complete; ++round) {
      complete = true;
      for (const Bpe::Merge& m : merges) {
        const size_t result = static_cast<size_t>(m.result);
        if (first[result] >= 0) continue;
        const int16_t begin = first[static_cast<size_t>(m.left)];
        if (begin < 0 || first[static_cast<size_t>(m.right)] < 0) continue;
        first[result] = begin;
        complete = false;
      }
    }
    for (size_t r = 0; r < merges.size(); ++r) {
      const uint32_t rank = static_cast<uint32_t>(r);
      const size_t left = static_cast<size_t>(merges[r].left);
      const size_t right = static_cast<size_t>(merges[r].right);
      if (first[left] < 0 || first[right] < 0) continue;
      lower(&as_right[right], rank);
      lower(&as_left[left], rank);
      if (!is_continuation(first[right])) lower(&as_left_of_character[left], rank);
    }
  }

  static void lower(uint32_t* slot, uint32_t rank) { *slot = std::min(*slot, rank); }
};

}  // namespace

std::vector<int32_t> bound_characters(const std::array<int32_t, 256>& byte_ids,
                                      const std::vector<Bpe::Merge>& merges,
                                      const std::function<uint32_t(int32_t, int32_t)>& rank) {
  std::vector<int32_t> symbols(0x10000, -1);
  if (merges.empty()) return symbols;
  const Lowest lowest(byte_ids, merges);
  if (!lowest.complete) return symbols;
  const auto at = [](const std::vector<uint32_t>& table, int32_t id) {
    return table[static_cast<size_t>(id)];
  };
  for (uint32_t c = 0x800; c < 0x10000; ++c) {
    const uint32_t b0 = 0xE0 | c >> 12;
    const uint32_t b1 = 0x80 | (c >> 6 & 0x3F);
    const uint32_t b2 = 0x80 | (c & 0x3F);
    const int32_t i0 = byte_ids[b0];
    const int32_t i1 = byte_ids[b1];
    const int32_t i2 = byte_ids[b2];
    const uint32_t front = rank(i0, i1);
    const uint32_t back = rank(i1, i2);
    uint32_t second = kNone;
    bool safe = false;
    if (front != kNone && front < back) {
      const int32_t t = merges[front].result;
      second = rank(t, i2);
      safe = second != kNone && at(lowest.as_right, t) > std::max(front, second);
    } else if (back != kNone) {
      const int32_t t = merges[back].result;
      second = rank(i0, t);
      safe = second != kNone && at(lowest.as_left_of_character, t) > std::max(back, second);
    }
    if (!safe) continue;
    const uint32_t most = std::max(std::min(front, back), second);
    const int32_t whole = merges[second].result;
    if (at(lowest.as_right, i0) > most && at(lowest.as_left_of_character, i2) > most &&
        at(lowest.as_right, whole) > most && at(lowest.as_left, whole) > most) {
      symbols[c] = whole;
    }
  }
  return symbols;
}

}  // namespace leyden
