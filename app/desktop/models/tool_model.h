// SPDX-License-Identifier: Apache-2.0
// Tools with a switch each, and the log of their calls.
#pragma once

#include <QAbstractTableModel>

#include "app/desktop/engine/tool_values.h"

namespace leyden::desktop {

class ToolModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { NameColumn, OriginColumn, RightsColumn, Columns };
  using QAbstractTableModel::QAbstractTableModel;

  void setTools(const QVector<ToolRow>& rows);
  const ToolRow* tool(int row) const;
  /// What a tool may do, in words.
  static QString rights(const ToolRow& row);
  void retranslate();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 signals:
  /// The user has flipped a switch; the list follows when setTools() has it.
  void switchRequested(const QString& name, bool enabled);

 private:
  QVector<ToolRow> m_rows;
};

class ToolLogModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { TimeColumn, NameColumn, ArgumentsColumn, DecisionColumn, ResultColumn, HostsColumn, Columns };
  using QAbstractTableModel::QAbstractTableModel;

  /// In the order of the log; shown the latest first.
  void setCalls(const QVector<ToolLogRow>& rows);
  void retranslate();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVector<ToolLogRow> m_rows;
};

}  // namespace leyden::desktop
