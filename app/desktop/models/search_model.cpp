// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/search_model.h"

#include <algorithm>

namespace leyden::desktop {

QString markedHtml(const QString& snippet, const QVector<Span>& marks, const QString& colour) {
  QVector<Span> sorted = marks;
  std::sort(sorted.begin(), sorted.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  QString html;
  qint64 at = 0;
  for (const Span& mark : sorted) {
    const qint64 begin = std::clamp<qint64>(mark.begin, at, snippet.size());
    const qint64 end = std::clamp<qint64>(mark.end, begin, snippet.size());
    if (begin == end) continue;
    html += snippet.mid(at, begin - at).toHtmlEscaped();
    html += QStringLiteral("<b style=\"color:%1\">%2</b>")
                .arg(colour, snippet.mid(begin, end - begin).toHtmlEscaped());
    at = end;
  }
  return html + snippet.mid(at).toHtmlEscaped();
}

void SearchModel::setHits(const QVector<SearchHit>& hits) {
  beginResetModel();
  m_hits = hits;
  endResetModel();
}

const SearchHit* SearchModel::hit(int row) const {
  return row >= 0 && row < m_hits.size() ? &m_hits[row] : nullptr;
}

int SearchModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_hits.size());
}

QVariant SearchModel::data(const QModelIndex& index, int role) const {
  const SearchHit* h = index.isValid() ? hit(index.row()) : nullptr;
  if (h == nullptr) return {};
  switch (role) {
    case Qt::DisplayRole: return h->title.isEmpty() ? tr("New session") : h->title;
    case Qt::AccessibleTextRole: return h->title + ": " + h->snippet;
    case SnippetRole: return h->kind == SearchHit::Kind::Title ? QString() : h->snippet;
    case MarksRole: return QVariant::fromValue(h->marks);
    case KindRole: return int(h->kind);
    default: return {};
  }
}

}  // namespace leyden::desktop
