// SPDX-License-Identifier: Apache-2.0
// Indexer scores of query rows against pages, and the selection fed by them.
//
//   for each page               64 keys -> [4 panels][dim/2][16][2] bf16, 16 KB in L1 (fp32:
//   [4][dim][16])
//     for each row              score[4 panels] of all heads, 4 heads x 4 panels of accumulators at
//     a time
//       top-k buffer            pages without a score that reaches the row's limit are dropped at
//       once
//
// Bound: the pair products, 2 * heads * dim flop a (row, key); expanding a page costs about as much
// as one row of four heads, so blocks of 16 rows and more hide it.
#pragma once

#include "kernels/linear_impl.h"
#include "kernels/topk_impl.h"

namespace leyden {
namespace {

constexpr int64_t kPageKeys = 64;

// score = fma(max(dot, 0), weight, score), head after head. NaN stays.
template <int H, int P>
inline void add_heads(const F16 (&acc)[H][P], const float* weights, F16* score) {
#pragma GCC unroll 4
  for (int h = 0; h < H; ++h) {
    const F16 w = Simd::set1(weights[h]);
#pragma GCC unroll 4
    for (int p = 0; p < P; ++p) {
      score[p] = Simd::fma(Simd::max(Simd::zero(), acc[h][p]), w, score[p]);
    }
  }
}

template <typename S, bool = S::kHasDot>
struct IndexPage {  // fp32 products
  using Element = float;
  static constexpr int64_t page_bytes(int64_t dim) { return 4 * kPageKeys * dim; }

  static const float* expand(const IndexBlock& b, const std::byte* index, float* buffer) {
    if (!b.fp8) return reinterpret_cast<const float*>(index);
    const uint8_t* codes = reinterpret_cast<const uint8_t*>(index);
    for (int64_t pair = 0; pair < 4 * b.dim / 2; ++pair) {
      F16 even, odd;
      S::load_e4m3_pairs(codes + 32 * pair, &even, &odd);
      S::store(buffer + 32 * pair, even);
      S::store(buffer + 32 * pair + 16, odd);
    }
    return buffer;
  }

  static bool lone_row(const IndexBlock&) { return false; }
  static void scores_of_codes(const float*, const float*, int64_t, int64_t, const std::byte*,
                              F16*) {}

  template <int H, int P>
  static void heads(const float* q, const float* weights, int64_t dim, const float* panel,
                    F16* score) {
    F16 acc[H][P];
#pragma GCC unroll 4
    for (int h = 0; h < H; ++h) {
#pragma GCC unroll 4
      for (int p = 0; p < P; ++p) acc[h][p] = S::zero();
    }
    for (int64_t d = 0; d < dim; ++d) {
      F16 k[P];
#pragma GCC unroll 4
      for (int p = 0; p < P; ++p) k[p] = S::load(panel + (p * dim + d) * 16);
#pragma GCC unroll 4
      for (int h = 0; h < H; ++h) {
        const F16 a = S::set1(q[h * dim + d]);
#pragma GCC unroll 4
        for (int p = 0; p < P; ++p) acc[h][p] = S::fma(a, k[p], acc[h][p]);
      }
    }
    add_heads<H, P>(acc, weights, score);
  }

  static void scores(const float* q, const float* weights, int64_t n_heads, int64_t dim,
                     const float* page, F16* score) {
    for (int p = 0; p < 4; p += S::kPanels) {
      const float* panel = page + p * dim * 16;
      int64_t h = 0;
      for (; h + S::kRows <= n_heads; h += S::kRows) {
        heads<S::kRows, S::kPanels>(q + h * dim, weights + h, dim, panel, score + p);
      }
      for (; h < n_heads; ++h) {
        heads<1, S::kPanels>(q + h * dim, weights + h, dim, panel, score + p);
      }
    }
  }
};

template <typename S>
struct IndexPage<S, true> {  // products of bf16 pairs
  using Element = uint16_t;
  using Int = typename S::Int;
  static constexpr int64_t page_bytes(int64_t dim) { return 2 * kPageKeys * dim; }

  static const uint16_t* expand(const IndexBlock& b, const std::byte* index, uint16_t* buffer) {
    const typename S::Expander expander;
    const uint8_t* codes = reinterpret_cast<const uint8_t*>(index);
    for (int64_t i = 0; i < kPageKeys * b.dim; i += 64) {
      Int low, high;
      expander(S::load_codes(codes + i), &low, &high);
      S::store_pairs(buffer + i, low);
      S::store_pairs(buffer + i + 32, high);
    }
    return buffer;
  }

