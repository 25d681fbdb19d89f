// SPDX-License-Identifier: Apache-2.0
// Any bytes as a PDF's structure, and as the XHTML that pdftotext writes. The programs are not run.
#include "plugins/documents/pdf_source.h"
#include "tests/plugins/reader_fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::documents;
  const FuzzFile in(data, size, "a.pdf");
  (void)!open_pdf(in.file).ok();
  const auto pages = parse_bbox_layout({reinterpret_cast<const char*>(data), size});
  for (size_t i = 0; pages.ok() && i < pages->size(); ++i) {
    if (!is_utf8((*pages)[i].text)) std::abort();
  }
  return 0;
}
