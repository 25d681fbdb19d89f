// SPDX-License-Identifier: Apache-2.0
// A document as pages. What the page view draws comes from here and from nowhere else.
#pragma once

#include <QImage>

#include "app/desktop/engine/document_values.h"
#include "app/desktop/pages/document_map.h"

namespace leyden::desktop {

/// [any thread, one call at a time]; a loader calls it on a thread of its own.
class PageSource {
 public:
  virtual ~PageSource() = default;

  virtual const FileFacts& facts() const = 0;
  int pageCount() const { return facts().pages; }
  /// In points. Cheap; may be a guess until text() or image() of that page came.
  virtual QSizeF pageSize(int page) const = 0;
  virtual Outcome<PageText> text(int page) = 0;
  /// `scale`: pixels a point.
  virtual Outcome<QImage> image(int page, double scale) = 0;
  /// Where the pages stand in the text the model read; empty: this source does not know.
  virtual const DocumentMap& map() const = 0;
};

}  // namespace leyden::desktop
