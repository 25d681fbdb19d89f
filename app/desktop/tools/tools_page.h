// SPDX-License-Identifier: Apache-2.0
// Tools: which there are, who brings them, what they may do, what is allowed for good; MCP servers;
// and the log of every call.
#pragma once

#include <QSortFilterProxyModel>

#include "app/desktop/models/tool_model.h"
#include "app/desktop/shell/place.h"

class QLabel;
class QListWidget;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace leyden::desktop {

class AppSettings;
class EmptyState;
class EngineClient;

class ToolsPage : public Place {
  Q_OBJECT
 public:
  ToolsPage(EngineClient* client, AppSettings* settings, QWidget* parent = nullptr);
  /// Writes the log as JSON, or as CSV where the name says so. An empty text: written; else why
  /// not.
  QString exportLog(const QString& path) const;

 protected:
  void retranslate() override;
  void showEvent(QShowEvent* event) override;

 private:
  void look();
  void fitTable();
  void listServers();
  void addServer();
  void askAboutServer(const ApprovalRequest& request);
  void showLog();

  EngineClient* m_client;
  AppSettings* m_settings;
  ToolModel m_tools;
  ToolLogModel m_log;
  QLabel* m_problems;
  QTableView* m_toolTable;
  QPushButton* m_takeBack;
  QPushButton* m_refresh;
  QLabel* m_serversTitle;
  QLabel* m_serversText;
  QListWidget* m_servers;
  QPushButton* m_addServer;
  QPushButton* m_removeServer;
  QLabel* m_logTitle;
  QPushButton* m_export;
  QStackedWidget* m_logStack;
  QTableView* m_logTable;
  EmptyState* m_noCalls;
  bool m_looked = false;
};

}  // namespace leyden::desktop
