// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

namespace leyden::desktop {

Language::Language(QObject* parent) : QObject(parent) {}

void Language::set(const QString& code) {
  QString wanted = code;
  if (wanted.isEmpty()) wanted = QLocale::system().language() == QLocale::Chinese ? "zh_CN" : "en";
  if (wanted != "zh_CN") wanted = "en";
  if (wanted == m_current) return;
  m_current = wanted;
  QLocale::setDefault(QLocale(wanted == "en" ? "en_US" : wanted));
  QCoreApplication::removeTranslator(&m_qt);
  QCoreApplication::removeTranslator(&m_ours);
  if (wanted != "en" &&
      m_qt.load("qtbase_" + wanted, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
    QCoreApplication::installTranslator(&m_qt);
  if (m_ours.load(":/i18n/leyden_" + wanted + ".qm")) QCoreApplication::installTranslator(&m_ours);
}

}  // namespace leyden::desktop
