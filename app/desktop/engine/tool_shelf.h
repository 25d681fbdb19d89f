// SPDX-License-Identifier: Apache-2.0
// The tools of one session, or of the page that lists them all: a toolbox of the engine. Made and
// used on a thread behind the GUI; setOffline() and the lists come from any thread.
#pragma once

#include <QByteArray>
#include <functional>
#include <memory>

#include "app/desktop/engine/session_choices.h"
#include "app/desktop/engine/tool_values.h"
#include "app/desktop/engine/values.h"

struct leyden_toolbox;

namespace leyden::desktop {

class Jar;

/// What holds for the tools of every session.
struct ToolRules {
  bool offline = false;
  bool plugins = true;
  QVector<QByteArray> servers;  ///< MCP servers, each as leyden_toolbox_add_mcp_json takes it
  QVector<std::pair<QString, QString>> always;  ///< allowed for good: origin and name
  QStringList off;                              ///< names no session is offered

  bool operator==(const ToolRules&) const = default;
};

/// What the user says to a call that waits.
struct ApprovalAnswer {
  ApprovalDecision decision = ApprovalDecision::Deny;
  QString reason;  ///< of a denial; the model reads it
};
using AskUser = std::function<ApprovalAnswer(const ApprovalRequest&)>;

class ToolShelf {
 public:
  /// The tools a session may use: those of the library or of the documents it searches, of plugins
  /// and of MCP servers. What could not be started is told by problems(), and does not fail.
  /// @param jar  may be nullptr: there is no library then
  /// @param ask  is asked before a server is started; empty: none is
  static Outcome<std::shared_ptr<ToolShelf>> make(const Jar* jar, const ToolRules& rules,
                                                  const SessionChoices& choices,
                                                  const AskUser& ask);

  leyden_toolbox* handle() const { return m_toolbox.get(); }
  const QStringList& problems() const { return m_problems; }
  void setOffline(bool offline);
  Outcome<QVector<ToolRow>> tools() const;
  Outcome<QVector<ToolLogRow>> log() const;

 private:
  Outcome<Done> addLibrary(const Jar& jar, const SessionChoices& choices);
  void addPlugins();
  void addServer(const QByteArray& json, const AskUser& ask);

  std::shared_ptr<leyden_toolbox> m_toolbox;
  QStringList m_problems;
};

QVector<ToolRow> toolsFromJson(const QByteArray& json);
QVector<ToolLogRow> toolLogFromJson(const QByteArray& json);
QByteArray toolLogToJson(const QVector<ToolLogRow>& rows);

}  // namespace leyden::desktop
