// SPDX-License-Identifier: Apache-2.0
// What a reader decides about one session, as one value.
#pragma once

#include "app/desktop/engine/session_choices.h"

namespace leyden::desktop {

/// How a document takes part in a session.
enum class DocumentUse { Whole, Searched, Out };

struct SessionPlan {
  SessionChoices choices;  ///< with the documents that are searched
  QVector<qint64> whole;   ///< documents read whole, in their order

  bool operator==(const SessionPlan&) const = default;
};

}  // namespace leyden::desktop
