// SPDX-License-Identifier: Apache-2.0
// The one look of the tables in the app's own pages: hairlines, no grid, rows chosen whole, and
// heads that share their edges with what stands below them.
#pragma once

#include <QHeaderView>

class QTableView;

namespace leyden::desktop {

/// A head is aligned like its column and inset as cells are. The mark of the sorted column stands
/// on the free side of the text, so that it moves nothing.
class TableHeader : public QHeaderView {
  Q_OBJECT
 public:
  explicit TableHeader(QWidget* parent = nullptr);

  /// Where the text of a section is drawn, in a section of this rectangle.
  QRect textRect(const QRect& section) const;

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int section) const override;
  QSize sectionSizeFromContents(int section) const override;

 private:
  int inset() const;
  QString text(int section) const;
  Qt::Alignment alignment(int section) const;
};

/// Gives a table that look. Before its columns are told how to resize; sorting is switched on
/// afterwards.
/// @param rowHeight  in pixels
void dressTable(QTableView* table, int rowHeight);

}  // namespace leyden::desktop
