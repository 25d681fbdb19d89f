// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/local_paths.h"

#include <QMimeData>
#include <QUrl>

namespace leyden::desktop {

QStringList localPaths(const QMimeData& data) {
  QStringList paths;
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile()) paths.append(url.toLocalFile());
  }
  return paths;
}

}  // namespace leyden::desktop
