// SPDX-License-Identifier: Apache-2.0
// The page map is what a reader of outside files said, checked again here: sizes and boxes are
// bounded, words lie in their text and in its order, everything else is dropped.
#include "app/desktop/pages/stored_page_source.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/desktop/pages/document_parts.h"

namespace leyden::desktop {

namespace {

constexpr double kMostPoints = 20'000;
constexpr qint64 kMostPixels = 60'000'000;

QSizeF sizeOf(const QJsonObject& page) {
  const QSizeF size(page["width"].toDouble(), page["height"].toDouble());
  const bool sane = size.width() >= 1 && size.height() >= 1 && size.width() <= kMostPoints &&
                    size.height() <= kMostPoints;
  return sane ? size : QSizeF();
}

}  // namespace

bool StoredPageSource::hasLayout(const QByteArray& pageMap, int parts) {
  const QJsonArray pages = QJsonDocument::fromJson(pageMap).object()["pages"].toArray();
  return parts > 0 && pages.size() == parts &&
         std::all_of(pages.begin(), pages.end(),
                     [](const auto& p) { return !sizeOf(p.toObject()).isEmpty(); });
}

StoredPageSource::StoredPageSource(FileFacts facts, const QStringList& parts,
                                   const QByteArray& pageMap, PagePictures pictures)
    : m_facts(std::move(facts)), m_map(joinParts(parts).map), m_pictures(std::move(pictures)) {
  const QJsonObject map = QJsonDocument::fromJson(pageMap).object();
  const QJsonArray pages = map["pages"].toArray();
  for (qsizetype i = 0; i < parts.size(); ++i) {
    const QJsonObject page = pages.at(i).toObject();
    Page p;
    p.text = parts[i];
    p.size = sizeOf(page);
    if (p.size.isEmpty()) p.size = QSizeF(595, 842);
    const QJsonArray words = page["words"].toArray();
    p.words.reserve(words.size());
    for (const auto& number : words) p.words.append(number.toDouble());
    m_pages.append(p);
  }
  m_facts.pages = int(m_pages.size());
  if (m_facts.outline.isEmpty()) {
    for (const auto& value : map["outline"].toArray()) {
      const QJsonObject entry = value.toObject();
      const int page = entry["page"].toInt(-1);
      if (page >= 0 && page < m_facts.pages)
        m_facts.outline.append(
            {entry["title"].toString(), page, std::clamp(entry["level"].toInt(), 0, 20)});
    }
  }
}

Outcome<PageText> StoredPageSource::text(int number) {
  const Page& page = m_pages[number];
  PageText out;
  out.text = page.text;
  out.size = page.size;
  // Byte offsets become units in one walk over the text.
  qint64 bytes = 0, units = 0;
  const auto unitsAt = [&](qint64 byte) {
    while (bytes < byte && units < page.text.size()) {
      const QChar c = page.text[units];
      if (c.isHighSurrogate()) {
        bytes += 4;
        units += 2;
      } else {
        bytes += c.unicode() < 0x80 ? 1 : c.unicode() < 0x800 ? 2 : 3;
        ++units;
      }
    }
    return std::min<qint64>(units, page.text.size());
  };
  qint64 last = 0;
  const QRectF paper(QPointF(), page.size);
  for (qsizetype i = 0; i + 5 < page.words.size(); i += 6) {
    const auto begin = qint64(page.words[i]), end = qint64(page.words[i + 1]);
    const QRectF box = QRectF(QPointF(page.words[i + 2], page.words[i + 3]),
                              QPointF(page.words[i + 4], page.words[i + 5]))
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
  const QSizeF size = m_pages[page].size * scale;
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
  const QSizeF size = m_pages[number].size * scale;
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
