// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/tools/tools_page.h"

#include <QDateTime>
#include <QFileDialog>
#include <QLabel>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QSaveFile>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/desktop/controls/empty_state.h"
#include "app/desktop/controls/table_look.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/tools/server_dialog.h"
#include "app/desktop/tools/tool_settings.h"

namespace leyden::desktop {
namespace {

constexpr int kToolRows = 320;
constexpr int kServerRows = 96;
constexpr int kLogRows = 200;

/// A field of CSV, as RFC 4180 has it.
QString csvField(QString text) { return '"' + text.replace('"', QLatin1String("\"\"")) + '"'; }

QByteArray logAsCsv(const QVector<ToolLogRow>& rows) {
  QStringList lines{
      "time,session,tool,origin,arguments,decision,reason,ok,result_bytes,hosts,seconds"};
  for (const ToolLogRow& row : rows)
    lines.append(QStringList{
        QDateTime::fromMSecsSinceEpoch(row.beginMs, Qt::UTC).toString(Qt::ISODateWithMs),
        QString::number(row.session), csvField(row.name), csvField(row.origin),
        csvField(row.arguments), csvField(row.decision), csvField(row.reason),
        row.ok ? "true" : "false", QString::number(row.resultBytes), csvField(row.hosts.join(' ')),
        QString::number(row.seconds)}
                     .join(','));
  return lines.join("\r\n").toUtf8() + "\r\n";
}

}  // namespace

ToolsPage::ToolsPage(EngineClient* client, AppSettings* settings, QWidget* parent)
    : Place(space::kReading + 280, parent),
      m_client(client),
      m_settings(settings),
      m_problems(new QLabel),
      m_toolTable(new QTableView),
      m_takeBack(new QPushButton),
      m_refresh(new QPushButton),
      m_serversTitle(new QLabel),
      m_serversText(new QLabel),
      m_servers(new QListWidget),
      m_addServer(new QPushButton),
      m_removeServer(new QPushButton),
      m_logTitle(new QLabel),
      m_export(new QPushButton),
      m_logStack(new QStackedWidget),
      m_logTable(new QTableView),
      m_noCalls(new EmptyState("tools")) {
  setObjectName("toolsPage");
  auto* bar = new QHBoxLayout;
  bar->setSpacing(space::kOne);
  m_refresh->setObjectName("toolsRefresh");
  m_refresh->setIcon(icon("refresh"));
  m_takeBack->setObjectName("toolsTakeBack");
  m_takeBack->setIcon(icon("undo"));
  m_takeBack->setEnabled(false);
  bar->addWidget(m_refresh);
  bar->addWidget(m_takeBack);
  bar->addStretch(1);
  m_toolTable->setObjectName("toolTable");
  dressTable(m_toolTable, space::kFour);
  m_toolTable->setModel(&m_tools);
  m_toolTable->horizontalHeader()->setSectionResizeMode(ToolModel::RightsColumn,
                                                        QHeaderView::Stretch);
  m_problems->setObjectName("toolProblems");
  m_problems->setProperty("role", "danger");
  m_problems->setWordWrap(true);
  m_problems->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_problems->hide();
  content()->addLayout(bar);
  content()->addWidget(m_toolTable);
  content()->addWidget(m_problems);

  m_serversText->setProperty("role", "muted");
  m_serversText->setWordWrap(true);
  m_servers->setObjectName("toolServers");
  m_servers->setFixedHeight(kServerRows);
  auto* serverBar = new QHBoxLayout;
  serverBar->setSpacing(space::kOne);
  m_addServer->setObjectName("addServer");
  m_addServer->setIcon(icon("plus"));
  m_removeServer->setObjectName("removeServer");
  m_removeServer->setIcon(icon("trash"));
  serverBar->addWidget(m_addServer);
  serverBar->addWidget(m_removeServer);
  serverBar->addStretch(1);
  content()->addSpacing(space::kOne);
  content()->addWidget(m_serversTitle);
  content()->addWidget(m_serversText);
  content()->addWidget(m_servers);
  content()->addLayout(serverBar);

  auto* logBar = new QHBoxLayout;
  m_export->setObjectName("exportToolLog");
  m_export->setIcon(icon("export"));
  logBar->addWidget(m_logTitle, 1);
  logBar->addWidget(m_export);
  m_logTable->setObjectName("toolLog");
  dressTable(m_logTable, space::kFour);
  m_logTable->setModel(&m_log);
  m_logTable->horizontalHeader()->setSectionResizeMode(ToolLogModel::ArgumentsColumn,
                                                       QHeaderView::Stretch);
  m_logStack->addWidget(m_noCalls);
  m_logStack->addWidget(m_logTable);
  m_logStack->setMinimumHeight(kLogRows);
  content()->addSpacing(space::kOne);
  content()->addLayout(logBar);
  content()->addWidget(m_logStack, 2);

  connect(&m_tools, &ToolModel::switchRequested, this, [this](const QString& name, bool on) {
    setToolOff(*m_settings, name, !on);
    look();
  });
  connect(m_toolTable->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
    const ToolRow* tool = m_tools.tool(m_toolTable->currentIndex().row());
    m_takeBack->setEnabled(tool != nullptr && tool->always);
  });
  connect(m_takeBack, &QPushButton::clicked, this, [this] {
    const ToolRow* tool = m_tools.tool(m_toolTable->currentIndex().row());
    if (tool == nullptr) return;
    setToolAlways(*m_settings, tool->origin, tool->name, false);
    m_takeBack->setEnabled(false);
    look();
  });
  connect(m_refresh, &QPushButton::clicked, this, &ToolsPage::look);
  connect(m_addServer, &QPushButton::clicked, this, &ToolsPage::addServer);
  connect(m_removeServer, &QPushButton::clicked, this, [this] {
    QVector<QByteArray> servers = toolServers(*m_settings);
    const int row = m_servers->currentRow();
    if (row < 0 || row >= servers.size()) return;
    servers.removeAt(row);
    setToolServers(*m_settings, servers);
    listServers();
    look();
  });
  connect(m_servers, &QListWidget::currentRowChanged, this,
          [this](int row) { m_removeServer->setEnabled(row >= 0); });
  connect(m_export, &QPushButton::clicked, this, [this] {
    const QString path = QFileDialog::getSaveFileName(this, tr("Export the log of calls"),
                                                      QStringLiteral("calls.json"),
                                                      tr("JSON (*.json);;CSV (*.csv)"));
    if (path.isEmpty()) return;
    const QString failure = exportLog(path);
    if (!failure.isEmpty()) QMessageBox::information(this, tr("Export the log of calls"), failure);
  });
  connect(m_client, &EngineClient::toolLogGrew, this, &ToolsPage::showLog);
  connect(m_client, &EngineClient::approvalRequested, this, &ToolsPage::askAboutServer);
  listServers();
  ToolsPage::retranslate();
}

