// SPDX-License-Identifier: Apache-2.0
// One line above the places that says what needs attention, with at most one way out.
#pragma once

#include <QFrame>
#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace leyden::desktop {

class NoticeBar : public QFrame {
  Q_OBJECT
 public:
  explicit NoticeBar(QWidget* parent = nullptr);
  /// Replaces what is shown. Without `button` there is only the way to close it.
  void say(const QString& text, const QString& button = {}, std::function<void()> run = {});
  QString text() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void restyle();

  QLabel* m_icon;
  QLabel* m_text;
  QPushButton* m_button;
  QToolButton* m_close;
  std::function<void()> m_run;
};

}  // namespace leyden::desktop
