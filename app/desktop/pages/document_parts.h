// SPDX-License-Identifier: Apache-2.0
// The parts of a stored document as the model read them: one text, and which bytes of it are which
// part.
#pragma once

#include <QStringList>

#include "app/desktop/pages/document_map.h"

namespace leyden::desktop {

struct JoinedParts {
  QString text;
  DocumentMap map;          ///< part i as page i
  QVector<qsizetype> begins;  ///< of each part, in UTF-16 units of the text
};

/// Joins as the engine does: an empty line between parts, none before the first text.
JoinedParts joinParts(const QStringList& parts);

}  // namespace leyden::desktop
