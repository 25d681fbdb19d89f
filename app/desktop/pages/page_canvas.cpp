// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_canvas.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>
#include <limits>

#include "app/desktop/pages/page_finder.h"
#include "app/desktop/pages/page_text_search.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

/// What is coloured around a line's box.
QRectF markOf(const QRectF& box) { return box.adjusted(-1.5, -1, 1.5, 1); }

}  // namespace

PageCanvas::PageCanvas(QWidget* parent) : QAbstractScrollArea(parent) {
  setObjectName(QStringLiteral("pageCanvas"));
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setMouseTracking(true);
  viewport()->setCursor(Qt::ArrowCursor);
  verticalScrollBar()->setSingleStep(40);
  horizontalScrollBar()->setSingleStep(40);
  m_images.setMaxCost(int(kImageBudget / 1024));
  m_askTimer.setSingleShot(true);
  m_askTimer.setInterval(30);
  connect(&m_askTimer, &QTimer::timeout, this, &PageCanvas::askForView);
  describe();
}

void PageCanvas::setDocument(PageLoader* loader, PageFinder* finder) {
  m_loader = loader;
  m_finder = finder;
  m_images.clear();
  m_texts.clear();
  m_askedTexts.clear();
  m_failed.clear();
  m_evidence = {};
  m_glow = {};
  m_quotePage = -1;
  m_from = m_to = {};
  m_reported = -1;
  QVector<QSizeF> sizes;
  if (loader != nullptr) {
    for (int i = 0; i < loader->source().pageCount(); ++i)
      sizes.append(loader->source().pageSize(i));
    connect(loader, &PageLoader::imageReady, this, &PageCanvas::onImage);
    connect(loader, &PageLoader::textReady, this, &PageCanvas::onText);
    connect(loader, &PageLoader::failed, this, [this](int page) {
      m_failed.insert(page);
      viewport()->update();
    });
    connect(finder, &PageFinder::countChanged, viewport(), qOverload<>(&QWidget::update));
    connect(finder, &PageFinder::currentChanged, this, [this] {
      const auto match = m_finder->match();
      if (match.page >= 0) reveal(match.page, match.units);
      viewport()->update();
    });
  }
  m_geometry.setSizes(sizes);
  updateBars();
  verticalScrollBar()->setValue(0);
  askForView();
  reportPage();
}

// ---- Geometry

int PageCanvas::currentPage() const {
  return m_geometry.pageAt(verticalScrollBar()->value() + viewport()->height() * 0.4);
}

PageCanvas::Anchor PageCanvas::anchor() const {
  const double y = verticalScrollBar()->value();
  const int page = m_geometry.pageAt(y);
  if (page < 0) return {};
  const QRectF r = m_geometry.page(page);
  return {page, (y - r.top()) / std::max(1.0, r.height())};
}

void PageCanvas::restore(const Anchor& a) {
  updateBars();
  if (a.page >= m_geometry.count()) return;
  const QRectF r = m_geometry.page(a.page);
  verticalScrollBar()->setValue(int(std::lround(r.top() + a.share * r.height())));
}

void PageCanvas::updateBars() {
  const QSizeF size = m_geometry.size();
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setRange(0,
                                std::max(0, int(std::ceil(size.height())) - viewport()->height()));
  horizontalScrollBar()->setPageStep(viewport()->width());
  horizontalScrollBar()->setRange(0,
                                  std::max(0, int(std::floor(size.width())) - viewport()->width()));
  viewport()->update();
}

void PageCanvas::setZoom(double zoom) {
  const Anchor a = anchor();
  m_geometry.setZoom(zoom);
  restore(a);
  m_askTimer.start();
  emit zoomChanged();
}

void PageCanvas::setFit(Fit fit) {
  const Anchor a = anchor();
  m_geometry.setFit(fit);
  restore(a);
  m_askTimer.start();
  emit zoomChanged();
}

void PageCanvas::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  const Anchor a = anchor();
  const double zoom = m_geometry.zoom();
  m_geometry.setViewport(viewport()->size());
  restore(a);
  m_askTimer.start();
  if (zoom != m_geometry.zoom()) emit zoomChanged();
}

void PageCanvas::scrollContentsBy(int, int) {
  viewport()->update();
  if (!m_askTimer.isActive()) m_askTimer.start();
  reportPage();
}

