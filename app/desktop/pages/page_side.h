// SPDX-License-Identifier: Apache-2.0
// What stands beside the pages: the outline as a tree, and thumbnails.
#pragma once

#include <QAbstractListModel>
#include <QCache>
#include <QPixmap>
#include <QTabWidget>

#include "app/desktop/pages/page_loader.h"

class QListView;
class QTreeWidget;

namespace leyden::desktop {

/// Thumbnails come when they are looked at, and are forgotten when many others were.
class ThumbnailModel : public QAbstractListModel {
  Q_OBJECT
 public:
  explicit ThumbnailModel(QObject* parent = nullptr);
  void setLoader(PageLoader* loader);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

  static constexpr int kWidth = 110, kKept = 400;

 private:
  PageLoader* m_loader = nullptr;
  int m_pages = 0;
  mutable QCache<int, QPixmap> m_images;
  mutable QSet<int> m_asked;
};

class PageSide : public QTabWidget {
  Q_OBJECT
 public:
  explicit PageSide(QWidget* parent = nullptr);
  void setLoader(PageLoader* loader);
  void setCurrentPage(int page);

 signals:
  void pageWanted(int page);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();

  QTreeWidget* m_outline;
  QListView* m_thumbnails;
  ThumbnailModel m_model;
  bool m_following = false;  ///< the selection follows the pages; it asks for nothing then
};

}  // namespace leyden::desktop
