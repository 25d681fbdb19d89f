// SPDX-License-Identifier: Apache-2.0
// The sidebar's lines as an item model.
#pragma once

#include <QAbstractListModel>

#include "app/desktop/models/session_arrangement.h"

namespace leyden::desktop {

class SessionListModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { KindRole = Qt::UserRole + 1, IdRole, DetailRole, PinnedRole, CachedRole, FolderRole };
  using QAbstractListModel::QAbstractListModel;

  void setSessions(const QVector<SessionRow>& rows);
  const QVector<SessionRow>& sessions() const { return m_rows; }
  void setMarks(const SessionMarks& marks);
  const SessionMarks& marks() const { return m_marks; }
  void setSort(SessionSort sort);
  void setShowArchived(bool show);
  void toggleFolder(const QString& folder);
  const ArrangeOptions& order() const { return m_options; }
  /// Sort, archive and closed folders at once.
  void setOrder(const ArrangeOptions& order);
  /// Hides sessions until they are shown again or gone from setSessions().
  void setHidden(const QSet<qint64>& ids);
  /// For tests: the time that counts as now; 0: the clock's.
  void setNow(qint64 ms);
  /// Texts again, after a change of language.
  void retranslate();

  const SessionLine* line(int row) const;
  /// Row of a session, or -1 while it does not show.
  int rowOf(qint64 session) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;

 signals:
  /// The user has typed another title; the list follows when setSessions() has it.
  void renameRequested(qint64 session, const QString& title);

 private:
  void arrange();
  QString detail(const SessionRow& row) const;

  QVector<SessionRow> m_rows;
  SessionMarks m_marks;
  ArrangeOptions m_options;
  qint64 m_now = 0;
  QVector<SessionLine> m_lines;
};

/// "1.2 MB"; "" for 0.
QString sizeText(qint64 bytes);
/// "128 K", "940": tokens as people say them.
QString tokenText(qint64 tokens);

}  // namespace leyden::desktop
