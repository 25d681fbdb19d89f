// SPDX-License-Identifier: Apache-2.0
// The running top-k of one row. Keys come from the newest to the oldest: what was read last is
// mostly what scores high, so the limit rises at once and few keys pass it (a third of those that
// pass it the other way round). A key is taken in when its score is not below the limit, the worst
// score kept (equal scores lose to earlier keys). The buffer fills from its end downwards and is
// ascending at all times. When it is full, the k best or a few more stay.
#pragma once

#include "kernels/cpu_ops.h"

namespace leyden {
namespace {

class TopK {
 public:
  static constexpr int64_t kSlack = 16;  ///< behind the end, for whole vectors

  static int64_t capacity(int64_t topk) { return topk + (topk > 448 ? topk : 448) + 64; }
  /// Bytes of storage for a buffer.
  static int64_t bytes(int64_t topk) { return 8 * (capacity(topk) + kSlack); }

  TopK(std::byte* storage, int64_t topk)
      : scores_(reinterpret_cast<float*>(storage)),
        keys_(reinterpret_cast<int32_t*>(scores_ + capacity(topk) + kSlack)),
        topk_(topk),
        begin_(capacity(topk)) {}

  /// Lanes 0..n-1 are the scores of keys first..first+n-1, all below those of earlier calls.
  void push(Simd::F16 scores, int32_t first, int64_t n) {
    const uint32_t taken = Simd::not_below(scores, limit_, n);
    if (taken == 0) return;
    take(scores, first, taken);
    if (begin_ < 64) make_room();
  }
  /// Four vectors at once; mostly nothing of them is taken.
  void push_page(const Simd::F16* scores, int32_t first) {
    uint32_t taken[4], any = 0;
    for (int i = 0; i < 4; ++i) any |= taken[i] = Simd::not_below(scores[i], limit_, 16);
    if (any == 0) return;
    for (int i = 3; i >= 0; --i) take(scores[i], first + 16 * i, taken[i]);
    if (begin_ < 64) make_room();
  }
  /// Writes the keys, ascending; returns how many.
  int64_t finish(int32_t* keys) {
    if (count() > topk_) keep_best(topk_);
    __builtin_memcpy(keys, keys_ + begin_, static_cast<size_t>(4 * count()));
    return count();
  }

 private:
  int64_t count() const { return capacity(topk_) - begin_; }

  void take(Simd::F16 scores, int32_t first, uint32_t mask) {
    begin_ -= __builtin_popcount(mask);
    Simd::compress(scores_ + begin_, keys_ + begin_, scores, first, mask);
  }
  /// An eighth too many may stay: that is found in half the passes of an exact cut.
  void make_room() { keep_best(topk_ + topk_ / 8); }

  // Larger is better: NaN 0, then -inf upwards, -0 as +0. Integers only, so that it vectorises.
  static uint32_t rank(uint32_t u) {
    const uint32_t magnitude = u & 0x7fffffffu;
    const uint32_t negative = 0u - (u >> 31);
    const uint32_t r = (magnitude ^ negative) - negative + 0x80000000u;  // 2^31 +- magnitude
    return magnitude > 0x7f800000u ? 0 : r;
  }
  static float score_of(uint32_t rank) {
    if (rank == 0) return __builtin_nanf("");  // as a limit: nothing is below
    const uint32_t u =
        rank >= 0x80000000u ? rank - 0x80000000u : (0x80000000u - rank) | 0x80000000u;
    float s;
    __builtin_memcpy(&s, &u, 4);
    return s;
  }
  static int64_t count_from(const uint32_t* ranks, int64_t n, uint32_t least) {
    uint32_t count = 0;
    for (int64_t i = 0; i < n; ++i) count += ranks[i] >= least ? 1u : 0u;
    return count;
  }

