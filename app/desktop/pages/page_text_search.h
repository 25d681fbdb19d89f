// SPDX-License-Identifier: Apache-2.0
// Finding in a page's text, where lines break anywhere: case, kind and amount of white space, soft
// hyphens and hyphens at the end of a line do not count.
#pragma once

#include <QString>
#include <QVector>

#include "app/desktop/engine/document_values.h"

namespace leyden::desktop {

/// Text folded for searching; knows where each unit came from.
class FoldedText {
 public:
  explicit FoldedText(const QString& text);
  /// Places of `needle`, in units of the original text, in order, without overlaps.
  QVector<Span> find(const FoldedText& needle) const;
  bool isEmpty() const { return m_folded.isEmpty(); }

 private:
  QString m_folded;
  QVector<int> m_origin;  ///< of each unit; one more than there are units
};

/// Boxes of the lines that words of [begin, end) (units of the page's text) make, each word cut to
/// what is asked of it.
QVector<QRectF> lineBoxes(const PageText& page, const Span& units);
/// Bytes of the page's text to units.
Span unitsOf(const PageText& page, const Span& bytes);
Span bytesOf(const PageText& page, const Span& units);

}  // namespace leyden::desktop
