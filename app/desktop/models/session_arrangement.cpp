// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/session_arrangement.h"

#include <QCollator>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QMap>
#include <algorithm>
#include <iterator>

namespace leyden::desktop {
namespace {

using Kind = SessionLine::Kind;
using Heading = SessionLine::Heading;

constexpr const char* kSorts[]{"used", "created", "name"};  // as SessionSort

void sortRows(QVector<SessionRow>& rows, SessionSort sort) {
  // The C locale knows no numeric order.
  const bool plain = QLocale().language() == QLocale::C;
  QCollator collator(plain ? QLocale(QLocale::English) : QLocale());
  collator.setNumericMode(true);
  collator.setCaseSensitivity(Qt::CaseInsensitive);
  std::stable_sort(rows.begin(), rows.end(), [&](const SessionRow& a, const SessionRow& b) {
    switch (sort) {
      case SessionSort::Name:
        return collator.compare(a.title, b.title) < 0;
      case SessionSort::Created:
        return a.createdMs > b.createdMs;
      case SessionSort::Used:
        break;
    }
    return a.usedMs > b.usedMs;
  });
}

Heading headingOf(qint64 ms, qint64 nowMs) {
  const QDate then = QDateTime::fromMSecsSinceEpoch(ms).date();
  const qint64 days = then.daysTo(QDateTime::fromMSecsSinceEpoch(nowMs).date());
  return days <= 0 ? Heading::Today : days < 7 ? Heading::Week : Heading::Earlier;
}

void appendAll(QVector<SessionLine>& lines, const QVector<SessionRow>& rows,
               const QString& folder) {
  for (const auto& row : rows) lines.append({Kind::Session, Heading::None, folder, 0, row});
}

}  // namespace

QVector<SessionLine> arrangeSessions(const QVector<SessionRow>& rows, const SessionMarks& marks,
                                     const ArrangeOptions& options) {
  QVector<SessionRow> sorted = rows;
  sortRows(sorted, options.sort);
  QVector<SessionRow> pinned, rest, archived;
  QMap<QString, QVector<SessionRow>> folders;
  for (const auto& row : sorted) {
    if (options.hidden.contains(row.id)) continue;
    const SessionMark mark = marks.value(row.id);
    if (mark.archived)
      archived.append(row);
    else if (row.pinned)
      pinned.append(row);
    else if (!mark.folder.isEmpty())
      folders[mark.folder].append(row);
    else
      rest.append(row);
  }
  QVector<SessionLine> lines;
  if (!pinned.isEmpty()) lines.append({Kind::Heading, Heading::Pinned});
  appendAll(lines, pinned, {});
  for (auto it = folders.cbegin(); it != folders.cend(); ++it) {
    lines.append({Kind::Folder, Heading::None, it.key(), int(it->size())});
    if (!options.closedFolders.contains(it.key())) appendAll(lines, *it, it.key());
  }
  Heading last = Heading::None;
  for (const auto& row : rest) {
    const Heading heading =
        options.sort == SessionSort::Name
            ? Heading::All
            : headingOf(options.sort == SessionSort::Created ? row.createdMs : row.usedMs,
                        options.nowMs);
    if (heading != last) lines.append({Kind::Heading, heading});
    last = heading;
    lines.append({Kind::Session, Heading::None, {}, 0, row});
  }
  if (options.showArchived && !archived.isEmpty()) {
    lines.append({Kind::Heading, Heading::Archived});
    appendAll(lines, archived, {});
  }
  return lines;
}

QByteArray marksToJson(const SessionMarks& marks) {
  QJsonObject all;
  for (auto it = marks.cbegin(); it != marks.cend(); ++it) {
    if (*it == SessionMark{}) continue;
    QJsonObject mark;
    if (!it->folder.isEmpty()) mark["folder"] = it->folder;
    if (it->archived) mark["archived"] = true;
    all[QString::number(it.key())] = mark;
  }
  return QJsonDocument(all).toJson(QJsonDocument::Compact);
}

SessionMarks marksFromJson(const QByteArray& json) {
  SessionMarks marks;
  const QJsonObject all = QJsonDocument::fromJson(json).object();
  for (auto it = all.constBegin(); it != all.constEnd(); ++it) {
    const qint64 id = it.key().toLongLong();
    const QJsonObject mark = it->toObject();
    if (id > 0) marks[id] = {mark["folder"].toString(), mark["archived"].toBool()};
  }
  return marks;
}

QByteArray orderToJson(const ArrangeOptions& options) {
  QStringList closed(options.closedFolders.begin(), options.closedFolders.end());
  closed.sort();
  return QJsonDocument(QJsonObject{{"sort", QLatin1String(kSorts[int(options.sort)])},
                                   {"archived", options.showArchived},
                                   {"closed", QJsonArray::fromStringList(closed)}})
      .toJson(QJsonDocument::Compact);
}

ArrangeOptions orderFromJson(const QByteArray& json) {
  const QJsonObject order = QJsonDocument::fromJson(json).object();
  ArrangeOptions options;
  for (int sort = 0; sort < int(std::size(kSorts)); ++sort)
    if (order["sort"].toString() == QLatin1String(kSorts[sort])) options.sort = SessionSort(sort);
  options.showArchived = order["archived"].toBool();
  for (const auto& folder : order["closed"].toArray())
    options.closedFolders.insert(folder.toString());
  return options;
}

}  // namespace leyden::desktop
