// SPDX-License-Identifier: Apache-2.0
// The flags that bring tools: the jar, files, plugins, MCP servers; and how a person is asked.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/cli/console.h"
#include "app/cli/door.h"
#include "app/cli/store_arguments.h"

namespace leyden_cli {

/// A toolbox, and the store it reads, which it must not outlive.
struct OpenedTools {
  Store store;
  Toolbox toolbox;  ///< empty when no flag asked for tools
};

struct ToolArguments {
  bool jar = false, offline = false, shipped = false;
  std::vector<std::string> library, plugins, mcp, without;
  std::string plugin_settings;  ///< a file; "" for none

  void add_to(CLI::App* command);
  bool any() const {
    return jar || shipped || !library.empty() || !plugins.empty() || !mcp.empty();
  }
  /// Opens what was asked for; asks before an MCP server starts. Throws.
  OpenedTools open(const StoreArguments& store, const Console& console) const;
};

/// leyden_approve_fn: asks on the terminal; without one, says no.
/// @param always  a KeptGrants, or nullptr: "always" is not offered
int32_t ask_on_terminal(const leyden_approval* approval, leyden_approval_answer* answer,
                        void* always);

/// Tools that were allowed for good, kept as a setting of a store.
class KeptGrants {
 public:
  /// @param store  must outlive this; nullptr: nothing is kept
  explicit KeptGrants(leyden_store* store) : store_(store) {}
  bool can_keep() const { return store_ != nullptr; }
  /// Tells a toolbox of those that were kept. Throws.
  void give_to(const Toolbox& toolbox) const;
  /// Keeps those of a toolbox. Throws.
  void take_from(const Toolbox& toolbox) const;

 private:
  leyden_store* store_;
};

}  // namespace leyden_cli
