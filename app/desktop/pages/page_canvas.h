// SPDX-License-Identifier: Apache-2.0
// The column of pages: images, and over them what is found, selected, quoted and warm. Images come
// from a loader and are kept up to a budget; a page without its image yet shows an older one
// scaled, else paper. The text is ours, so selecting and finding work before any image has come.
#pragma once

#include <QAbstractScrollArea>
#include <QCache>
#include <QHash>
#include <QPixmap>
#include <QTimer>
#include <memory>

#include "app/desktop/pages/evidence_map.h"
#include "app/desktop/pages/page_geometry.h"
#include "app/desktop/pages/page_loader.h"

class QPainterPath;

namespace leyden::desktop {

class PageFinder;

/// A place in the text of a document. `unit` of the page's text.
struct TextPlace {
  int page = -1;
  qint64 unit = 0;
  auto operator<=>(const TextPlace&) const = default;
};

class PageCanvas : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit PageCanvas(QWidget* parent = nullptr);

  /// Both must outlive their use here; nullptr: no document.
  void setDocument(PageLoader* loader, PageFinder* finder);

  int currentPage() const;
  int pageCount() const { return m_geometry.count(); }
  const PageGeometry& geometry() const { return m_geometry; }
  void setZoom(double zoom);
  void setFit(Fit fit);
  void zoomIn() { setZoom(m_geometry.zoom() * 1.2); }
  void zoomOut() { setZoom(m_geometry.zoom() / 1.2); }
  double zoom() const { return m_geometry.zoom(); }

  void goToPage(int page);
  /// Scrolls so that this stretch of a page is in view; `units` may be empty.
  void reveal(int page, const Span& units);
  /// Height in the column at which a byte of the page's text stands, where its text is known.
  double heightOf(int page, const Span& bytes) const;

  void setEvidence(const EvidenceMap& evidence);
  void setGlow(const EvidenceMap& glow);
  /// The quotation that was asked for; empty: none.
  void setQuoteMark(int page, const Span& units);

  /// Known text of a page; nullptr until it has come, and asked for then.
  const PageText* pageText(int page) const;

  QString selectedText() const;
  std::pair<TextPlace, TextPlace> selection() const;
  void select(const TextPlace& from, const TextPlace& to);
  void selectPage();
  void copySelection();

  /// Memory for page images, in bytes. At most this much is kept, apart from what is in view.
  static constexpr qint64 kImageBudget = 160 << 20;
  qint64 imageBytes() const { return qint64(m_images.totalCost()) * 1024; }

 signals:
  void currentPageChanged(int page);
  void zoomChanged();
  void selectionChanged();
  void textKnown(int page);
  void contextMenuWanted(const QPoint& globalPosition);
  /// The position in the column changed by scrolling or layout: share of its height in view.
  void viewMoved(double top, double bottom);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Anchor {
    int page = 0;
    double share = 0;  ///< of the page's height
  };
  Anchor anchor() const;
  void restore(const Anchor& anchor);
  void updateBars();
  void askForView();
  void onImage(int page, double scale, const QImage& image);
  void onText(int page, const PageText& text);
  void reportPage();
  void describe();
  QRectF toView(int page, const QRectF& points) const;
  void paintPage(QPainter& p, int page);
  /// The marked quotation, where it is drawn.
  QPainterPath quotePath(int page) const;
  void paintBoxes(QPainter& p, int page, const Span& units, const QColor& colour) const;
  void paintSpans(QPainter& p, int page, const QVector<EvidenceSpan>& spans, float least,
                  float most) const;
  TextPlace placeAt(const QPoint& position) const;
  bool isOverText(const QPoint& position) const;
  double imageScale() const;

  PageLoader* m_loader = nullptr;
  PageFinder* m_finder = nullptr;
  PageGeometry m_geometry;
  struct Picture {
    QPixmap pixmap;
    double scale = 0;
  };
  QCache<int, Picture> m_images;  ///< cost in KiB
  mutable QHash<int, PageText> m_texts;
  mutable QSet<int> m_askedTexts;
  QSet<int> m_failed;
  EvidenceMap m_evidence, m_glow;
  int m_quotePage = -1;
  Span m_quote;
  TextPlace m_from, m_to;
  bool m_selecting = false;
  double m_ratio = 0;  ///< pixels a point of the screen, as last drawn
  int m_reported = -1;
  int m_revealPage = -1;  ///< wanted as soon as its text is known
  Span m_revealUnits;
  QTimer m_askTimer;
};

}  // namespace leyden::desktop
