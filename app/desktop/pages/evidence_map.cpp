// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/evidence_map.h"

#include <algorithm>

namespace leyden::desktop {

EvidenceMap::EvidenceMap(const DocumentMap& map, qint64 document,
                         const QVector<EvidencePassage>& passages)
    : m_size(map.size()) {
  for (const EvidencePassage& e : passages) {
    if (e.document != document || e.share <= 0) continue;
    const auto spans = map.pagesOf(e.bytes);
    if (spans.isEmpty()) {
      ++m_outside;
      continue;
    }
    for (const PageSpan& s : spans) m_pages[s.page].append({s.bytes, e.share});
    m_ranges.append({e.bytes, e.share});
  }
}

QVector<int> EvidenceMap::pages() const {
  auto pages = QVector<int>(m_pages.keyBegin(), m_pages.keyEnd());
  std::sort(pages.begin(), pages.end());
  return pages;
}

QVector<float> EvidenceMap::warmth(int bins) const {
  QVector<float> out(std::max(0, bins), 0.0f);
  if (out.isEmpty() || m_size <= 0) return out;
  double most = 0;
  for (const auto& [bytes, share] : m_ranges) most = std::max(most, share);
  for (const auto& [bytes, share] : m_ranges) {
    const auto at = [&](qint64 byte) {
      return std::clamp<qint64>(byte * bins / m_size, 0, bins - 1);
    };
    for (qint64 b = at(bytes.begin); b <= at(std::max(bytes.begin, bytes.end - 1)); ++b)
      out[b] = std::max(out[b], float(share / most));
  }
  return out;
}

}  // namespace leyden::desktop
