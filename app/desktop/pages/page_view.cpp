// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_view.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QJsonArray>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTabBar>
#include <QThread>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/controls/local_paths.h"
#include "app/desktop/controls/empty_state.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/pages/document_opener.h"
#include "app/desktop/pages/file_page_source.h"
#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/page_source.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

constexpr int kShortTitle = 20;  // of a document, where its page is named in an answer

}  // namespace

PageView::PageView(EngineClient* client, QWidget* parent)
    : QWidget(parent), m_client(client), m_opener(new DocumentOpener(client, this)) {
  setAcceptDrops(true);
  m_tabs = new QTabBar(this);
  m_tabs->setObjectName(QStringLiteral("documentTabs"));
  m_tabs->setTabsClosable(true);
  m_tabs->setMovable(true);
  m_tabs->setElideMode(Qt::ElideRight);
  m_tabs->setExpanding(false);
  m_tabs->setDocumentMode(true);
  m_tabs->setDrawBase(false);
  m_stack = new QStackedWidget(this);
  m_empty = new EmptyState(QStringLiteral("read"), this);
  m_stack->addWidget(m_empty);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_tabs);
  column->addWidget(m_stack, 1);
  connect(m_empty, &EmptyState::clicked, this, &PageView::openFilesRequested);
  connect(m_tabs, &QTabBar::tabCloseRequested, this, &PageView::close);
  connect(m_tabs, &QTabBar::tabMoved, this, [this](int from, int to) { m_panes.move(from, to); });
  connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
    if (index >= 0 && index < m_panes.size()) m_stack->setCurrentWidget(m_panes[index]);
  });
  retranslate();
  showTabs();
}

PageView::~PageView() { closeAll(); }

PagePane* PageView::paneOf(qint64 document) const {
  for (PagePane* pane : m_panes) {
    if (pane->document() == document) return pane;
  }
  return nullptr;
}

PagePane* PageView::currentPane() const {
  const int index = m_tabs->currentIndex();
  return index >= 0 && index < m_panes.size() ? m_panes[index] : nullptr;
}

PagePane* PageView::open(qint64 document) {
  if (PagePane* pane = paneOf(document)) return pane;
  const DocumentRow* row = m_client->document(document);
  PagePane* pane = addPane(document, row == nullptr ? tr("Document") : row->title);
  m_opener->open(document, pane,
                 [this, pane, document](const Outcome<std::shared_ptr<PageSource>>& source) {
                   if (!source) {
                     pane->showFailure(source.failure.message);
                     return;
                   }
                   pane->setSource(*source, document);
                   if (m_wantedState.contains(document))
                     pane->restoreViewState(m_wantedState.take(document));
                   if (m_wanted.contains(document)) pane->showSource(m_wanted.take(document));
                   emit placesChanged();
                 });
  return pane;
}

PagePane* PageView::addPane(qint64 document, const QString& title) {
  auto* pane = new PagePane(m_stack);
  pane->setSource(nullptr, document);
  m_panes.append(pane);
  m_stack->addWidget(pane);
  m_tabs->addTab(icon(QStringLiteral("file")), QString(title).replace(u'&', QStringLiteral("&&")));
  m_tabs->setTabToolTip(m_tabs->count() - 1, title);
  connect(pane, &PagePane::askRequested, this, &PageView::askRequested);
  pane->setEvidence(m_evidence);
  showTabs();
  return pane;
}

void PageView::preview(const QString& path) {
  if (m_previews.value(path)) return;
  PagePane* pane = addPane(0, QFileInfo(path).fileName());
  m_previews[path] = pane;
  m_tabs->setCurrentIndex(int(m_panes.indexOf(pane)));
  auto* thread = QThread::create([path, pane = QPointer(pane), view = QPointer(this)] {
    const auto source = FilePageSource::open(path);
    if (!view) return;
    QMetaObject::invokeMethod(
        view,
        [path, pane, view, source] {
          if (!view || !pane || view->m_previews.value(path) != pane) return;
          if (source)
            pane->setSource(*source, 0);
          else
            view->endPreview(path, 0);
        },
        Qt::QueuedConnection);
  });
  connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start();
}

