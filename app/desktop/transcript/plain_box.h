// SPDX-License-Identifier: Apache-2.0
// Read-only plain text inside a piece: code, reasoning, arguments and results of tools. As high as
// its lines up to a limit, then it scrolls. Very long lines are drawn in parts and copied whole.
#pragma once

#include <QPlainTextEdit>
#include <QSet>

namespace leyden::desktop {

class PlainBox : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit PlainBox(QWidget* parent);

  /// When `text` continues what is shown, only the rest is inserted.
  void setText(const QString& text);
  const QString& text() const { return m_text; }
  void setWrap(bool wrap);
  /// Height for this width, at most `maxLines` lines. Exact up to kExactLines.
  int heightFor(int width, int maxLines);
  void highlight(const QString& needle, int current);
  int currentY() const;
  /// Colours of the scheme in force.
  void restyle();

  /// Longer lines are cut for drawing.
  static constexpr int kLineUnits = 2000;
  static constexpr int kExactLines = 400;

 protected:
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  QMimeData* createMimeDataFromSelection() const override;

 private:
  void insert(QStringView text);

  QString m_text;
  QSet<int> m_cuts;  ///< numbers of blocks that go on the line before
  qsizetype m_lineUnits = 0;
  QString m_needle;
  int m_current = -1;
};

}  // namespace leyden::desktop
