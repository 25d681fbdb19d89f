// SPDX-License-Identifier: Apache-2.0
// The flags by which every subcommand names and opens its model.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/cli/console.h"
#include "app/cli/door.h"

namespace leyden_cli {

/// --model DIR
struct ModelFolder {
  std::string folder;

  void add_to(CLI::App* command);
  /// The folder named, else the default model's.
  std::string path() const;
};

/// --precision, --attention, --device, --threads, --chunk
struct ModelArguments {
  ModelFolder model;
  std::string precision = "deployed";
  std::string attention = "dsa";
  std::string form = "auto";
  std::string device = "cpu";
  int32_t threads = 0;
  int64_t chunk_tokens = 0;
  std::string kv_memory;

  /// @param with_attention  false where the command has an --attention of its own
  void add_to(CLI::App* command, bool with_attention = true);
  /// Opens the model, showing progress. Throws.
  /// @param store  keeps what the model reads; may be nullptr
  Model open(const Console& console, leyden_store* store = nullptr) const;
};

/// "4096", "800M", "1.5G" (powers of 1000) or "2GiB" as bytes. Throws bad_argument naming `flag`.
uint64_t parse_bytes(const std::string& text, const std::string& flag);

}  // namespace leyden_cli
