// SPDX-License-Identifier: Apache-2.0
// A code block: language, copy, save, wrap; highlighted; long ones folded to their first lines.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/desktop/transcript/piece_widget.h"
#include "app/desktop/transcript/plain_box.h"

namespace leyden::desktop {

class CodeHighlighter;

class CodePiece : public QFrame, public PieceWidget {
  Q_OBJECT
 public:
  explicit CodePiece(QWidget* parent);

  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;
  void highlight(const QString& needle, int current) override;
  int currentY() const override;

  static constexpr int kFoldedLines = 30;
  static constexpr int kColouredLines = 5000;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  bool isFolded() const { return !m_all && m_lines > kFoldedLines + 4; }
  void showText();
  void unfold();

  QLabel* m_language;
  QToolButton* m_wrap;
  QToolButton* m_save;
  QToolButton* m_copy;
  QPushButton* m_more;
  PlainBox* m_box;
  CodeHighlighter* m_highlighter = nullptr;
  CodeBlock m_code;
  TranscriptActions* m_actions = nullptr;
  int m_row = -1;
  int m_lines = 0;
  bool m_all = false;
};

}  // namespace leyden::desktop