  template <int H>
  static void heads(const uint16_t* q, const float* weights, int64_t dim, const uint16_t* page,
                    F16* score) {
    F16 acc[H][4];
    const uint16_t* x[H];
    const uint16_t* k[4];
#pragma GCC unroll 4
    for (int p = 0; p < 4; ++p) k[p] = page + p * dim * 16;
#pragma GCC unroll 4
    for (int h = 0; h < H; ++h) {
      x[h] = q + h * dim;
#pragma GCC unroll 4
      for (int p = 0; p < 4; ++p) acc[h][p] = S::zero();
    }
#pragma GCC unroll 2
    for (int64_t d = 0; d < dim; d += 2) {
      Int key[4];
#pragma GCC unroll 4
      for (int p = 0; p < 4; ++p) key[p] = S::load_pairs(k[p] + 16 * d);
#pragma GCC unroll 4
      for (int h = 0; h < H; ++h) {
        const Int a = S::broadcast_pair(x[h] + d);
#pragma GCC unroll 4
        for (int p = 0; p < 4; ++p) acc[h][p] = S::dot(acc[h][p], a, key[p]);
      }
    }
    add_heads<H, 4>(acc, weights, score);
  }

  // The same straight from codes, for a lone row; needs dim % 4 == 0 and four heads.
  static void four_heads_of_codes(const uint16_t* q, const float* weights, int64_t dim,
                                  const uint8_t* codes, F16* score) {
    const typename S::Expander expander;
    F16 acc[4][4];
#pragma GCC unroll 4
    for (int h = 0; h < 4; ++h) {
#pragma GCC unroll 4
      for (int p = 0; p < 4; ++p) acc[h][p] = S::zero();
    }
    for (int64_t d = 0; d < dim; d += 4) {
      Int x[4][2];
#pragma GCC unroll 4
      for (int h = 0; h < 4; ++h) {
        x[h][0] = S::broadcast_pair(q + h * dim + d);
        x[h][1] = S::broadcast_pair(q + h * dim + d + 2);
      }
#pragma GCC unroll 4
      for (int p = 0; p < 4; ++p) {
        Int low, high;
        expander(S::load_codes(codes + (p * dim + d) * 16), &low, &high);
#pragma GCC unroll 4
        for (int h = 0; h < 4; ++h) {
          acc[h][p] = S::dot(S::dot(acc[h][p], x[h][0], low), x[h][1], high);
        }
      }
    }
    add_heads<4, 4>(acc, weights, score);
  }
  static bool lone_row(const IndexBlock& b) {
    return b.n_rows == 1 && b.n_heads == 4 && b.dim % 4 == 0;
  }
  static void scores_of_codes(const uint16_t* q, const float* weights, int64_t n_heads, int64_t dim,
                              const std::byte* index, F16* score) {
    static_cast<void>(n_heads);
    four_heads_of_codes(q, weights, dim, reinterpret_cast<const uint8_t*>(index), score);
  }

