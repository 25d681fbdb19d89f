// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_loader.h"

#include <algorithm>

namespace leyden::desktop {

PageLoader::PageLoader(std::shared_ptr<PageSource> source, QObject* parent)
    : QObject(parent), m_source(std::move(source)) {
  m_thread.reset(QThread::create([this] { work(); }));
  m_thread->setObjectName(QStringLiteral("pages"));
  m_thread->start();
}

PageLoader::~PageLoader() {
  {
    QMutexLocker lock(&m_mutex);
    m_stop = true;
    m_there.wakeAll();
  }
  m_thread->wait();
}

void PageLoader::put(const Wish& wish) {
  QMutexLocker lock(&m_mutex);
  const auto old = std::find_if(m_wishes.begin(), m_wishes.end(), [&](const Wish& w) {
    return w.want == wish.want && w.page == wish.page;
  });
  if (old != m_wishes.end()) m_wishes.erase(old);
  m_wishes.append(wish);
  m_there.wakeAll();
}

void PageLoader::wantImage(int page, double scale) { put({Want::Image, page, scale}); }
void PageLoader::wantThumbnail(int page, double scale) { put({Want::Thumbnail, page, scale}); }
void PageLoader::wantText(int page) { put({Want::Text, page, 0}); }

void PageLoader::dropImagesExcept(const QSet<int>& pages) {
  QMutexLocker lock(&m_mutex);
  m_wishes.erase(std::remove_if(m_wishes.begin(), m_wishes.end(),
                                [&](const Wish& w) {
                                  return w.want == Want::Image && !pages.contains(w.page);
                                }),
                 m_wishes.end());
}

int PageLoader::waiting() const {
  QMutexLocker lock(&m_mutex);
  return int(m_wishes.size());
}

/// The newest image, else the newest text, else the newest thumbnail.
bool PageLoader::take(Wish* wish) {
  QMutexLocker lock(&m_mutex);
  while (!m_stop && m_wishes.isEmpty()) m_there.wait(&m_mutex);
  if (m_stop) return false;
  auto best = m_wishes.end() - 1;
  for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
    if (it->want <= best->want) best = it;
  }
  *wish = *best;
  m_wishes.erase(best);
  return true;
}

void PageLoader::work() {
  for (Wish wish; take(&wish);) {
    if (wish.page < 0 || wish.page >= m_source->pageCount()) continue;
    if (wish.want == Want::Text) {
      const auto text = m_source->text(wish.page);
      if (text)
        emit textReady(wish.page, *text);
      else
        emit failed(wish.page, text.failure);
      continue;
    }
    const auto image = m_source->image(wish.page, wish.scale);
    if (!image)
      emit failed(wish.page, image.failure);
    else if (wish.want == Want::Image)
      emit imageReady(wish.page, wish.scale, *image);
    else
      emit thumbnailReady(wish.page, wish.scale, *image);
  }
}

}  // namespace leyden::desktop
