// SPDX-License-Identifier: Apache-2.0
// Any bytes as a schema; what it takes is then walked at random.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/grammar/json_schema.h"
#include "core/grammar/matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  auto grammar = std::make_shared<Grammar>();
  const auto root = add_json_schema({reinterpret_cast<const char*>(data), size}, grammar.get());
  if (!root.ok() || !grammar->finish(*root)) return 0;
  Matcher matcher(grammar);
  int32_t state = matcher.start();
  for (size_t i = 0; i < size && i < 200; ++i) {
    const int32_t next = matcher.next(state, data[i]);
    if (next != Matcher::kDead) state = next;
  }
  return 0;
}
