// SPDX-License-Identifier: Apache-2.0
// Paragraphs of a message: a read-only text browser without scroll bars, as high as its text.
// Copying gives the source; chips and sentences tell where an answer comes from.
#pragma once

#include <QTextBrowser>
#include <QWheelEvent>

#include "app/desktop/transcript/piece_widget.h"
#include "app/desktop/transcript/text_document.h"

namespace leyden::desktop {

class TextPiece : public QTextBrowser, public PieceWidget {
  Q_OBJECT
 public:
  explicit TextPiece(QWidget* parent);

  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;
  void highlight(const QString& needle, int current) override;
  int currentY() const override;

  /// Source offsets of the selection; empty without one.
  Span selectedSource() const;
  /// Selects from and to places of the document, -1: its beginning or end.
  void selectRange(int from, int to);
  int placeAt(const QPoint& position) const;
  const SourceMap& sourceMap() const { return m_map; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  bool event(QEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void doSetSource(const QUrl&, QTextDocument::ResourceType) override {}
  QMimeData* createMimeDataFromSelection() const override;
  QVariant loadResource(int, const QUrl&) override { return {}; }

 private:
  void openAnchor(const QUrl& url);
  void hoverAt(const QPoint& position);
  QString tipFor(const AnswerMark& mark) const;
  void showMarks();
  QVector<QTextCursor> matches() const;
  QVector<QRectF> rectsOf(int from, int to) const;

  SourceMap m_map;
  Piece m_piece;
  QString m_text;  ///< of the whole message
  QVector<AnswerMark> m_marks;
  QVector<SentenceEvidence> m_sentences;
  TranscriptActions* m_actions = nullptr;
  std::function<QString(const EvidencePassage&)> m_place;
  int m_row = -1;
  int m_hovered = -1;  ///< index of the sentence under the pointer
  QString m_needle;
  int m_current = -1;
};

}  // namespace leyden::desktop
