// SPDX-License-Identifier: Apache-2.0
// Any bytes as plugin.json.
#include "base/json_dump.h"
#include "plugins/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::plugins;
  const auto manifest = parse_manifest({reinterpret_cast<const char*>(data), size}, "plugin.json");
  if (manifest.ok()) (void)leyden::dump_json(manifest_json(*manifest));
  return 0;
}
