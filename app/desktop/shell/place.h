// SPDX-License-Identifier: Apache-2.0
// A place of the window beside the reading room: a title, one line on what it is for, content in a
// column that scrolls and is not wider than reads well.
#pragma once

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace leyden::desktop {

class Place : public QWidget {
  Q_OBJECT
 public:
  /// @param columnWidth  most width of the content; 0: all there is
  explicit Place(int columnWidth, QWidget* parent = nullptr);

 protected:
  /// Where subclasses put their content.
  QVBoxLayout* content() const { return m_content; }
  void setTexts(const QString& title, const QString& text);
  /// Sets every text in the language shown; called on LanguageChange. Subclasses call it once.
  virtual void retranslate() = 0;
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void restyle();

  QLabel* m_title;
  QLabel* m_text;
  QVBoxLayout* m_content;
};

/// A framed group on a place, with inner margins; its layout is vertical.
class Card : public QWidget {
  Q_OBJECT
 public:
  explicit Card(QWidget* parent = nullptr);
  QVBoxLayout* content() const { return m_content; }

 private:
  QVBoxLayout* m_content;
};

}  // namespace leyden::desktop