void PageView::endPreview(const QString& path, qint64 document) {
  const QPointer<PagePane> pane = m_previews.take(path);
  if (pane && document > 0 && pane->source() != nullptr) {
    QJsonObject state = pane->viewState();
    state["document"] = document;
    m_wantedState.insert(document, state);
  }
  if (document > 0) openDocument(document);
  if (pane) close(int(m_panes.indexOf(pane)));
}

void PageView::openDocument(qint64 document) {
  m_tabs->setCurrentIndex(int(m_panes.indexOf(open(document))));
}

void PageView::close(int index) {
  if (index < 0 || index >= m_panes.size()) return;
  PagePane* pane = m_panes.takeAt(index);
  m_tabs->removeTab(index);
  m_stack->removeWidget(pane);
  pane->deleteLater();
  showTabs();
}

void PageView::closeAll() {
  while (!m_panes.isEmpty()) close(int(m_panes.size()) - 1);
  m_previews.clear();
  m_wanted.clear();
  m_wantedState.clear();
}

void PageView::showTabs() {
  m_tabs->setVisible(m_panes.size() > 1);
  if (PagePane* pane = currentPane())
    m_stack->setCurrentWidget(pane);
  else
    m_stack->setCurrentWidget(m_empty);
}

void PageView::showSource(const EvidencePassage& source) {
  openDocument(source.document);
  PagePane* pane = paneOf(source.document);
  if (pane->source() != nullptr)
    pane->showSource(source);
  else
    m_wanted.insert(source.document, source);
}

void PageView::setEvidence(const QVector<EvidencePassage>& evidence) {
  m_evidence = evidence;
  for (PagePane* pane : m_panes) pane->setEvidence(evidence);
}

void PageView::setGlow(const QVector<EvidencePassage>& sources) {
  for (PagePane* pane : m_panes) pane->setGlow(sources);
}

QString PageView::placeOf(const EvidencePassage& source) const {
  const PagePane* pane = paneOf(source.document);
  const QString place = pane == nullptr ? QString() : pane->placeOf(source);
  const auto documents = std::count_if(m_panes.begin(), m_panes.end(),
                                       [](const PagePane* p) { return p->document() != 0; });
  const DocumentRow* row = m_client->document(source.document);
  if (place.isEmpty() || documents < 2 || row == nullptr) return place;
  QString title = row->title;
  if (title.size() > kShortTitle) title = title.left(kShortTitle - 1).trimmed() + u'…';
  return tr("%1, %2", "document, page").arg(title, place);
}

QJsonObject PageView::viewState() const {
  QJsonArray tabs;
  for (const PagePane* pane : m_panes) {
    if (pane->document() == 0) continue;  // a preview
    // A document that is still being opened keeps the state it is to be given.
    const auto wanted = m_wantedState.constFind(pane->document());
    tabs.append(wanted != m_wantedState.constEnd() ? *wanted : pane->viewState());
  }
  return {{"tabs", tabs}, {"current", m_tabs->currentIndex()}};
}

void PageView::restoreViewState(const QJsonObject& state) {
  for (const auto& value : state["tabs"].toArray()) {
    const QJsonObject tab = value.toObject();
    const auto document = qint64(tab["document"].toDouble());
    if (document <= 0) continue;
    PagePane* pane = open(document);
    if (pane->source() != nullptr)
      pane->restoreViewState(tab);
    else
      m_wantedState.insert(document, tab);
  }
  m_tabs->setCurrentIndex(state["current"].toInt());
  showTabs();
}

void PageView::showFind() {
  if (PagePane* pane = currentPane()) pane->showFind();
}

void PageView::dragEnterEvent(QDragEnterEvent* event) {
  if (!localPaths(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void PageView::dropEvent(QDropEvent* event) {
  emit filesDropped(localPaths(*event->mimeData()));
  event->acceptProposedAction();
}

void PageView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange) retranslate();
  QWidget::changeEvent(event);
}

void PageView::retranslate() {
  m_tabs->setAccessibleName(tr("Open documents"));
  m_empty->setTexts(tr("Nothing is open"),
                    tr("Drop a document here. It is read once: after that it opens in a moment, in "
                       "every session."),
                    tr("Open a document"));
}

}  // namespace leyden::desktop
