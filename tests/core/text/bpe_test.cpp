// SPDX-License-Identifier: Apache-2.0
#include "core/text/bpe.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <string>

#include "core/text/bpe_characters.h"
#include "core/text/token_table.h"

namespace leyden {
namespace {

struct Toy {
  std::array<int32_t, 256> bytes{};
  std::vector<Bpe::Merge> merges;
  std::map<std::pair<int32_t, int32_t>, size_t> ranks;
};

// Random merges over the letters a to d, whatever the earlier ones made.
Toy random_toy(uint32_t seed, size_t n_merges) {
  Toy toy;
  for (int32_t i = 0; i < 256; ++i) toy.bytes[static_cast<size_t>(i)] = i;
  std::mt19937 random(seed);
  std::vector<int32_t> known = {'a', 'b', 'c', 'd'};
  while (toy.merges.size() < n_merges) {
    const int32_t left = known[random() % known.size()];
    const int32_t right = known[random() % known.size()];
    if (!toy.ranks.emplace(std::pair(left, right), toy.merges.size()).second) continue;
    const int32_t result = 256 + static_cast<int32_t>(toy.merges.size());
    toy.merges.push_back({left, right, result});
    known.push_back(result);
  }
  return toy;
}

// The definition: merge the leftmost pair of lowest rank until there is none.
std::vector<int32_t> encode_plainly(const Toy& toy, const std::string& piece) {
  std::vector<int32_t> ids;
  for (const char c : piece) ids.push_back(toy.bytes[static_cast<unsigned char>(c)]);
  while (true) {
    size_t best = toy.merges.size();
    size_t at = 0;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto it = toy.ranks.find({ids[i], ids[i + 1]});
      if (it != toy.ranks.end() && it->second < best) {
        best = it->second;
        at = i;
      }
    }
    if (best == toy.merges.size()) return ids;
    ids[at] = toy.merges[best].result;
    ids.erase(ids.begin() + static_cast<long>(at) + 1);
  }
}

TEST(Bpe, ShortAndLongPiecesFollowTheDefinition) {
  Bpe::Scratch scratch;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    const Toy toy = random_toy(seed, 3 + seed);
    const Bpe bpe(toy.bytes, toy.merges);
    std::mt19937 random(1000 + seed);
    for (size_t length : {1u, 2u, 3u, 7u, 40u, 159u, 160u, 161u, 162u, 400u, 1000u}) {
      std::string piece;
      const uint32_t letters = 1 + random() % 5;
      for (size_t i = 0; i < length; ++i)
        piece.push_back(static_cast<char>('a' + random() % letters));
      std::vector<int32_t> ids = {-7};  // encode appends
      bpe.encode(piece, &scratch, &ids);
      ids.erase(ids.begin());
      ASSERT_EQ(ids, encode_plainly(toy, piece)) << "seed " << seed << " piece " << piece;
    }
  }
}

// Characters that start as one symbol (bpe_characters.h) change nothing: random merges over the
// bytes of a few three-byte characters and 'a', on random texts of them.
TEST(Bpe, BoundCharactersFollowTheDefinition) {
  constexpr std::array<char, 2> kLead = {'\xE4', '\xE5'};
  constexpr std::array<char, 3> kTail = {'\x80', '\x81', '\x82'};
  Bpe::Scratch scratch;
  size_t n_bound = 0;
  for (uint32_t seed = 1; seed <= 800; ++seed) {
    std::mt19937 random(seed);
    Toy toy = random_toy(seed, 0);
    std::vector<int32_t> known = {0xE4, 0xE5, 0x80, 0x81, 0x82, 'a'};
    std::map<std::string, int32_t> id_of;  // as in a file: one id for one string of bytes
    std::vector<std::string> bytes(256);
    for (const int32_t id : known) {
      bytes[static_cast<size_t>(id)] = std::string(1, static_cast<char>(id));
      id_of[bytes[static_cast<size_t>(id)]] = id;
    }
    for (uint32_t tries = 0; tries < 10 + seed % 60; ++tries) {
      // The first merges mostly build characters, so that some are bound: ((b0 b1) b2) for even
      // seeds, (b0 (b1 b2)) for odd ones.
      int32_t left = known[random() % known.size()];
      int32_t right = known[random() % known.size()];
      if (tries < 8 && random() % 4 != 0) {
        const bool second = known.size() > 6 && random() % 2 == 0;
        const int32_t lead = known[random() % 2];
        const int32_t tail = known[2 + random() % 3];
        left = seed % 2 == 1 ? (second ? lead : tail) : (second ? known.back() : lead);
        right = seed % 2 == 1 && second ? known.back() : known[2 + random() % 3];
      }
      const std::string joined =
          bytes[static_cast<size_t>(left)] + bytes[static_cast<size_t>(right)];
      if (joined.size() > 12 ||
          !toy.ranks.emplace(std::pair(left, right), toy.merges.size()).second)
        continue;
      const auto [it, is_new] = id_of.emplace(joined, static_cast<int32_t>(bytes.size()));
      if (is_new) {
        bytes.push_back(joined);
        known.push_back(it->second);
      }
      toy.merges.push_back({left, right, it->second});
    }
    if (seed % 4 >= 2) {  // ranks that no training would give
      for (int swaps = 0; swaps < 4 && !toy.merges.empty(); ++swaps) {
        std::swap(toy.merges[random() % toy.merges.size()],
                  toy.merges[random() % toy.merges.size()]);
      }
      for (size_t r = 0; r < toy.merges.size(); ++r)
        toy.ranks[{toy.merges[r].left, toy.merges[r].right}] = r;
    }
    const Bpe bpe(toy.bytes, toy.merges);
    const auto bound = bound_characters(toy.bytes, toy.merges, [&](int32_t left, int32_t right) {
      const auto it = toy.ranks.find({left, right});
      return it == toy.ranks.end() ? 0xFFFFFFFFu : static_cast<uint32_t>(it->second);
    });
    for (const int32_t id : bound) n_bound += id >= 0 ? 1 : 0;
    for (int round = 0; round < 25; ++round) {
      std::string piece;
      for (uint32_t n = 1 + random() % (round == 0 ? 200 : 12); n > 0; --n) {
        if (random() % 4 == 0) {
          piece += 'a';
        } else {
          piece += kLead[random() % 2];
          piece += kTail[random() % 3];
          piece += kTail[random() % 3];
        }
      }
      std::vector<int32_t> ids;
      bpe.encode(piece, &scratch, &ids);
      ASSERT_EQ(ids, encode_plainly(toy, piece)) << "seed " << seed << " round " << round;
    }
  }
  EXPECT_GT(n_bound, 100u);
}

