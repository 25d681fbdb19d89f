// SPDX-License-Identifier: Apache-2.0
// Reasoning and tool calls: one line that says what happened, and the whole of it when opened.
#pragma once

#include <QToolButton>

#include "app/desktop/transcript/piece_widget.h"
#include "app/desktop/transcript/plain_box.h"

namespace leyden::desktop {

class FoldPiece : public QWidget, public PieceWidget {
  Q_OBJECT
 public:
  explicit FoldPiece(QWidget* parent);

  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;
  void highlight(const QString& needle, int current) override;
  int currentY() const override;

  static constexpr int kMaxLines = 18;
  static constexpr int kMaxShown = 200'000;  ///< UTF-16 units of a tool's result that are drawn

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void showThinking(const TranscriptEntry& entry);
  void showCall(const ToolCall& call, bool running);

  QToolButton* m_head;
  PlainBox* m_body;
  TranscriptActions* m_actions = nullptr;
  int m_row = -1, m_part = -1;
  bool m_open = false;
};

/// What a fold shows when it is open; the finder searches the same text.
QString foldText(const TranscriptEntry& entry, const Piece& piece);
/// "0.8 s", "12 s", "3 min 5 s".
QString durationText(qint64 ms);

}  // namespace leyden::desktop
