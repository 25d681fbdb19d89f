// SPDX-License-Identifier: Apache-2.0
// The widgets of the list: the place at the top of the viewport (or the end, while the view follows
// it) stays where it is; from there rows are prepared and pieces measured until the viewport and a
// margin are filled. Measuring may change heights above, so this repeats until nothing changes.
#include <QPushButton>
#include <QScrollBar>
#include <algorithm>
#include <limits>

#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/text_piece.h"

namespace leyden::desktop {

namespace {

constexpr int kOverscan = 240;
constexpr int kPooled = 16;

}  // namespace

// ---- Widgets

MessageListView::Live& MessageListView::acquire(int row, int piece) {
  const Piece::Kind kind = m_rows.pieces(row)[piece].kind;
  const quint64 id = key(row, piece);
  auto it = m_live.find(id);
  if (it != m_live.end() && it->second.kind != kind) {
    release(id);
    it = m_live.end();
  }
  if (it != m_live.end()) return it->second;
  Live live;
  live.kind = kind;
  auto& pool = m_pool[kind];
  if (!pool.empty()) {
    live.widget = std::move(pool.back());
    pool.pop_back();
  } else {
    live.widget = makePieceWidget(kind, viewport());
    if (auto* text = dynamic_cast<TextPiece*>(live.widget.get()))
      text->viewport()->installEventFilter(this);
  }
  return m_live.emplace(id, std::move(live)).first->second;
}

void MessageListView::release(quint64 id) {
  auto node = m_live.extract(id);
  if (node.empty()) return;
  Live& live = node.mapped();
  takeFocusFrom(live.widget->widget());
  live.widget->widget()->hide();
  auto& pool = m_pool[live.kind];
  if (pool.size() < kPooled) {
    live.widget->highlight({}, -1);
    pool.push_back(std::move(live.widget));
  } else {
    // It may be the one whose button was pressed.
    live.widget.release()->widget()->deleteLater();
  }
}

/// A widget that is hidden with the focus would send it on through the pieces, which are changing.
void MessageListView::takeFocusFrom(QWidget* piece) {
  QWidget* focused = focusWidget();
  if (focused != nullptr && (focused == piece || piece->isAncestorOf(focused))) setFocus();
}

PieceWidget* MessageListView::widgetOf(int row, int piece) const {
  const auto it = m_live.find(key(row, piece));
  return it == m_live.end() ? nullptr : it->second.widget.get();
}

int MessageListView::widgetCount() const {
  size_t n = m_live.size();
  for (const auto& [kind, pool] : m_pool) n += pool.size();
  return int(n);
}

QVector<quint64> MessageListView::liveIds() const {
  QVector<quint64> ids;
  for (const auto& [id, live] : m_live) ids.append(id);
  return ids;
}

void MessageListView::dropWidgets() {
  for (const quint64 id : liveIds()) takeFocusFrom(m_live.at(id).widget->widget());
  auto dropped = std::exchange(m_live, {});
  for (auto& [id, live] : dropped) {
    live.widget->widget()->hide();
    live.widget.release()->widget()->deleteLater();
  }
  m_pool.clear();
}

// ---- Layout

int MessageListView::columnWidth() const {
  const int margin = viewport()->width() < 480 ? space::kTwo : space::kThree;
  return std::clamp(viewport()->width() - 2 * margin, 120, space::kReading);
}

int MessageListView::columnLeft() const { return (viewport()->width() - columnWidth()) / 2; }

/// Gives every piece of the row between from and to its widget and height. Whether a height
/// changed.
bool MessageListView::measure(int row, qint64 rowTop, qint64 from, qint64 to) {
  const bool user = m_model->at(row).message.role != Message::Role::Assistant;
  const auto count = m_rows.pieces(row).size();
  bool changed = false;
  for (int p = 0; p < count; ++p) {
    const qint64 top = rowTop + m_rows.pieceTop(row, p);
    if (top > to) break;
    if (top + m_rows.pieceHeight(row, p) < from) continue;
    Live& live = acquire(row, p);
    const Piece& piece = m_rows.pieces(row)[p];
    if (live.dirty) {
      PieceContext c;
      c.row = row;
      c.entry = &m_model->at(row);
      c.piece = &piece;
      c.marks = &m_rows.marks(row);
      c.actions = &m_actions;
      c.open = m_rows.isOpen(row, piece.call);
      c.lastAnswer = row == m_model->rowCount() - 1;
      c.busy = m_model->streamingRow() >= 0;
      c.place = m_place;
      live.widget->show(c);
      live.widget->highlight(m_needle, row == m_findRow && p == m_findPiece ? m_findNumber : -1);
      live.dirty = false;
    }
    const bool bubble = user && piece.kind == Piece::Kind::Text;
    const int width = bubble ? m_rows.width() - 2 * MessageRows::kBubblePadding : m_rows.width();
    const int height = live.widget->heightFor(width);
    if (height != m_rows.pieceHeight(row, p)) {
      m_rows.setPieceHeight(row, p, height);
      m_rows.settle(row);
      changed = true;
    }
  }
  return changed;
}

void MessageListView::relayout() {
  if (m_inLayout || m_model == nullptr || viewport()->width() < 10) return;
  m_inLayout = true;
  m_rows.setWidth(*m_model, columnWidth());
  const int vh = viewport()->height();
  qint64 top = 0;
  for (int round = 0; round < 8; ++round) {
    const qint64 last = std::max<qint64>(0, m_rows.total() - vh);
    top = std::clamp<qint64>(m_follow ? last : m_rows.topOf(m_top), 0, last);
    bool changed = false;
    int row = m_rows.rowAt(std::max<qint64>(0, top - kOverscan));
    for (; row >= 0 && row < m_rows.count(); ++row) {
      const qint64 rowTop = m_rows.top(row);
      if (rowTop > top + vh + kOverscan) break;
      if (!m_rows.isPrepared(row)) {
        m_rows.prepare(*m_model, row);
        changed = true;
      }
      changed = measure(row, rowTop, top - kOverscan, top + vh + kOverscan) || changed;
    }
    if (!changed) break;
  }
  m_top = m_rows.placeAt(top);
  placeWidgets(top);

  const auto range =
      std::min<qint64>(std::max<qint64>(0, m_rows.total() - vh), std::numeric_limits<int>::max());
  verticalScrollBar()->setPageStep(vh);
  verticalScrollBar()->setRange(0, int(range));
  verticalScrollBar()->setValue(int(top));
  m_inLayout = false;

  showEndButton();
  const int inView = rowInView();
  if (inView != m_rowInView) {
    m_rowInView = inView;
    emit rowInViewChanged(inView);
  }
}

void MessageListView::placeWidgets(qint64 top) {
  const int vh = viewport()->height(), left = columnLeft();
  const QWidget* focused = focusWidget();
  bool bubblesMoved = false;
  const auto ids = liveIds();
  for (const quint64 id : ids) {
    const int row = rowOf(id), p = pieceOf(id);
    const bool exists = row < m_rows.count() && p < m_rows.pieces(row).size();
    Live& live = m_live.at(id);
    if (!exists || live.kind != m_rows.pieces(row)[p].kind) {
      release(id);
      continue;
    }
    const qint64 y = m_rows.top(row) + m_rows.pieceTop(row, p) - top;
    const int h = m_rows.pieceHeight(row, p);
    QWidget* w = live.widget->widget();
    const bool keepsFocus =
        focused != nullptr && (w == focused || w->isAncestorOf(focused)) && focused->hasFocus();
    if (y + h < -2 * kOverscan || y > vh + 2 * kOverscan) {
      // What has the focus stays alive out of sight; everything else goes back to the pool.
      if (keepsFocus)
        w->move(w->x(), y < 0 ? -h - 10 : vh + 10);
      else
        release(id);
      continue;
    }
    const bool bubble =
        m_model->at(row).message.role != Message::Role::Assistant && live.kind == Piece::Kind::Text;
    const int inset = bubble ? MessageRows::kBubblePadding : 0;
    const QRect at(left + inset, int(y), m_rows.width() - 2 * inset, h);
    if (bubble && (w->geometry() != at || w->isHidden())) bubblesMoved = true;
    w->setGeometry(at);
    w->show();
  }
  // Pieces draw themselves; the column behind them only where what it draws has moved.
  if (bubblesMoved) viewport()->update();
  showSelection();
}

void MessageListView::showEndButton() {
  m_endButton->setVisible(m_newBelow && !m_follow);
  if (m_endButton->isHidden()) return;
  const QSize s = m_endButton->sizeHint();
  m_endButton->setGeometry((viewport()->width() - s.width()) / 2,
                           viewport()->height() - s.height() - space::kTwo, s.width(), s.height());
  m_endButton->raise();
}

}  // namespace leyden::desktop
