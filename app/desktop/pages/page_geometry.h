// SPDX-License-Identifier: Apache-2.0
// Where the pages of a document lie in one column, at a zoom. Pixels are device independent.
#pragma once

#include <QRectF>
#include <QSizeF>
#include <QVector>

namespace leyden::desktop {

enum class Fit { None, Width, Page };

class PageGeometry {
 public:
  void setSizes(const QVector<QSizeF>& points);
  /// A size that was a guess is known now. Whether anything moved.
  bool setSize(int page, const QSizeF& points);
  void setViewport(const QSizeF& size);
  void setFit(Fit fit);
  Fit fit() const { return m_fit; }
  /// 1: one pixel a point times 96/72, i.e. life size. Ends fitting.
  void setZoom(double zoom);
  double zoom() const { return m_zoom; }
  /// Pixels a point.
  double scale() const { return m_zoom * 96.0 / 72.0; }

  int count() const { return int(m_sizes.size()); }
  QRectF page(int index) const;
  /// Of the whole column.
  QSizeF size() const { return {m_width, m_height}; }
  /// The page at this height, or the nearest; -1 without pages.
  int pageAt(double y) const;
  /// Pages that touch [top, bottom).
  QVector<int> between(double top, double bottom) const;

  static constexpr double kGap = 14, kMargin = 18, kMinZoom = 0.1, kMaxZoom = 6;

 private:
  void layOut();

  QVector<QSizeF> m_sizes;
  QVector<double> m_tops;
  QSizeF m_viewport{600, 800};
  Fit m_fit = Fit::Width;
  double m_zoom = 1;
  double m_width = 0, m_height = 0;
};

}  // namespace leyden::desktop
