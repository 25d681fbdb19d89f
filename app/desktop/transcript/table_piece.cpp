// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/table_piece.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/controls/icon_button.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

constexpr int kColumnMost = 280, kColumnLeast = 56, kCellPadding = 28;

/// The look all runs of a cell share.
int commonLook(const MarkdownTable::Cell& cell) {
  int look = cell.isEmpty() ? 0 : ~0;
  for (const TextRun& r : cell) look &= r.look;
  return look;
}

}  // namespace

void MarkdownTableModel::setTable(const MarkdownTable& table) {
  if (table == m_table) return;
  // A table that is being written only gains rows; its last row may have been unfinished.
  const auto old = m_table.rows.size(), now = table.rows.size();
  const bool grows = table.header == m_table.header && old > 0 && now >= old &&
                     std::equal(m_table.rows.begin(), m_table.rows.end() - 1, table.rows.begin());
  if (!grows) {
    beginResetModel();
    m_table = table;
    endResetModel();
    return;
  }
  if (now > old) beginInsertRows({}, int(old), int(now) - 1);
  m_table = table;
  if (now > old) endInsertRows();
  emit dataChanged(index(int(old) - 1, 0), index(int(old) - 1, columnCount() - 1));
}

int MarkdownTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_table.rows.size());
}

int MarkdownTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_table.header.size());
}

QVariant MarkdownTableModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const auto& row = m_table.rows[index.row()];
  if (index.column() >= row.size()) return {};
  const auto& cell = row[index.column()];
  switch (role) {
    case Qt::DisplayRole:
      return plainText(cell);
    case Qt::ToolTipRole: {
      const QString text = plainText(cell);
      return text.size() > 40 ? QVariant(text) : QVariant();
    }
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(
          Qt::Alignment(m_table.alignments.value(index.column(), Qt::AlignLeft)) |
          Qt::AlignVCenter);
    case Qt::FontRole: {
      const int look = commonLook(cell);
      if ((look & TextRun::Code) != 0) return codeFont();
      QFont font =
          uiFont(TextSize::Body, (look & TextRun::Bold) != 0 ? QFont::DemiBold : QFont::Normal);
      font.setItalic((look & TextRun::Italic) != 0);
      return font;
    }
    case Qt::ForegroundRole:
      return tokens().text;
    default:
      return {};
  }
}

QVariant MarkdownTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section >= m_table.header.size()) return {};
  if (role == Qt::DisplayRole) return plainText(m_table.header[section]);
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::Alignment(m_table.alignments.value(section, Qt::AlignLeft)) |
                               Qt::AlignVCenter);
  return {};
}

TableView::TableView(QWidget* parent) : QTableView(parent) {
  setFrameShape(QFrame::NoFrame);
  setShowGrid(false);
  setAlternatingRowColors(false);
  setTabKeyNavigation(false);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  verticalHeader()->hide();
  horizontalHeader()->setHighlightSections(false);
  horizontalHeader()->setSectionsClickable(false);
  horizontalHeader()->setStretchLastSection(true);
  setStyleSheet(QStringLiteral("QTableView::item { padding: 4px 8px; }"));
  setAccessibleName(tr("Table"));
  setObjectName(QStringLiteral("table"));
}

void TableView::wheelEvent(QWheelEvent* event) {
  const bool sideways = std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y()) ||
                        (event->modifiers() & Qt::ShiftModifier) != 0;
  if (hasFocus() || sideways) {
    QTableView::wheelEvent(event);
  } else {
    event->ignore();
  }
}

void TableView::keyPressEvent(QKeyEvent* event) {
  if (!event->matches(QKeySequence::Copy)) {
    QTableView::keyPressEvent(event);
    return;
  }
  QModelIndexList cells = selectionModel()->selectedIndexes();
  std::sort(cells.begin(), cells.end());
  QString out;
  for (qsizetype i = 0; i < cells.size(); ++i) {
    if (i > 0) out += cells[i].row() == cells[i - 1].row() ? u'\t' : u'\n';
    out += cells[i].data().toString();
  }
  QGuiApplication::clipboard()->setText(out);
}

