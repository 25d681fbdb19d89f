// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/gpu_list.h"

#include <QRegularExpression>
#include <QStringList>

namespace leyden::desktop {

std::optional<QVector<quint64>> gpuBytes(const QString& text) {
  static const QRegularExpression one(
      QStringLiteral("^(?:(\\d{1,2})\\s*[x×]\\s*)?(\\d{1,4}(?:\\.\\d+)?)\\s*(GB|GiB|G)?$"),
      QRegularExpression::CaseInsensitiveOption);
  QVector<quint64> bytes;
  if (text.trimmed().isEmpty()) return bytes;
  for (const QString& part : text.split('+')) {
    const auto match = one.match(part.trimmed());
    const int count = match.captured(1).isEmpty() ? 1 : match.captured(1).toInt();
    const double unit =
        match.captured(3).compare("GiB", Qt::CaseInsensitive) == 0 ? 1024.0 * 1024 * 1024 : 1e9;
    const double size = match.captured(2).toDouble() * unit;
    if (!match.hasMatch() || count < 1 || size < 1 || bytes.size() + count > 64)
      return std::nullopt;
    for (int i = 0; i < count; ++i) bytes.append(quint64(size));
  }
  return bytes;
}

}  // namespace leyden::desktop
