// SPDX-License-Identifier: Apache-2.0
// What a tool call would carry away of the user's documents: which of their words stand in its
// arguments, and which machines these name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace leyden {

/// Of one call, for the user who decides about it.
struct Leaving {
  bool library_in_context = false;  ///< the chat has read documents of the user's
  std::string text;   ///< their words in the arguments, one stretch a line; empty: none
  std::string hosts;  ///< machines that addresses in the arguments name, with ", " between
};

/// The words of documents that a chat has read. Threads: one at a time.
class LibraryWords {
 public:
  /// Runs of as many words count as taken from a document; shorter ones anybody may write. A
  /// Chinese or Japanese character is a word.
  static constexpr size_t kRun = 8;

  void add(std::string_view text);
  bool empty() const { return runs_.empty(); }
  /// What a call with these arguments (JSON) would carry away. Words are found in any string of
  /// them, whatever their case and punctuation, also spread over several strings or written as in
  /// addresses
  /// (%20, +).
  Leaving leaving(std::string_view arguments) const;

 private:
  std::unordered_set<uint64_t> runs_;  ///< hashes of kRun words in a row
};

}  // namespace leyden
