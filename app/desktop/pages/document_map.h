// SPDX-License-Identifier: Apache-2.0
// Which page shows which bytes of a document's text, and back.
#pragma once

#include <QVector>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

/// A stretch of one page. `bytes` of the page's own text.
struct PageSpan {
  int page = 0;
  Span bytes;
  bool operator==(const PageSpan&) const = default;
};

class DocumentMap {
 public:
  /// The next stretch of the document's text: `documentBytes` of it show `pageBytes` of `page`.
  /// Both are equally long; stretches come in the order of the document and do not overlap.
  void add(int page, const Span& documentBytes, qint64 pageBegin);

  bool isEmpty() const { return m_stretches.isEmpty(); }
  /// End of the last stretch.
  qint64 size() const { return m_stretches.isEmpty() ? 0 : m_stretches.last().document.end; }
  int pageCount() const { return m_pages; }

  /// Empty when [begin, end) lies outside of every page.
  QVector<PageSpan> pagesOf(const Span& documentBytes) const;
  /// The page that shows a byte, or the nearest before it; -1 when there is none.
  int pageOf(qint64 documentByte) const;
  /// Bytes of the document a page shows: from its first to its last.
  Span bytesOfPage(int page) const;
  Span documentSpan(const PageSpan& span) const;

 private:
  struct Stretch {
    int page;
    Span document;
    qint64 pageBegin;
  };
  QVector<Stretch> m_stretches;
  int m_pages = 0;
};

}  // namespace leyden::desktop
