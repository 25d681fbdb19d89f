// SPDX-License-Identifier: Apache-2.0
// The order of the sidebar: which sessions show, under which headings. Pure functions on values.
#pragma once

#include <QHash>
#include <QSet>
#include <QString>
#include <QVector>

#include "app/desktop/engine/session_values.h"

namespace leyden::desktop {

enum class SessionSort { Used, Created, Name };

/// What this program notes about a session beside what the jar does.
struct SessionMark {
  QString folder;
  bool archived = false;

  bool operator==(const SessionMark&) const = default;
};
using SessionMarks = QHash<qint64, SessionMark>;

struct ArrangeOptions {
  SessionSort sort = SessionSort::Used;
  bool showArchived = false;
  QSet<QString> closedFolders;
  QSet<qint64> hidden;  ///< deleted, but not beyond undo yet
  qint64 nowMs = 0;
};

/// A line of the sidebar.
struct SessionLine {
  enum class Kind { Heading, Folder, Session };
  enum class Heading { None, Pinned, Today, Week, Earlier, All, Archived };
  Kind kind = Kind::Session;
  Heading heading = Heading::None;
  QString folder;
  int count = 0;  ///< of Kind::Folder
  SessionRow session;

  bool operator==(const SessionLine&) const = default;
};

/// Pinned first, then folders by name, then the rest: by time under "today", "this week", "earlier",
/// by name under one heading; archived last, where they are asked for.
QVector<SessionLine> arrangeSessions(const QVector<SessionRow>& rows, const SessionMarks& marks,
                                     const ArrangeOptions& options);

/// Marks as kept in the jar's settings, and back. What is no such JSON has no marks.
QByteArray marksToJson(const SessionMarks& marks);
SessionMarks marksFromJson(const QByteArray& json);

/// Sort, archive and closed folders as kept in the jar's settings, and back; what is no such JSON is
/// the order by use.
QByteArray orderToJson(const ArrangeOptions& options);
ArrangeOptions orderFromJson(const QByteArray& json);

}  // namespace leyden::desktop
