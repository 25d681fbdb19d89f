// SPDX-License-Identifier: Apache-2.0
// What the view asks of a widget that draws a piece.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>

#include "app/desktop/transcript/message_pieces.h"
#include "app/desktop/transcript/transcript_actions.h"

namespace leyden::desktop {

/// Everything a piece is drawn from. Valid while show() runs.
struct PieceContext {
  int row = 0;
  const TranscriptEntry* entry = nullptr;
  const Piece* piece = nullptr;
  const QVector<AnswerMark>* marks = nullptr;
  TranscriptActions* actions = nullptr;
  bool open = false;        ///< of folds
  bool lastAnswer = false;  ///< may be regenerated and continued
  bool busy = false;        ///< something is being written: no branching now
  /// Label of a source, e.g. "p. 12"; empty when its page is not known.
  std::function<QString(const EvidencePassage&)> place;
};

class PieceWidget {
 public:
  virtual ~PieceWidget() = default;
  virtual QWidget* widget() = 0;
  /// Draws this piece from now on.
  virtual void show(const PieceContext& context) = 0;
  virtual int heightFor(int width) = 0;
  /// Marks every place that matches; `current` is the match the reader is at, -1: none here.
  virtual void highlight(const QString& needle, int current) { (void)needle, (void)current; }
  /// Where the reader must see to see the match `current`, from the top of the widget.
  virtual int currentY() const { return 0; }
};

std::unique_ptr<PieceWidget> makePieceWidget(Piece::Kind kind, QWidget* parent);

}  // namespace leyden::desktop
