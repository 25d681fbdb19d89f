// SPDX-License-Identifier: Apache-2.0
// Finds text in a document. Pages are read by a loader one after another; what is known is
// searched.
#pragma once

#include <QHash>

#include "app/desktop/controls/finder.h"
#include "app/desktop/pages/page_loader.h"
#include "app/desktop/pages/page_text_search.h"

namespace leyden::desktop {

class PageFinder : public Finder {
  Q_OBJECT
 public:
  struct Match {
    int page = -1;
    Span units;  ///< of the page's text
    bool operator==(const Match&) const = default;
  };

  explicit PageFinder(PageLoader* loader, QObject* parent = nullptr);

  /// Begins anew; the first match on or behind `fromPage` becomes current.
  void setQuery(const QString& query, int fromPage) override;
  const QString& query() const { return m_query; }
  int total() const override { return m_total; }
  int current() const override;  ///< from 0; -1: none
  Match match() const { return m_match; }
  bool isSearching() const override {
    return m_asked < m_loader->source().pageCount() && !m_query.isEmpty();
  }
  QVector<Span> onPage(int page) const { return m_found.value(page); }
  void next() override { step(true); }
  void previous() override { step(false); }

 private:
  void onText(int page, const PageText& text);
  void askOn();
  void step(bool forward);

  PageLoader* m_loader;
  QString m_query;
  QHash<int, QVector<Span>> m_found;
  QHash<int, QString> m_texts;  ///< kept, so that the next query reads no page again
  int m_asked = 0;              ///< pages before this are searched
  int m_from = 0, m_total = 0;
  Match m_match;
};

}  // namespace leyden::desktop
