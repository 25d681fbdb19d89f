// SPDX-License-Identifier: Apache-2.0
#include "core/text/bpe.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "core/text/bpe_characters.h"

namespace leyden {

Bpe::Bpe(const std::array<int32_t, 256>& byte_ids, std::vector<Merge> merges)
    : byte_ids_(byte_ids), merges_(std::move(merges)) {
  size_t n_slots = 16;
  shift_ = 60;  // 64 - log2(n_slots)
  while (n_slots < 2 * merges_.size()) {
    n_slots *= 2;
    --shift_;
  }
  mask_ = n_slots - 1;
  slots_.resize(n_slots);
  results_.reserve(merges_.size());
  for (size_t r = 0; r < merges_.size(); ++r) {
    results_.push_back(merges_[r].result);
    const uint64_t pair = pair_of(merges_[r].left, merges_[r].right);
    size_t i = slot_of(pair);
    while (slots_[i].rank != kNoRank && slots_[i].pair != pair) i = (i + 1) & mask_;
    slots_[i] = {pair, static_cast<uint32_t>(r)};
  }
  character_ids_ = bound_characters(
      byte_ids_, merges_, [this](int32_t left, int32_t right) { return rank(left, right); });
}

void Bpe::encode(std::string_view piece, Scratch* scratch, std::vector<int32_t>* out) const {
  constexpr size_t kLongest = size_t{1} << 31;  // positions are 32 bits; cut what is longer
  while (!piece.empty()) {
    start(piece.substr(0, kLongest), &scratch->symbols);
    piece.remove_prefix(std::min(piece.size(), kLongest));
    if (scratch->symbols.size() <= kShort) {
      encode_short(scratch->symbols, out);
    } else {
      encode_long(scratch, out);
    }
  }
}

void Bpe::start(std::string_view piece, std::vector<int32_t>* symbols) const {
  symbols->clear();
  const auto byte = [piece](size_t i) { return static_cast<unsigned char>(piece[i]); };
  for (size_t i = 0; i < piece.size(); ++i) {
    if (byte(i) >= 0xE0 && byte(i) < 0xF0 && i + 2 < piece.size()) {
      const size_t c = (byte(i) & 0x0Fu) << 12 | (byte(i + 1) & 0x3Fu) << 6 | (byte(i + 2) & 0x3Fu);
      if (character_ids_[c] >= 0) {
        symbols->push_back(character_ids_[c]);
        i += 2;
        continue;
      }
    }
    symbols->push_back(byte_ids_[byte(i)]);
  }
}

void Bpe::encode_short(std::span<const int32_t> symbols, std::vector<int32_t>* out) const {
  int32_t ids[kShort];
  uint32_t ranks[kShort + 4];  // ranks[i]: of the pair (i, i + 1); none from n - 1 on
  size_t n = symbols.size();
  for (size_t i = 0; i < n; ++i) {
    ids[i] = symbols[i];
    ranks[i] = i + 1 < n ? rank(symbols[i], symbols[i + 1]) : kNoRank;
  }
  std::fill_n(ranks + n, 4, kNoRank);
  while (n > 1) {
    // The minimum in four lanes, then the first place it stands at: faster than one loop for both.
    uint32_t lane[4] = {ranks[0], kNoRank, kNoRank, kNoRank};
    for (size_t i = 0; i < n; i += 4) {
      for (size_t k = 0; k < 4; ++k) lane[k] = std::min(lane[k], ranks[i + k]);
    }
    const uint32_t best = std::min(std::min(lane[0], lane[1]), std::min(lane[2], lane[3]));
    size_t at = 0;
    while (ranks[at] != best) ++at;
    if (best == kNoRank) break;
    ids[at] = results_[best];
    std::memmove(ids + at + 1, ids + at + 2, (n - at - 2) * sizeof(ids[0]));
    std::memmove(ranks + at + 1, ranks + at + 2, (n - at + 1) * sizeof(ranks[0]));
    --n;
    ranks[at] = at + 1 < n ? rank(ids[at], ids[at + 1]) : kNoRank;
    if (at > 0) ranks[at - 1] = rank(ids[at - 1], ids[at]);
  }
  out->insert(out->end(), ids, ids + n);
}

void Bpe::encode_long(Scratch* scratch, std::vector<int32_t>* out) const {
  const auto& symbols = scratch->symbols;
  const uint32_t n = static_cast<uint32_t>(symbols.size());
  constexpr int32_t kDead = -1;
  auto& nodes = scratch->nodes;
  auto& heap = scratch->heap;  // rank << 32 | position: the smallest is the next merge
  nodes.resize(n);
  heap.clear();
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t pair_rank = i + 1 < n ? rank(symbols[i], symbols[i + 1]) : kNoRank;
    nodes[i] = {symbols[i], pair_rank, i - 1, i + 1};
    if (pair_rank != kNoRank) heap.push_back(uint64_t{pair_rank} << 32 | i);
  }
  const std::greater<> later;
  std::make_heap(heap.begin(), heap.end(), later);
  const auto update = [&](uint32_t i) {
    auto& node = nodes[i];
    node.rank = node.next < n ? rank(node.id, nodes[node.next].id) : kNoRank;
    if (node.rank == kNoRank) return;
    heap.push_back(uint64_t{node.rank} << 32 | i);
    std::push_heap(heap.begin(), heap.end(), later);
  };
  while (!heap.empty()) {
    const uint32_t best = static_cast<uint32_t>(heap.front() >> 32);
    const uint32_t at = static_cast<uint32_t>(heap.front());
    std::pop_heap(heap.begin(), heap.end(), later);
    heap.pop_back();
    auto& node = nodes[at];
    if (node.id == kDead || node.rank != best) continue;  // stale
    auto& gone = nodes[node.next];
    node.id = results_[best];
    node.next = gone.next;
    if (gone.next < n) nodes[gone.next].previous = at;
    gone.id = kDead;
    update(at);
    if (at > 0) update(node.previous);
  }
  for (uint32_t i = 0; i < n; i = nodes[i].next) out->push_back(nodes[i].id);
}

void Bpe::append_split(int32_t id, const std::vector<bool>& unwanted,
                       std::vector<int32_t>* out) const {
  std::vector<int32_t> stack{id};
  while (!stack.empty()) {
    const int32_t top = stack.back();
    stack.pop_back();
    const auto made = unwanted[static_cast<size_t>(top)]
                          ? std::find(results_.begin(), results_.end(), top)
                          : results_.end();
    if (made == results_.end()) {
      out->push_back(top);
    } else {
      const Merge& merge = merges_[static_cast<size_t>(made - results_.begin())];
      stack.push_back(merge.right);
      stack.push_back(merge.left);
    }
  }
}

}  // namespace leyden
