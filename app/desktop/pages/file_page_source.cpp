// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/file_page_source.h"

#include "app/desktop/engine/file_shelf.h"

namespace leyden::desktop {

FilePageSource::~FilePageSource() = default;

Outcome<std::shared_ptr<PageSource>> FilePageSource::open(const QString& path) {
  auto source = std::make_shared<FilePageSource>();
  source->m_path = path;
  source->m_shelf = std::make_unique<FileShelf>();
  const auto facts = source->m_shelf->facts(path);
  if (!facts) return facts.failure;
  constexpr int kUnsupported = -4;
  if (!facts->layout || facts->pages < 1) return Failure{kUnsupported, QString()};
  source->m_facts = *facts;
  const auto first = source->m_shelf->pageText(path, 0);
  if (!first) return first.failure;
  source->m_firstSize = first->size.isEmpty() ? QSizeF(595, 842) : first->size;
  return std::shared_ptr<PageSource>(source);
}

QSizeF FilePageSource::pageSize(int) const { return m_firstSize; }

Outcome<PageText> FilePageSource::text(int page) { return m_shelf->pageText(m_path, page); }

Outcome<QImage> FilePageSource::image(int page, double scale) {
  return m_shelf->pageImage(m_path, page, scale);
}

}  // namespace leyden::desktop
