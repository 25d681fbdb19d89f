// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_pane.h"

#include <QHBoxLayout>
#include <QIntValidator>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/desktop/controls/find_bar.h"
#include "app/desktop/controls/icon_button.h"
#include "app/desktop/pages/heat_strip.h"
#include "app/desktop/pages/page_finder.h"
#include "app/desktop/pages/page_side.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

PagePane::PagePane(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("pagePane"));
  const auto button = [this](const char* iconName, const char* name) {
    QToolButton* b = makeIconButton(QString::fromLatin1(iconName), {}, this);
    b->setObjectName(QString::fromLatin1(name));
    b->setIconSize({18, 18});
    return b;
  };
  m_sideButton = button("outline", "pageSideButton");
  m_sideButton->setCheckable(true);
  m_back = button("chevron-left", "pageBack");
  m_forward = button("chevron-right", "pageForward");
  m_page = new QLineEdit(this);
  m_page->setObjectName(QStringLiteral("pageNumber"));
  m_page->setAlignment(Qt::AlignRight);
  m_page->setFixedWidth(52);
  m_pages = new QLabel(this);
  m_pages->setProperty("role", QStringLiteral("muted"));
  m_zoomOut = button("zoom-out", "zoomOut");
  m_zoom = new QLabel(this);
  m_zoom->setProperty("role", QStringLiteral("muted"));
  m_zoom->setAlignment(Qt::AlignCenter);
  m_zoom->setMinimumWidth(44);
  m_zoomIn = button("zoom-in", "zoomIn");
  m_fitWidth = button("fit-width", "fitWidth");
  m_fitPage = button("fit-page", "fitPage");
  m_fitWidth->setCheckable(true);
  m_fitPage->setCheckable(true);
  m_previousEvidence = button("chevron-up", "previousEvidence");
  m_nextEvidence = button("spark", "nextEvidence");
  m_findButton = button("search", "pageFind");
  auto* bar = new QWidget(this);
  bar->setProperty("role", QStringLiteral("header"));
  bar->setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(space::kOne, space::kHalf, space::kOne, space::kHalf);
  row->setSpacing(2);
  for (QWidget* w : {static_cast<QWidget*>(m_sideButton), static_cast<QWidget*>(m_back),
                     static_cast<QWidget*>(m_forward), static_cast<QWidget*>(m_page),
                     static_cast<QWidget*>(m_pages)})
    row->addWidget(w);
  row->addStretch(1);
  for (QWidget* w : {static_cast<QWidget*>(m_zoomOut), static_cast<QWidget*>(m_zoom),
                     static_cast<QWidget*>(m_zoomIn), static_cast<QWidget*>(m_fitWidth),
                     static_cast<QWidget*>(m_fitPage)})
    row->addWidget(w);
  row->addStretch(1);
  for (QWidget* w : {m_previousEvidence, m_nextEvidence, m_findButton}) row->addWidget(w);

  m_find = new FindBar(this);
  m_notice = new QLabel(this);
  m_notice->setObjectName(QStringLiteral("pageNotice"));
  m_notice->setWordWrap(true);
  m_notice->setTextFormat(Qt::PlainText);
  m_notice->setContentsMargins(space::kTwo, space::kOne, space::kTwo, space::kOne);
  m_notice->hide();
  m_side = new PageSide(this);
  m_side->hide();
  m_canvas = new PageCanvas(this);
  m_strip = new HeatStrip(this);
  auto* middle = new QWidget(this);
  auto* pages = new QHBoxLayout(middle);
  pages->setContentsMargins(0, 0, 0, 0);
  pages->setSpacing(0);
  pages->addWidget(m_canvas, 1);
  pages->addWidget(m_strip);
  m_splitter = new QSplitter(Qt::Horizontal, this);
  m_splitter->setHandleWidth(1);
  m_splitter->setChildrenCollapsible(false);
  m_splitter->addWidget(m_side);
  m_splitter->addWidget(middle);
  m_splitter->setStretchFactor(1, 1);
  m_splitter->setSizes({180, 600});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(bar);
  column->addWidget(m_find);
  column->addWidget(m_notice);
  column->addWidget(m_splitter, 1);

  m_selectionTools = new QFrame(m_canvas);
  m_selectionTools->setProperty("role", QStringLiteral("card"));
  m_selectionTools->setObjectName(QStringLiteral("selectionTools"));
  auto* tools = new QHBoxLayout(m_selectionTools);
  tools->setContentsMargins(2, 2, 2, 2);
  tools->setSpacing(0);
  const auto quiet = [&](const char* iconName, const char* name) {
    auto* b = new QPushButton(icon(QString::fromLatin1(iconName), IconTone::Accent), {},
                              m_selectionTools);
    b->setProperty("role", QStringLiteral("quiet"));
    b->setObjectName(QString::fromLatin1(name));
    tools->addWidget(b);
    return b;
  };
  m_askButton = quiet("quote", "askAboutSelection");
  m_copyButton = quiet("copy", "copySelection");
  m_selectionTools->hide();

  connect(m_sideButton, &QToolButton::toggled, this, &PagePane::setSideShown);
  connect(m_side, &PageSide::pageWanted, this, [this](int page) { jump(page, {}); });
  connect(m_back, &QToolButton::clicked, this, &PagePane::back);
  connect(m_forward, &QToolButton::clicked, this, &PagePane::forward);
  connect(m_page, &QLineEdit::returnPressed, this, [this] {
    jump(m_page->text().toInt() - 1, {});
    m_canvas->setFocus();
  });
  connect(m_zoomOut, &QToolButton::clicked, m_canvas, &PageCanvas::zoomOut);
  connect(m_zoomIn, &QToolButton::clicked, m_canvas, &PageCanvas::zoomIn);
  connect(m_fitWidth, &QToolButton::clicked, this, [this] { m_canvas->setFit(Fit::Width); });
  connect(m_fitPage, &QToolButton::clicked, this, [this] { m_canvas->setFit(Fit::Page); });
  connect(m_previousEvidence, &QToolButton::clicked, this, [this] { nextEvidence(false); });
  connect(m_nextEvidence, &QToolButton::clicked, this, [this] { nextEvidence(true); });
  connect(m_findButton, &QToolButton::clicked, this, &PagePane::showFind);
  connect(m_find, &FindBar::closed, m_canvas, qOverload<>(&QWidget::setFocus));
  connect(m_canvas, &PageCanvas::currentPageChanged, this, [this](int page) {
    showNumbers();
    m_side->setCurrentPage(page);
  });
  connect(m_canvas, &PageCanvas::zoomChanged, this, &PagePane::showNumbers);
  connect(m_canvas, &PageCanvas::viewMoved, m_strip, &HeatStrip::setView);
  connect(m_canvas, &PageCanvas::viewMoved, this, &PagePane::showSelectionTools);
  connect(m_canvas, &PageCanvas::selectionChanged, this, &PagePane::showSelectionTools);
  connect(m_canvas, &PageCanvas::contextMenuWanted, this, &PagePane::showMenu);
  connect(m_canvas, &PageCanvas::textKnown, this, &PagePane::locate);
  connect(m_strip, &HeatStrip::wanted, this, [this](double share) {
    QScrollBar* scroll = m_canvas->verticalScrollBar();
    scroll->setValue(int(share * m_canvas->geometry().size().height() - scroll->pageStep() / 2.0));
  });
  connect(m_askButton, &QAbstractButton::clicked, this, &PagePane::ask);
  connect(m_copyButton, &QAbstractButton::clicked, m_canvas, &PageCanvas::copySelection);
  retranslate();
}

