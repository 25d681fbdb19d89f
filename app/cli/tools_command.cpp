// SPDX-License-Identifier: Apache-2.0
// leyden tools: what tools there are, and a call without a model.
#include <fmt/format.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/tool_arguments.h"

namespace leyden_cli {

namespace {

struct ToolsArguments {
  ToolArguments tools;
  StoreArguments store;
  std::vector<std::string> call;
};

void run(const ToolsArguments& args, const Console& console) {
  const OpenedTools opened = args.tools.open(args.store, console);
  if (!opened.toolbox) throw bad_argument("no tools were named (try: leyden tools --help)");
  if (args.call.empty()) {
    const Json list = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
      return leyden_toolbox_list_json(out, opened.toolbox.get(), error);
    }));
    if (console.json) return print_json(list);
    for (const Json& t : list) {
      std::string marks;
      for (const char* mark : {"read_only", "destructive", "network"})
        if (t.at(mark).get<bool>()) marks += std::string(marks.empty() ? "" : ", ") + mark;
      print(fmt::format("{}  [{}{}{}]\n    {}\n", t.at("name").get<std::string>(),
                        t.at("origin").get<std::string>(), marks.empty() ? "" : ": ", marks,
                        t.at("description").get<std::string>()));
    }
    return flush_output();
  }
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.cancel = interrupt();
  const std::string& name = args.call[0];
  const std::string& arguments = args.call[1];
  const Json result = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_toolbox_call_json(out, opened.toolbox.get(), name.data(), name.size(),
                                    arguments.data(), arguments.size(), &options, error);
  }));
  if (console.json) return print_json(result);
  std::string text = result.at("text").get<std::string>();
  for (const Json& p : result.at("passages"))
    text += fmt::format("{} (page {}): {}\n", p.at("title").get<std::string>(),
                        p.at("page").get<uint32_t>(), p.at("text").get<std::string>());
  print(text + (text.ends_with('\n') ? "" : "\n"));
  flush_output();
  if (result.at("is_error").get<bool>()) throw Failure{LEYDEN_E_IO, "the tool failed"};
}

}  // namespace

void add_tools(CLI::App& app, Console& console) {
  CLI::App* command = add_command(
      app, console, "tools", "List tools, or call one without a model",
      "  leyden tools --library a.txt\n"
      "  leyden tools --library a.txt --json\n"
      "  leyden tools --shipped --call calculate '{\"expression\": \"60 mph in km/h\"}'\n"
      "  leyden tools --library a.txt --call search '{\"query\": \"harbour\"}'");
  auto args = std::make_shared<ToolsArguments>();
  args->tools.add_to(command);
  args->store.add_to(command);
  command->add_option("--call", args->call, "A tool's name and its arguments as JSON")
      ->expected(2)
      ->type_name("NAME JSON");
  command->callback([args, &console] { run(*args, console); });
}

}  // namespace leyden_cli
