// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/message_rows.h"

#include <QFontMetrics>
#include <algorithm>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

constexpr int kBetweenMessages = 26;

/// Space above a piece, by what stands above it.
int gapAbove(const Piece& piece, const Piece* before, bool user) {
  if (before == nullptr) return 0;
  using Kind = Piece::Kind;
  if (piece.kind == Kind::Footer) return user ? MessageRows::kBubblePadding + 2 : 8;
  if (before->kind == Kind::Header) return user ? MessageRows::kBubblePadding + 4 : 8;
  if (user && piece.kind == Kind::Text) return 0;
  if (piece.kind == Kind::Call && before->kind == Kind::Call) return 0;
  return 10;
}

}  // namespace

int MessageRows::textHeight(qint64 units, int width) const {
  const QFontMetricsF metrics(uiFont());
  const double perLine = std::max(8.0, width / metrics.averageCharWidth() * 0.92);
  const auto lines = std::max<qint64>(1, qint64(double(units) / perLine + 0.7));
  return int(std::min<qint64>(lines, 4'000'000) * qint64(metrics.lineSpacing() * 1.42));
}

int MessageRows::estimate(const TranscriptEntry& entry) const {
  const auto lines = entry.message.text.count(u'\n');
  return kBetweenMessages + 60 + textHeight(entry.message.text.size(), m_width) +
         int(std::min<qsizetype>(lines, 1'000'000)) * 12;
}

int MessageRows::estimate(const Row& row, const Piece& piece) const {
  const int width = row.user ? m_width - 2 * kBubblePadding : m_width;
  switch (piece.kind) {
    case Piece::Kind::Text: {
      int height = 0;
      for (const Paragraph& p : piece.paragraphs) {
        qint64 units = 0;
        for (const TextRun& r : p.runs) units += r.text.size();
        height += textHeight(units, width - (p.depth + p.quote) * 26) + (p.tight ? 3 : 9);
      }
      return height;
    }
    case Piece::Kind::Code:
      return 44 + int(std::min<qsizetype>(31, piece.code.text.count(u'\n') + 1)) *
                      QFontMetrics(codeFont()).lineSpacing();
    case Piece::Kind::Table:
      return int(std::min<qsizetype>(460, 36 + 30 * piece.table.rows.size()));
    case Piece::Kind::Approval:
      return 240;
    case Piece::Kind::Notice:
      return 36;
    default:
      return 28;
  }
}

void MessageRows::reset(const TranscriptModel& model) {
  m_rows.clear();
  m_rows.resize(model.rowCount());
  QVector<int> heights;
  heights.reserve(model.rowCount());
  for (int i = 0; i < model.rowCount(); ++i) {
    m_rows[i].user = model.at(i).message.role != Message::Role::Assistant;
    heights.append(estimate(model.at(i)) + (i == 0 ? kBegin : 0));
  }
  m_index.reset(heights);
}

void MessageRows::append(const TranscriptModel& model) {
  const int row = count();
  m_rows.append(Row{});
  m_rows[row].user = model.at(row).message.role != Message::Role::Assistant;
  m_index.append(estimate(model.at(row)) + (row == 0 ? kBegin : 0));
}

void MessageRows::truncate(int rows) {
  m_rows.resize(rows);
  m_index.truncate(rows);
}

void MessageRows::setWidth(const TranscriptModel& model, int width) {
  if (width == m_width) return;
  m_width = width;
  QVector<int> heights;
  heights.reserve(m_rows.size());
  for (int i = 0; i < count(); ++i) {
    Row& row = m_rows[i];
    if (row.prepared) {
      for (qsizetype p = 0; p < row.heights.size(); ++p)
        row.heights[p] = estimate(row, row.pieces.pieces()[p]);
    }
    heights.append(estimate(model.at(i)) + (i == 0 ? kBegin : 0));
  }
  m_index.reset(heights);
  for (int i = 0; i < count(); ++i) settle(i);
}

void MessageRows::prepare(const TranscriptModel& model, int row) {
  if (!m_rows[row].prepared) update(model, row);
}

int MessageRows::update(const TranscriptModel& model, int row) {
  Row& r = m_rows[row];
  const TranscriptEntry& entry = model.at(row);
  int first = r.pieces.update(entry);
  auto marks = findAnswerMarks(entry.message);
  const bool sameMarks =
      marks.size() == r.marks.size() && std::equal(marks.begin(), marks.end(), r.marks.begin(),
                                                   [](const AnswerMark& a, const AnswerMark& b) {
                                                     return a.text == b.text && a.kind == b.kind &&
                                                            a.number == b.number;
                                                   });
  if (!sameMarks) first = 0;
  r.marks = std::move(marks);
  r.prepared = true;
  const auto& pieces = r.pieces.pieces();
  // A piece that grows keeps its height until it is drawn again, so nothing jumps.
  const auto known = r.heights.size();
  r.heights.resize(pieces.size());
  for (qsizetype p = known; p < pieces.size(); ++p) r.heights[p] = estimate(r, pieces[p]);
  settle(row);
  return first;
}

void MessageRows::setPieceHeight(int row, int piece, int height) {
  m_rows[row].heights[piece] = height;
}

void MessageRows::settle(int row) {
  Row& r = m_rows[row];
  if (!r.prepared) return;
  const auto& pieces = r.pieces.pieces();
  r.tops.resize(pieces.size());
  int y = row == 0 ? kBegin : 0;
  for (qsizetype p = 0; p < pieces.size(); ++p) {
    y += gapAbove(pieces[p], p > 0 ? &pieces[p - 1] : nullptr, r.user);
    r.tops[p] = y;
    y += r.heights[p];
  }
  m_index.set(row, y + kBetweenMessages);
}

TranscriptPlace MessageRows::placeAt(qint64 y) const {
  const int row = m_index.rowAt(y);
  if (row < 0) return {};
  const Row& r = m_rows[row];
  const int inside = int(y - m_index.top(row));
  if (!r.prepared || r.tops.isEmpty()) return {row, 0, inside};
  const auto above = std::upper_bound(r.tops.begin(), r.tops.end(), inside);
  const int piece = std::max(0, int(above - r.tops.begin()) - 1);
  return {row, piece, inside - r.tops[piece]};
}

qint64 MessageRows::topOf(const TranscriptPlace& place) const {
  if (place.row >= count()) return total();
  const Row& r = m_rows[place.row];
  const int piece = std::min(place.piece, int(r.tops.size()) - 1);
  const int inside = r.prepared && piece >= 0 ? r.tops[piece] : 0;
  return m_index.top(place.row) + inside + place.offset;
}

void MessageRows::setOpen(int row, int part, bool open) {
  if (open)
    m_rows[row].open.insert(part);
  else
    m_rows[row].open.remove(part);
}

}  // namespace leyden::desktop
