// SPDX-License-Identifier: Apache-2.0
// The language of the interface, changed while it runs: every widget gets QEvent::LanguageChange.
#pragma once

#include <QObject>
#include <QTranslator>

namespace leyden::desktop {

class Language : public QObject {
  Q_OBJECT
 public:
  explicit Language(QObject* parent = nullptr);
  /// "en", "zh_CN", or "" for the system's (English where it is neither).
  void set(const QString& code);
  /// What is shown now: "en" or "zh_CN".
  QString current() const { return m_current; }

 private:
  QString m_current;
  QTranslator m_ours;  ///< plural forms in English, everything in Chinese
  QTranslator m_qt;    ///< Qt's own texts: dialogs, context menus
};

}  // namespace leyden::desktop
