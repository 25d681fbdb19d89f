// SPDX-License-Identifier: Apache-2.0
// Tools, calls of them that wait for the user's word, and the log of all calls.
#pragma once

#include <QString>
#include <QVector>

namespace leyden::desktop {

struct ToolRow {
  QString name;
  QString description;
  QString origin;  ///< "library", "host", a plugin or a server
  bool enabled = true;
  bool always = false;  ///< allowed for good
  bool readOnly = false;
  bool destructive = false;
  bool network = false;

  bool operator==(const ToolRow&) const = default;
};

struct ToolLogRow {
  qint64 session = 0;
  qint64 beginMs = 0;
  QString name;
  QString origin;
  QString arguments;
  QString decision;  ///< "built in", "once", "session", "always", "denied"
  QString reason;
  bool ok = false;
  qint64 resultBytes = 0;
  QStringList hosts;
  double seconds = 0;
};

/// A call that waits. The engine waits with it, the window does not.
struct ApprovalRequest {
  quint64 ticket = 0;
  qint64 session = 0;
  QString name;
  QString origin;
  QString description;
  QString arguments;  ///< all of them, as JSON
  bool onceOnly = false;       ///< "this session" and "always" are not offered
  bool sharesLibrary = false;  ///< the chat has read documents, and this could send them on
  QString libraryText;         ///< words of them in the arguments
  QString hosts;               ///< machines that the arguments name
  bool readOnly = false;
  bool destructive = false;
  bool network = false;
};

enum class ApprovalDecision { Deny, Once, Session, Always };

}  // namespace leyden::desktop
