// SPDX-License-Identifier: Apache-2.0
// libFuzzer: manifests of saved sequences. What is read says the same when written and read again.
#include <cstdlib>

#include "core/engine/saved_sequence.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const auto read = Manifest::parse(std::vector<std::byte>(bytes, bytes + size));
  if (!read.ok()) return 0;
  const auto again = Manifest::parse(read->serialize());
  if (!again.ok() || again->serialize() != read->serialize() || again->sampler != read->sampler)
    std::abort();
  return 0;
}
