// SPDX-License-Identifier: Apache-2.0
#include "sessions/crypto.h"

#include <sodium.h>

#include <cstring>

#include "sessions/byte_io.h"

namespace leyden {
namespace {

// header: version 1 | ops u64 | memory u64 | salt 16 | sealed master key
constexpr uint8_t kHeaderVersion = 1;
constexpr uint64_t kMostOps = 64, kMostMemory = uint64_t{4} << 30;
constexpr char kWrapContext[] = "leyden master key 1";
constexpr char kDerive[crypto_kdf_CONTEXTBYTES + 1] = "leydenKV";
static_assert(kSealOverhead == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                   crypto_aead_xchacha20poly1305_ietf_ABYTES);

const uint8_t* u8(const std::byte* p) { return reinterpret_cast<const uint8_t*>(p); }
uint8_t* u8(std::byte* p) { return reinterpret_cast<uint8_t*>(p); }
const uint8_t* u8(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

bool ready() {
  static const bool ok = sodium_init() >= 0;
  return ok;
}

Bytes seal_with(const uint8_t* key, std::span<const std::byte> plain, std::string_view context) {
  Bytes out(plain.size() + kSealOverhead);
  constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  randombytes_buf(out.data(), kNonce);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(u8(out.data() + kNonce), &written, u8(plain.data()),
                                             plain.size(), u8(context), context.size(), nullptr,
                                             u8(out.data()), key);
  return out;
}

bool unseal_with(const uint8_t* key, std::span<const std::byte> sealed, std::string_view context,
                 Bytes& plain) {
  constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  if (sealed.size() < kSealOverhead) return false;
  plain.resize(sealed.size() - kSealOverhead);
  unsigned long long written = 0;
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             u8(plain.data()), &written, nullptr, u8(sealed.data() + kNonce),
             sealed.size() - kNonce, u8(context), context.size(), u8(sealed.data()), key) == 0;
}

/// A key in locked memory, wiped when it goes.
struct LockedKey {
  uint8_t bytes[32];
  LockedKey() { sodium_mlock(bytes, sizeof bytes); }
  ~LockedKey() { sodium_munlock(bytes, sizeof bytes); }
  LockedKey(const LockedKey&) = delete;
  LockedKey& operator=(const LockedKey&) = delete;
};

Status derive_wrapping_key(const std::string& passphrase, const Vault::Cost& cost,
                           const uint8_t* salt, LockedKey& key) {
  if (crypto_pwhash(key.bytes, sizeof key.bytes, passphrase.data(), passphrase.size(), salt,
                    cost.ops, static_cast<size_t>(cost.memory_bytes),
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return out_of_memory("encryption: Argon2id needs " +
                         std::to_string(cost.memory_bytes >> 20) + " MiB of memory");
  return {};
}

}  // namespace

struct Vault::Keys {
  uint8_t master[32], text[32], payload[32], id[32];
};

namespace {
void derive_subkeys(const uint8_t* master, uint8_t* text, uint8_t* payload, uint8_t* id) {
  crypto_kdf_derive_from_key(text, 32, 1, kDerive, master);
  crypto_kdf_derive_from_key(payload, 32, 2, kDerive, master);
  crypto_kdf_derive_from_key(id, 32, 3, kDerive, master);
}
}  // namespace

Vault::~Vault() { sodium_free(keys_); }

Result<std::vector<std::byte>> Vault::rewrap(const std::string& passphrase, const Cost& cost) const {
  if (passphrase.empty()) return invalid_argument("encryption: the passphrase is empty");
  Bytes header;
  ByteWriter w(header);
  w.fixed<uint8_t>(kHeaderVersion);
  w.fixed<uint64_t>(cost.ops);
  w.fixed<uint64_t>(cost.memory_bytes);
  std::byte salt[crypto_pwhash_SALTBYTES];
  random_bytes(salt);
  w.raw(salt);
  LockedKey wrapping;
  LEYDEN_TRY(derive_wrapping_key(passphrase, cost, u8(salt), wrapping));
  w.raw(seal_with(wrapping.bytes, std::as_bytes(std::span(keys_->master)), kWrapContext));
  return header;
}

Result<std::unique_ptr<Vault>> Vault::create(const std::string& passphrase, const Cost& cost,
                                             std::vector<std::byte>& header) {
  if (!ready()) return internal_error("encryption: libsodium does not start");
  auto* keys = static_cast<Keys*>(sodium_malloc(sizeof(Keys)));
  if (keys == nullptr) return out_of_memory("encryption: locked memory for keys");
  std::unique_ptr<Vault> vault(new Vault(keys));
  randombytes_buf(keys->master, sizeof keys->master);
  derive_subkeys(keys->master, keys->text, keys->payload, keys->id);
  LEYDEN_ASSIGN(header, vault->rewrap(passphrase, cost));
  return vault;
}

Result<std::unique_ptr<Vault>> Vault::open(const std::string& passphrase,
                                           std::span<const std::byte> header) {
  if (!ready()) return internal_error("encryption: libsodium does not start");
  ByteReader r(header);
  const uint8_t version = r.fixed<uint8_t>();
  Cost cost;
  cost.ops = r.fixed<uint64_t>();
  cost.memory_bytes = r.fixed<uint64_t>();
  const auto salt = r.raw(crypto_pwhash_SALTBYTES);
  if (!r.ok() || version != kHeaderVersion || cost.ops == 0 || cost.ops > kMostOps ||
      cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN || cost.memory_bytes > kMostMemory)
    return corrupt("encryption: the key header makes no sense");
  LockedKey wrapping;
  LEYDEN_TRY(derive_wrapping_key(passphrase, cost, u8(salt.data()), wrapping));
  Bytes master;
  if (!unseal_with(wrapping.bytes, r.rest(), kWrapContext, master) || master.size() != 32)
    return invalid_argument("encryption: wrong passphrase");
  auto* keys = static_cast<Keys*>(sodium_malloc(sizeof(Keys)));
  if (keys == nullptr) return out_of_memory("encryption: locked memory for keys");
  std::memcpy(keys->master, master.data(), 32);
  sodium_memzero(master.data(), master.size());
  derive_subkeys(keys->master, keys->text, keys->payload, keys->id);
  return std::unique_ptr<Vault>(new Vault(keys));
}

const std::byte* Vault::key(Purpose purpose) const {
  return reinterpret_cast<const std::byte*>(purpose == Purpose::kText ? keys_->text : keys_->payload);
}

std::vector<std::byte> Vault::seal(Purpose purpose, std::span<const std::byte> plain,
                                   std::string_view context) const {
  return seal_with(u8(key(purpose)), plain, context);
}

Result<std::vector<std::byte>> Vault::unseal(Purpose purpose, std::span<const std::byte> sealed,
                                             std::string_view context) const {
  Bytes plain;
  if (!unseal_with(u8(key(purpose)), sealed, context, plain))
    return corrupt("encryption: sealed bytes do not verify (" + std::string(context) + ")");
  return plain;
}

PageId Vault::blind(const PageId& id) const {
  PageId out;
  crypto_generichash(out.bytes.data(), out.bytes.size(), id.bytes.data(), id.bytes.size(), keys_->id,
                     sizeof keys_->id);
  return out;
}

void random_bytes(std::span<std::byte> out) {
  LEYDEN_CHECK(ready());
  randombytes_buf(out.data(), out.size());
}

std::vector<std::byte> blake2b(std::span<const std::byte> bytes) {
  LEYDEN_CHECK(ready());
  Bytes out(32);
  crypto_generichash(u8(out.data()), out.size(), u8(bytes.data()), bytes.size(), nullptr, 0);
  return out;
}

}  // namespace leyden
