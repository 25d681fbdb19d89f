// SPDX-License-Identifier: Apache-2.0
// Any bytes as a datagram of a plugin's, as a page or as information of a reader's: an error or a
// value.
#include "plugins/document_file.h"
#include "plugins/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::plugins;
  (void)!parse_frame({data, size}, kMaxPayload).ok();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 0) (void)!parse_page(text.substr(1), data[0]).ok();
  (void)!parse_file_info(text).ok();
  return 0;
}
