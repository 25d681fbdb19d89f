// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/log_page.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QSysInfo>
#include <QVBoxLayout>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

LogPage::LogPage(EngineClient* client, AppSettings* settings, AppLog* log, QWidget* parent)
    : Place(0, parent),
      m_client(client),
      m_settings(settings),
      m_log(log),
      m_text(new QPlainTextEdit),
      m_copy(new QPushButton) {
  setObjectName("logPage");
  m_text->setObjectName("logText");
  m_text->setReadOnly(true);
  m_text->setTabChangesFocus(true);
  m_text->setMaximumBlockCount(2000);
  m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
  m_text->setFont(codeFont(TextSize::Small));
  m_text->setPlainText(log->lines().join('\n'));
  m_copy->setObjectName("copyDiagnostics");
  m_copy->setIcon(icon("copy"));
  auto* bar = new QHBoxLayout;
  bar->addWidget(m_copy);
  bar->addStretch(1);
  content()->addLayout(bar);
  content()->addWidget(m_text, 1);
  connect(log, &AppLog::appended, m_text, &QPlainTextEdit::appendPlainText, Qt::QueuedConnection);
  connect(m_copy, &QPushButton::clicked, this, &LogPage::copyDiagnostics);
  LogPage::retranslate();
}

// In English whatever the language: it is for those who read reports.
QString LogPage::diagnostics() const {
  QStringList lines;
  lines << "Leyden " + m_client->engineVersion() << "Qt " + QString::fromLatin1(qVersion())
        << "System " + QSysInfo::prettyProductName() + ", " + QSysInfo::kernelVersion() + ", " +
               QSysInfo::currentCpuArchitecture()
        << "Platform " + QGuiApplication::platformName();
  for (const QScreen* screen : QGuiApplication::screens())
    lines << QStringLiteral("Screen %1x%2 at %3")
                 .arg(screen->size().width())
                 .arg(screen->size().height())
                 .arg(screen->devicePixelRatio());
  const ModelFacts& model = m_client->model();
  lines << "Model " + (model.name.isEmpty() ? QString("none") : model.name + ", " + model.format);
  if (m_client->modelFailure().code != 0) lines << "Model failure " + m_client->modelFailure().message;
  lines << QStringLiteral("Jar %1 sessions, %2 documents, %3 bytes of state")
               .arg(m_client->sessions().size())
               .arg(m_client->documents().size())
               .arg(m_client->disk().kvBytes);
  if (m_client->jarFailure().code != 0) lines << "Jar failure " + m_client->jarFailure().message;
  for (const auto& spec : settingSpecs())
    if (spec.kind != SettingKind::LongText && !m_settings->isDefault(spec.key))
      lines << QStringLiteral("Setting %1 = %2").arg(spec.key, m_settings->value(spec.key).toString());
  lines << QString() << m_log->lines().mid(std::max<qsizetype>(0, m_log->lines().size() - 100));
  return lines.join('\n');
}

void LogPage::copyDiagnostics() { QGuiApplication::clipboard()->setText(diagnostics()); }

void LogPage::retranslate() {
  setTexts(tr("Log"), tr("What the program did. Nothing you wrote or read is in it."));
  m_copy->setText(tr("Copy diagnostics"));
  m_text->setAccessibleName(tr("Log"));
}

}  // namespace leyden::desktop