TEST(Bpe, WithoutMergesIsBytes) {
  Toy toy = random_toy(1, 0);
  Bpe::Scratch scratch;
  std::vector<int32_t> ids;
  Bpe(toy.bytes, {}).encode(std::string("\0\xFFz", 3), &scratch, &ids);
  EXPECT_EQ(ids, (std::vector<int32_t>{0, 255, 'z'}));
}

TEST(Bpe, OfEqualPairsTheLaterCounts) {
  Toy toy = random_toy(1, 0);
  const Bpe bpe(toy.bytes, {{'a', 'b', 300}, {'b', 'c', 301}, {'a', 'b', 300}});
  Bpe::Scratch scratch;
  std::vector<int32_t> ids;
  bpe.encode("abc", &scratch, &ids);
  EXPECT_EQ(ids, (std::vector<int32_t>{'a', 301}));
}

TEST(Bpe, MegabyteOfOneLetterIsNotQuadratic) {
  Toy toy = random_toy(1, 0);
  std::vector<Bpe::Merge> merges = {{'a', 'a', 256}};
  for (int32_t i = 0; i < 6; ++i) merges.push_back({256 + i, 256 + i, 257 + i});
  const Bpe bpe(toy.bytes, merges);
  Bpe::Scratch scratch;
  std::vector<int32_t> ids;
  const auto start = std::chrono::steady_clock::now();
  bpe.encode(std::string(1 << 20, 'a'), &scratch, &ids);
  EXPECT_EQ(ids, std::vector<int32_t>((1 << 20) / 128, 262));
  // Quadratic would be minutes; sanitizers and busy machines are slow.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Bpe, TakesUnwantedTokensApart) {
  Toy toy = random_toy(1, 0);
  const Bpe bpe(toy.bytes, {{'a', 'b', 256}, {256, 'c', 257}, {257, 256, 258}});
  std::vector<bool> unwanted(259, false);
  unwanted[257] = unwanted[258] = unwanted['a'] = true;
  std::vector<int32_t> ids;
  bpe.append_split(258, unwanted, &ids);
  EXPECT_EQ(ids, (std::vector<int32_t>{256, 'c', 256}));
}

TEST(TokenTable, FindsByBytesAndById) {
  std::vector<std::string> tokens(5000);
  std::mt19937 random(5);
  for (size_t i = 0; i < tokens.size(); i += 1 + random() % 3) {
    tokens[i] = std::to_string(i * 7919) + std::string(random() % 40, 'x');
  }
  tokens.push_back("same");
  tokens.push_back("same");
  std::vector<bool> yields(tokens.size(), false);
  yields[5000] = true;
  const TokenTable table(tokens, yields);
  EXPECT_EQ(table.find("same"), 5001);
  EXPECT_EQ(table.find(""), TokenTable::kNone);
  EXPECT_EQ(table.find("none"), TokenTable::kNone);
  EXPECT_EQ(table.find(std::string(1000, 'x')), TokenTable::kNone);
  for (int32_t id = 0; id < 5000; ++id) {
    const std::string& token = tokens[static_cast<size_t>(id)];
    EXPECT_EQ(table.has(id), !token.empty());
    EXPECT_EQ(table.bytes(id), token);
    if (!token.empty()) {
      EXPECT_EQ(table.find(token), id);
    }
  }
  EXPECT_FALSE(table.has(-1));
  EXPECT_FALSE(table.has(5002));
}

}  // namespace
}  // namespace leyden
