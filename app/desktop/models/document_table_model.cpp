// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/document_table_model.h"

#include <QDateTime>
#include <QLocale>

#include "app/desktop/models/session_list_model.h"

namespace leyden::desktop {

void DocumentTableModel::setDocuments(const QVector<DocumentRow>& rows) {
  beginResetModel();
  m_rows = rows;
  endResetModel();
}

const DocumentRow* DocumentTableModel::document(int row) const {
  return row >= 0 && row < m_rows.size() ? &m_rows[row] : nullptr;
}

void DocumentTableModel::retranslate() {
  emit headerDataChanged(Qt::Horizontal, 0, Columns - 1);
  if (!m_rows.isEmpty()) emit dataChanged(index(0, 0), index(int(m_rows.size()) - 1, Columns - 1));
}

int DocumentTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_rows.size());
}

int DocumentTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(Columns);
}

QVariant DocumentTableModel::shown(const DocumentRow& row, int column) const {
  switch (column) {
    case TitleColumn:
      return row.file == DocumentRow::File::Changed ? tr("%1 (changed on disk)").arg(row.title)
             : row.file == DocumentRow::File::Gone  ? tr("%1 (file is gone)").arg(row.title)
                                                    : row.title;
    case PartsColumn: return QLocale().toString(row.parts);
    case TokensColumn: return row.tokens > 0 ? tokenText(row.tokens) : QString();
    case DiskColumn: return sizeText(row.kvBytes);
    case SessionsColumn: return row.sessions > 0 ? QLocale().toString(row.sessions) : QString();
    case AddedColumn:
      return row.addedMs > 0 ? QLocale().toString(QDateTime::fromMSecsSinceEpoch(row.addedMs).date(),
                                                 QLocale::ShortFormat)
                            : QString();
    default: return {};
  }
}

QVariant DocumentTableModel::sortKey(const DocumentRow& row, int column) const {
  switch (column) {
    case PartsColumn: return row.parts;
    case TokensColumn: return row.tokens;
    case DiskColumn: return row.kvBytes;
    case SessionsColumn: return row.sessions;
    case AddedColumn: return row.addedMs;
    default: return row.title.toCaseFolded();
  }
}

QVariant DocumentTableModel::data(const QModelIndex& index, int role) const {
  const DocumentRow* row = index.isValid() ? document(index.row()) : nullptr;
  if (row == nullptr) return {};
  switch (role) {
    case Qt::DisplayRole: return shown(*row, index.column());
    case Qt::TextAlignmentRole:
      return index.column() == TitleColumn ? int(Qt::AlignLeft | Qt::AlignVCenter)
                                           : int(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::ToolTipRole:
      if (index.column() != TitleColumn) return {};
      switch (row->file) {
        case DocumentRow::File::Gone:
          return row->source + '\n' + tr("The file is gone. What was read of it is kept.");
        case DocumentRow::File::Changed:
          return row->source + '\n' +
                 tr("The file was written to since it was read. What was read of "
                    "it is kept until you read the new version.");
        default:
          return row->source;
      }
    case IdRole: return row->id;
    case SortRole: return sortKey(*row, index.column());
    case PinnedRole: return row->pinned;
    case FileRole:
      return int(row->file);
    default: return {};
  }
}

QVariant DocumentTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return section == TitleColumn ? int(Qt::AlignLeft | Qt::AlignVCenter)
                                  : int(Qt::AlignRight | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case TitleColumn: return tr("Document");
    case PartsColumn: return tr("Pages");
    case TokensColumn: return tr("Tokens");
    case DiskColumn: return tr("Kept on disk");
    case SessionsColumn: return tr("Sessions");
    case AddedColumn: return tr("Added");
    default: return {};
  }
}

}  // namespace leyden::desktop
