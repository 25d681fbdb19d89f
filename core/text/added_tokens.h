// SPDX-License-Identifier: Apache-2.0
// Finds the strings of added tokens in a text, as Hugging Face does: leftmost, the longest at each
// place, first those that are not `normalized`, then the `normalized` ones in what is left.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leyden {

struct AddedToken {
  int32_t id = 0;
  std::string content;
  bool special = false;
  bool normalized = false;   ///< matched in the second round
  bool lstrip = false;       ///< swallows white space before it
  bool rstrip = false;       ///< swallows white space after it
  bool single_word = false;  ///< only where no word character touches it
};

class AddedTokenMatcher {
 public:
  /// A stretch of text (id < 0) or an added token.
  struct Part {
    std::string_view text;
    int32_t id = -1;
  };

  AddedTokenMatcher() = default;
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

  /// Cuts `text`, which is valid UTF-8. Empty stretches are left out.
  std::vector<Part> split(std::string_view text) const;

 private:
  // A trie over bytes; children of a node form a list. One for each round.
  struct Node {
    int32_t token = -1;
    int32_t first_child = -1;
    int32_t next_sibling = -1;
    unsigned char byte = 0;
  };
  struct Round {
    std::vector<Node> nodes{Node{}};
    std::array<int32_t, 256> root{};  // child of the root by byte, -1: none
    int n_first_bytes = 0;
    unsigned char first_byte = 0;  // when there is exactly one
  };
  static void add(const std::string& content, int32_t token, Round* round);
  static size_t next_start(const Round& round, std::string_view text, size_t from);
  void split_round(const Round& round, std::string_view text, std::vector<Part>* parts) const;

  std::vector<AddedToken> tokens_;
  std::array<Round, 2> rounds_;
};

}  // namespace leyden
