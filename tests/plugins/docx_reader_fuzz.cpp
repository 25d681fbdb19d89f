// SPDX-License-Identifier: Apache-2.0
// Any bytes as a DOCX archive, and as the XML in it.
#include "plugins/documents/docx_source.h"
#include "tests/plugins/reader_fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::documents;
  const FuzzFile in(data, size, "a.docx");
  const auto source = open_docx(in.file, [] { return false; });
  if (source.ok()) read_all(**source);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto flow = docx_text(text, text);
  if (flow.ok()) (void)page_ends(*flow);
  return 0;
}
