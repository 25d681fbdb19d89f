// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/command_model.h"

#include <algorithm>

#include "app/desktop/models/fuzzy_match.h"

namespace leyden::desktop {

void CommandModel::setEntries(const QVector<PaletteEntry>& entries) {
  m_entries = entries;
  arrange();
}

void CommandModel::setQuery(const QString& query) {
  if (query == m_query) return;
  m_query = query;
  arrange();
}

const PaletteEntry* CommandModel::entry(int row) const {
  return row >= 0 && row < m_shown.size() ? &m_entries[m_shown[row]] : nullptr;
}

void CommandModel::arrange() {
  beginResetModel();
  QVector<std::pair<int, int>> scored;
  for (int i = 0; i < m_entries.size(); ++i) {
    const int score = std::max(
        fuzzyScore(m_query, m_entries[i].title),
        fuzzyScore(m_query, m_entries[i].section + ' ' + m_entries[i].title) - 1);
    if (score > 0) scored.append({score, i});
  }
  if (!m_query.trimmed().isEmpty())
    std::stable_sort(scored.begin(), scored.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
  m_shown.clear();
  for (const auto& [score, i] : scored) m_shown.append(i);
  endResetModel();
}

int CommandModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_shown.size());
}

QVariant CommandModel::data(const QModelIndex& index, int role) const {
  const PaletteEntry* e = index.isValid() ? entry(index.row()) : nullptr;
  if (e == nullptr) return {};
  switch (role) {
    case Qt::DisplayRole: return e->title;
    case Qt::AccessibleTextRole:
      return e->shortcut.isEmpty() ? e->title : e->title + ", " + e->shortcut;
    case IdRole: return e->id;
    case SectionRole: return e->section;
    case ShortcutRole: return e->shortcut;
    case IconNameRole: return e->icon;
    default: return {};
  }
}

}  // namespace leyden::desktop
