// SPDX-License-Identifier: Apache-2.0
// The subcommands. Each adds itself to the command line; its callback does the work and throws on
// an error.
#pragma once

#include <CLI/CLI.hpp>

#include "app/cli/console.h"

namespace leyden_cli {

void add_info(CLI::App& app, Console& console);
void add_tokenize(CLI::App& app, Console& console);
void add_detokenize(CLI::App& app, Console& console);
void add_logits(CLI::App& app, Console& console);
void add_chat(CLI::App& app, Console& console);
void add_ask(CLI::App& app, Console& console);
void add_tools(CLI::App& app, Console& console);
void add_mcp(CLI::App& app, Console& console);
void add_bench(CLI::App& app, Console& console);
/// leyden session resume, below the group of session commands.
void add_session_resume(CLI::App& group, Console& console);
void add_session(CLI::App& app, Console& console);
void add_doc(CLI::App& app, Console& console);
void add_store(CLI::App& app, Console& console);
void add_read(CLI::App& app, Console& console);
void add_plan(CLI::App& app, Console& console);
void add_devices(CLI::App& app, Console& console);
void add_eval(CLI::App& app, Console& console);

/// A subcommand with the flags every one has.
CLI::App* add_command(CLI::App& app, Console& console, const char* name, const char* description,
                      const char* examples);
/// A subcommand that has subcommands, one of which must be named.
CLI::App* add_group(CLI::App& app, const char* name, const char* description);

}  // namespace leyden_cli
