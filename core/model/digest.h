// SPDX-License-Identifier: Apache-2.0
// BLAKE2b-256 over typed values: each is written with a fixed width or its length, so that no two
// different sequences of values look alike.
#pragma once

#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace leyden {

class Digest {
 public:
  using Bytes = std::array<uint8_t, 32>;

  /// @param purpose  at most 16 characters; different purposes never collide
  explicit Digest(std::string_view purpose) {
    std::array<unsigned char, crypto_generichash_blake2b_PERSONALBYTES> personal{};
    std::memcpy(personal.data(), purpose.data(), std::min(purpose.size(), personal.size()));
    crypto_generichash_blake2b_init_salt_personal(&state_, nullptr, 0, 32, nullptr,
                                                  personal.data());
  }
  void bytes(std::span<const std::byte> data) {
    crypto_generichash_blake2b_update(&state_, reinterpret_cast<const unsigned char*>(data.data()),
                                      data.size());
  }
  void bytes(const Bytes& hash) { bytes(std::as_bytes(std::span(hash))); }
  void integer(uint64_t v) {
    std::array<std::byte, 8> little{};
    for (size_t i = 0; i < 8; ++i) little[i] = static_cast<std::byte>(v >> (8 * i));
    bytes(little);
  }
  void integer(int64_t v) { integer(static_cast<uint64_t>(v)); }
  void number(double v) { integer(std::bit_cast<uint64_t>(v)); }
  void text(std::string_view s) {
    integer(static_cast<uint64_t>(s.size()));
    bytes(std::as_bytes(std::span(s)));
  }
  Bytes finish() {
    Bytes out{};
    crypto_generichash_blake2b_final(&state_, out.data(), out.size());
    return out;
  }

 private:
  crypto_generichash_blake2b_state state_;
};

}  // namespace leyden