PagePane::~PagePane() {
  m_canvas->setDocument(nullptr, nullptr);
  m_side->setLoader(nullptr);
}

PageSource* PagePane::source() const { return m_loader ? &m_loader->source() : nullptr; }

void PagePane::setSource(std::shared_ptr<PageSource> source, qint64 document) {
  m_canvas->setDocument(nullptr, nullptr);
  m_side->setLoader(nullptr);
  m_finder.reset();
  m_loader.reset();
  m_document = document;
  m_trail.clear();
  m_at = -1;
  m_wanted.reset();
  m_evidence = {};
  showNotice({});
  if (source) {
    m_loader = std::make_unique<PageLoader>(std::move(source));
    m_finder = std::make_unique<PageFinder>(m_loader.get());
    m_find->setFinder(m_finder.get(), [this] { return m_canvas->currentPage(); });
    m_canvas->setDocument(m_loader.get(), m_finder.get());
    m_side->setLoader(m_loader.get());
    m_page->setValidator(new QIntValidator(1, std::max(1, m_loader->source().pageCount()), m_page));
    if (!m_loader->source().facts().notices.isEmpty())
      showNotice(m_loader->source().facts().notices.join(u' '));
  }
  setEvidence(m_evidencePassages);
  showNumbers();
}

// ---- Evidence and sources

