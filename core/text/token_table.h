// SPDX-License-Identifier: Apache-2.0
// The tokens' bytes, by id and back.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace leyden {

/// A fast hash of a few bytes; not for hostile keys in unbounded tables.
inline uint64_t hash_bytes(std::string_view s) {
  const char* p = s.data();
  const size_t n = s.size();
  const auto read8 = [](const char* q) {
    uint64_t v;
    std::memcpy(&v, q, 8);
    return v;
  };
  const auto read4 = [](const char* q) {
    uint32_t v;
    std::memcpy(&v, q, 4);
    return static_cast<uint64_t>(v);
  };
  const auto mix = [](uint64_t h, uint64_t v) {
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
  };
  uint64_t h = n * 0xD6E8FEB86659FD93u;
  if (n >= 8) {
    for (size_t i = 0; i + 8 < n; i += 8) h = mix(h, read8(p + i));
    h = mix(h, read8(p + n - 8));
  } else if (n >= 4) {
    h = mix(h, read4(p) << 32 | read4(p + n - 4));
  } else if (n > 0) {
    const auto byte = [p](size_t i) {
      return static_cast<uint64_t>(static_cast<unsigned char>(p[i]));
    };
    h = mix(h, byte(0) << 16 | byte(n / 2) << 8 | byte(n - 1));
  }
  return mix(h, h >> 32);
}

/// Read-only after it has been filled. Ids may have holes.
class TokenTable {
 public:
  static constexpr int32_t kNone = -1;

  /// `tokens[id]` are the bytes of id, empty for a hole. On equal bytes the smaller id is found,
  /// unless `yields[id]`: then another one is preferred.
  TokenTable(const std::vector<std::string>& tokens, const std::vector<bool>& yields);

  int32_t size() const { return static_cast<int32_t>(begin_.size()) - 1; }
  bool has(int32_t id) const { return id >= 0 && id < size() && !bytes(id).empty(); }
  /// `id` must be in [0, size()).
  std::string_view bytes(int32_t id) const {
    const size_t i = static_cast<size_t>(id);
    return std::string_view(arena_).substr(begin_[i], begin_[i + 1] - begin_[i]);
  }
  /// The id with these bytes, or kNone.
  int32_t find(std::string_view bytes) const {
    if (bytes.size() > longest_) return kNone;
    const uint64_t hash = hash_bytes(bytes);
    for (size_t slot = hash & mask_;; slot = (slot + 1) & mask_) {
      const Slot& s = slots_[slot];
      if (s.id == kNone) return kNone;
      if (s.tag == static_cast<uint32_t>(hash >> 32) && this->bytes(s.id) == bytes) return s.id;
    }
  }

 private:
  struct Slot {
    uint32_t tag = 0;  // upper half of the hash: most mismatches end here
    int32_t id = kNone;
  };
  void insert(int32_t id);

  std::string arena_;
  std::vector<uint32_t> begin_;
  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t longest_ = 0;
};

}  // namespace leyden
