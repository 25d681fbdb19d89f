// SPDX-License-Identifier: Apache-2.0
// Any bytes as leyden.json: an error, or a profile that lays documents out.
#include "core/chat/document.h"
#include "core/chat/profile.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profile = Profile::parse(text, "leyden.json");
  if (profile.ok()) {
    (void)lay_out_document(*profile, "title", "# Head\nOne sentence of it. 再来一点。\n\nThe end.", 0, 0, estimate_tokens);
    (void)profile->match_reference(text.substr(0, 40));
    (void)profile->task("cite", {{"question", "x"}});
  }
  // The same bytes as a document for a fixed profile.
  (void)lay_out_document(Profile::generic(), text, text, 0, 0, estimate_tokens);
  return 0;
}
