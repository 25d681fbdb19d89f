// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/tool_model.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/models/session_list_model.h"

namespace leyden::desktop {

void ToolModel::setTools(const QVector<ToolRow>& rows) {
  if (rows == m_rows) return;
  beginResetModel();
  m_rows = rows;
  endResetModel();
}

const ToolRow* ToolModel::tool(int row) const {
  return row >= 0 && row < m_rows.size() ? &m_rows[row] : nullptr;
}

void ToolModel::retranslate() {
  emit headerDataChanged(Qt::Horizontal, 0, Columns - 1);
  if (!m_rows.isEmpty()) emit dataChanged(index(0, 0), index(int(m_rows.size()) - 1, Columns - 1));
}

int ToolModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_rows.size());
}

int ToolModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(Columns);
}

QString ToolModel::rights(const ToolRow& row) {
  QStringList rights{row.readOnly ? tr("only reads") : tr("may change things")};
  if (row.destructive) rights << tr("may destroy things");
  rights << (row.network ? tr("uses the network") : tr("no network"));
  if (row.always) rights << tr("always allowed");
  return rights.join(QStringLiteral(" · "));
}

QVariant ToolModel::data(const QModelIndex& index, int role) const {
  const ToolRow* row = index.isValid() ? tool(index.row()) : nullptr;
  if (row == nullptr) return {};
  if (role == Qt::CheckStateRole && index.column() == NameColumn)
    return row->enabled ? Qt::Checked : Qt::Unchecked;
  if (role == Qt::ToolTipRole) return row->description;
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case NameColumn: return row->name;
    case OriginColumn: return engineText(row->origin);
    case RightsColumn: return rights(*row);
    default: return {};
  }
}

bool ToolModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const ToolRow* row = index.isValid() ? tool(index.row()) : nullptr;
  if (row == nullptr || role != Qt::CheckStateRole || index.column() != NameColumn) return false;
  emit switchRequested(row->name, value.toInt() == Qt::Checked);
  return true;
}

Qt::ItemFlags ToolModel::flags(const QModelIndex& index) const {
  if (!index.isValid()) return Qt::NoItemFlags;
  Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
  if (index.column() == NameColumn) flags |= Qt::ItemIsUserCheckable;
  return flags;
}

QVariant ToolModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case NameColumn: return tr("Tool");
    case OriginColumn: return tr("From");
    case RightsColumn: return tr("What it may do");
    default: return {};
  }
}

void ToolLogModel::setCalls(const QVector<ToolLogRow>& rows) {
  beginResetModel();
  m_rows = rows;
  std::reverse(m_rows.begin(), m_rows.end());
  endResetModel();
}

void ToolLogModel::retranslate() {
  emit headerDataChanged(Qt::Horizontal, 0, Columns - 1);
  if (!m_rows.isEmpty()) emit dataChanged(index(0, 0), index(int(m_rows.size()) - 1, Columns - 1));
}

int ToolLogModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_rows.size());
}

int ToolLogModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(Columns);
}

QVariant ToolLogModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= m_rows.size()) return {};
  const ToolLogRow& row = m_rows[index.row()];
  if (role == Qt::ToolTipRole) return row.arguments;
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case TimeColumn:
      return QLocale().toString(QDateTime::fromMSecsSinceEpoch(row.beginMs), QLocale::ShortFormat);
    case NameColumn: return row.name;
    case ArgumentsColumn: return row.arguments;
    case DecisionColumn:
      return row.reason.isEmpty() ? engineText(row.decision)
                                  : tr("%1: %2").arg(engineText(row.decision), row.reason);
    case ResultColumn:
      return row.ok ? tr("%1 in %2 s").arg(sizeText(row.resultBytes),
                                           QLocale().toString(row.seconds, 'f', row.seconds < 1 ? 3 : 1))
                    : tr("failed");
    case HostsColumn: return row.hosts.isEmpty() ? tr("none") : row.hosts.join(", ");
    default: return {};
  }
}

QVariant ToolLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case TimeColumn: return tr("When");
    case NameColumn: return tr("Tool");
    case ArgumentsColumn: return tr("Arguments");
    case DecisionColumn: return tr("Allowed");
    case ResultColumn: return tr("Result");
    case HostsColumn: return tr("Hosts reached");
    default: return {};
  }
}

}  // namespace leyden::desktop