void PagePane::setEvidence(const QVector<EvidencePassage>& evidence) {
  m_evidencePassages = evidence;
  m_evidence =
      m_loader ? EvidenceMap(m_loader->source().map(), m_document, evidence) : EvidenceMap();
  m_canvas->setEvidence(m_evidence);
  m_strip->setEvidence(m_evidence);
  m_previousEvidence->setEnabled(!m_evidence.isEmpty());
  m_nextEvidence->setEnabled(!m_evidence.isEmpty());
}

void PagePane::setGlow(const QVector<EvidencePassage>& passages) {
  const EvidenceMap glow =
      m_loader ? EvidenceMap(m_loader->source().map(), m_document, passages) : EvidenceMap();
  m_canvas->setGlow(glow);
  m_strip->setGlow(glow);
}

QString PagePane::placeOf(const EvidencePassage& passage) const {
  if (!m_loader || passage.document != m_document) return {};
  const auto pages = m_loader->source().map().pagesOf(passage.bytes);
  return pages.isEmpty() ? QString() : tr("p. %1").arg(pages.first().page + 1);
}

void PagePane::showSource(const EvidencePassage& passage) {
  if (!m_loader || passage.document != m_document) return;
  m_canvas->setQuoteMark(-1, {});
  const auto spans = m_loader->source().map().pagesOf(passage.bytes);
  if (spans.isEmpty()) {
    showNotice(
        tr("This passage stands on no page of the document as it is now. Nothing is marked."));
    return;
  }
  showNotice({});
  jump(spans.first().page, {});
  m_wanted = std::make_unique<Wanted>();
  m_wanted->source = passage;
  for (const PageSpan& s : spans) m_wanted->pages.append(s.page);
  const int first = spans.first().page, last = spans.last().page;
  for (const int page : {last + 1, first - 1}) {
    if (page >= 0 && page < m_loader->source().pageCount()) m_wanted->pages.append(page);
  }
  locate();
}

/// Goes on looking for the wanted quotation as texts of pages become known.
void PagePane::locate() {
  while (m_wanted) {
    if (m_wanted->pages.isEmpty()) {
      showNotice(tr("The quotation was not found word for word on this page. Nothing is marked."));
      m_wanted.reset();
      return;
    }
    const int page = m_wanted->pages.first();
    const PageText* text = m_canvas->pageText(page);
    if (text == nullptr) return;
    m_wanted->pages.removeFirst();
    const EvidencePassage& wanted = m_wanted->source;
    const FoldedText quote(wanted.quote);
    // First as the source says it: the very bytes, if they read like the quotation.
    for (const PageSpan& s : m_loader->source().map().pagesOf(wanted.bytes)) {
      if (s.page != page) continue;
      const Span units = unitsOf(*text, s.bytes);
      const QString there = text->text.mid(units.begin, units.end - units.begin);
      const bool same = quote.isEmpty() || !quote.find(FoldedText(there)).isEmpty();
      if (!same || there.trimmed().isEmpty()) continue;
      m_canvas->setQuoteMark(page, units);
      m_canvas->reveal(page, units);
      m_wanted.reset();
      return;
    }
    const auto found = FoldedText(text->text).find(quote);
    if (found.size() == 1) {
      m_canvas->setQuoteMark(page, found.first());
      m_canvas->reveal(page, found.first());
      m_wanted.reset();
      return;
    }
  }
}

