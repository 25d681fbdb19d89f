// SPDX-License-Identifier: Apache-2.0
// The list without a mouse: keys that scroll and copy, and Tab in reading order.
#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QScrollBar>
#include <algorithm>

#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/message_list_view.h"

namespace leyden::desktop {

void MessageListView::keyPressEvent(QKeyEvent* event) {
  const bool ctrl = (event->modifiers() & Qt::ControlModifier) != 0;
  QScrollBar* bar = verticalScrollBar();
  if (event->matches(QKeySequence::Copy)) {
    const QString source = selectedSource();
    if (!source.isEmpty()) QGuiApplication::clipboard()->setText(source);
  } else if (event->matches(QKeySequence::SelectAll)) {
    selectAll();
  } else if (ctrl && (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)) {
    const int row = m_rows.rowAt(bar->value() + 2 * space::kTwo);
    scrollToRow(event->key() == Qt::Key_Up ? std::max(0, row - 1) : row + 1);
  } else if (event->key() == Qt::Key_Home) {
    bar->setValue(0);
  } else if (event->key() == Qt::Key_End) {
    scrollToEnd();
  } else if (event->key() == Qt::Key_Space) {
    bar->triggerAction((event->modifiers() & Qt::ShiftModifier) != 0
                           ? QAbstractSlider::SliderPageStepSub
                           : QAbstractSlider::SliderPageStepAdd);
  } else {
    QAbstractScrollArea::keyPressEvent(event);
  }
}

/// Everything in the pieces that Tab stops at, in reading order.
QVector<QWidget*> MessageListView::tabStops() const {
  QVector<QWidget*> stops;
  for (const auto& [id, live] : m_live) {
    QWidget* piece = live.widget->widget();
    QVector<QWidget*> inside;
    if ((piece->focusPolicy() & Qt::TabFocus) != 0) inside.append(piece);
    for (QWidget* w : piece->findChildren<QWidget*>()) {
      if ((w->focusPolicy() & Qt::TabFocus) != 0 && w->isEnabled() && w->isVisibleTo(piece) &&
          w->focusProxy() == nullptr)
        inside.append(w);
    }
    std::stable_sort(inside.begin(), inside.end(), [this](QWidget* a, QWidget* b) {
      const QPoint pa = a->mapTo(viewport(), QPoint()), pb = b->mapTo(viewport(), QPoint());
      return pa.y() / 12 != pb.y() / 12 ? pa.y() < pb.y() : pa.x() < pb.x();
    });
    stops += inside;
  }
  return stops;
}

/// Tab walks the pieces in reading order, whatever order their widgets were made in. At the edge of
/// what has widgets it scrolls on; at the real ends it leaves the list.
bool MessageListView::focusNextPrevChild(bool next) {
  QWidget* focused = focusWidget();
  if (focused == nullptr || !viewport()->isAncestorOf(focused)) {
    if (!next || !hasFocus()) return QAbstractScrollArea::focusNextPrevChild(next);
    focused = nullptr;
  }
  QScrollBar* bar = verticalScrollBar();
  QVector<QWidget*> stops = tabStops();
  const auto beyond = [&] {
    const auto at = focused == nullptr ? -1 : stops.indexOf(focused);
    const auto to = next ? at + 1 : at - 1;
    return to >= 0 && to < stops.size() ? stops[to] : nullptr;
  };
  QWidget* stop = beyond();
  while (stop == nullptr && bar->value() != (next ? bar->maximum() : bar->minimum())) {
    bar->setValue(bar->value() + (next ? 1 : -1) * viewport()->height() / 2);
    stops = tabStops();
    stop = beyond();
  }
  if (stop == nullptr && !next) stop = this;
  for (QWidget* w = nextInFocusChain(); stop == nullptr && w != this; w = w->nextInFocusChain()) {
    const bool outside = !isAncestorOf(w) && w->window() == window();
    if (outside && (w->focusPolicy() & Qt::TabFocus) != 0 && w->isVisible() && w->isEnabled())
      stop = w;
  }
  if (stop == nullptr) return false;
  stop->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
  if (!viewport()->isAncestorOf(stop)) return true;
  const int y = stop->mapTo(viewport(), QPoint()).y();
  if (y < 0 || y + std::min(stop->height(), 60) > viewport()->height())
    bar->setValue(bar->value() + y - viewport()->height() / 3);
  return true;
}

}  // namespace leyden::desktop
