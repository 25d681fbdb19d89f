// SPDX-License-Identifier: Apache-2.0
// leyden: ask a DeepSeek-V3.2 model about long documents, and look under its hood.
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"

namespace leyden_cli {

CLI::App* add_command(CLI::App& app, Console& console, const char* name, const char* description,
                      const char* examples) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_flag("--json", console.json, "Write JSON for machines; errors too");
  command->add_flag("--progress", console.force_progress,
                    "Show progress on stderr even where nobody seems to watch");
  command->footer(std::string("Examples:\n") + examples);
  return command;
}

CLI::App* add_group(CLI::App& app, const char* name, const char* description) {
  CLI::App* group = app.add_subcommand(name, description);
  group->require_subcommand(1);
  group->footer(std::string("leyden ") + name + " COMMAND --help says more.");
  return group;
}

namespace {

/// "session list " for the help that fits what was typed.
std::string command_path(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "" : chosen[0]->get_name() + " " + command_path(*chosen[0]);
}

/// CLI11 reports a word that is no command as a command that is missing.
std::string parse_message(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands()[0];
  if (error.get_name() == "RequiredError" && at->get_require_subcommand_min() > 0) {
    for (const std::string& word : at->remaining()) {
      if (!word.starts_with('-')) return "no command " + in_quotes(word);
    }
  }
  return error.what();
}

/// Before the flags are parsed: do errors have to be JSON?
bool wants_json(int argc, char** argv) {
  for (int i = 1; i < argc && std::strcmp(argv[i], "--") != 0; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) return true;
  }
  return false;
}

int run(int argc, char** argv, Console& console) {
  done([](leyden_error** error) { return leyden_check_unstable(LEYDEN_UNSTABLE_REVISION, error); });
  install_interrupt();
  CLI::App app("Leyden runs DeepSeek-V3.2 models on your own machine: long documents in, answers "
               "with their evidence out.");
  app.set_version_flag("--version", fmt::format("leyden {}", leyden_version()));
  app.require_subcommand(1);
  app.footer(std::string("Examples:\n"
                         "  leyden chat --doc report.md --ask \"Who signed the contract?\" "
                         "--evidence\n"
                         "  leyden chat --doc report.md            (interactive)\n"
                         "  leyden ask *.md --ask \"When does the harbour close?\"\n"
                         "  leyden info\n"
                         "  leyden COMMAND --help\n\n") +
             exit_code_help());
  add_chat(app, console);
  add_ask(app, console);
  add_tools(app, console);
  add_mcp(app, console);
  add_info(app, console);
  add_tokenize(app, console);
  add_detokenize(app, console);
  add_logits(app, console);
  add_bench(app, console);
  add_session(app, console);
  add_doc(app, console);
  add_store(app, console);
  add_read(app, console);
  add_plan(app, console);
  add_devices(app, console);
  add_eval(app, console);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) {
      throw bad_argument(parse_message(app, e) + " (try: leyden " + command_path(app) + "--help)");
    }
    app.exit(e);  // --help and --version
  }
  flush_output();
  return 0;
}

}  // namespace
}  // namespace leyden_cli

int main(int argc, char** argv) {
  using namespace leyden_cli;
  Console console;
  const bool json = wants_json(argc, argv);
  Failure failure{LEYDEN_E_INTERNAL, {}};
  try {
    return run(argc, argv, console);
  } catch (const Failure& f) {
    failure = f;
  } catch (const std::bad_alloc&) {
    failure.status = LEYDEN_E_OUT_OF_MEMORY;
  } catch (const std::exception& e) {
    failure.message = e.what();
  }
  std::fflush(stdout);
  print_failure(failure, json);
  return exit_code(failure.status);
}
