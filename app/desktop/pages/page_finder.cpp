// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_finder.h"

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>

namespace leyden::desktop {

PageFinder::PageFinder(PageLoader* loader, QObject* parent) : Finder(parent), m_loader(loader) {
  connect(loader, &PageLoader::textReady, this, &PageFinder::onText);
  connect(loader, &PageLoader::failed, this, [this](int page) {
    // A page that cannot be read holds nothing that could be found.
    if (page == m_asked && isSearching()) onText(page, {});
  });
}

void PageFinder::setQuery(const QString& query, int fromPage) {
  m_query = query.trimmed();
  m_from = std::max(0, fromPage);
  m_found.clear();
  m_total = 0;
  m_match = {};
  m_asked = 0;
  emit countChanged();
  emit currentChanged();
  if (!m_query.isEmpty()) askOn();
}

/// Searches the pages whose text is known, a few milliseconds long, and asks for the next one.
void PageFinder::askOn() {
  QElapsedTimer slice;
  slice.start();
  const int pages = m_loader->source().pageCount();
  const FoldedText needle(m_query);
  while (m_asked < pages && m_texts.contains(m_asked)) {
    const auto found = FoldedText(m_texts[m_asked]).find(needle);
    if (!found.isEmpty()) m_found[m_asked] = found;
    m_total += int(found.size());
    if (m_match.page < 0 && m_asked >= m_from && !found.isEmpty()) {
      m_match = {m_asked, found.first()};
      emit currentChanged();
    }
    ++m_asked;
    if (slice.elapsed() > 6) {
      QTimer::singleShot(0, this, [this, query = m_query] {
        if (query == m_query) askOn();
      });
      emit countChanged();
      return;
    }
  }
  if (m_asked < pages) {
    m_loader->wantText(m_asked);
  } else if (m_match.page < 0 && m_total > 0) {
    step(true);
  }
  emit countChanged();
}

void PageFinder::onText(int page, const PageText& text) {
  m_texts.insert(page, text.text);
  if (page == m_asked && isSearching()) askOn();
}

int PageFinder::current() const {
  if (m_match.page < 0) return -1;
  int before = 0;
  for (auto it = m_found.begin(); it != m_found.end(); ++it) {
    if (it.key() < m_match.page) before += int(it->size());
  }
  return before + int(m_found.value(m_match.page).indexOf(m_match.units));
}

void PageFinder::step(bool forward) {
  if (m_total == 0) return;
  QVector<int> pages(m_found.keyBegin(), m_found.keyEnd());
  std::sort(pages.begin(), pages.end());
  const auto& here = m_found[m_match.page < 0 ? pages.first() : m_match.page];
  const auto at = m_match.page < 0 ? -1 : here.indexOf(m_match.units);
  const auto to = forward ? at + 1 : at - 1;
  if (m_match.page >= 0 && to >= 0 && to < here.size()) {
    m_match.units = here[to];
  } else {
    auto index = m_match.page < 0 ? -1 : pages.indexOf(m_match.page);
    index = forward ? (index + 1) % pages.size() : (index - 1 + pages.size()) % pages.size();
    const int page = pages[std::max<qsizetype>(0, index)];
    m_match = {page, forward ? m_found[page].first() : m_found[page].last()};
  }
  emit countChanged();
  emit currentChanged();
}

}  // namespace leyden::desktop
