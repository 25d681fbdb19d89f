// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/crash_guard.h"

#include <signal.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace leyden::desktop {

CrashGuard::CrashGuard(const QString& path) : m_path(path) {
  QFile file(path);
  if (file.open(QIODevice::ReadOnly)) {
    const QJsonObject last = QJsonDocument::fromJson(file.readAll()).object();
    const auto pid = pid_t(last["pid"].toInteger());
    const bool lives = pid > 0 && pid != getpid() && kill(pid, 0) == 0;
    if (!lives) m_deaths = last["deaths"].toInt() + 1;
  }
  write(m_deaths);
}

CrashGuard::~CrashGuard() { QFile::remove(m_path); }

void CrashGuard::proveGood() { write(0); }

void CrashGuard::write(int deaths) const {
  QDir().mkpath(QFileInfo(m_path).path());
  QSaveFile file(m_path);
  if (!file.open(QIODevice::WriteOnly)) return;
  file.write(QJsonDocument(QJsonObject{{"pid", qint64(QCoreApplication::applicationPid())},
                                       {"deaths", deaths}})
                 .toJson(QJsonDocument::Compact));
  file.commit();
}

}  // namespace leyden::desktop
