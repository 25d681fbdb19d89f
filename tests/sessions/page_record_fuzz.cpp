// SPDX-License-Identifier: Apache-2.0
// libFuzzer: page records of a KV file, as they are and with their sum made right so that the
// content is reached.
#include "sessions/byte_io.h"
#include "sessions/page_layout.h"
#include "sessions/page_record.h"
#include "sessions/xxh3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  std::span<const std::byte> input(reinterpret_cast<const std::byte*>(data), size);
  (void)decode_page(input, nullptr);
  Bytes record(input.begin(), input.end());
  ByteWriter(record).raw(xxh3_128(input));
  (void)decode_page(record, nullptr);
  (void)PageLayout::parse(input);
  return 0;
}
