// SPDX-License-Identifier: Apache-2.0
// What a search in the jar has found, in its order.
#pragma once

#include <QAbstractListModel>

#include "app/desktop/engine/session_values.h"

namespace leyden::desktop {

class SearchModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { SnippetRole = Qt::UserRole + 1, MarksRole, KindRole };
  using QAbstractListModel::QAbstractListModel;

  void setHits(const QVector<SearchHit>& hits);
  const SearchHit* hit(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  QVector<SearchHit> m_hits;
};

/// A snippet as rich text: everything escaped, the marked stretches bold in `colour`. Marks that
/// overlap, run backwards or lie outside are cut to what makes sense.
QString markedHtml(const QString& snippet, const QVector<Span>& marks, const QString& colour);

}  // namespace leyden::desktop