void PageCanvas::reportPage() {
  const double height = std::max(1.0, m_geometry.size().height());
  const double top = verticalScrollBar()->value();
  emit viewMoved(top / height, (top + viewport()->height()) / height);
  const int page = currentPage();
  if (page == m_reported) return;
  m_reported = page;
  describe();
  emit currentPageChanged(page);
}

/// What a screen reader says: where the reader is, and the page's text.
void PageCanvas::describe() {
  const int page = m_reported;
  setAccessibleName(page < 0 ? tr("No document")
                             : tr("Page %1 of %2").arg(page + 1).arg(m_geometry.count()));
  const auto text = m_texts.constFind(page);
  setAccessibleDescription(text == m_texts.constEnd() ? QString() : text->text.left(4000));
}

void PageCanvas::goToPage(int page) {
  if (m_geometry.count() == 0) return;
  const int to = std::clamp(page, 0, m_geometry.count() - 1);
  verticalScrollBar()->setValue(int(m_geometry.page(to).top() - PageGeometry::kGap / 2));
}

void PageCanvas::reveal(int page, const Span& units) {
  if (page < 0 || page >= m_geometry.count()) return;
  m_revealPage = -1;
  if (units.isEmpty()) return goToPage(page);
  const PageText* text = pageText(page);
  if (text == nullptr) {
    goToPage(page);
    m_revealPage = page;
    m_revealUnits = units;
    return;
  }
  const auto boxes = lineBoxes(*text, units);
  if (boxes.isEmpty()) return goToPage(page);
  const QRectF box = toView(page, boxes.first());
  const bool inView = box.top() > 30 && box.bottom() < viewport()->height() - 30;
  if (!inView)
    verticalScrollBar()->setValue(verticalScrollBar()->value() +
                                  int(box.top() - viewport()->height() * 0.3));
  if (box.left() < 0 || box.right() > viewport()->width())
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + int(box.left() - 40));
}

double PageCanvas::heightOf(int page, const Span& bytes) const {
  const QRectF r = m_geometry.page(page);
  const auto text = m_texts.constFind(page);
  if (text == m_texts.constEnd()) return r.top();
  const auto boxes = lineBoxes(*text, unitsOf(*text, bytes));
  return boxes.isEmpty() ? r.top() : r.top() + boxes.first().top() * m_geometry.scale();
}

// ---- What comes from the loader

double PageCanvas::imageScale() const { return m_geometry.scale() * devicePixelRatioF(); }

void PageCanvas::askForView() {
  if (m_loader == nullptr) return;
  const double top = verticalScrollBar()->value(), h = viewport()->height();
  const auto visible = m_geometry.between(top, top + h);
  const auto near = m_geometry.between(top - h, top + 2 * h);
  m_loader->dropImagesExcept(QSet<int>(near.begin(), near.end()));
  const auto ask = [&](int page) {
    const Picture* have = m_images.object(page);
    if (have == nullptr || std::abs(have->scale - imageScale()) > 0.01 * imageScale())
      m_loader->wantImage(page, imageScale());
    pageText(page);
  };
  // The last wish is served first: what is in view comes last, its first page at the very end.
  for (const int page : near) {
    if (!visible.contains(page)) ask(page);
  }
  for (auto it = visible.rbegin(); it != visible.rend(); ++it) ask(*it);
}

void PageCanvas::onImage(int page, double scale, const QImage& image) {
  const Anchor a = anchor();
  const QSizeF points = QSizeF(image.size()) / scale;
  const QSizeF known = m_geometry.page(page).size() / m_geometry.scale();
  // Sizes may have been a guess; a rounding to whole pixels is none.
  const bool guess = std::abs(points.width() - known.width()) * scale > 1.5 ||
                     std::abs(points.height() - known.height()) * scale > 1.5;
  if (guess && m_geometry.setSize(page, points)) restore(a);
  auto* picture = new Picture{QPixmap::fromImage(image), scale};
  m_images.insert(page, picture, std::max(1, int(image.sizeInBytes() / 1024)));
  viewport()->update();
}

void PageCanvas::onText(int page, const PageText& text) {
  m_texts.insert(page, text);
  if (page == m_reported) describe();
  if (page == m_revealPage) reveal(page, m_revealUnits);
  viewport()->update();
  emit textKnown(page);
}

