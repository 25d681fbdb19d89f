// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/message_list_view.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/text_piece.h"

namespace leyden::desktop {

namespace {

constexpr int kFrameMs = 33;
constexpr int kNearEnd = 12;

}  // namespace

MessageListView::MessageListView(QWidget* parent) : QAbstractScrollArea(parent) {
  setObjectName(QStringLiteral("messageList"));
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Conversation"));
  verticalScrollBar()->setSingleStep(48);
  viewport()->setObjectName(QStringLiteral("messageListViewport"));
  m_endButton = new QPushButton(tr("New text below"), this);
  m_endButton->setIcon(icon(QStringLiteral("arrow-down"), IconTone::OnAccent));
  m_endButton->setProperty("role", QStringLiteral("primary"));
  m_endButton->setObjectName(QStringLiteral("newTextBelow"));
  m_endButton->hide();
  connect(m_endButton, &QPushButton::clicked, this, &MessageListView::scrollToEnd);
  m_growTimer.setSingleShot(true);
  connect(&m_growTimer, &QTimer::timeout, this, &MessageListView::drawGrown);
  connect(&m_actions, &TranscriptActions::foldToggled, this, &MessageListView::setFold);
  connect(&m_actions, &TranscriptActions::pieceResized, this, [this](int row) {
    touch(row, 0);
    relayout();
  });
}

MessageListView::~MessageListView() = default;

void MessageListView::setModel(TranscriptModel* model) {
  m_model = model;
  connect(model, &QAbstractItemModel::modelReset, this, &MessageListView::onReset);
  connect(model, &QAbstractItemModel::rowsInserted, this, &MessageListView::onInserted);
  connect(model, &QAbstractItemModel::rowsRemoved, this, &MessageListView::onRemoved);
  connect(model, &QAbstractItemModel::dataChanged, this, &MessageListView::onChanged);
  connect(model, &TranscriptModel::textGrew, this, &MessageListView::onGrew);
  onReset();
}

void MessageListView::setPlaceNames(std::function<QString(const EvidencePassage&)> place) {
  m_place = std::move(place);
  for (auto& [id, live] : m_live) live.dirty = true;
  relayout();
}

// ---- The model changed

void MessageListView::onReset() {
  dropWidgets();
  clearSelection();
  m_rows.reset(*m_model);
  m_grown = -1;
  m_follow = true;
  m_newBelow = false;
  m_top = {};
  relayout();
}

void MessageListView::onInserted(const QModelIndex&, int first, int last) {
  for (int row = first; row <= last; ++row) m_rows.append(*m_model);
  touchFooters();
  if (!m_follow) m_newBelow = true;
  relayout();
}

void MessageListView::onRemoved(const QModelIndex&, int first, int) {
  const auto ids = liveIds();
  for (const quint64 id : ids) {
    if (rowOf(id) >= first) release(id);
  }
  clearSelection();
  m_rows.truncate(first);
  if (m_top.row >= first) m_follow = true;
  touchFooters();
  relayout();
}

void MessageListView::onChanged(const QModelIndex& first, const QModelIndex& last) {
  for (int row = first.row(); row <= last.row(); ++row) updateRow(row, true);
  touchFooters();
  relayout();
  const Message& m = m_model->at(last.row()).message;
  const bool done = m.role == Message::Role::Assistant && m.state != Message::State::Streaming;
  if (done && last.row() == m_model->rowCount() - 1) {
    // One polite announcement for the whole answer, none for each token.
    setAccessibleDescription(tr("Answer: %1").arg(m.text.left(2000)));
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
  }
}

void MessageListView::onGrew(int row) {
  m_grown = row;
  if (m_growTimer.isActive()) return;
  const qint64 pause = std::max<qint64>(kFrameMs, m_drawCostUs * 3 / 1000);
  const qint64 since = m_sinceDrawn.isValid() ? m_sinceDrawn.elapsed() : pause;
  m_growTimer.start(int(std::clamp<qint64>(pause - since, 0, 2000)));
}

void MessageListView::drawGrown() {
  if (m_grown < 0 || m_grown >= m_rows.count()) return;
  QElapsedTimer cost;
  cost.start();
  const int row = std::exchange(m_grown, -1);
  if (!m_follow) m_newBelow = true;
  updateRow(row, false);
  relayout();
  m_drawCostUs = cost.nsecsElapsed() / 1000;
  m_sinceDrawn.start();
}

void MessageListView::updateRow(int row, bool everything) {
  if (row >= m_rows.count()) return;
  const int first = m_rows.update(*m_model, row);
  touch(row, everything ? 0 : first);
}

void MessageListView::touch(int row, int firstPiece) {
  for (auto& [id, live] : m_live) {
    if (rowOf(id) == row && pieceOf(id) >= firstPiece) live.dirty = true;
  }
}

void MessageListView::touchFooters() {
  for (auto& [id, live] : m_live) {
    if (live.kind == Piece::Kind::Footer) live.dirty = true;
  }
}

void MessageListView::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  relayout();
}

