// SPDX-License-Identifier: Apache-2.0
// Any bytes as a web page, and as a search's answer.
#include <cstdint>
#include <string_view>

#include "plugins/web/fetched_page.h"
#include "plugins/web/searxng.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto page = leyden::web::page_text("text/html", bytes);
  if (page.ok()) (void)leyden::web::part_of(page->text, 1);
  const auto hits = leyden::web::read_hits(bytes, 8);
  if (hits.ok()) (void)leyden::web::hits_text(*hits);
  return 0;
}