  static void scores(const uint16_t* q, const float* weights, int64_t n_heads, int64_t dim,
                     const uint16_t* page, F16* score) {
    int64_t h = 0;
    for (; h + 4 <= n_heads; h += 4) heads<4>(q + h * dim, weights + h, dim, page, score);
    switch (n_heads - h) {
      case 3:
        return heads<3>(q + h * dim, weights + h, dim, page, score);
      case 2:
        return heads<2>(q + h * dim, weights + h, dim, page, score);
      case 1:
        return heads<1>(q + h * dim, weights + h, dim, page, score);
      default:
        return;
    }
  }
};

// Reference pages hold fp32 keys: never pair products.
struct Fp32Only : Simd {
  static constexpr bool kHasDot = false;
};

// Calls sink(row, first key, number of keys, 4 score vectors) page after page, from the last to the
// first.
template <typename Page, typename Sink>
inline void for_each_page(const IndexBlock& b, const typename Page::Element* q, const Sink& sink) {
  using Element = typename Page::Element;
  Element* buffer =
      reinterpret_cast<Element*>(thread_scratch(ScratchSlot::kKeys, Page::page_bytes(b.dim)));
  for (int64_t page = b.end_page - 1; page >= b.first_page; --page) {
    const std::byte* index = b.pages[page] + b.index_offset;
    const bool lone_row = Page::lone_row(b);
    const Element* keys = lone_row ? nullptr : Page::expand(b, index, buffer);
    const float* scales = reinterpret_cast<const float*>(index + kPageKeys * b.dim);
    const int64_t first = page * kPageKeys;
    // The next page comes in while this one is worked on, some lines with every row.
    const char* next = page == b.first_page
                           ? nullptr
                           : reinterpret_cast<const char*>(b.pages[page - 1] + b.index_offset);
    const int64_t index_bytes = kPageKeys * (b.fp8 ? b.dim + 4 : 4 * b.dim);
    const int64_t step = (index_bytes / b.n_rows + 63) / 64 * 64;
    for (int64_t row = 0; row < b.n_rows; ++row) {
      const int64_t n = smaller(kPageKeys, b.positions[row] + 1 - first);
      for (int64_t at = row * step; next != nullptr && at < smaller((row + 1) * step, index_bytes);
           at += 64) {
        __builtin_prefetch(next + at);
      }
      if (n <= 0) continue;
      F16 score[4] = {Simd::zero(), Simd::zero(), Simd::zero(), Simd::zero()};
      const Element* q_row = q + row * b.n_heads * b.dim;
      const float* weights = b.weights + row * b.n_heads;
      if (lone_row) {
        Page::scores_of_codes(q_row, weights, b.n_heads, b.dim, index, score);
      } else {
        Page::scores(q_row, weights, b.n_heads, b.dim, keys, score);
      }
      if (b.fp8) {
        for (int p = 0; p < 4; ++p) score[p] = Simd::mul(score[p], Simd::load(scales + 16 * p));
      }
      sink(row, first, n, score);
    }
  }
}

template <typename Sink>
inline void for_each_page_any(const IndexBlock& b, const Sink& sink) {
  if (!b.fp8) {
    for_each_page<IndexPage<Fp32Only>>(b, static_cast<const float*>(b.q), sink);
  } else if constexpr (Simd::kHasDot) {
    for_each_page<IndexPage<Simd>>(b, static_cast<const uint16_t*>(b.q), sink);
  } else {
    const int64_t n = b.n_rows * b.n_heads * b.dim;
    float* q = reinterpret_cast<float*>(thread_scratch(ScratchSlot::kQueries, 4 * n));
    const uint16_t* codes = static_cast<const uint16_t*>(b.q);
    for (int64_t i = 0; i < n; ++i) {
      const uint32_t u = static_cast<uint32_t>(codes[i]) << 16;
      __builtin_memcpy(q + i, &u, 4);
    }
    for_each_page<IndexPage<Simd>>(b, q, sink);
  }
}

inline void index_scores(const IndexBlock& b, float* const* out) {
  for_each_page_any(b, [&](int64_t row, int64_t first, int64_t n, const F16* score) {
    for (int64_t i = 0; i < n; i += 16) {
      if (n - i >= 16) {
        Simd::store(out[row] + first + i, score[i / 16]);
      } else {
        Simd::store_n(out[row] + first + i, score[i / 16], n - i);
      }
    }
  });
}

inline void index_select(const IndexBlock& b, int64_t topk, int32_t* const* keys) {
  const int64_t bytes = (TopK::bytes(topk) + 63) / 64 * 64;
  const int64_t object = (static_cast<int64_t>(sizeof(TopK)) + 63) / 64 * 64;
  std::byte* memory = thread_scratch(ScratchSlot::kScores, b.n_rows * (bytes + object));
  TopK* best = reinterpret_cast<TopK*>(memory + b.n_rows * bytes);
  for (int64_t row = 0; row < b.n_rows; ++row) best[row] = TopK(memory + row * bytes, topk);
  for_each_page_any(b, [&](int64_t row, int64_t first, int64_t n, const F16* score) {
    if (n == kPageKeys) return best[row].push_page(score, static_cast<int32_t>(first));
    for (int64_t i = (n - 1) / 16 * 16; i >= 0; i -= 16) {
      best[row].push(score[i / 16], static_cast<int32_t>(first + i), n - i < 16 ? n - i : 16);
    }
  });
  for (int64_t row = 0; row < b.n_rows; ++row) best[row].finish(keys[row]);
}

}  // namespace
}  // namespace leyden
