// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/tools/server_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QVBoxLayout>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

bool isAddress(const QString& where) {
  return where.startsWith(QLatin1String("http://")) || where.startsWith(QLatin1String("https://"));
}

}  // namespace

ServerDialog::ServerDialog(QWidget* parent)
    : QDialog(parent),
      m_name(new QLineEdit),
      m_where(new QLineEdit),
      m_network(new QCheckBox(tr("It may reach the network"))) {
  setObjectName("serverDialog");
  setWindowTitle(tr("Add an MCP server"));
  m_name->setObjectName("serverName");
  m_name->setAccessibleName(tr("Name"));
  m_name->setValidator(new QRegularExpressionValidator(
      QRegularExpression(QStringLiteral("[A-Za-z0-9_-]{1,24}")), m_name));
  m_where->setObjectName("serverWhere");
  m_where->setAccessibleName(tr("Command or address"));
  m_where->setPlaceholderText(tr("a command with its arguments, or https://…"));
  auto* about =
      new QLabel(tr("A command runs in a sandbox: without your home folder, and without the "
                    "network unless you allow it. You are asked before it starts."));
  about->setProperty("role", "muted");
  about->setWordWrap(true);
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(space::kThree);
  form->setVerticalSpacing(space::kOne);
  form->addRow(tr("Name"), m_name);
  form->addRow(tr("Command or address"), m_where);
  form->addRow({}, m_network);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
  m_add = buttons->button(QDialogButtonBox::Ok);
  m_add->setText(tr("Add"));
  m_add->setProperty("role", "primary");
  buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(space::kThree, space::kThree, space::kThree, space::kTwo);
  column->setSpacing(space::kTwo);
  column->addWidget(about);
  column->addLayout(form);
  column->addStretch(1);
  column->addWidget(buttons);
  resize(480, sizeHint().height());
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_name, &QLineEdit::textChanged, this, &ServerDialog::check);
  connect(m_where, &QLineEdit::textChanged, this, &ServerDialog::check);
  check();
}

void ServerDialog::check() {
  const QString where = m_where->text().trimmed();
  m_network->setEnabled(!isAddress(where));
  m_add->setEnabled(m_name->hasAcceptableInput() && !where.isEmpty());
}

QByteArray ServerDialog::json() const {
  const QString where = m_where->text().trimmed();
  QJsonObject server{{"name", m_name->text()}};
  if (isAddress(where)) {
    server["url"] = where;
  } else {
    server["command"] = QJsonArray::fromStringList(QProcess::splitCommand(where));
    server["sandbox"] = true;
    server["network"] = m_network->isChecked();
  }
  return QJsonDocument(server).toJson(QJsonDocument::Compact);
}

QString serverText(const QByteArray& json) {
  const QJsonObject server = QJsonDocument::fromJson(json).object();
  QStringList command;
  for (const auto& part : server["command"].toArray()) command.append(part.toString());
  const QString where = server.contains("url") ? server["url"].toString() : command.join(' ');
  return QStringLiteral("%1 — %2").arg(server["name"].toString(), where);
}

}  // namespace leyden::desktop
