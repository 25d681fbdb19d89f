// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/document_parts.h"

namespace leyden::desktop {

JoinedParts joinParts(const QStringList& parts) {
  JoinedParts out;
  qint64 bytes = 0;
  for (qsizetype i = 0; i < parts.size(); ++i) {
    if (bytes > 0) {
      out.text += QStringLiteral("\n\n");
      bytes += 2;
    }
    out.begins.append(out.text.size());
    out.text += parts[i];
    const qint64 size = parts[i].toUtf8().size();
    out.map.add(int(i), {bytes, bytes + size}, 0);
    bytes += size;
  }
  return out;
}

}  // namespace leyden::desktop
