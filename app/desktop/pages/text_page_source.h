// SPDX-License-Identifier: Apache-2.0
// Plain text as pages of paper, so that text documents are read, searched and marked like any
// other. A page holds whole lines; a form feed or another part of the document begins a new page.
#pragma once

#include <QFont>
#include <QVector>

#include "app/desktop/pages/document_parts.h"
#include "app/desktop/pages/page_source.h"

namespace leyden::desktop {

class TextPageSource : public PageSource {
 public:
  /// Lays the text out: about 0.2 s a megabyte; not for the GUI thread when it is long. Lines that
  /// look like Markdown headings ("# ...") make the outline.
  TextPageSource(const QString& title, const QString& text);
  TextPageSource(const QString& title, const JoinedParts& parts);

  const FileFacts& facts() const override { return m_facts; }
  QSizeF pageSize(int) const override { return {kWidth, kHeight}; }
  Outcome<PageText> text(int page) override;
  Outcome<QImage> image(int page, double scale) override;
  const DocumentMap& map() const override { return m_map; }

  static constexpr double kWidth = 595, kHeight = 842, kMargin = 64;

 private:
  struct Line {
    int begin = 0, length = 0;  ///< UTF-16 units of the text
    float y = 0;                ///< top, in points
    bool heading = false;
  };
  struct Page {
    int firstLine = 0, lines = 0;
    int begin = 0, end = 0;  ///< of the text
  };
  QFont fontOf(const Line& line) const;
  /// @param begins  of the parts, in UTF-16 units, ascending
  void layOut(const QVector<qsizetype>& begins);

  QString m_text;
  FileFacts m_facts;
  QFont m_font, m_headingFont;
  QVector<Line> m_lines;
  QVector<Page> m_pages;
  DocumentMap m_map;
};

}  // namespace leyden::desktop
