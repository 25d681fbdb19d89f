// SPDX-License-Identifier: Apache-2.0
// Connects to an MCP server, lists its tools, makes calls, and says what came of it:
//   mcp_probe SERVER_JSON [--limit SECONDS] [--cancel SECONDS] [TOOL ARGUMENTS]...
//   > {"revision", "tools": [...], "calls": [{"is_error", "text", "structured", "seconds"} |
//   {"error"}]}
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/json_dump.h"
#include "plugins/mcp/mcp_client.h"

using namespace leyden;
using namespace leyden::mcp;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto fail = [](const Status& status) {
    std::printf("%s\n", Json({{"error", status.to_string()}}).dump().c_str());
    return 1;
  };
  const auto options = parse_server(argv[1]);
  if (!options.ok()) return fail(options.status());
  const auto tools = McpTools::connect(*options);
  if (!tools.ok()) return fail(tools.status());
  Json out = {
      {"revision", (*tools)->revision()}, {"tools", Json::array()}, {"calls", Json::array()}};
  for (const ToolInfo& t : (*tools)->list())
    out["tools"].push_back({{"name", t.name},
                            {"parameters", Json::parse(t.parameters)},
                            {"read_only", t.hints.read_only},
                            {"destructive", t.hints.destructive},
                            {"network", t.hints.network}});
  ToolContext context;
  CancelToken cancel;
  context.cancel = &cancel;
  std::jthread canceller;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    if (word == "--limit") {
      context.time_limit_s = std::stod(argv[i + 1]);
      continue;
    }
    if (word == "--fresh") {  // what was cancelled does not count for the calls that follow
      canceller = {};
      cancel.reset();
      continue;
    }
    if (word == "--cancel") {
      canceller = std::jthread([&cancel, s = std::stod(argv[i + 1])] {
        std::this_thread::sleep_for(std::chrono::duration<double>(s));
        cancel.cancel();
      });
      continue;
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto result = (*tools)->call(word, argv[i + 1], context);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!result.ok()) {
      out["calls"].push_back({{"error", result.status().to_string()}, {"seconds", seconds}});
    } else {
      out["calls"].push_back({{"is_error", result->is_error},
                              {"text", result->text.substr(0, 2000)},
                              {"bytes", result->text.size()},
                              {"structured", result->structured},
                              {"hosts", result->hosts},
                              {"seconds", seconds}});
    }
  }
  std::printf("%s\n", dump_json(out).c_str());
  return 0;
}
