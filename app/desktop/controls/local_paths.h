// SPDX-License-Identifier: Apache-2.0
// Files among what was dropped or pasted.
#pragma once

#include <QStringList>

class QMimeData;

namespace leyden::desktop {

/// Paths of local files and folders among the URLs; empty when there are none.
QStringList localPaths(const QMimeData& data);

}  // namespace leyden::desktop
