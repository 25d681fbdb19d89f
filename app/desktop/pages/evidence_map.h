// SPDX-License-Identifier: Apache-2.0
// Passages that attention used, as places on pages and as warmth along the document.
#pragma once

#include <QHash>
#include <QVector>

#include "app/desktop/engine/message_values.h"
#include "app/desktop/pages/document_map.h"

namespace leyden::desktop {

/// A passage on one page. `share` as EvidencePassage has it.
struct EvidenceSpan {
  Span bytes;  ///< of the page's text
  double share = 0;
};

class EvidenceMap {
 public:
  EvidenceMap() = default;
  /// Takes the passages of `document` out of all; those outside of every page are counted, not
  /// drawn.
  EvidenceMap(const DocumentMap& map, qint64 document, const QVector<EvidencePassage>& passages);

  bool isEmpty() const { return m_pages.isEmpty(); }
  QVector<EvidenceSpan> onPage(int page) const { return m_pages.value(page); }
  /// Pages with evidence, ascending.
  QVector<int> pages() const;
  int outside() const { return m_outside; }

  /// Warmth of `bins` equal stretches of the document, each the largest share that touches it,
  /// scaled so that the warmest is 1. All 0 without evidence.
  QVector<float> warmth(int bins) const;

 private:
  QHash<int, QVector<EvidenceSpan>> m_pages;
  QVector<std::pair<Span, double>> m_ranges;  ///< bytes of the document
  qint64 m_size = 0;
  int m_outside = 0;
};

}  // namespace leyden::desktop