const PageText* PageCanvas::pageText(int page) const {
  const auto it = m_texts.constFind(page);
  if (it != m_texts.constEnd()) return &*it;
  if (m_loader != nullptr && !m_askedTexts.contains(page)) {
    m_askedTexts.insert(page);
    m_loader->wantText(page);
  }
  return nullptr;
}

// ---- Drawing

void PageCanvas::setEvidence(const EvidenceMap& evidence) {
  m_evidence = evidence;
  viewport()->update();
}

void PageCanvas::setGlow(const EvidenceMap& glow) {
  m_glow = glow;
  viewport()->update();
}

void PageCanvas::setQuoteMark(int page, const Span& units) {
  m_quotePage = page;
  m_quote = units;
  viewport()->update();
}

QRectF PageCanvas::toView(int page, const QRectF& points) const {
  const QRectF r = m_geometry.page(page);
  const double s = m_geometry.scale();
  return QRectF(r.left() + points.left() * s - horizontalScrollBar()->value(),
                r.top() + points.top() * s - verticalScrollBar()->value(), points.width() * s,
                points.height() * s);
}

void PageCanvas::paintBoxes(QPainter& p, int page, const Span& units, const QColor& colour) const {
  const auto text = m_texts.constFind(page);
  if (text == m_texts.constEnd() || units.isEmpty()) return;
  p.setPen(Qt::NoPen);
  p.setBrush(colour);
  for (const QRectF& box : lineBoxes(*text, units))
    p.drawRoundedRect(markOf(toView(page, box)), 2.5, 2.5);
}

QPainterPath PageCanvas::quotePath(int page) const {
  QPainterPath path;
  path.setFillRule(Qt::WindingFill);
  const auto text = m_texts.constFind(page);
  if (text == m_texts.constEnd() || m_quote.isEmpty()) return path;
  for (const QRectF& box : lineBoxes(*text, m_quote)) path.addRect(markOf(toView(page, box)));
  return path;
}

void PageCanvas::paintSpans(QPainter& p, int page, const QVector<EvidenceSpan>& spans, float least,
                            float most) const {
  const auto text = m_texts.constFind(page);
  if (text == m_texts.constEnd()) return;
  for (const EvidenceSpan& s : spans) {
    QColor colour = tokens().heat;
    colour.setAlphaF(std::clamp(least + float(s.share) * (most - least), least, most));
    paintBoxes(p, page, unitsOf(*text, s.bytes), colour);
  }
}

void PageCanvas::paintPage(QPainter& p, int page) {
  const QRectF rect =
      toView(page, QRectF(QPointF(), m_geometry.page(page).size() / m_geometry.scale()));
  // A soft edge instead of a shadow picture: three widening outlines.
  for (int i = 3; i >= 1; --i) {
    QColor edge = tokens().dark ? QColor(0, 0, 0, 40) : QColor(60, 50, 30, 12);
    p.setPen(Qt::NoPen);
    p.setBrush(edge);
    p.drawRoundedRect(rect.adjusted(-i, -i + 1, i, i + 1), i, i);
  }
  p.fillRect(rect, tokens().page);
  if (const Picture* picture = m_images.object(page)) {
    p.drawPixmap(rect, picture->pixmap, QRectF(picture->pixmap.rect()));
  } else if (m_failed.contains(page)) {
    p.setPen(QColor(0x8a, 0x85, 0x7b));
    p.drawText(rect, Qt::AlignCenter, tr("This page could not be read."));
  }
  p.setCompositionMode(QPainter::CompositionMode_Multiply);
  p.save();
  if (page == m_quotePage) {  // two colours over each other would hide the words
    QPainterPath rest;
    rest.addRect(rect);
    p.setClipPath(rest - quotePath(page));
  }
  paintSpans(p, page, m_evidence.onPage(page), 0.10f, 0.42f);
  paintSpans(p, page, m_glow.onPage(page), 0.30f, 0.75f);
  p.restore();
  if (page == m_quotePage) {
    QColor mark = lightTokens().warning;
    mark.setAlphaF(0.38f);
    paintBoxes(p, page, m_quote, mark);
  }
  if (m_finder != nullptr && !m_finder->query().isEmpty()) {
    for (const Span& s : m_finder->onPage(page)) {
      const bool here = m_finder->match() == PageFinder::Match{page, s};
      paintBoxes(p, page, s, here ? QColor(0xff, 0xa5, 0x2e) : QColor(0xff, 0xe3, 0x8a));
    }
  }
  const auto [from, to] = selection();
  if (from.page >= 0 && from.page <= page && page <= to.page) {
    QColor colour = lightTokens().accent;
    colour.setAlphaF(0.32f);
    const qint64 end = page == to.page ? to.unit : std::numeric_limits<int>::max();
    paintBoxes(p, page, {page == from.page ? from.unit : 0, end}, colour);
  }
  p.setCompositionMode(QPainter::CompositionMode_SourceOver);
}

