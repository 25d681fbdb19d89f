// SPDX-License-Identifier: Apache-2.0
// Pages straight from a file, through the sandboxed reader: what is shown while a document is still
// on its way into the library. It knows nothing of what a model reads.
#pragma once

#include <memory>

#include "app/desktop/pages/page_source.h"

namespace leyden::desktop {

class FileShelf;

class FilePageSource : public PageSource {
 public:
  ~FilePageSource() override;
  /// Blocks, while the reader starts. Errors: those of the reader; LEYDEN_E_UNSUPPORTED for a
  /// format without pages.
  static Outcome<std::shared_ptr<PageSource>> open(const QString& path);

  const FileFacts& facts() const override { return m_facts; }
  QSizeF pageSize(int page) const override;
  Outcome<PageText> text(int page) override;
  Outcome<QImage> image(int page, double scale) override;
  const DocumentMap& map() const override { return m_map; }

 private:
  QString m_path;
  FileFacts m_facts;
  QSizeF m_firstSize;  ///< a guess for the others
  DocumentMap m_map;   ///< empty
  std::unique_ptr<FileShelf> m_shelf;
};

}  // namespace leyden::desktop
