// SPDX-License-Identifier: Apache-2.0
// Any bytes as an expression; what it says of a result is an expression's text, so never empty.
#include <cstdint>
#include <cstdlib>

#include "plugins/calculator/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::calculator;
  const auto value = evaluate({reinterpret_cast<const char*>(data), size});
  if ((value.ok() ? value_text(*value) : value.status().message()).empty()) std::abort();
  return 0;
}