void MessageListView::scrollContentsBy(int, int) {
  if (m_inLayout) return;
  // The reader scrolled: whoever leaves the end stays where they are, whoever comes back follows
  // again.
  const QScrollBar* bar = verticalScrollBar();
  const bool follow = bar->value() >= bar->maximum() - kNearEnd;
  m_top = m_rows.placeAt(bar->value());
  if (follow != m_follow) {
    m_follow = follow;
    if (follow) m_newBelow = false;
    emit followChanged(follow);
  }
  relayout();
}

void MessageListView::scrollToEnd() {
  m_newBelow = false;
  if (!std::exchange(m_follow, true)) emit followChanged(true);
  relayout();
}

void MessageListView::scrollToRow(int row) {
  if (row < 0 || row >= m_rows.count()) return;
  setPlace({row, 0, -space::kTwo});
}

void MessageListView::setPlace(const TranscriptPlace& place) {
  if (place.row < 0 || place.row >= m_rows.count()) return;
  m_rows.prepare(*m_model, place.row);
  m_top = place;
  if (std::exchange(m_follow, false)) emit followChanged(false);
  relayout();
}

void MessageListView::setFold(int row, int part, bool open) {
  if (row < 0 || row >= m_rows.count()) return;
  m_rows.setOpen(row, part, open);
  touch(row, 0);
  relayout();
}

int MessageListView::rowInView() const {
  if (m_rows.count() == 0) return -1;
  const qint64 bottom = verticalScrollBar()->value() + viewport()->height() - 60;
  int row = std::max(0, m_rows.rowAt(bottom));
  while (row > 0 && m_model->at(row).message.role != Message::Role::Assistant &&
         m_rows.top(row) > verticalScrollBar()->value())
    --row;
  return row;
}

// ---- Drawing what is behind the pieces

void MessageListView::paintColumn(QPaintEvent*) {
  QPainter p(viewport());
  p.fillRect(viewport()->rect(), tokens().surface);
  p.setRenderHint(QPainter::Antialiasing);
  const qint64 top = verticalScrollBar()->value();
  const int vh = viewport()->height(), left = columnLeft();
  for (int row = std::max(0, m_rows.rowAt(top)); row < m_rows.count() && m_rows.top(row) < top + vh;
       ++row) {
    if (m_model->at(row).message.role == Message::Role::Assistant || !m_rows.isPrepared(row))
      continue;
    int first = -1, last = -1;
    const auto& pieces = m_rows.pieces(row);
    for (int i = 0; i < pieces.size(); ++i) {
      if (pieces[i].kind != Piece::Kind::Text) continue;
      if (first < 0) first = i;
      last = i;
    }
    if (first < 0) continue;
    const double y0 = double(m_rows.top(row) - top) + m_rows.pieceTop(row, first) -
                      MessageRows::kBubblePadding + 2;
    const double y1 = double(m_rows.top(row) - top) + m_rows.pieceTop(row, last) +
                      m_rows.pieceHeight(row, last) + MessageRows::kBubblePadding - 5;
    p.setPen(tokens().line);
    p.setBrush(tokens().raised);
    p.drawRoundedRect(QRectF(left + 0.5, y0 + 0.5, m_rows.width() - 1, y1 - y0 - 1), space::kRadius,
                      space::kRadius);
  }
}

bool MessageListView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::Paint) {
    if (m_model != nullptr) paintColumn(static_cast<QPaintEvent*>(event));
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

void MessageListView::changeEvent(QEvent* event) {
  switch (event->type()) {
    case QEvent::LanguageChange:
      m_endButton->setText(tr("New text below"));
      setAccessibleName(tr("Conversation"));
      [[fallthrough]];
    case QEvent::PaletteChange:
    case QEvent::FontChange:
    case QEvent::StyleChange:
      // Widgets are cheap and hold texts and colours: new ones are made.
      if (m_model != nullptr && !m_inLayout) {
        dropWidgets();
        QMetaObject::invokeMethod(this, &MessageListView::relayout, Qt::QueuedConnection);
      }
      break;
    default:
      break;
  }
  QAbstractScrollArea::changeEvent(event);
}

// ---- Find

void MessageListView::setFind(const QString& needle, int row, int piece, int number) {
  m_needle = needle;
  m_findRow = row;
  m_findPiece = piece;
  m_findNumber = number;
  if (row >= 0 && row < m_rows.count()) {
    m_rows.prepare(*m_model, row);
    if (piece >= 0 && piece < m_rows.pieces(row).size()) {
      const Piece& p = m_rows.pieces(row)[piece];
      const bool fold = p.kind == Piece::Kind::Thinking || p.kind == Piece::Kind::Call;
      if (fold && !m_rows.isOpen(row, p.call)) setFold(row, p.call, true);
      setPlace({row, piece, -viewport()->height() / 3});
    }
  }
  // A piece may unfold for its match, which lays out anew: the map is not walked while that
  // happens.
  for (const quint64 id : liveIds()) {
    const auto it = m_live.find(id);
    if (it == m_live.end()) continue;
    const bool here = id == key(row, piece) && row >= 0;
    it->second.widget->highlight(needle, here ? number : -1);
  }
  if (PieceWidget* w = row >= 0 ? widgetOf(row, piece) : nullptr)
    setPlace({row, piece, w->currentY() - viewport()->height() / 3});
}

}  // namespace leyden::desktop
