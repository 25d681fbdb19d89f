// SPDX-License-Identifier: Apache-2.0
// Any bytes as HTML.
#include "plugins/documents/html_source.h"
#include "tests/plugins/reader_fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::documents;
  const auto source = open_html({reinterpret_cast<const char*>(data), size});
  if (source.ok()) read_all(**source);
  return 0;
}