void PagePane::nextEvidence(bool forward) {
  const auto pages = m_evidence.pages();
  if (pages.isEmpty()) return;
  const int here = m_canvas->currentPage();
  int to = forward ? pages.first() : pages.last();
  if (forward) {
    const auto next = std::upper_bound(pages.begin(), pages.end(), here);
    if (next != pages.end()) to = *next;
  } else {
    const auto at = std::lower_bound(pages.begin(), pages.end(), here);
    if (at != pages.begin()) to = *(at - 1);
  }
  const PageText* text = m_canvas->pageText(to);
  jump(to, text == nullptr ? Span{0, 1} : unitsOf(*text, m_evidence.onPage(to).first().bytes));
}

// ---- Going about

void PagePane::jump(int page, const Span& units) {
  if (m_canvas->pageCount() == 0) return;
  const int from = m_canvas->currentPage();
  const int to = std::clamp(page, 0, m_canvas->pageCount() - 1);
  m_canvas->reveal(to, units);
  if (from != to) {
    m_trail.resize(m_at + 1);
    if (m_trail.isEmpty() || m_trail.last() != from) m_trail.append(from);
    m_trail.append(to);
    m_at = int(m_trail.size()) - 1;
  }
  showNumbers();
}

void PagePane::goToPage(int page) { jump(page, {}); }

void PagePane::step(int by) {
  const int to = m_at + by;
  if (to < 0 || to >= m_trail.size()) return;
  m_at = to;
  m_canvas->goToPage(m_trail[to]);
  showNumbers();
}

void PagePane::showFind() { m_find->open(); }

void PagePane::setSideShown(bool shown) {
  if (m_sideButton->isChecked() != shown) m_sideButton->setChecked(shown);
  if (shown == !m_side->isHidden()) return;
  m_side->setVisible(shown);
  emit sideToggled(shown);
}

void PagePane::showNumbers() {
  const int count = m_canvas->pageCount();
  const QLocale locale;
  if (!m_page->hasFocus() || !m_page->isModified())
    m_page->setText(count == 0 ? QString() : QString::number(m_canvas->currentPage() + 1));
  m_pages->setText(count == 0 ? QString() : tr("of %1").arg(locale.toString(count)));
  m_zoom->setText(tr("%1%").arg(std::lround(m_canvas->zoom() * 100)));
  m_fitWidth->setChecked(m_canvas->geometry().fit() == Fit::Width);
  m_fitPage->setChecked(m_canvas->geometry().fit() == Fit::Page);
  m_back->setEnabled(m_at > 0);
  m_forward->setEnabled(m_at + 1 < m_trail.size());
}

void PagePane::showNotice(const QString& text) {
  m_notice->setText(text);
  m_notice->setVisible(!text.isEmpty());
}

// ---- The selection

void PagePane::showSelectionTools() {
  const auto [from, to] = m_canvas->selection();
  const PageText* text = from.page < 0 ? nullptr : m_canvas->pageText(to.page);
  const auto boxes = text == nullptr
                         ? QVector<QRectF>()
                         : lineBoxes(*text, {from.page == to.page ? from.unit : 0, to.unit});
  m_selectionTools->setVisible(!boxes.isEmpty());
  if (boxes.isEmpty()) return;
  const QRectF page = m_canvas->geometry().page(to.page);
  const double scale = m_canvas->geometry().scale();
  const QSize size = m_selectionTools->sizeHint();
  const double x =
      page.left() + boxes.last().left() * scale - m_canvas->horizontalScrollBar()->value();
  const double y =
      page.top() + boxes.last().bottom() * scale - m_canvas->verticalScrollBar()->value() + 6;
  const QWidget* view = m_canvas->viewport();
  m_selectionTools->setGeometry(
      std::clamp(int(x), 4, std::max(4, view->width() - size.width() - 4)),
      std::clamp(int(y), 4, std::max(4, view->height() - size.height() - 4)), size.width(),
      size.height());
  m_selectionTools->raise();
}

