// SPDX-License-Identifier: Apache-2.0
// Any bytes as an EPUB archive.
#include "plugins/documents/epub_source.h"
#include "tests/plugins/reader_fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::documents;
  const FuzzFile in(data, size, "a.epub");
  const auto source = open_epub(in.file, [] { return false; });
  if (source.ok()) read_all(**source);
  return 0;
}