// Plugins start when the page is first looked at, not with the window.
void ToolsPage::showEvent(QShowEvent* event) {
  Place::showEvent(event);
  if (!std::exchange(m_looked, true)) look();
}

/// As high as its rows, and not higher than leaves room for the rest.
void ToolsPage::fitTable() {
  const int rows = m_toolTable->horizontalHeader()->sizeHint().height() +
                   m_toolTable->verticalHeader()->length() + space::kHalf;
  m_toolTable->setFixedHeight(std::min(rows, kToolRows));
}

void ToolsPage::look() {
  m_refresh->setEnabled(false);
  m_client->listTools(this, [this](const Outcome<ToolCatalogue>& found) {
    m_refresh->setEnabled(true);
    QStringList problems;
    if (found) {
      m_tools.setTools(found->tools);
      fitTable();
      problems = found->problems;
    } else {
      problems = {found.failure.message};
    }
    m_problems->setText(problems.join('\n'));
    m_problems->setVisible(!problems.isEmpty());
  });
}

void ToolsPage::listServers() {
  m_servers->clear();
  for (const QByteArray& json : toolServers(*m_settings)) m_servers->addItem(serverText(json));
  m_servers->setVisible(m_servers->count() > 0);
  m_removeServer->setEnabled(m_servers->currentRow() >= 0);
}