TablePiece::TablePiece(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("tablePiece"));
  m_view = new TableView(this);
  m_view->setModel(&m_model);
  m_copy = makeIconButton(QStringLiteral("copy"), tr("Copy table as Markdown"), this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(1, 1, 1, 1);
  column->addWidget(m_view);
  connect(m_copy, &QToolButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(m_source); });
}

void TablePiece::show(const PieceContext& c) {
  const Span s = c.piece->source;
  m_source = c.entry->message.text.mid(s.begin, s.end - s.begin).trimmed();
  const bool newShape = m_model.table().header != c.piece->table.header ||
                        m_model.rowCount() < TablePiece::kWrappedRows;
  m_model.setTable(c.piece->table);
  m_view->setFont(uiFont());
  m_view->horizontalHeader()->setFont(uiFont(TextSize::Body, QFont::DemiBold));
  if (newShape) fitColumns();
}

/// Widths from the header and the first rows; later rows of a huge table do not move columns.
void TablePiece::fitColumns() {
  const QFontMetrics body(uiFont()), head(uiFont(TextSize::Body, QFont::DemiBold));
  const int rows = std::min(m_model.rowCount(), kWrappedRows);
  for (int c = 0; c < std::min(m_model.columnCount(), 200); ++c) {
    int width = head.horizontalAdvance(
        m_model.headerData(c, Qt::Horizontal, Qt::DisplayRole).toString().left(80));
    for (int r = 0; r < rows && width < kColumnMost; ++r)
      width =
          std::max(width, body.horizontalAdvance(m_model.index(r, c).data().toString().left(80)));
    m_view->setColumnWidth(c, std::clamp(width + kCellPadding, kColumnLeast, kColumnMost));
  }
}

int TablePiece::heightFor(int width) {
  const int line = QFontMetrics(uiFont()).lineSpacing() + 12;
  m_view->verticalHeader()->setMinimumSectionSize(line);
  int total = 0;
  for (int c = 0; c < std::min(m_model.columnCount(), 200); ++c) total += m_view->columnWidth(c);
  const int rows = m_model.rowCount();
  int height = m_view->horizontalHeader()->sizeHint().height() + 4;
  if (rows <= kWrappedRows) {
    m_view->setWordWrap(true);
    m_view->resizeRowsToContents();
    for (int r = 0; r < rows; ++r) height += std::max(line, m_view->rowHeight(r));
  } else {
    m_view->setWordWrap(false);
    m_view->verticalHeader()->setDefaultSectionSize(line);
    height = kMaxHeight;
  }
  if (total > width) height += m_view->horizontalScrollBar()->sizeHint().height();
  m_copy->setGeometry(width - m_copy->sizeHint().width() - 3, 2, m_copy->sizeHint().width(),
                      m_copy->sizeHint().height());
  m_copy->raise();
  return std::min(height, kMaxHeight);
}

void TablePiece::highlight(const QString& needle, int current) {
  if (needle.isEmpty() || current < 0) return;
  int index = -1;
  for (int r = -1; r < m_model.rowCount(); ++r) {
    for (int c = 0; c < m_model.columnCount(); ++c) {
      const QString text = r < 0 ? m_model.headerData(c, Qt::Horizontal, Qt::DisplayRole).toString()
                                 : m_model.index(r, c).data().toString();
      index += int(text.count(needle, Qt::CaseInsensitive));
      if (index < current) continue;
      if (r >= 0) m_view->setCurrentIndex(m_model.index(r, c));
      return;
    }
  }
}

void TablePiece::paintEvent(QPaintEvent*) {
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(tokens().line);
  p.setBrush(Qt::NoBrush);
  p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), space::kRadius, space::kRadius);
}

}  // namespace leyden::desktop
