// SPDX-License-Identifier: Apache-2.0
// leyden devices: what a model can compute on here.
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/door.h"

namespace leyden_cli {

namespace {

void run_devices(const Console& console) {
  const Json list = Json::parse(made_text(
      [](leyden_string** out, leyden_error** error) { return leyden_devices_json(out, error); }));
  if (console.json) return print_json(list);
  print(fmt::format("{:<8} {:<30} {:>6} {:>10} {:>10}\n", "", "", "units", "memory", "free"));
  for (const Json& d : list.at("devices")) {
    print(fmt::format("{:<8} {:<30} {:>6} {:>10} {:>10}\n", d.at("id").get<std::string>(),
                      d.at("name").get<std::string>(), d.at("units").get<int>(),
                      human_bytes(d.at("memory_bytes").get<uint64_t>()),
                      human_bytes(d.at("free_bytes").get<uint64_t>())));
    if (!d.at("temperature_c").is_null() && !d.at("power_w").is_null())
      print(fmt::format("         {} °C, {:.0f} W\n", d.at("temperature_c").get<int>(),
                        d.at("power_w").get<double>()));
    if (!d.at("usable").get<bool>()) print("         not usable: " + d.at("reason").get<std::string>() + "\n");
  }
  if (!list.at("no_cuda").is_null()) print("\nno GPU: " + list.at("no_cuda").get<std::string>() + "\n");
}

}  // namespace

void add_devices(CLI::App& app, Console& console) {
  CLI::App* command = add_command(app, console, "devices", "Show what a model can compute on: what --device takes",
                                  "  leyden devices\n"
                                  "  leyden devices --json");
  command->callback([&console] { run_devices(console); });
}

}  // namespace leyden_cli
