// SPDX-License-Identifier: Apache-2.0
// The library: documents of the jar and what each costs on disk.
#pragma once

#include <QAbstractTableModel>

#include "app/desktop/engine/document_values.h"

namespace leyden::desktop {

class DocumentTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { TitleColumn, PartsColumn, TokensColumn, DiskColumn, SessionsColumn, AddedColumn, Columns };
  enum Role { IdRole = Qt::UserRole + 1, SortRole, PinnedRole, FileRole };
  using QAbstractTableModel::QAbstractTableModel;

  void setDocuments(const QVector<DocumentRow>& rows);
  const QVector<DocumentRow>& documents() const { return m_rows; }
  const DocumentRow* document(int row) const;
  void retranslate();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant shown(const DocumentRow& row, int column) const;
  QVariant sortKey(const DocumentRow& row, int column) const;

  QVector<DocumentRow> m_rows;
};

}  // namespace leyden::desktop
