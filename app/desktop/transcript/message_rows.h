// SPDX-License-Identifier: Apache-2.0
// Where everything in a transcript stands, without drawing any of it. Heights of what was never
// near the viewport are estimates; what was drawn tells its true height, which is kept for that
// width.
#pragma once

#include <QSet>
#include <QVector>

#include "app/desktop/transcript/answer_marks.h"
#include "app/desktop/transcript/height_index.h"
#include "app/desktop/transcript/message_pieces.h"
#include "app/desktop/transcript/transcript_model.h"

namespace leyden::desktop {

/// A place in the transcript that survives changes of height around it.
struct TranscriptPlace {
  int row = 0;
  int piece = 0;
  int offset = 0;  ///< pixels below the top of the piece
};

class MessageRows {
 public:
  void reset(const TranscriptModel& model);
  void append(const TranscriptModel& model);
  void truncate(int rows);
  /// Takes over what changed in a message. Returns the first piece that is not as it was.
  int update(const TranscriptModel& model, int row);
  /// Every height is an estimate again, for this width of the column.
  void setWidth(const TranscriptModel& model, int width);
  int width() const { return m_width; }

  int count() const { return int(m_rows.size()); }
  qint64 total() const { return m_index.total() + kEnd; }
  const QVector<Piece>& pieces(int row) const { return m_rows[row].pieces.pieces(); }
  const QVector<AnswerMark>& marks(int row) const { return m_rows[row].marks; }
  bool isPrepared(int row) const { return m_rows[row].prepared; }
  /// Parses a message the first time it comes near the viewport.
  void prepare(const TranscriptModel& model, int row);

  qint64 top(int row) const { return m_index.top(row); }
  int height(int row) const { return m_index.height(row); }
  /// From the top of the row.
  int pieceTop(int row, int piece) const { return m_rows[row].tops[piece]; }
  int pieceHeight(int row, int piece) const { return m_rows[row].heights[piece]; }
  void setPieceHeight(int row, int piece, int height);
  /// Call after the heights of a row were set.
  void settle(int row);

  int rowAt(qint64 y) const { return m_index.rowAt(y); }
  TranscriptPlace placeAt(qint64 y) const;
  qint64 topOf(const TranscriptPlace& place) const;

  bool isOpen(int row, int part) const { return m_rows[row].open.contains(part); }
  void setOpen(int row, int part, bool open);

  static constexpr int kBubblePadding = 12;  ///< around what the reader wrote
  static constexpr int kEnd = 24;            ///< below the last message
  static constexpr int kBegin = 20;          ///< above the first

 private:
  struct Row {
    MessagePieces pieces;
    QVector<AnswerMark> marks;
    QVector<int> heights, tops;
    QSet<int> open;
    bool prepared = false;
    bool user = false;
  };
  int estimate(const TranscriptEntry& entry) const;
  int estimate(const Row& row, const Piece& piece) const;
  int textHeight(qint64 units, int width) const;

  QVector<Row> m_rows;
  HeightIndex m_index;
  int m_width = 600;
};

}  // namespace leyden::desktop
