// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_side.h"

#include <QApplication>
#include <QEvent>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QListView>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <algorithm>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

ThumbnailModel::ThumbnailModel(QObject* parent) : QAbstractListModel(parent) {
  m_images.setMaxCost(kKept);
}

void ThumbnailModel::setLoader(PageLoader* loader) {
  beginResetModel();
  m_loader = loader;
  m_pages = loader == nullptr ? 0 : loader->source().pageCount();
  m_images.clear();
  m_asked.clear();
  endResetModel();
  if (loader == nullptr) return;
  connect(loader, &PageLoader::thumbnailReady, this,
          [this](int page, double scale, const QImage& image) {
            auto* pixmap = new QPixmap(QPixmap::fromImage(image));
            pixmap->setDevicePixelRatio(scale * m_loader->source().pageSize(page).width() / kWidth);
            m_images.insert(page, pixmap);
            m_asked.remove(page);
            emit dataChanged(index(page), index(page), {Qt::DecorationRole});
          });
}

int ThumbnailModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : m_pages;
}

QVariant ThumbnailModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const int page = index.row();
  switch (role) {
    case Qt::DisplayRole:
      return QString::number(page + 1);
    case Qt::AccessibleTextRole:
      return tr("Page %1").arg(page + 1);
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(Qt::AlignHCenter));
    case Qt::DecorationRole: {
      if (const QPixmap* image = m_images.object(page)) return *image;
      const QSizeF size = m_loader->source().pageSize(page);
      const double width = std::max(1.0, size.width());
      if (!m_asked.contains(page)) {
        m_asked.insert(page);
        m_loader->wantThumbnail(page, kWidth * qApp->devicePixelRatio() / width);
      }
      QPixmap paper(kWidth, int(kWidth * size.height() / width));
      paper.fill(tokens().page);
      return paper;
    }
    default:
      return {};
  }
}

PageSide::PageSide(QWidget* parent) : QTabWidget(parent) {
  setObjectName(QStringLiteral("pageSide"));
  setDocumentMode(true);
  m_outline = new QTreeWidget(this);
  m_outline->setObjectName(QStringLiteral("outline"));
  m_outline->setHeaderHidden(true);
  m_outline->setColumnCount(2);
  m_outline->header()->setStretchLastSection(false);
  m_outline->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  m_outline->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  m_outline->setTextElideMode(Qt::ElideRight);
  m_outline->setUniformRowHeights(true);
  m_outline->setIndentation(14);
  m_thumbnails = new QListView(this);
  m_thumbnails->setObjectName(QStringLiteral("thumbnails"));
  m_thumbnails->setViewMode(QListView::IconMode);
  m_thumbnails->setFlow(QListView::TopToBottom);
  m_thumbnails->setWrapping(false);
  m_thumbnails->setMovement(QListView::Static);
  m_thumbnails->setResizeMode(QListView::Adjust);
  m_thumbnails->setUniformItemSizes(true);
  m_thumbnails->setSpacing(space::kOne);
  m_thumbnails->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_thumbnails->setModel(&m_model);
  addTab(m_outline, {});
  addTab(m_thumbnails, {});
  const auto chosen = [this](QTreeWidgetItem* item) {
    if (item != nullptr && !m_following) emit pageWanted(item->data(0, Qt::UserRole).toInt());
  };
  connect(m_outline, &QTreeWidget::itemClicked, this, chosen);
  connect(m_outline, &QTreeWidget::itemActivated, this, chosen);
  connect(m_thumbnails->selectionModel(), &QItemSelectionModel::currentChanged, this,
          [this](const QModelIndex& index) {
            if (index.isValid() && !m_following) emit pageWanted(index.row());
          });
  retranslate();
}

void PageSide::setLoader(PageLoader* loader) {
  m_model.setLoader(loader);
  m_outline->clear();
  QVector<QTreeWidgetItem*> parents;
  const auto outline =
      loader == nullptr ? QVector<OutlineEntry>() : loader->source().facts().outline;
  constexpr qsizetype kMost = 20'000;
  for (const OutlineEntry& e : outline.mid(0, kMost)) {
    auto* item = new QTreeWidgetItem({e.title, QString::number(e.page + 1)});
    item->setData(0, Qt::UserRole, e.page);
    item->setToolTip(0, e.title);
    item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    item->setForeground(1, tokens().muted);
    const auto level = std::min<qsizetype>(std::max(0, e.level), parents.size());
    parents.resize(level);
    if (level == 0)
      m_outline->addTopLevelItem(item);
    else
      parents.last()->addChild(item);
    parents.append(item);
  }
  m_outline->expandToDepth(0);
  setTabEnabled(0, !outline.isEmpty());
  setCurrentIndex(outline.isEmpty() ? 1 : 0);
}

void PageSide::setCurrentPage(int page) {
  m_following = true;
  const QModelIndex index = m_model.index(page);
  m_thumbnails->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
  m_thumbnails->scrollTo(index);
  // The last heading that begins at or before the page.
  QTreeWidgetItem* best = nullptr;
  for (QTreeWidgetItemIterator it(m_outline); *it != nullptr; ++it) {
    if ((*it)->data(0, Qt::UserRole).toInt() <= page) best = *it;
  }
  if (best != nullptr) m_outline->setCurrentItem(best);
  m_following = false;
}

void PageSide::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QTabWidget::changeEvent(event);
}

void PageSide::retranslate() {
  setTabText(0, tr("Outline"));
  setTabText(1, tr("Pages"));
  m_outline->setAccessibleName(tr("Outline"));
  m_thumbnails->setAccessibleName(tr("Thumbnails"));
  setAccessibleName(tr("Outline and thumbnails"));
}

}  // namespace leyden::desktop
