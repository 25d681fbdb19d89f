// SPDX-License-Identifier: Apache-2.0
// libFuzzer: hostile bundles, with the entry sums made right so that the content is reached.
//   input = repeated [type u8 | length u16 | content]
#include "sessions/bundle.h"
#include "sessions/byte_io.h"
#include "sessions/xxh3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  const std::span<const std::byte> input(reinterpret_cast<const std::byte*>(data), size);
  (void)verify_bundle_bytes(input);
  Bytes bundle;
  ByteWriter w(bundle);
  w.raw(as_bytes("LYBUNDL1"));
  ByteReader r(input);
  while (r.left() >= 3) {
    const uint8_t type = r.fixed<uint8_t>();
    const size_t length = std::min<size_t>(r.fixed<uint16_t>(), r.left());
    const auto content = r.raw(length);
    Bytes head;
    ByteWriter h(head);
    h.fixed<uint8_t>(type);
    h.fixed<uint64_t>(length);
    w.raw(head);
    w.raw(content);
    w.fixed<uint64_t>(xxh3_64(content, xxh3_64(head)));
  }
  (void)verify_bundle_bytes(bundle);
  return 0;
}
