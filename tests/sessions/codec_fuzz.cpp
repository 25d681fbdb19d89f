// SPDX-License-Identifier: Apache-2.0
// libFuzzer: hostile pages. The first byte chooses the entry: a payload, or a whole page record whose
// outer hash is made right first, so that the fuzzer reaches what lies behind it.
#include <vector>

#include "sessions/codec.h"
#include "sessions/page_record.h"
#include "sessions/xxh3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto* bytes = reinterpret_cast<const std::byte*>(data + 1);
  std::vector<std::byte> input(bytes, bytes + size - 1);
  if (data[0] % 2 == 0) {
    (void)leyden::decode_payload(input);
    (void)leyden::inspect_payload(input);
    return 0;
  }
  const leyden::Xxh3Digest hash = leyden::xxh3_128(input);
  input.insert(input.end(), hash.begin(), hash.end());
  (void)leyden::decode_page(input, nullptr);
  return 0;
}
