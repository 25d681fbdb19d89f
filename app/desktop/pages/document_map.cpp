// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/document_map.h"

#include <algorithm>

namespace leyden::desktop {

void DocumentMap::add(int page, const Span& documentBytes, qint64 pageBegin) {
  if (documentBytes.isEmpty() || page < 0 || documentBytes.begin < size()) return;
  m_stretches.append({page, documentBytes, pageBegin});
  m_pages = std::max(m_pages, page + 1);
}

QVector<PageSpan> DocumentMap::pagesOf(const Span& bytes) const {
  QVector<PageSpan> out;
  auto it = std::upper_bound(m_stretches.begin(), m_stretches.end(), bytes.begin,
                             [](qint64 at, const Stretch& s) { return at < s.document.end; });
  for (; it != m_stretches.end() && it->document.begin < bytes.end; ++it) {
    const qint64 begin = std::max(bytes.begin, it->document.begin);
    const qint64 end = std::min(bytes.end, it->document.end);
    if (begin >= end) continue;
    const qint64 shift = it->pageBegin - it->document.begin;
    const PageSpan span{it->page, {begin + shift, end + shift}};
    if (!out.isEmpty() && out.last().page == span.page &&
        out.last().bytes.end == span.bytes.begin) {
      out.last().bytes.end = span.bytes.end;
    } else {
      out.append(span);
    }
  }
  return out;
}

int DocumentMap::pageOf(qint64 byte) const {
  const auto it =
      std::upper_bound(m_stretches.begin(), m_stretches.end(), byte,
                       [](qint64 at, const Stretch& s) { return at < s.document.begin; });
  return it == m_stretches.begin() ? -1 : (it - 1)->page;
}

Span DocumentMap::bytesOfPage(int page) const {
  Span out{-1, -1};
  for (const Stretch& s : m_stretches) {
    if (s.page != page) continue;
    if (out.begin < 0) out.begin = s.document.begin;
    out.end = s.document.end;
  }
  return out.begin < 0 ? Span{} : out;
}

Span DocumentMap::documentSpan(const PageSpan& span) const {
  for (const Stretch& s : m_stretches) {
    const qint64 length = s.document.end - s.document.begin;
    if (s.page != span.page || span.bytes.begin < s.pageBegin ||
        span.bytes.begin >= s.pageBegin + length)
      continue;
    const qint64 begin = s.document.begin + span.bytes.begin - s.pageBegin;
    return {begin,
            std::max(begin, std::min(s.document.end, begin + span.bytes.end - span.bytes.begin))};
  }
  return {};
}

}  // namespace leyden::desktop
