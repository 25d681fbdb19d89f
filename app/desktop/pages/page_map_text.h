// SPDX-License-Identifier: Apache-2.0
// A page map as leyden_document_page_map_json gives it, read as far as it is needed: sizes and
// outline at once, the words of a page when it is shown. A book's map has millions of numbers.
#pragma once

#include <QByteArray>
#include <QSizeF>
#include <QVector>

#include "app/desktop/engine/document_values.h"

namespace leyden::desktop {

class PageMapText {
 public:
  /// What is no page map has no pages.
  explicit PageMapText(QByteArray json);

  int pageCount() const { return int(m_pages.size()); }
  /// In points; empty where it is not told or makes no sense.
  QSizeF size(int page) const { return m_pages[page].size; }
  /// begin, end, x0, y0, x1, y1 of each word, as they are told.
  QVector<double> words(int page) const;
  QVector<OutlineEntry> outline() const;

 private:
  struct Page {
    QSizeF size;
    Span words;  ///< where they stand in the text
  };
  QByteArray m_json;
  QVector<Page> m_pages;
  Span m_outline;
};

}  // namespace leyden::desktop
