// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/flow_layout.h"

#include <QWidget>
#include <algorithm>

namespace leyden::desktop {

FlowLayout::FlowLayout(QWidget* parent, int gap) : QLayout(parent), m_gap(gap) {
  setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() { qDeleteAll(m_items); }

QLayoutItem* FlowLayout::takeAt(int index) {
  return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
}

QSize FlowLayout::minimumSize() const {
  QSize size;
  for (const QLayoutItem* item : m_items) size = size.expandedTo(item->minimumSize());
  return size;
}

void FlowLayout::setGeometry(const QRect& rect) {
  QLayout::setGeometry(rect);
  arrange(rect, true);
}

int FlowLayout::arrange(const QRect& rect, bool apply) const {
  int x = rect.x(), y = rect.y(), row = 0;
  for (QLayoutItem* item : m_items) {
    const QSize s = item->sizeHint().boundedTo({std::max(1, rect.width()), 1'000'000});
    if (x > rect.x() && x + s.width() > rect.right() + 1) {
      x = rect.x();
      y += row + m_gap;
      row = 0;
    }
    if (apply) item->setGeometry({QPoint(x, y), s});
    x += s.width() + m_gap;
    row = std::max(row, s.height());
  }
  return y + row - rect.y();
}

}  // namespace leyden::desktop
