// SPDX-License-Identifier: Apache-2.0
// The page map is what a reader of outside files said, checked again here: sizes and boxes are
// bounded, words lie in their text and in its order, everything else is dropped.
#include "app/desktop/pages/stored_page_source.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/desktop/pages/document_parts.h"

namespace leyden::desktop {

namespace {

constexpr qint64 kMostPixels = 60'000'000;

}  // namespace

bool StoredPageSource::hasLayout(const PageMapText& map, int parts) {
  if (parts <= 0 || map.pageCount() != parts) return false;
  for (int page = 0; page < parts; ++page)
    if (map.size(page).isEmpty()) return false;
  return true;
}

StoredPageSource::StoredPageSource(FileFacts facts, const QStringList& parts, PageMapText layout,
                                   PagePictures pictures)
    : m_facts(std::move(facts)),
      m_parts(parts),
      m_layout(std::move(layout)),
      m_map(joinParts(parts).map),
      m_pictures(std::move(pictures)) {
  m_facts.pages = int(m_parts.size());
  if (m_facts.outline.isEmpty()) m_facts.outline = m_layout.outline();
}

Outcome<PageText> StoredPageSource::text(int number) {
  const QString& text = m_parts[number];
  PageText out;
  out.text = text;
  out.size = pageSize(number);
  // Byte offsets become units in one walk over the text.
  qint64 bytes = 0, units = 0;
  const auto unitsAt = [&](qint64 byte) {
    while (bytes < byte && units < text.size()) {
      const QChar c = text[units];
      if (c.isHighSurrogate()) {
        bytes += 4;
        units += 2;
      } else {
        bytes += c.unicode() < 0x80 ? 1 : c.unicode() < 0x800 ? 2 : 3;
        ++units;
      }
    }
    return std::min<qint64>(units, text.size());
  };
  qint64 last = 0;
  const QRectF paper(QPointF(), out.size);
  const QVector<double> words = m_layout.words(number);
  for (qsizetype i = 0; i + 5 < words.size(); i += 6) {
    const auto begin = qint64(words[i]), end = qint64(words[i + 1]);
    const QRectF box = QRectF(QPointF(words[i + 2], words[i + 3]),
                              QPointF(words[i + 4], words[i + 5]))
                           .normalized()
                           .intersected(paper);
    if (begin < last || end <= begin || box.isEmpty()) continue;
    PageWord word;
    word.bytes = {begin, end};
    word.text.begin = unitsAt(begin);
    word.text.end = unitsAt(end);
    word.rect = box;
    last = end;
    if (!word.text.isEmpty()) out.words.append(word);
  }
  return out;
}

Outcome<QImage> StoredPageSource::image(int page, double scale) {
  const QSizeF size = pageSize(page) * scale;
  // A picture too large to keep is asked for smaller, and drawn larger.
  const double fit =
      std::min(1.0, std::sqrt(double(kMostPixels) / std::max(1.0, size.width() * size.height())));
  if (m_pictures) {
    auto picture = m_pictures(page, scale * fit);
    if (picture) return picture;
  }
  return drawWords(page, scale * fit);
}

QImage StoredPageSource::drawWords(int number, double scale) {
  const auto page = text(number);
  const QSizeF size = pageSize(number) * scale;
  QImage image(int(std::ceil(size.width())), int(std::ceil(size.height())), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter p(&image);
  p.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  p.scale(scale, scale);
  p.setPen(QColor(0x1c, 0x1b, 0x19));
  QFont font(QStringLiteral("Noto Serif"));
  font.setStyleHint(QFont::Serif);
  font.setHintingPreference(QFont::PreferNoHinting);
  for (const PageWord& word : page->words) {
    const QString shown = page->text.mid(word.text.begin, word.text.end - word.text.begin);
    font.setPixelSize(std::clamp(int(std::lround(word.rect.height() * 0.75)), 4, 200));
    const QFontMetricsF metrics(font);
    const double natural = std::max(1.0, metrics.horizontalAdvance(shown));
    p.save();
    p.setFont(font);
    p.translate(word.rect.left(), word.rect.top() + word.rect.height() * 0.78);
    p.scale(word.rect.width() / natural, 1);
    p.drawText(QPointF(0, 0), shown);
    p.restore();
  }
  return image;
}

}  // namespace leyden::desktop
