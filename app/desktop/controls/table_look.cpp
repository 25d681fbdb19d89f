// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/table_look.h"

#include <QPainter>
#include <QStyledItemDelegate>
#include <QStyle>
#include <QTableView>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

constexpr int kMark = 10;  // of the sorted column
constexpr int kLeastWidth = 64;

}  // namespace

TableHeader::TableHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
  setHighlightSections(false);
  setMinimumSectionSize(kLeastWidth);
}

QString TableHeader::text(int section) const {
  return model()->headerData(section, Qt::Horizontal, Qt::DisplayRole).toString();
}

Qt::Alignment TableHeader::alignment(int section) const {
  const QVariant own = model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole);
  if (!own.isValid()) return Qt::AlignLeft | Qt::AlignVCenter;
  // Models tell a number, items the flags.
  const bool flags = own.userType() == qMetaTypeId<Qt::Alignment>();
  return flags ? own.value<Qt::Alignment>() : Qt::Alignment(own.toInt());
}

// Of a cell's text: the sheet's padding, and what every style leaves for a focus frame.
int TableHeader::inset() const {
  return space::kOne + style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, this) + 1;
}

QRect TableHeader::textRect(const QRect& section) const {
  return section.adjusted(inset(), 0, -inset(), 0);
}

void TableHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
  painter->save();
  painter->setPen(tokens().line);
  painter->drawLine(rect.bottomLeft(), rect.bottomRight());
  const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
  const Qt::Alignment align = alignment(section);
  const bool right = (align & Qt::AlignRight) != 0;
  QRect inside = textRect(rect);
  if (sorted && right) inside.setLeft(inside.left() + kMark + space::kHalf);
  if (sorted && !right) inside.setRight(inside.right() - kMark - space::kHalf);
  const QFontMetrics metrics(font());
  const QString shown = metrics.elidedText(text(section), Qt::ElideRight, inside.width());
  painter->setFont(font());
  painter->setPen(tokens().muted);
  painter->drawText(inside, int(align | Qt::AlignVCenter), shown);
  if (sorted) {
    const int width = metrics.horizontalAdvance(shown);
    const int x = right ? inside.right() + 1 - width - space::kHalf - kMark
                        : inside.left() + width + space::kHalf;
    const bool up = sortIndicatorOrder() == Qt::AscendingOrder;
    icon(up ? "chevron-up" : "chevron-down")
        .paint(painter, QRect(x, rect.center().y() - kMark / 2 + 1, kMark, kMark));
  }
  painter->restore();
}

QSize TableHeader::sectionSizeFromContents(int section) const {
  const QFontMetrics metrics(font());
  const int mark = isSortIndicatorShown() ? kMark + space::kHalf : 0;
  // One more: an advance is rounded, and a text that is a fraction too long loses its end.
  return {metrics.horizontalAdvance(text(section)) + 1 + 2 * inset() + mark,
          metrics.height() + 2 * space::kOne};
}

namespace {

/// Gives a box that can be checked its room: the style sheet's padding leaves it out.
class CellDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    if (index.data(Qt::CheckStateRole).isValid()) size.rwidth() += space::kThree;
    return size;
  }
};

}  // namespace

void dressTable(QTableView* table, int rowHeight) {
  table->setItemDelegate(new CellDelegate(table));
  table->setProperty("role", "list");
  table->setHorizontalHeader(new TableHeader(table));
  table->horizontalHeader()->setSectionsClickable(true);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(rowHeight);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setShowGrid(false);
  table->setTabKeyNavigation(false);
  table->setWordWrap(false);
}

}  // namespace leyden::desktop
