// SPDX-License-Identifier: Apache-2.0
// Runs with tools as the jar keeps them: a message for every step and for every result.
#pragma once

#include "app/desktop/engine/message_values.h"

namespace leyden::desktop {

/// The same branch with each run as one message, as it was while it was written: the last answer
/// with the steps and calls before it.
QVector<Message> withRunsAsOne(const QVector<Message>& messages);

}  // namespace leyden::desktop