void PageCanvas::paintEvent(QPaintEvent*) {
  // On a screen of another pixel density the pictures are asked for anew.
  if (std::exchange(m_ratio, devicePixelRatioF()) != devicePixelRatioF())
    QMetaObject::invokeMethod(this, &PageCanvas::askForView, Qt::QueuedConnection);
  QPainter p(viewport());
  p.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
  p.fillRect(viewport()->rect(), tokens().window);
  const double top = verticalScrollBar()->value();
  for (const int page : m_geometry.between(top, top + viewport()->height())) paintPage(p, page);
  if (hasFocus()) {
    p.setPen(QPen(tokens().accent, 1));
    p.setBrush(Qt::NoBrush);
    p.drawRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

// ---- Selecting

TextPlace PageCanvas::placeAt(const QPoint& position) const {
  const double y = position.y() + verticalScrollBar()->value();
  const int page = m_geometry.pageAt(y);
  if (page < 0) return {};
  const PageText* text = pageText(page);
  if (text == nullptr || text->words.isEmpty()) return {page, 0};
  const QRectF r = m_geometry.page(page);
  const double s = m_geometry.scale();
  const QPointF at((position.x() + horizontalScrollBar()->value() - r.left()) / s,
                   (y - r.top()) / s);
  // The nearest word; lines count more than columns.
  const PageWord* best = nullptr;
  double bestDistance = 0;
  for (const PageWord& w : text->words) {
    const double dy = std::max({w.rect.top() - at.y(), at.y() - w.rect.bottom(), 0.0});
    const double dx = std::max({w.rect.left() - at.x(), at.x() - w.rect.right(), 0.0});
    const double distance = dy * 20 + dx;
    if (best == nullptr || distance < bestDistance) {
      best = &w;
      bestDistance = distance;
    }
  }
  const double share =
      std::clamp((at.x() - best->rect.left()) / std::max(0.1, best->rect.width()), 0.0, 1.0);
  return {page, best->text.begin + std::lround(share * double(best->text.end - best->text.begin))};
}

bool PageCanvas::isOverText(const QPoint& position) const {
  const double y = position.y() + verticalScrollBar()->value();
  const int page = m_geometry.pageAt(y);
  const auto text = m_texts.constFind(page);
  if (page < 0 || text == m_texts.constEnd()) return false;
  const QRectF r = m_geometry.page(page);
  const QPointF at =
      QPointF(position.x() + horizontalScrollBar()->value() - r.left(), y - r.top()) /
      m_geometry.scale();
  return std::any_of(text->words.begin(), text->words.end(),
                     [&](const PageWord& w) { return w.rect.adjusted(-2, -2, 2, 2).contains(at); });
}

std::pair<TextPlace, TextPlace> PageCanvas::selection() const {
  if (m_from.page < 0 || m_from == m_to) return {};
  return {std::min(m_from, m_to), std::max(m_from, m_to)};
}

void PageCanvas::select(const TextPlace& from, const TextPlace& to) {
  m_from = from;
  m_to = to;
  viewport()->update();
  emit selectionChanged();
}

void PageCanvas::selectPage() {
  const int page = currentPage();
  if (const PageText* text = pageText(page)) select({page, 0}, {page, text->text.size()});
}

QString PageCanvas::selectedText() const {
  const auto [from, to] = selection();
  if (from.page < 0) return {};
  QStringList parts;
  for (int page = from.page; page <= to.page; ++page) {
    const auto text = m_texts.constFind(page);
    if (text == m_texts.constEnd()) continue;
    const qint64 begin = page == from.page ? from.unit : 0;
    const qint64 end = page == to.page ? to.unit : text->text.size();
    parts.append(text->text.mid(begin, end - begin));
  }
  return parts.join(u'\n').trimmed();
}

void PageCanvas::copySelection() {
  const QString text = selectedText();
  if (!text.isEmpty()) QGuiApplication::clipboard()->setText(text);
}

void PageCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const TextPlace at = placeAt(event->position().toPoint());
  if ((event->modifiers() & Qt::ShiftModifier) != 0 && m_from.page >= 0) {
    select(m_from, at);
  } else {
    select(at, at);
  }
  m_selecting = true;
}

void PageCanvas::mouseMoveEvent(QMouseEvent* event) {
  const QPoint at = event->position().toPoint();
  if (!m_selecting) {
    viewport()->setCursor(isOverText(at) ? Qt::IBeamCursor : Qt::ArrowCursor);
    return;
  }
  if (at.y() < 0) verticalScrollBar()->setValue(verticalScrollBar()->value() - 20);
  if (at.y() > viewport()->height())
    verticalScrollBar()->setValue(verticalScrollBar()->value() + 20);
  select(m_from, placeAt({at.x(), std::clamp(at.y(), 0, viewport()->height() - 1)}));
}

void PageCanvas::mouseReleaseEvent(QMouseEvent*) { m_selecting = false; }

void PageCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  const TextPlace at = placeAt(event->position().toPoint());
  const PageText* text = at.page < 0 ? nullptr : pageText(at.page);
  if (text == nullptr) return;
  for (const PageWord& w : text->words) {
    if (w.text.begin <= at.unit && at.unit <= w.text.end)
      return select({at.page, w.text.begin}, {at.page, w.text.end});
  }
}

