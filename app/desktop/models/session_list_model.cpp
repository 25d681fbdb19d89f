// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/session_list_model.h"

#include <QDateTime>
#include <QLocale>

namespace leyden::desktop {

QString sizeText(qint64 bytes) {
  return bytes <= 0 ? QString() : QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

QString tokenText(qint64 tokens) {
  if (tokens < 10'000) return QLocale().toString(tokens);
  return QLocale().toString(double(tokens) / 1000.0, 'f', tokens < 100'000 ? 1 : 0) + " K";
}

void SessionListModel::setSessions(const QVector<SessionRow>& rows) {
  m_rows = rows;
  arrange();
}

void SessionListModel::setMarks(const SessionMarks& marks) {
  m_marks = marks;
  arrange();
}

void SessionListModel::setSort(SessionSort sort) {
  m_options.sort = sort;
  arrange();
}

void SessionListModel::setShowArchived(bool show) {
  m_options.showArchived = show;
  arrange();
}

void SessionListModel::toggleFolder(const QString& folder) {
  if (!m_options.closedFolders.remove(folder)) m_options.closedFolders.insert(folder);
  arrange();
}

void SessionListModel::setOrder(const ArrangeOptions& order) {
  m_options.sort = order.sort;
  m_options.showArchived = order.showArchived;
  m_options.closedFolders = order.closedFolders;
  arrange();
}

void SessionListModel::setHidden(const QSet<qint64>& ids) {
  m_options.hidden = ids;
  arrange();
}

void SessionListModel::setNow(qint64 ms) {
  m_now = ms;
  arrange();
}

void SessionListModel::retranslate() {
  if (!m_lines.isEmpty()) emit dataChanged(index(0), index(int(m_lines.size()) - 1));
}

// Where the same lines stay in their places (a title or a size changed), views keep selection and
// scroll position; else everything is laid out anew.
void SessionListModel::arrange() {
  m_options.nowMs = m_now > 0 ? m_now : QDateTime::currentMSecsSinceEpoch();
  QVector<SessionLine> lines = arrangeSessions(m_rows, m_marks, m_options);
  bool samePlaces = lines.size() == m_lines.size();
  for (int i = 0; samePlaces && i < lines.size(); ++i)
    samePlaces = lines[i].kind == m_lines[i].kind && lines[i].session.id == m_lines[i].session.id &&
                 lines[i].folder == m_lines[i].folder;
  if (samePlaces) {
    for (int i = 0; i < lines.size(); ++i) {
      if (lines[i] == m_lines[i]) continue;
      m_lines[i] = lines[i];
      emit dataChanged(index(i), index(i));
    }
    return;
  }
  beginResetModel();
  m_lines = std::move(lines);
  endResetModel();
}

const SessionLine* SessionListModel::line(int row) const {
  return row >= 0 && row < m_lines.size() ? &m_lines[row] : nullptr;
}

int SessionListModel::rowOf(qint64 session) const {
  for (int i = 0; i < m_lines.size(); ++i)
    if (m_lines[i].kind == SessionLine::Kind::Session && m_lines[i].session.id == session) return i;
  return -1;
}

int SessionListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_lines.size());
}

QString SessionListModel::detail(const SessionRow& row) const {
  const QDateTime used = QDateTime::fromMSecsSinceEpoch(row.usedMs);
  const bool today = used.date() == QDateTime::fromMSecsSinceEpoch(m_options.nowMs).date();
  QStringList parts{today ? QLocale().toString(used.time(), QLocale::ShortFormat)
                          : QLocale().toString(used.date(), QLocale::ShortFormat)};
  if (!row.documents.isEmpty()) parts << tr("%n document(s)", nullptr, int(row.documents.size()));
  if (row.keptBytes > 0) parts << sizeText(row.keptBytes);
  return parts.join(QStringLiteral(" · "));
}

QVariant SessionListModel::data(const QModelIndex& index, int role) const {
  const SessionLine* l = index.isValid() ? line(index.row()) : nullptr;
  if (l == nullptr) return {};
  using Heading = SessionLine::Heading;
  if (role == KindRole) return int(l->kind);
  if (role == FolderRole) return l->folder;
  if (l->kind != SessionLine::Kind::Session) {
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole) return {};
    switch (l->heading) {
      case Heading::Pinned: return tr("Pinned");
      case Heading::Today: return tr("Today");
      case Heading::Week: return tr("This week");
      case Heading::Earlier: return tr("Earlier");
      case Heading::All: return tr("All sessions");
      case Heading::Archived: return tr("Archived");
      case Heading::None: return l->folder;
    }
  }
  const QString title = l->session.title.isEmpty() ? tr("New session") : l->session.title;
  switch (role) {
    case Qt::DisplayRole: return title;
    case Qt::EditRole: return l->session.title;
    case Qt::ToolTipRole: {
      QStringList lines{title, detail(l->session)};
      if (!l->session.model.isEmpty()) lines << l->session.model;
      if (l->session.keptBytes > 0 && l->session.keptBytes == l->session.kvBytes)
        lines << tr("What the model has read of it is kept: it reopens without reading again.");
      else if (l->session.kvBytes > 0)
        lines << tr("To save space, %1 of %2 of what the model has read of it is kept; reopening it "
                    "reads the rest again.")
                     .arg(sizeText(l->session.keptBytes), sizeText(l->session.kvBytes));
      return lines.join('\n');
    }
    case Qt::AccessibleTextRole: return title + ", " + detail(l->session);
    case IdRole: return l->session.id;
    case DetailRole: return detail(l->session);
    case PinnedRole: return l->session.pinned;
    case CachedRole: return l->session.keptBytes > 0;
    default: return {};
  }
}

Qt::ItemFlags SessionListModel::flags(const QModelIndex& index) const {
  const SessionLine* l = index.isValid() ? line(index.row()) : nullptr;
  if (l == nullptr) return Qt::NoItemFlags;
  if (l->kind == SessionLine::Kind::Heading) return Qt::ItemNeverHasChildren;
  const Qt::ItemFlags base = Qt::ItemIsEnabled | Qt::ItemNeverHasChildren;
  if (l->kind == SessionLine::Kind::Folder) return base;
  return base | Qt::ItemIsSelectable | Qt::ItemIsEditable;
}

bool SessionListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const SessionLine* l = index.isValid() ? line(index.row()) : nullptr;
  if (l == nullptr || l->kind != SessionLine::Kind::Session || role != Qt::EditRole) return false;
  const QString title = value.toString().trimmed();
  if (title.isEmpty() || title == l->session.title) return false;
  emit renameRequested(l->session.id, title);
  return true;
}

}  // namespace leyden::desktop
