// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/app_log.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QMutexLocker>

namespace leyden::desktop {
namespace {

constexpr int kMostLines = 2000;
constexpr qint64 kMostLogBytes = 1'000'000;

const char* nameOf(QtMsgType type) {
  switch (type) {
    case QtDebugMsg: return "debug";
    case QtInfoMsg: return "info";
    case QtWarningMsg: return "warning";
    case QtCriticalMsg: return "error";
    case QtFatalMsg: return "fatal";
  }
  return "?";
}

}  // namespace

AppLog* AppLog::s_current = nullptr;

AppLog::AppLog(const QString& path, QObject* parent) : QObject(parent), m_path(path) {
  if (!m_path.isEmpty()) {
    QDir().mkpath(QFileInfo(m_path).path());
    if (QFileInfo(m_path).size() > kMostLogBytes) {
      QFile::remove(m_path + ".1");
      QFile::rename(m_path, m_path + ".1");
    }
  }
  s_current = this;
  m_before = qInstallMessageHandler(&AppLog::take);
}

AppLog::~AppLog() {
  qInstallMessageHandler(m_before);
  s_current = nullptr;
}

QStringList AppLog::lines() const {
  QMutexLocker lock(&m_mutex);
  return m_lines;
}

void AppLog::take(QtMsgType type, const QMessageLogContext& context, const QString& text) {
  AppLog* log = s_current;
  if (log == nullptr) return;
  log->append(QStringLiteral("%1 %2 %3").arg(
      QDateTime::currentDateTime().toString(Qt::ISODateWithMs), QLatin1String(nameOf(type)), text));
  if (log->m_before != nullptr && type != QtDebugMsg && type != QtInfoMsg)
    log->m_before(type, context, text);
}

void AppLog::append(const QString& line) {
  {
    QMutexLocker lock(&m_mutex);
    m_lines.append(line);
    if (m_lines.size() > kMostLines) m_lines.removeFirst();
    QFile file(m_path);
    if (!m_path.isEmpty() && file.open(QIODevice::Append)) file.write(line.toUtf8() + '\n');
  }
  emit appended(line);  // may come from any thread
}

}  // namespace leyden::desktop
