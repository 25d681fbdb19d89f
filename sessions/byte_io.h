// SPDX-License-Identifier: Apache-2.0
// Little-endian fields in byte strings: how every format of this room is written and, with bounds
// checked at each step, read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leyden {

using Bytes = std::vector<std::byte>;

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Appends fields to a byte vector.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  template <typename T>
  void fixed(T value) {
    static_assert(std::is_integral_v<T>);
    for (size_t i = 0; i < sizeof(T); ++i)
      out_.push_back(static_cast<std::byte>(static_cast<uint64_t>(value) >> (8 * i)));
  }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::byte>(value | 0x80));
    out_.push_back(static_cast<std::byte>(value));
  }
  void raw(std::span<const std::byte> bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  /// A varint length, then the bytes.
  void sized(std::span<const std::byte> bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  void sized(std::string_view text) { sized(as_bytes(text)); }

 private:
  Bytes& out_;
};

/// Reads fields; after the first failure every read answers zero or empty and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t left() const { return bytes_.size(); }
  std::span<const std::byte> rest() const { return bytes_; }
  void fail() {
    ok_ = false;
    bytes_ = {};
  }

  template <typename T>
  T fixed() {
    const auto field = raw(sizeof(T));
    uint64_t value = 0;
    for (size_t i = 0; i < field.size(); ++i)
      value |= static_cast<uint64_t>(field[i]) << (8 * i);
    return static_cast<T>(value);
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto field = raw(1);
      if (field.empty()) return 0;
      const auto b = static_cast<uint64_t>(field[0]);
      if (shift == 63 && b > 1) break;
      value |= (b & 0x7f) << shift;
      if (b < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::span<const std::byte> raw(size_t n) {
    if (n > bytes_.size()) {
      fail();
      return {};
    }
    const auto field = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return field;
  }
  std::span<const std::byte> sized() {
    const uint64_t n = varint();
    if (n > bytes_.size()) {
      fail();
      return {};
    }
    return raw(static_cast<size_t>(n));
  }
  std::string sized_text() { return std::string(as_text(sized())); }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

/// Token ids as zigzag varints; about two bytes a token.
inline void write_tokens(ByteWriter& out, std::span<const int32_t> tokens) {
  out.varint(tokens.size());
  for (int32_t t : tokens)
    out.varint((static_cast<uint32_t>(t) << 1) ^ static_cast<uint32_t>(t >> 31));
}
inline std::vector<int32_t> read_tokens(ByteReader& in) {
  const uint64_t n = in.varint();
  std::vector<int32_t> tokens;
  if (n > in.left()) {  // each token takes a byte at least
    in.fail();
    return tokens;
  }
  tokens.reserve(static_cast<size_t>(n));
  for (uint64_t i = 0; i < n && in.ok(); ++i) {
    const uint64_t z = in.varint();
    if (z > UINT32_MAX) in.fail();
    tokens.push_back(static_cast<int32_t>(static_cast<uint32_t>(z >> 1) ^ (0u - (z & 1u))));
  }
  return tokens;
}
inline Bytes pack_tokens(std::span<const int32_t> tokens) {
  Bytes out;
  ByteWriter writer(out);
  write_tokens(writer, tokens);
  return out;
}

}  // namespace leyden