void PagePane::ask() {
  const QString quote = m_canvas->selectedText();
  if (quote.isEmpty() || !m_loader) return;
  const int page = m_canvas->selection().first.page;
  emit askRequested(quote, tr("%1, p. %2").arg(m_loader->source().facts().title).arg(page + 1));
}

void PagePane::showMenu(const QPoint& position) {
  QMenu menu(this);
  const bool selected = !m_canvas->selectedText().isEmpty();
  menu.addAction(icon(QStringLiteral("quote")), tr("Ask about selection"), this, &PagePane::ask)
      ->setEnabled(selected);
  menu.addAction(icon(QStringLiteral("copy")), tr("Copy"), m_canvas, &PageCanvas::copySelection)
      ->setEnabled(selected);
  menu.addAction(tr("Select page"), m_canvas, &PageCanvas::selectPage);
  menu.addSeparator();
  menu.addAction(icon(QStringLiteral("search")), tr("Find in document"), this, &PagePane::showFind);
  menu.exec(position);
}

// ---- State

QJsonObject PagePane::viewState() const {
  const PageGeometry& g = m_canvas->geometry();
  QJsonObject state{
      {"document", m_document}, {"page", m_canvas->currentPage()}, {"side", !m_side->isHidden()}};
  state.insert("fit", g.fit() == Fit::Width ? "width" : g.fit() == Fit::Page ? "page" : "none");
  state.insert("zoom", g.zoom());
  return state;
}

void PagePane::restoreViewState(const QJsonObject& state) {
  const QString fit = state["fit"].toString(QStringLiteral("width"));
  if (fit == QStringLiteral("none"))
    m_canvas->setZoom(state["zoom"].toDouble(1));
  else
    m_canvas->setFit(fit == QStringLiteral("page") ? Fit::Page : Fit::Width);
  setSideShown(state["side"].toBool());
  m_canvas->goToPage(state["page"].toInt());
  showNumbers();
}

void PagePane::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const bool narrow = width() < 520;
  m_fitPage->setVisible(!narrow);
  m_zoom->setVisible(width() > 420);
}

void PagePane::keyPressEvent(QKeyEvent* event) {
  const bool alt = event->modifiers() == Qt::AltModifier;
  if (m_find->takes(event)) return;
  if (alt && event->key() == Qt::Key_Left)
    back();
  else if (alt && event->key() == Qt::Key_Right)
    forward();
  else if (event->key() == Qt::Key_F8)
    nextEvidence((event->modifiers() & Qt::ShiftModifier) == 0);
  else
    QWidget::keyPressEvent(event);
}

void PagePane::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

void PagePane::retranslate() {
  setButtonName(m_sideButton, tr("Outline and thumbnails"));
  setButtonName(m_back, tr("Back (Alt+Left)"));
  setButtonName(m_forward, tr("Forward (Alt+Right)"));
  setButtonName(m_zoomOut, tr("Smaller (Ctrl+-)"));
  setButtonName(m_zoomIn, tr("Larger (Ctrl++)"));
  setButtonName(m_fitWidth, tr("Fit width (Ctrl+0)"));
  setButtonName(m_fitPage, tr("Fit page"));
  setButtonName(m_previousEvidence, tr("Previous evidence (Shift+F8)"));
  setButtonName(m_nextEvidence, tr("Next evidence (F8)"));
  setButtonName(m_findButton, tr("Find in document (Ctrl+F)"));
  m_find->setPrompt(tr("Find in this document"));
  m_page->setAccessibleName(tr("Page number"));
  m_askButton->setText(tr("Ask about selection"));
  m_copyButton->setText(tr("Copy"));
  showNumbers();
}

}  // namespace leyden::desktop
