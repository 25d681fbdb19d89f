// SPDX-License-Identifier: Apache-2.0
// Any bytes as the chat API's messages and as its tools: errors that say something, and tools that passed
// every check can be put into a prompt.
#include <cstdlib>

#include "core/chat/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leyden;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto messages = parse_messages(text);
  if (!messages.ok() && messages.status().message().empty()) std::abort();
  for (const bool dsml : {false, true}) {
    if (messages.ok()) (void)!check_messages(*messages, {dsml, dsml, true}).ok();
  }
  const auto tools = parse_tools(text);
  if (!tools.ok()) return tools.status().message().empty() ? std::abort(), 0 : 0;
  if (!check_tools(*tools).ok()) return 0;
  for (const ToolSpec& tool : *tools) {
    if (!tool.to_json_line().ok()) std::abort();
  }
  return 0;
}
