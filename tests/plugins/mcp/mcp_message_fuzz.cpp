// SPDX-License-Identifier: Apache-2.0
// Any bytes as a server's entry in the settings, and as a JSON-RPC reply.
#include "plugins/mcp/mcp_client.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden::mcp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto server = parse_server(text);
  if (server.ok() && server->local) (void)!process_command(server->process).ok();
  const Json message = Json::parse(text, nullptr, false);
  if (!message.is_discarded()) (void)!parse_reply(message).ok();
  return 0;
}
