// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_geometry.h"

#include <algorithm>

namespace leyden::desktop {

void PageGeometry::setSizes(const QVector<QSizeF>& points) {
  m_sizes = points;
  layOut();
}

bool PageGeometry::setSize(int page, const QSizeF& points) {
  if (page < 0 || page >= m_sizes.size() || points.isEmpty() || m_sizes[page] == points)
    return false;
  m_sizes[page] = points;
  layOut();
  return true;
}

void PageGeometry::setViewport(const QSizeF& size) {
  m_viewport = size;
  layOut();
}

void PageGeometry::setFit(Fit fit) {
  m_fit = fit;
  layOut();
}

void PageGeometry::setZoom(double zoom) {
  m_fit = Fit::None;
  m_zoom = std::clamp(zoom, kMinZoom, kMaxZoom);
  layOut();
}

void PageGeometry::layOut() {
  QSizeF widest(1, 1);
  for (const QSizeF& s : m_sizes) widest = widest.expandedTo(s);
  const double inner = std::max(40.0, m_viewport.width() - 2 * kMargin);
  const double byWidth = inner / (widest.width() * 96 / 72);
  if (m_fit == Fit::Width) m_zoom = std::clamp(byWidth, kMinZoom, kMaxZoom);
  if (m_fit == Fit::Page) {
    const double byHeight = (m_viewport.height() - 2 * kMargin) / (widest.height() * 96 / 72);
    m_zoom = std::clamp(std::min(byWidth, byHeight), kMinZoom, kMaxZoom);
  }
  m_tops.resize(m_sizes.size());
  double y = kMargin;
  for (qsizetype i = 0; i < m_sizes.size(); ++i) {
    m_tops[i] = y;
    y += m_sizes[i].height() * scale() + kGap;
  }
  m_height = y - (m_sizes.isEmpty() ? 0 : kGap) + kMargin;
  m_width = std::max(m_viewport.width(), widest.width() * scale() + 2 * kMargin);
}

QRectF PageGeometry::page(int index) const {
  const QSizeF s = m_sizes[index] * scale();
  return {(m_width - s.width()) / 2, m_tops[index], s.width(), s.height()};
}

int PageGeometry::pageAt(double y) const {
  if (m_tops.isEmpty()) return -1;
  const auto above = std::upper_bound(m_tops.begin(), m_tops.end(), y);
  return std::max(0, int(above - m_tops.begin()) - 1);
}

QVector<int> PageGeometry::between(double top, double bottom) const {
  QVector<int> pages;
  for (int i = std::max(0, pageAt(top)); i < count() && m_tops[i] < bottom; ++i) {
    if (page(i).bottom() > top) pages.append(i);
  }
  return pages;
}

}  // namespace leyden::desktop