void ToolsPage::addServer() {
  ServerDialog dialog(this);
  if (dialog.exec() != QDialog::Accepted) return;
  setToolServers(*m_settings, toolServers(*m_settings) << dialog.json());
  listServers();
  look();
}

/// A server this page starts. Chats ask in their own transcript.
void ToolsPage::askAboutServer(const ApprovalRequest& request) {
  if (request.session != EngineClient::kToolPage) return;
  auto* box = new QMessageBox(QMessageBox::Question, tr("Start a server"),
                              tr("May Leyden start the server %1?").arg(request.name),
                              QMessageBox::NoButton, this);
  box->setObjectName("serverApproval");
  box->setInformativeText(request.arguments);
  box->setAttribute(Qt::WA_DeleteOnClose);
  auto* start = box->addButton(tr("Start"), QMessageBox::AcceptRole);
  box->addButton(tr("Not now"), QMessageBox::RejectRole);
  connect(box, &QDialog::finished, this, [this, box, start, ticket = request.ticket] {
    const bool yes = box->clickedButton() == start;
    m_client->answerApproval(ticket,
                             {yes ? ApprovalDecision::Once : ApprovalDecision::Deny, QString()});
  });
  box->open();
}

void ToolsPage::showLog() {
  m_log.setCalls(m_client->toolLog());
  const bool any = !m_client->toolLog().isEmpty();
  m_logStack->setCurrentWidget(any ? static_cast<QWidget*>(m_logTable) : m_noCalls);
  m_export->setEnabled(any);
}

QString ToolsPage::exportLog(const QString& path) const {
  const QByteArray text = path.endsWith(QLatin1String(".csv")) ? logAsCsv(m_client->toolLog())
                                                               : toolLogToJson(m_client->toolLog());
  QSaveFile file(path);
  const bool good =
      file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit();
  return good ? QString() : tr("%1: %2").arg(path, file.errorString());
}

void ToolsPage::retranslate() {
  setTexts(
      tr("Tools"),
      tr("What a model may use when you let it. Tools that look into your library need no asking; "
         "everything else asks you first, in the conversation."));
  m_refresh->setText(tr("Look again"));
  m_takeBack->setText(tr("Ask again from now on"));
  m_takeBack->setToolTip(tr("Takes back that the chosen tool is always allowed"));
  m_toolTable->setAccessibleName(tr("Tools"));
  m_serversTitle->setText(tr("MCP servers"));
  m_serversTitle->setFont(uiFont(TextSize::Body, QFont::DemiBold));
  m_serversText->setText(
      tr("Programs or addresses that bring tools by the Model Context Protocol. "
         "Offline, none that reaches the network is used."));
  m_servers->setAccessibleName(m_serversTitle->text());
  m_addServer->setText(tr("Add a server…"));
  m_removeServer->setText(tr("Remove"));
  m_logTitle->setText(tr("Every call"));
  m_logTitle->setFont(uiFont(TextSize::Body, QFont::DemiBold));
  m_export->setText(tr("Export…"));
  m_logTable->setAccessibleName(m_logTitle->text());
  m_noCalls->setTexts(
      tr("No tool was called yet"),
      tr("Let a model use tools below the question field. Each call is noted here with "
         "its arguments, your answer and the hosts it reached."));
  m_tools.retranslate();
  m_log.retranslate();
  showLog();
}

}  // namespace leyden::desktop
