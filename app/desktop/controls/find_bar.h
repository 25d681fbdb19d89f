// SPDX-License-Identifier: Apache-2.0
// The line one types into to find something: query, count, previous, next, close. What is searched
// is the Finder's business.
#pragma once

#include <QPointer>
#include <QWidget>
#include <functional>

class QKeyEvent;
class QLabel;
class QLineEdit;
class QToolButton;

namespace leyden::desktop {

class Finder;

class FindBar : public QWidget {
  Q_OBJECT
 public:
  explicit FindBar(QWidget* parent = nullptr);

  /// What is searched, or nullptr; `from` says where the reader is when a query begins. A finder
  /// that is destroyed is let go by itself.
  void setFinder(Finder* finder, std::function<int()> from = {});
  void setPrompt(const QString& prompt);
  /// Does what find, find next and find previous ask for; false for other keys.
  bool takes(QKeyEvent* event);
  /// Shows itself, with the last query selected.
  void open();
  void close();
  QString query() const;

 signals:
  void closed();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void search();
  void showCount();
  void retranslate();

  QPointer<Finder> m_finder;
  std::function<int()> m_from;
  QLineEdit* m_edit;
  QLabel* m_count;
  QToolButton* m_previous;
  QToolButton* m_next;
  QToolButton* m_close;
};

}  // namespace leyden::desktop
