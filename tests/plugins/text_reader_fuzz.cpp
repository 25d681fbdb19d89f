// SPDX-License-Identifier: Apache-2.0
// Any bytes as text in any encoding, and Markdown.
#include "plugins/documents/text_source.h"
#include "tests/plugins/reader_fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::documents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool markdown : {false, true}) {
    const auto source = open_text(text, markdown);
    if (source.ok()) read_all(**source);
  }
  return 0;
}
