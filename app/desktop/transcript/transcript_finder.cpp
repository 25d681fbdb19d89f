// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/transcript_finder.h"

#include <QElapsedTimer>
#include <algorithm>

#include "app/desktop/transcript/fold_piece.h"
#include "app/desktop/transcript/message_pieces.h"

namespace leyden::desktop {

namespace {
constexpr int kSliceMs = 6;
}

TranscriptFinder::TranscriptFinder(TranscriptModel* model, QObject* parent)
    : Finder(parent), m_model(model) {
  m_timer.setInterval(0);
  connect(&m_timer, &QTimer::timeout, this, &TranscriptFinder::searchOn);
  const auto again = [this] { setQuery(m_query, m_from); };
  connect(model, &QAbstractItemModel::modelReset, this, again);
  connect(model, &QAbstractItemModel::rowsRemoved, this, again);
  connect(model, &QAbstractItemModel::rowsInserted, this, [this] {
    if (!m_query.isEmpty()) m_timer.start();
  });
  connect(model, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex& first) {
    if (m_query.isEmpty() || first.row() >= m_next) return;
    // Only what stands at or below the changed message is searched again.
    while (!m_places.isEmpty() && m_places.last().row >= first.row())
      m_total = m_places.takeLast().before;
    m_next = first.row();
    m_current = std::min(m_current, m_total - 1);
    m_timer.start();
  });
}

void TranscriptFinder::setQuery(const QString& query, int fromRow) {
  m_query = query;
  m_from = std::max(0, fromRow);
  m_places.clear();
  m_next = 0;
  m_total = 0;
  m_current = -1;
  if (query.isEmpty()) {
    m_timer.stop();
    emit countChanged();
    emit currentChanged();
    return;
  }
  m_timer.start();
}

void TranscriptFinder::searchOn() {
  QElapsedTimer slice;
  slice.start();
  while (m_next < m_model->rowCount() && slice.elapsed() < kSliceMs) searchRow(m_next++);
  if (m_next >= m_model->rowCount()) m_timer.stop();
  const bool first = m_current < 0 && m_total > 0;
  if (first) chooseFirst();
  emit countChanged();
  if (first || (m_total == 0 && !m_timer.isActive())) emit currentChanged();
}

void TranscriptFinder::searchRow(int row) {
  const TranscriptEntry& entry = m_model->at(row);
  MessagePieces pieces;
  pieces.update(entry);
  for (int p = 0; p < pieces.pieces().size(); ++p) {
    const Piece& piece = pieces.pieces()[p];
    const bool fold = piece.kind == Piece::Kind::Thinking || piece.kind == Piece::Kind::Call;
    const QString text = fold ? foldText(entry, piece) : piece.plainText();
    const int count = int(text.count(m_query, Qt::CaseInsensitive));
    if (count == 0) continue;
    m_places.append({row, p, count, m_total});
    m_total += count;
  }
}

/// Where the reader is: the first match at or below that row; while none is found yet, wait for one
/// before going back to the top.
void TranscriptFinder::chooseFirst() {
  for (const Place& place : m_places) {
    if (place.row < m_from) continue;
    m_current = place.before;
    return;
  }
  if (!m_timer.isActive()) m_current = 0;
}

TranscriptFinder::Match TranscriptFinder::match() const {
  if (m_current < 0) return {};
  const auto at = std::upper_bound(m_places.begin(), m_places.end(), m_current,
                                   [](int n, const Place& place) { return n < place.before; });
  if (at == m_places.begin()) return {};
  const Place& place = *(at - 1);
  return {place.row, place.piece, m_current - place.before};
}

void TranscriptFinder::step(int by) {
  if (m_total == 0) return;
  m_current = m_current < 0 ? (by > 0 ? 0 : m_total - 1) : (m_current + by + m_total) % m_total;
  emit countChanged();
  emit currentChanged();
}

}  // namespace leyden::desktop
