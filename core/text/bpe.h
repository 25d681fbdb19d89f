// SPDX-License-Identifier: Apache-2.0
// Byte pair encoding of one piece: start from its bytes, merge the adjacent pair of lowest rank
// (the leftmost on ties), until no pair has a rank.
//
// Called for every word that is not a token itself, so what counts is the piece of 10 to 100 bytes:
// those keep ids and pair ranks in two small arrays and rescan them. Long pieces (a megabyte of one
// letter, a CJK page without punctuation) use a linked list and a heap, n log n. Three-byte
// characters whose bytes are bound to merge first start as one symbol (bpe_characters.h), which is
// most of CJK.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace leyden {

class Bpe {
 public:
  struct Merge {
    int32_t left, right, result;
  };
  /// Reusable memory for one thread.
  struct Scratch {
    struct Node {
      int32_t id;
      uint32_t rank;  // of the pair (this node, next)
      uint32_t previous, next;
    };
    std::vector<int32_t> symbols;
    std::vector<Node> nodes;
    std::vector<uint64_t> heap;
  };

  Bpe() = default;
  /// `merges` in rank order; of two equal pairs the later one counts.
  Bpe(const std::array<int32_t, 256>& byte_ids, std::vector<Merge> merges);

  /// Appends the ids of `piece`, which is whole characters of valid UTF-8.
  void encode(std::string_view piece, Scratch* scratch, std::vector<int32_t>* out) const;
  /// Appends `id`, taken apart until no part satisfies `unwanted`; bytes are never taken apart.
  void append_split(int32_t id, const std::vector<bool>& unwanted, std::vector<int32_t>* out) const;

 private:
  static constexpr uint32_t kNoRank = 0xFFFFFFFF;
  static constexpr size_t kShort = 160;
  struct Slot {
    uint64_t pair = ~uint64_t{0};
    uint32_t rank = kNoRank;
  };
  static uint64_t pair_of(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  size_t slot_of(uint64_t pair) const { return (pair * 0x9E3779B97F4A7C15u) >> shift_; }
  uint32_t rank(int32_t left, int32_t right) const {
    const uint64_t pair = pair_of(left, right);
    for (size_t i = slot_of(pair);; i = (i + 1) & mask_) {
      if (slots_[i].pair == pair) return slots_[i].rank;
      if (slots_[i].rank == kNoRank) return kNoRank;
    }
  }
  void start(std::string_view piece, std::vector<int32_t>* symbols) const;
  void encode_short(std::span<const int32_t> symbols, std::vector<int32_t>* out) const;
  void encode_long(Scratch* scratch, std::vector<int32_t>* out) const;

  std::array<int32_t, 256> byte_ids_{};
  std::vector<Merge> merges_;           // by rank
  std::vector<int32_t> results_;        // by rank, apart: the only part of a merge the loops read
  std::vector<int32_t> character_ids_;  // by code point below 0x10000: its symbol, or -1
  std::vector<Slot> slots_;
  size_t mask_ = 0;
  int shift_ = 63;
};

}  // namespace leyden
