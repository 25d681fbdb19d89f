// SPDX-License-Identifier: Apache-2.0
// The scrolling column of messages. Only pieces near the viewport have widgets; they are taken from
// a pool and given back, so 2,000 messages cost what one screen costs. Stock text widgets draw the
// text: selecting, copying, the caret and screen readers work as everywhere.
//
// Text that streams in is drawn at most 30 times a second, and less often when drawing is slow: at
// most a quarter of the time goes into it.
#pragma once

#include <QAbstractScrollArea>
#include <QElapsedTimer>
#include <QPushButton>
#include <QTimer>
#include <map>
#include <memory>

#include "app/desktop/transcript/message_rows.h"
#include "app/desktop/transcript/piece_widget.h"
#include "app/desktop/transcript/transcript_actions.h"

namespace leyden::desktop {

class MessageListView : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit MessageListView(QWidget* parent = nullptr);
  ~MessageListView() override;

  void setModel(TranscriptModel* model);
  TranscriptModel* model() const { return m_model; }
  TranscriptActions* actions() { return &m_actions; }
  /// How a source's place is called, e.g. "p. 12"; empty: not known.
  void setPlaceNames(std::function<QString(const EvidencePassage&)> place);

  /// Whether new text keeps the view at its end.
  bool follows() const { return m_follow; }
  void scrollToEnd();
  void scrollToRow(int row);
  /// What stands at the top of the viewport.
  TranscriptPlace place() const { return m_top; }
  void setPlace(const TranscriptPlace& place);
  void setFold(int row, int part, bool open);
  bool isFoldOpen(int row, int part) const { return m_rows.isOpen(row, part); }

  /// Marks `needle` everywhere; match `number` of this piece is where the reader is, and is
  /// scrolled to.
  void setFind(const QString& needle, int row = -1, int piece = -1, int number = -1);

  /// The source of what is selected; across pieces and messages too.
  QString selectedSource() const;
  void selectAll();
  void clearSelection();

  /// Rows whose answer is at least partly in view; the lowest is what the reader is at.
  int rowInView() const;
  /// How many piece widgets there are now, pooled ones included.
  int widgetCount() const;
  MessageRows& rows() { return m_rows; }
  /// The widget of a piece, nullptr while it has none.
  PieceWidget* widgetOf(int row, int piece) const;

 signals:
  void followChanged(bool follows);
  void rowInViewChanged(int row);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  bool focusNextPrevChild(bool next) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Live {
    std::unique_ptr<PieceWidget> widget;
    Piece::Kind kind = Piece::Kind::Text;
    bool dirty = true;
  };
  struct End {  ///< of a selection over pieces
    int row = -1, piece = -1, position = -1;
    auto operator<=>(const End&) const = default;
  };
  static int rowOf(quint64 id) { return int(id >> 32); }
  static int pieceOf(quint64 id) { return int(id & 0xffffffffu); }
  static quint64 key(int row, int piece) { return quint64(row) << 32 | quint64(piece); }

  void onReset();
  void onInserted(const QModelIndex& parent, int first, int last);
  void onRemoved(const QModelIndex& parent, int first, int last);
  void onChanged(const QModelIndex& first, const QModelIndex& last);
  void onGrew(int row);
  void drawGrown();
  void updateRow(int row, bool everything);
  void touch(int row, int firstPiece);
  void touchFooters();
  QVector<quint64> liveIds() const;
  QVector<QWidget*> tabStops() const;
  void dropWidgets();

  void relayout();
  bool measure(int row, qint64 rowTop, qint64 from, qint64 to);
  Live& acquire(int row, int piece);
  void release(quint64 id);
  void takeFocusFrom(QWidget* piece);
  void placeWidgets(qint64 top);
  void showEndButton();
  int columnWidth() const;
  int columnLeft() const;
  void paintColumn(QPaintEvent* event);

  End endAt(const QPoint& position) const;
  void showSelection();
  QString sourceBetween(const End& from, const End& to) const;

  TranscriptModel* m_model = nullptr;
  TranscriptActions m_actions;
  std::function<QString(const EvidencePassage&)> m_place;
  MessageRows m_rows;
  std::map<quint64, Live> m_live;  ///< by row, then piece
  std::map<Piece::Kind, std::vector<std::unique_ptr<PieceWidget>>> m_pool;
  TranscriptPlace m_top;
  bool m_follow = true;
  bool m_newBelow = false;
  bool m_inLayout = false;
  int m_rowInView = -1;
  QPushButton* m_endButton;

  QTimer m_growTimer;
  QElapsedTimer m_sinceDrawn;
  qint64 m_drawCostUs = 0;
  int m_grown = -1;

  QString m_needle;
  int m_findRow = -1, m_findPiece = -1, m_findNumber = -1;

  End m_anchor, m_caret;
  bool m_selecting = false;
};

}  // namespace leyden::desktop
