// SPDX-License-Identifier: Apache-2.0
// Notices that an answer goes round in circles, as small models do: without an end it would write
// until the context is full.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace leyden {

/// Threads: one at a time. Cost: kLongestUnit comparisons a token.
class Repetition {
 public:
  static constexpr size_t kLongestUnit = 32;  ///< tokens that come again and again
  static constexpr size_t kEnough =
      256;  ///< tokens that repeat those before: eight rounds and more

  /// Adds a token. True when the last kEnough tokens are each the one `unit()` before.
  bool push(int32_t token) {
    unit_ = 0;
    for (size_t p = 1; p <= kLongestUnit; ++p) {
      const bool again = p <= n_ && token == recent_[(n_ - p) % kLongestUnit];
      run_[p - 1] = again ? run_[p - 1] + 1 : 0;
      if (unit_ == 0 && run_[p - 1] >= kEnough) unit_ = p;
    }
    recent_[n_++ % kLongestUnit] = token;
    return unit_ != 0;
  }
  /// How many tokens come again and again; 0: none do.
  size_t unit() const { return unit_; }

 private:
  std::array<int32_t, kLongestUnit> recent_{};
  std::array<size_t, kLongestUnit> run_{};  ///< of tokens equal to the one 1, 2, ... before
  size_t n_ = 0, unit_ = 0;
};

}  // namespace leyden
