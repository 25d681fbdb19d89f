// SPDX-License-Identifier: Apache-2.0
// Encryption at rest.
//
//   passphrase --Argon2id(salt, cost)--> wrapping key --unwraps--> master key (random, per store)
//   master key --> text key, payload key, id key                    (BLAKE2b key derivation)
//   sealed = nonce (24) | XChaCha20-Poly1305 ciphertext | tag (16), bound to a context string
//
// The store keeps salt, cost and the wrapped master key; the passphrase and the wrapping key are
// never written, and all keys live in locked memory that is wiped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/page_store.h"
#include "base/status.h"

namespace leyden {

/// Bytes a sealed string is longer than its plain text.
inline constexpr size_t kSealOverhead = 24 + 16;

/// The keys of one open encrypted store.
/// Threads: thread-safe (constant after creation).
class Vault {
 public:
  /// How much work a passphrase guess costs.
  struct Cost {
    uint64_t ops = 3;
    uint64_t memory_bytes = uint64_t{256} << 20;
  };
  enum class Purpose { kText, kPayload };

  /// New keys under a passphrase. `header` receives what the store must keep.
  static Result<std::unique_ptr<Vault>> create(const std::string& passphrase, const Cost& cost,
                                               std::vector<std::byte>& header);
  /// The keys of an existing store.
  /// Errors: kInvalidArgument "wrong passphrase"; kCorrupt when the header makes no sense.
  static Result<std::unique_ptr<Vault>> open(const std::string& passphrase,
                                             std::span<const std::byte> header);
  ~Vault();

  /// The header for the same keys under another passphrase.
  Result<std::vector<std::byte>> rewrap(const std::string& passphrase, const Cost& cost) const;

  std::vector<std::byte> seal(Purpose purpose, std::span<const std::byte> plain,
                              std::string_view context) const;
  /// Errors: kCorrupt when the bytes, the key or the context are not those of seal().
  Result<std::vector<std::byte>> unseal(Purpose purpose, std::span<const std::byte> sealed,
                                        std::string_view context) const;
  /// A page id as it appears in the file: a keyed hash, so that a guess about the text cannot be
  /// confirmed by looking for its id.
  PageId blind(const PageId& id) const;

 private:
  struct Keys;
  explicit Vault(Keys* keys) : keys_(keys) {}
  const std::byte* key(Purpose purpose) const;
  Keys* keys_;
};

/// Fills with random bytes from the operating system.
void random_bytes(std::span<std::byte> out);
/// BLAKE2b-256.
std::vector<std::byte> blake2b(std::span<const std::byte> bytes);

}  // namespace leyden
