// SPDX-License-Identifier: Apache-2.0
// What an empty place shows: an icon, what belongs here, and the button that brings it.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace leyden::desktop {

class EmptyState : public QWidget {
  Q_OBJECT
 public:
  /// @param iconName  of app/desktop/icons
  explicit EmptyState(const QString& iconName, QWidget* parent = nullptr);
  /// Texts in the language shown; without `button` there is none.
  void setTexts(const QString& title, const QString& text, const QString& button = {});

 signals:
  void clicked();

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void restyle();

  QString m_iconName;
  QLabel* m_icon;
  QLabel* m_title;
  QLabel* m_text;
  QPushButton* m_button;
};

}  // namespace leyden::desktop
