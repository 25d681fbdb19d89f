// SPDX-License-Identifier: Apache-2.0
// A message with what only the window knows of it: how long it thought, what it waits for.
#pragma once

#include <QMetaType>
#include <optional>

#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/tool_values.h"

namespace leyden::desktop {

struct TranscriptEntry {
  Message message;
  qint64 thinkingMs = -1;  ///< how long the reasoning took; -1: not known
  std::optional<ApprovalRequest> approval;
};

}  // namespace leyden::desktop
