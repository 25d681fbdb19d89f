// SPDX-License-Identifier: Apache-2.0
// Puts the tokens into force: palette, fonts, style sheet; follows the system's scheme where asked.
#pragma once

#include <QObject>

#include "app/desktop/theme/theme_tokens.h"

class QApplication;

namespace leyden::desktop {

enum class Scheme { System, Light, Dark };

class Theme : public QObject {
  Q_OBJECT
 public:
  /// One for the application; installs the Fusion style.
  explicit Theme(QApplication* app);
  ~Theme() override;

  void setScheme(Scheme scheme);
  Scheme scheme() const { return m_scheme; }
  /// Text size in points at TextSize::Body, 8 to 24.
  void setTextSize(double points);
  double textSize() const { return m_points; }
  /// Font of interface and reading; empty: the system's.
  void setFamily(const QString& family);

 private slots:
  void onPortalSetting(const QString& group, const QString& key);

 private:
  void apply();
  bool systemIsDark() const;

  QApplication* m_app;
  Scheme m_scheme = Scheme::System;
  double m_points = 10.5;
  QString m_family;
};

}  // namespace leyden::desktop
