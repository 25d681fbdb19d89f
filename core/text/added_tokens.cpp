// SPDX-License-Identifier: Apache-2.0
#include "core/text/added_tokens.h"

#include <algorithm>
#include <cstring>

#include "core/text/unicode_class.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

// Where the character that ends at `end` begins.
size_t character_before(std::string_view text, size_t end) {
  size_t i = end - 1;
  while (i > 0 && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) --i;
  return i;
}

bool has_class(std::string_view text, size_t at, uint8_t bits) {
  return (UnicodeClasses::get().of(utf8_decode_valid(text.data() + at).code_point) & bits) != 0;
}

size_t skip_space_back(std::string_view text, size_t end) {
  while (end > 0) {
    const size_t i = character_before(text, end);
    if (!has_class(text, i, kSpace)) break;
    end = i;
  }
  return end;
}

size_t skip_space(std::string_view text, size_t i) {
  while (i < text.size() && has_class(text, i, kSpace)) {
    i += utf8_decode_valid(text.data() + i).bytes;
  }
  return i;
}

bool stands_alone(std::string_view text, size_t begin, size_t end) {
  const bool before = begin > 0 && has_class(text, character_before(text, begin), kWord);
  const bool after = end < text.size() && has_class(text, end, kWord);
  return !before && !after;
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  for (Round& round : rounds_) round.root.fill(-1);
  for (size_t i = 0; i < tokens_.size(); ++i) {
    add(tokens_[i].content, static_cast<int32_t>(i), &rounds_[tokens_[i].normalized ? 1 : 0]);
  }
}

void AddedTokenMatcher::add(const std::string& content, int32_t token, Round* round) {
  int32_t at = 0;
  for (size_t i = 0; i < content.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(content[i]);
    int32_t child = i == 0 ? round->root[byte] : round->nodes[static_cast<size_t>(at)].first_child;
    while (child >= 0 && round->nodes[static_cast<size_t>(child)].byte != byte) {
      child = round->nodes[static_cast<size_t>(child)].next_sibling;
    }
    if (child < 0) {
      child = static_cast<int32_t>(round->nodes.size());
      Node node;
      node.byte = byte;
      if (i == 0) {
        round->root[byte] = child;
        round->first_byte = byte;
        ++round->n_first_bytes;
      } else {
        node.next_sibling = round->nodes[static_cast<size_t>(at)].first_child;
        round->nodes[static_cast<size_t>(at)].first_child = child;
      }
      round->nodes.push_back(node);
    }
    at = child;
  }
  round->nodes[static_cast<size_t>(at)].token = token;
}

size_t AddedTokenMatcher::next_start(const Round& round, std::string_view text, size_t from) {
  if (round.n_first_bytes == 0 || from >= text.size()) return text.size();
  if (round.n_first_bytes == 1) {
    const void* p = std::memchr(text.data() + from, round.first_byte, text.size() - from);
    return p == nullptr ? text.size()
                        : static_cast<size_t>(static_cast<const char*>(p) - text.data());
  }
  while (from < text.size() && round.root[static_cast<unsigned char>(text[from])] < 0) ++from;
  return from;
}

void AddedTokenMatcher::split_round(const Round& round, std::string_view text,
                                    std::vector<Part>* parts) const {
  size_t done = 0;  // everything before is in parts
  for (size_t i = next_start(round, text, 0); i < text.size(); i = next_start(round, text, i)) {
    const AddedToken* token = nullptr;
    size_t length = 0;
    int32_t node = round.root[static_cast<unsigned char>(text[i])];
    for (size_t j = i + 1; node >= 0; ++j) {
      const Node& here = round.nodes[static_cast<size_t>(node)];
      if (here.token >= 0) {
        token = &tokens_[static_cast<size_t>(here.token)];
        length = j - i;
      }
      if (j == text.size()) break;
      node = here.first_child;
      while (node >= 0 &&
             round.nodes[static_cast<size_t>(node)].byte != static_cast<unsigned char>(text[j])) {
        node = round.nodes[static_cast<size_t>(node)].next_sibling;
      }
    }
    if (token == nullptr) {
      ++i;
      continue;
    }
    size_t begin = i;
    size_t end = i + length;
    i = end;
    if (token->single_word && !stands_alone(text, begin, end)) continue;
    if (token->lstrip) begin = std::max(skip_space_back(text, begin), done);
    if (token->rstrip) end = skip_space(text, end);
    if (done < begin) parts->push_back({text.substr(done, begin - done), -1});
    parts->push_back({text.substr(begin, end - begin), token->id});
    done = end;
  }
  if (done < text.size()) parts->push_back({text.substr(done), -1});
}

std::vector<AddedTokenMatcher::Part> AddedTokenMatcher::split(std::string_view text) const {
  std::vector<Part> first;
  split_round(rounds_[0], text, &first);
  if (rounds_[1].n_first_bytes == 0) return first;
  std::vector<Part> parts;
  for (const Part& part : first) {
    if (part.id >= 0) {
      parts.push_back(part);
    } else {
      split_round(rounds_[1], part.text, &parts);
    }
  }
  return parts;
}

}  // namespace leyden
