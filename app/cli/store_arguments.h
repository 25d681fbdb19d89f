// SPDX-License-Identifier: Apache-2.0
// The flags by which commands name and open the jar, and where its passphrase comes from.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/door.h"

namespace leyden_cli {

/// A passphrase is never a flag: others could read it in the list of processes.
///   --passphrase-file FILE     its first line
///   LEYDEN_PASSPHRASE          the environment
///   the terminal               asked for when the store turns out to be encrypted
struct StoreArguments {
  std::string folder;  ///< as given; "" for the default
  std::string passphrase_file;

  void add_to(CLI::App* command);
  /// The folder as an absolute statement: named, else the default.
  std::string path() const;
  /// True when the folder holds a store, sound or not.
  bool exists() const;
  /// Opens the store; what was unusual about that goes to stderr. Throws.
  Store open(const Console& console) const;
  /// The same for a store that must be there already: no new one is made by a mistyped name.
  Store open_existing(const Console& console, bool read_only = false) const;
  /// What file or environment say; "" when they say nothing. Throws when the file cannot be read.
  std::string given_passphrase() const;

 private:
  Store open_with(const std::string& passphrase, bool read_only) const;
};

/// A subcommand that runs `run` on its arguments; they hold a StoreArguments named `store`.
template <typename Arguments>
std::shared_ptr<Arguments> add_store_command(CLI::App* group, Console& console, const char* name,
                                             const char* description, const char* examples,
                                             void (*run)(const Arguments&, const Console&),
                                             CLI::App** command_out) {
  CLI::App* command = add_command(*group, console, name, description, examples);
  auto args = std::make_shared<Arguments>();
  args->store.add_to(command);
  command->callback([args, run, &console] { run(*args, console); });
  *command_out = command;
  return args;
}

/// The first line of a file. Throws; an empty one is an error.
std::string read_passphrase_file(const std::string& path);
/// Asks on the terminal, without showing what is typed. Throws when there is no terminal.
std::string ask_passphrase(const std::string& prompt);
bool has_terminal();

/// JSON from a function that makes a string.
template <typename Call>
Json made_json(Call&& call) {
  return Json::parse(made_text(std::forward<Call>(call)));
}

/// An id from a function that finds or makes one.
template <typename Call>
int64_t made_id(Call&& call) {
  int64_t id = 0;
  done([&](leyden_error** error) { return call(&id, error); });
  return id;
}

int64_t find_session(const Store& store, const std::string& name);
int64_t find_document(const Store& store, const std::string& name);

}  // namespace leyden_cli
