// SPDX-License-Identifier: Apache-2.0
#include "sessions/page_record.h"

#include <algorithm>
#include <cstring>

#include "sessions/byte_io.h"
#include "sessions/xxh3.h"

namespace leyden {
namespace {

constexpr std::string_view kRecordMagic = "LYPR";
constexpr uint8_t kVersion = 1, kSealed = 1;
constexpr size_t kHashBytes = sizeof(Xxh3Digest);
constexpr size_t kMaxTokens = 4096;

PageId read_id(ByteReader& r) {
  PageId id;
  const auto raw = r.raw(id.bytes.size());
  if (r.ok()) std::memcpy(id.bytes.data(), raw.data(), raw.size());
  return id;
}

}  // namespace

Result<std::vector<std::byte>> encode_page(const StoredPage& page, const PageLayout& layout,
                                           const CodecOptions& options, const Vault* vault) {
  if (page.tokens.size() > kMaxTokens)
    return invalid_argument("page " + page.id.to_hex() + ": too many tokens");
  Bytes body;
  ByteWriter b(body);
  b.raw(std::as_bytes(std::span(page.id.bytes)));
  b.raw(std::as_bytes(std::span(page.parent.bytes)));
  b.varint(page.depth);
  b.sized(page.numerics_profile);
  write_tokens(b, page.tokens);
  if (!page.payload.empty()) {
    LEYDEN_ASSIGN(const Bytes encoded, encode_payload(page.payload, layout, options));
    b.raw(encoded);
  }
  Bytes out;
  out.reserve(body.size() + 64);
  ByteWriter w(out);
  w.raw(as_bytes(kRecordMagic));
  w.fixed<uint8_t>(kVersion);
  w.fixed<uint8_t>(vault != nullptr ? kSealed : 0);
  w.raw(vault != nullptr ? vault->seal(Vault::Purpose::kPayload, body, "page") : body);
  w.raw(xxh3_128(out));
  return out;
}

bool record_hash_holds(std::span<const std::byte> record) {
  if (record.size() < kRecordMagic.size() + 2 + kHashBytes) return false;
  const auto content = record.first(record.size() - kHashBytes);
  return std::ranges::equal(xxh3_128(content), record.last(kHashBytes));
}

Result<StoredPage> decode_page(std::span<const std::byte> record, const Vault* vault,
                               unsigned threads, std::vector<std::byte> room) {
  if (!record_hash_holds(record)) return corrupt("page record: hash does not match");
  ByteReader outer(record.first(record.size() - kHashBytes));
  if (as_text(outer.raw(kRecordMagic.size())) != kRecordMagic)
    return corrupt("page record: not a page");
  const uint8_t version = outer.fixed<uint8_t>();
  const uint8_t flags = outer.fixed<uint8_t>();
  if (!outer.ok()) return corrupt("page record: cut short");
  if (version != kVersion || flags > kSealed)
    return unsupported("page record: version " + std::to_string(version) + ", this build reads 1");
  Bytes opened;
  std::span<const std::byte> body = outer.rest();
  if ((flags & kSealed) != 0) {
    if (vault == nullptr) return unsupported("page record: sealed, and there is no key");
    LEYDEN_ASSIGN(opened, vault->unseal(Vault::Purpose::kPayload, body, "page"));
    body = opened;
  }
  ByteReader r(body);
  StoredPage page;
  page.id = read_id(r);
  page.parent = read_id(r);
  const uint64_t depth = r.varint();
  page.numerics_profile = r.sized_text();
  page.tokens = read_tokens(r);
  if (!r.ok() || depth > UINT32_MAX || page.tokens.size() > kMaxTokens)
    return corrupt("page record: cut short or out of range");
  page.depth = static_cast<uint32_t>(depth);
  if (r.left() != 0) {
    LEYDEN_ASSIGN(page.payload, decode_payload(r.rest(), threads, std::move(room)));
  }
  return page;
}

}  // namespace leyden