  // Keeps the best, topk_ to `most` of them; the worst of those becomes the limit.
  void keep_best(int64_t most) {
    const int64_t n = count();
    uint32_t* ranks = reinterpret_cast<uint32_t*>(thread_scratch(ScratchSlot::kTopk, 4 * n));
    uint32_t all = 0xffffffffu, any = 0;
    __builtin_memcpy(ranks, scores_ + begin_, static_cast<size_t>(4 * n));
    for (int64_t i = 0; i < n; ++i) {
      ranks[i] = rank(ranks[i]);
      all &= ranks[i];
      any |= ranks[i];
    }
    // The k-th largest rank, bit by bit from the first that differs; a split that leaves few enough
    // ends it early.
    const int differing = all == any ? 0 : 32 - __builtin_clz(all ^ any);
    uint32_t kth = differing == 32 ? 0 : all >> differing << differing;
    int64_t from = n;
    for (int bit = differing - 1; bit >= 0 && from > most; --bit) {
      const uint32_t candidate = kth | uint32_t{1} << bit;
      const int64_t left = count_from(ranks, n, candidate);
      if (left >= topk_) {
        kth = candidate;
        from = left;
      }
    }
    int64_t ties = from;  // how many of rank kth itself may stay: all, unless they are too many
    if (from > most) ties = topk_ - (kth == 0xffffffffu ? 0 : count_from(ranks, n, kth + 1));
    uint32_t lowest = 0xffffffffu;
    for (int64_t i = 0; i < n; ++i) {
      const uint32_t above = ranks[i] - kth;  // ranks below wrap to more than any rank above
      lowest = above < lowest ? above : lowest;
    }
    limit_ = score_of(kth + lowest);
    const int64_t kept = limit_ == limit_ ? keep_above(limit_, ties) : keep_ranks(ranks, kth, ties);
    const int64_t from_begin = begin_;
    begin_ = capacity(topk_) - kept;
    __builtin_memmove(scores_ + begin_, scores_ + from_begin, static_cast<size_t>(4 * kept));
    __builtin_memmove(keys_ + begin_, keys_ + from_begin, static_cast<size_t>(4 * kept));
  }

  // Packs scores > limit and the first `ties` equal to it behind begin_, no NaN; returns how many.
  int64_t keep_above(float limit, int64_t ties) {
    float* const scores = scores_ + begin_;
    int32_t* const keys = keys_ + begin_;
    const int64_t n = count();
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i += 16) {
      const int64_t lanes = n - i < 16 ? n - i : 16;
      const Simd::F16 s = Simd::load(scores + i);  // slack behind the end
      uint32_t equal = Simd::equal(s, limit, lanes);
      for (; __builtin_popcount(equal) > ties; equal &= ~(0x80000000u >> __builtin_clz(equal))) {
      }
      ties -= __builtin_popcount(equal);
      kept += Simd::compress_two(scores + kept, keys + kept, s, keys + i,
                                 Simd::greater(s, limit, lanes) | equal);
    }
    return kept;
  }
  int64_t keep_ranks(const uint32_t* ranks, uint32_t kth, int64_t ties) {
    int64_t kept = 0;
    for (int64_t i = 0; i < count(); ++i) {
      const bool tie = ranks[i] == kth;
      if (ranks[i] < kth || (tie && ties-- <= 0)) continue;
      scores_[begin_ + kept] = scores_[begin_ + i];
      keys_[begin_ + kept++] = keys_[begin_ + i];
    }
    return kept;
  }

  float* scores_;
  int32_t* keys_;
  int64_t topk_;
  int64_t begin_;  ///< of what is kept; its end is the capacity
  float limit_ = __builtin_nanf("");
};

inline int64_t select_topk_row(const float* scores, int64_t n, int64_t topk, int32_t* keys) {
  TopK best(thread_scratch(ScratchSlot::kScores, TopK::bytes(topk)), topk);
  for (int64_t i = (n - 1) / 16 * 16; i >= 0; i -= 16) {
    const int64_t lanes = n - i < 16 ? n - i : 16;
    best.push(lanes == 16 ? Simd::load(scores + i) : Simd::load_n(scores + i, lanes),
              static_cast<int32_t>(i), lanes);
  }
  return best.finish(keys);
}

}  // namespace
}  // namespace leyden
