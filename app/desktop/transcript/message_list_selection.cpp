// SPDX-License-Identifier: Apache-2.0
// Selecting over several pieces. Within one piece the text widget selects by itself; once the
// pointer leaves it, the selection is two ends (row, piece, place in the piece's text), each text
// piece between them shows its share, and copying gives the source of everything between.
#include <QMouseEvent>
#include <QScrollBar>
#include <algorithm>

#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/piece_widget.h"
#include "app/desktop/transcript/text_piece.h"

namespace leyden::desktop {

MessageListView::End MessageListView::endAt(const QPoint& position) const {
  const qint64 y = verticalScrollBar()->value() + position.y();
  const TranscriptPlace at =
      m_rows.placeAt(std::clamp<qint64>(y, 0, std::max<qint64>(0, m_rows.total() - 1)));
  End end{at.row, at.piece, 0};
  if (auto* text = dynamic_cast<TextPiece*>(widgetOf(at.row, at.piece))) {
    end.position = text->placeAt(text->viewport()->mapFrom(viewport(), position));
  } else if (m_rows.isPrepared(at.row) && at.offset > m_rows.pieceHeight(at.row, at.piece) / 2) {
    end.position = 1;  // behind the piece, where the pointer is in its lower half
  }
  return end;
}

bool MessageListView::eventFilter(QObject* watched, QEvent* event) {
  auto* area = qobject_cast<QWidget*>(watched);
  auto* text = area == nullptr ? nullptr : dynamic_cast<TextPiece*>(area->parentWidget());
  if (text == nullptr) return QAbstractScrollArea::eventFilter(watched, event);
  const auto place = [&] {
    return area->mapTo(viewport(), static_cast<QMouseEvent*>(event)->position().toPoint());
  };
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      if (static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton) {
        clearSelection();
        m_anchor = endAt(place());
        m_selecting = true;
      }
      break;
    case QEvent::MouseMove: {
      if (!m_selecting || !(static_cast<QMouseEvent*>(event)->buttons() & Qt::LeftButton)) break;
      const QPoint at = place();
      const bool inside = text->geometry().contains(at);
      if (inside && m_caret.row < 0) break;  // still one piece: it selects by itself
      if (at.y() < 0) verticalScrollBar()->setValue(verticalScrollBar()->value() - 24);
      if (at.y() > viewport()->height())
        verticalScrollBar()->setValue(verticalScrollBar()->value() + 24);
      m_caret = endAt({at.x(), std::clamp(at.y(), 0, viewport()->height() - 1)});
      showSelection();
      return true;
    }
    case QEvent::MouseButtonRelease:
      m_selecting = false;
      break;
    default:
      break;
  }
  return QAbstractScrollArea::eventFilter(watched, event);
}

void MessageListView::showSelection() {
  if (m_caret.row < 0 || m_anchor.row < 0) return;
  const End from = std::min(m_anchor, m_caret), to = std::max(m_anchor, m_caret);
  for (auto& [id, live] : m_live) {
    auto* text = dynamic_cast<TextPiece*>(live.widget.get());
    if (text == nullptr) continue;
    const auto at = std::pair(rowOf(id), pieceOf(id));
    const auto first = std::pair(from.row, from.piece), last = std::pair(to.row, to.piece);
    if (at < first || at > last) {
      QTextCursor none = text->textCursor();
      if (none.hasSelection()) {
        none.clearSelection();
        text->setTextCursor(none);
      }
    } else {
      text->selectRange(at == first ? from.position : -1, at == last ? to.position : -1);
    }
  }
}

void MessageListView::clearSelection() {
  m_anchor = {};
  m_caret = {};
  m_selecting = false;
  for (auto& [id, live] : m_live) {
    auto* text = dynamic_cast<TextPiece*>(live.widget.get());
    if (text == nullptr || !text->textCursor().hasSelection()) continue;
    QTextCursor none = text->textCursor();
    none.clearSelection();
    text->setTextCursor(none);
  }
}

void MessageListView::selectAll() {
  if (m_rows.count() == 0) return;
  const int last = m_rows.count() - 1;
  m_rows.prepare(*m_model, last);
  m_anchor = {0, 0, 0};
  m_caret = {last, int(m_rows.pieces(last).size()) - 1, 1};
  showSelection();
}

QString MessageListView::selectedSource() const {
  if (m_caret.row >= 0 && m_anchor.row >= 0)
    return sourceBetween(std::min(m_anchor, m_caret), std::max(m_anchor, m_caret));
  for (const auto& [id, live] : m_live) {
    const auto* text = dynamic_cast<const TextPiece*>(live.widget.get());
    if (text == nullptr || !text->textCursor().hasSelection()) continue;
    const Span s = text->selectedSource();
    return m_model->at(rowOf(id)).message.text.mid(s.begin, s.end - s.begin).trimmed();
  }
  return {};
}

/// Messages between the ends, each cut to what is selected of it, with an empty line between them.
QString MessageListView::sourceBetween(const End& from, const End& to) const {
  QStringList parts;
  for (int row = from.row; row <= to.row; ++row) {
    const QString& text = m_model->at(row).message.text;
    Span s{0, text.size()};
    const auto cut = [&](const End& end, bool begin) {
      const auto& pieces = m_rows.pieces(row);
      if (end.piece >= pieces.size()) return;
      const Piece& piece = pieces[end.piece];
      qint64 at = -1;
      if (const auto* shown = dynamic_cast<const TextPiece*>(widgetOf(row, end.piece)))
        at = shown->sourceMap().sourceAt(end.position, !begin);
      if (at < 0) {
        // Header and footer stand outside of the text; code and tables go whole or not at all.
        const bool whole = piece.source.isEmpty();
        const bool behind = end.position > 0 || piece.kind == Piece::Kind::Footer;
        at = whole ? (behind ? text.size() : 0) : (behind ? piece.source.end : piece.source.begin);
      }
      (begin ? s.begin : s.end) = at;
    };
    if (row == from.row) cut(from, true);
    if (row == to.row) cut(to, false);
    const QString part = s.isEmpty() ? QString() : text.mid(s.begin, s.end - s.begin).trimmed();
    if (!part.isEmpty()) parts.append(part);
  }
  return parts.join(QStringLiteral("\n\n"));
}

}  // namespace leyden::desktop
