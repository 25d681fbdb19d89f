// SPDX-License-Identifier: Apache-2.0
// Ctrl-C (and SIGTERM): the first asks the running call to stop, the second ends the program.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "app/cli/door.h"

namespace leyden_cli {

/// Takes over SIGINT and SIGTERM; ignores SIGPIPE and SIGXFSZ, so that writing to a closed pipe or
/// beyond a size limit is an error.
void install_interrupt();
/// What every long call of this program is given.
leyden_cancel* interrupt();
bool interrupted();
/// For interactive use: the next call starts afresh.
void forget_interrupt();
/// Throws "cancelled" when Ctrl-C came.
void stop_if_interrupted();

/// Waits for bytes of `fd`, which messages call `name`: how many came, 0 at its end, nullopt once
/// Ctrl-C came, also when it did just before the call.
std::optional<size_t> read_interruptibly(int fd, std::span<char> into, const std::string& name);

/// A file the second Ctrl-C must not leave behind; "" for none. At most one at a time.
void remove_on_exit(const std::string& path);

}  // namespace leyden_cli
