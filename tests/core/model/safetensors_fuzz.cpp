// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: an error or entries that lie within the bytes.
#include <cstdlib>

#include "core/model/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
  const auto parsed = leyden::parse_safetensors_header(file, "fuzz.safetensors");
  if (!parsed.ok()) return parsed.status().message().empty() ? std::abort(), 0 : 0;
  for (const leyden::SafetensorsEntry& entry : *parsed) {
    if (entry.begin > entry.end || entry.end > size) std::abort();
    if (!entry.dtype) continue;
    const leyden::TensorView view{*entry.dtype, entry.shape,
                                  file.subspan(entry.begin, entry.end - entry.begin)};
    if (static_cast<uint64_t>(view.elements()) * leyden::dtype_size(view.dtype) !=
        view.data.size()) {
      std::abort();
    }
  }
  return 0;
}
