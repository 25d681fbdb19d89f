// SPDX-License-Identifier: Apache-2.0
// The running top-k of one row. Keys come in ascending order; a key is taken in when its score is
// above the k-th best so far (equal scores lose to earlier keys), so the buffer is ascending at all
// times. When it is full, the k best stay and the k-th best becomes the new limit.
#pragma once

#include "kernels/cpu_ops.h"

namespace leyden {
namespace {

class TopK {
 public:
  static constexpr int64_t kSlack = 16;  ///< compress() writes whole vectors

  static int64_t capacity(int64_t topk) { return topk + (topk > 448 ? topk : 448) + 64; }
  /// Bytes of storage for a buffer.
  static int64_t bytes(int64_t topk) { return 8 * (capacity(topk) + kSlack); }

  TopK(std::byte* storage, int64_t topk)
      : scores_(reinterpret_cast<float*>(storage)),
        keys_(reinterpret_cast<int32_t*>(scores_ + capacity(topk) + kSlack)),
        topk_(topk) {}

  /// Lanes 0..n-1 are the scores of keys first..first+n-1.
  void push(Simd::F16 scores, int32_t first, int64_t n) {
    take(scores, first, Simd::above(scores, limit_, n));
  }
  /// Four vectors at once, without branches: whether anything is above the limit is hard to
  /// predict.
  void push_page(const Simd::F16* scores, int32_t first) {
    int64_t n = count_;
    for (int i = 0; i < 4; ++i) {
      n += Simd::compress(scores_ + n, keys_ + n, scores[i], first + 16 * i,
                          Simd::above(scores[i], limit_, 16));
    }
    count_ = n;
    if (n + 64 > capacity(topk_)) keep_best();
  }
  /// Writes the keys, ascending; returns how many.
  int64_t finish(int32_t* keys) {
    if (count_ > topk_) keep_best();
    for (int64_t i = 0; i < count_; ++i) keys[i] = keys_[i];
    return count_;
  }

 private:
  void take(Simd::F16 scores, int32_t first, uint32_t mask) {
    if (mask == 0) return;
    count_ += Simd::compress(scores_ + count_, keys_ + count_, scores, first, mask);
    if (count_ + 64 > capacity(topk_)) keep_best();
  }

  // Larger is better: NaN 0, then -inf upwards, -0 as +0. Integers only, so that it vectorises.
  static uint32_t rank(uint32_t u) {
    const uint32_t magnitude = u & 0x7fffffffu;
    const uint32_t negative = 0u - (u >> 31);
    const uint32_t r = (magnitude ^ negative) - negative + 0x80000000u;  // 2^31 +- magnitude
    return magnitude > 0x7f800000u ? 0 : r;
  }
  static float score_of(uint32_t rank) {
    if (rank == 0) return __builtin_nanf("");  // as a limit: everything is above
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

  void keep_best() {
    uint32_t* ranks = reinterpret_cast<uint32_t*>(thread_scratch(ScratchSlot::kTopk, 4 * count_));
    uint32_t all = 0xffffffffu, any = 0;
    __builtin_memcpy(ranks, scores_, static_cast<size_t>(4 * count_));
    for (int64_t i = 0; i < count_; ++i) {
      ranks[i] = rank(ranks[i]);
      all &= ranks[i];
      any |= ranks[i];
    }
    // The k-th largest rank, bit by bit from the first that differs; an exact split ends it early.
    const int differing = all == any ? 0 : 32 - __builtin_clz(all ^ any);
    uint32_t kth = differing == 32 ? 0 : all >> differing << differing;
    int64_t from = count_;
    for (int bit = differing - 1; bit >= 0 && from != topk_; --bit) {
      const uint32_t candidate = kth | uint32_t{1} << bit;
      const int64_t n = count_from(ranks, count_, candidate);
      if (n >= topk_) {
        kth = candidate;
        from = n;
      }
    }
    int64_t ties =
        from;  // how many of rank kth itself may stay: all, unless the split is not exact
    if (from != topk_) ties = topk_ - (kth == 0xffffffffu ? 0 : count_from(ranks, count_, kth + 1));
    uint32_t lowest = 0xffffffffu;
    for (int64_t i = 0; i < count_; ++i) {
      const uint32_t above = ranks[i] - kth;  // ranks below wrap to more than any rank above
      lowest = above < lowest ? above : lowest;
    }
    const float limit = score_of(kth + lowest);
    if (limit == limit) {
      keep_above(limit, ties);
    } else {
      keep_ranks(ranks, kth, ties);
    }
    limit_ = limit;
  }

  // Keeps scores > limit and the first `ties` equal to it; no NaN stays.
  void keep_above(float limit, int64_t ties) {
    int64_t kept = 0;
    for (int64_t i = 0; i < count_; i += 16) {
      const int64_t lanes = count_ - i < 16 ? count_ - i : 16;
      const Simd::F16 s = Simd::load(scores_ + i);  // slack behind the end
      uint32_t equal = Simd::equal(s, limit, lanes);
      for (; __builtin_popcount(equal) > ties; equal &= ~(0x80000000u >> __builtin_clz(equal))) {
      }
      ties -= __builtin_popcount(equal);
      kept += Simd::compress_two(scores_ + kept, keys_ + kept, s, keys_ + i,
                                 Simd::greater(s, limit, lanes) | equal);
    }
    count_ = kept;
  }
  void keep_ranks(const uint32_t* ranks, uint32_t kth, int64_t ties) {
    int64_t kept = 0;
    for (int64_t i = 0; i < count_; ++i) {
      const bool tie = ranks[i] == kth;
      if (ranks[i] < kth || (tie && ties-- <= 0)) continue;
      scores_[kept] = scores_[i];
      keys_[kept++] = keys_[i];
    }
    count_ = kept;
  }

  float* scores_;
  int32_t* keys_;
  int64_t topk_;
  int64_t count_ = 0;
  float limit_ = __builtin_nanf("");
};

inline int64_t select_topk_row(const float* scores, int64_t n, int64_t topk, int32_t* keys) {
  TopK best(thread_scratch(ScratchSlot::kScores, TopK::bytes(topk)), topk);
  for (int64_t i = 0; i < n; i += 16) {
    const int64_t lanes = n - i < 16 ? n - i : 16;
    best.push(lanes == 16 ? Simd::load(scores + i) : Simd::load_n(scores + i, lanes),
              static_cast<int32_t>(i), lanes);
  }
  return best.finish(keys);
}

}  // namespace
}  // namespace leyden
