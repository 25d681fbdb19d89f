// SPDX-License-Identifier: Apache-2.0
// Everything the keyboard can do, as rows of the command palette and of the list of shortcuts.
#pragma once

#include <QAbstractListModel>
#include <QVector>

namespace leyden::desktop {

/// A row of the palette. `run` names it to whoever carries it out.
struct PaletteEntry {
  QString id;
  QString title;
  QString section;
  QString shortcut;  ///< as the platform writes it; may be empty
  QString icon;
};

/// Entries that fit a query, best first; all of them, in their order, for an empty one.
class CommandModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { IdRole = Qt::UserRole + 1, SectionRole, ShortcutRole, IconNameRole };
  using QAbstractListModel::QAbstractListModel;

  void setEntries(const QVector<PaletteEntry>& entries);
  void setQuery(const QString& query);
  const PaletteEntry* entry(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  void arrange();

  QVector<PaletteEntry> m_entries;
  QString m_query;
  QVector<int> m_shown;  ///< into m_entries
};

}  // namespace leyden::desktop
