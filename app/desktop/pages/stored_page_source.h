// SPDX-License-Identifier: Apache-2.0
// A document of the jar as pages: its text and the places of its words were kept when it was read,
// so selecting, finding and marking need no file. Pictures of pages come from the file while it is
// there and unchanged; without it the words are drawn where they stood.
#pragma once

#include <QStringList>
#include <functional>

#include "app/desktop/pages/page_map_text.h"
#include "app/desktop/pages/page_source.h"

namespace leyden::desktop {

/// A picture of a page; may come from outside of the program, so it may fail.
using PagePictures = std::function<Outcome<QImage>(int page, double scale)>;

class StoredPageSource : public PageSource {
 public:
  /// @param layout    one that hasLayout()
  /// @param pictures  null: words are drawn
  StoredPageSource(FileFacts facts, const QStringList& parts, PageMapText layout,
                   PagePictures pictures);

  /// Whether the map has sizes for all parts. Without them a document is shown as plain text.
  static bool hasLayout(const PageMapText& map, int parts);

  const FileFacts& facts() const override { return m_facts; }
  QSizeF pageSize(int page) const override { return m_layout.size(page); }
  Outcome<PageText> text(int page) override;
  Outcome<QImage> image(int page, double scale) override;
  const DocumentMap& map() const override { return m_map; }

 private:
  QImage drawWords(int page, double scale);

  FileFacts m_facts;
  QStringList m_parts;
  PageMapText m_layout;
  DocumentMap m_map;
  PagePictures m_pictures;
};

}  // namespace leyden::desktop
