// SPDX-License-Identifier: Apache-2.0
// Gets texts and images of pages on a thread of its own. The newest wish is served first, so a
// reader who scrolls on does not wait for pages already gone; wishes that were withdrawn are never
// served.
#pragma once

#include <QImage>
#include <QMutex>
#include <QObject>
#include <QSet>
#include <QThread>
#include <QWaitCondition>
#include <memory>

#include "app/desktop/pages/page_source.h"

namespace leyden::desktop {

class PageLoader : public QObject {
  Q_OBJECT
 public:
  /// Two images of a page can be wanted at a time: the page and its thumbnail.
  enum class Want { Image, Text, Thumbnail };

  explicit PageLoader(std::shared_ptr<PageSource> source, QObject* parent = nullptr);
  /// Waits for the call that runs.
  ~PageLoader() override;

  PageSource& source() { return *m_source; }
  void wantImage(int page, double scale);
  void wantThumbnail(int page, double scale);
  void wantText(int page);
  /// Keeps only wishes for images of these pages.
  void dropImagesExcept(const QSet<int>& pages);
  /// Wishes not yet served. [any thread]
  int waiting() const;

 signals:
  void imageReady(int page, double scale, const QImage& image);
  void thumbnailReady(int page, double scale, const QImage& image);
  void textReady(int page, const leyden::desktop::PageText& text);
  void failed(int page, const leyden::desktop::Failure& failure);

 private:
  struct Wish {
    Want want;
    int page;
    double scale;
  };
  void put(const Wish& wish);
  void work();
  bool take(Wish* wish);

  std::shared_ptr<PageSource> m_source;
  mutable QMutex m_mutex;
  QWaitCondition m_there;
  QVector<Wish> m_wishes;
  bool m_stop = false;
  std::unique_ptr<QThread> m_thread;
};

}  // namespace leyden::desktop

Q_DECLARE_METATYPE(leyden::desktop::PageText)
Q_DECLARE_METATYPE(leyden::desktop::Failure)