void PageCanvas::contextMenuEvent(QContextMenuEvent* event) {
  emit contextMenuWanted(event->globalPos());
}

// ---- Keys and wheel

void PageCanvas::wheelEvent(QWheelEvent* event) {
  if ((event->modifiers() & Qt::ControlModifier) == 0)
    return QAbstractScrollArea::wheelEvent(event);
  if (event->angleDelta().y() != 0)
    setZoom(m_geometry.zoom() * std::pow(1.0015, event->angleDelta().y()));
  event->accept();
}

void PageCanvas::keyPressEvent(QKeyEvent* event) {
  const bool ctrl = (event->modifiers() & Qt::ControlModifier) != 0;
  const bool shift = (event->modifiers() & Qt::ShiftModifier) != 0;
  QScrollBar* bar = verticalScrollBar();
  if ((event->modifiers() & Qt::AltModifier) != 0)
    event->ignore();  // back and forward are the pane's
  else if (event->matches(QKeySequence::Copy))
    copySelection();
  else if (event->matches(QKeySequence::SelectAll))
    selectPage();
  else if (event->matches(QKeySequence::ZoomIn) || (ctrl && event->key() == Qt::Key_Equal))
    zoomIn();
  else if (event->matches(QKeySequence::ZoomOut))
    zoomOut();
  else if (ctrl && event->key() == Qt::Key_0)
    setFit(Fit::Width);
  else if (event->key() == Qt::Key_Home)
    goToPage(0);
  else if (event->key() == Qt::Key_End)
    bar->setValue(bar->maximum());
  else if (event->key() == Qt::Key_Space)
    bar->triggerAction(shift ? QAbstractSlider::SliderPageStepSub
                             : QAbstractSlider::SliderPageStepAdd);
  else if (ctrl && event->key() == Qt::Key_PageDown)
    goToPage(currentPage() + 1);
  else if (ctrl && event->key() == Qt::Key_PageUp)
    goToPage(currentPage() - 1);
  else if (shift && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) &&
           m_from.page >= 0) {
    TextPlace to = m_to;
    to.unit = std::max<qint64>(0, to.unit + (event->key() == Qt::Key_Right ? 1 : -1));
    select(m_from, to);
  } else if (event->key() == Qt::Key_Escape && selection().first.page >= 0) {
    select({}, {});
  } else {
    QAbstractScrollArea::keyPressEvent(event);
  }
}

void PageCanvas::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) describe();
  if (event->type() == QEvent::PaletteChange) viewport()->update();
  QAbstractScrollArea::changeEvent(event);
}

}  // namespace leyden::desktop
