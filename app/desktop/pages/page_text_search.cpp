// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_text_search.h"

#include <algorithm>

namespace leyden::desktop {

FoldedText::FoldedText(const QString& text) {
  m_folded.reserve(text.size());
  m_origin.reserve(text.size() + 1);
  for (qsizetype i = 0; i < text.size(); ++i) {
    const QChar c = text[i];
    if (c == QChar::SoftHyphen || c.unicode() == 0x200B || c.unicode() == 0xFEFF) continue;
    if (c == u'-' && i + 1 < text.size() && (text[i + 1] == u'\n' || text[i + 1] == u'\r')) {
      // A word broken at the end of a line.
      qsizetype next = i + 1;
      while (next < text.size() && text[next].isSpace()) ++next;
      i = next - 1;
      continue;
    }
    if (c.isSpace()) {
      if (m_folded.isEmpty() || m_folded.back() == u' ') continue;
      m_folded += u' ';
      m_origin.append(int(i));
      continue;
    }
    QChar folded = c.toCaseFolded();
    if (c == u'’' || c == u'‘') folded = u'\'';
    if (c == u'“' || c == u'”') folded = u'"';
    m_folded += folded;
    m_origin.append(int(i));
  }
  while (m_folded.endsWith(u' ')) {
    m_folded.chop(1);
    m_origin.removeLast();
  }
  m_origin.append(int(text.size()));
}

QVector<Span> FoldedText::find(const FoldedText& needle) const {
  QVector<Span> found;
  if (needle.isEmpty()) return found;
  qsizetype at = 0;
  while ((at = m_folded.indexOf(needle.m_folded, at)) >= 0) {
    const auto end = at + needle.m_folded.size();
    found.append({m_origin[at], m_origin[end - 1] + 1});
    at = end;
  }
  return found;
}

QVector<QRectF> lineBoxes(const PageText& page, const Span& units) {
  QVector<QRectF> boxes;
  const auto first =
      std::lower_bound(page.words.begin(), page.words.end(), units.begin,
                       [](const PageWord& w, qint64 at) { return w.text.end <= at; });
  for (auto it = first; it != page.words.end() && it->text.begin < units.end; ++it) {
    QRectF box = it->rect;
    const double length = double(std::max<qint64>(1, it->text.end - it->text.begin));
    const double from = double(std::max<qint64>(0, units.begin - it->text.begin)) / length;
    const double to = double(std::max<qint64>(0, it->text.end - units.end)) / length;
    box.adjust(it->rect.width() * from, 0, -it->rect.width() * to, 0);
    if (box.width() <= 0) continue;
    if (!boxes.isEmpty()) {
      QRectF& last = boxes.last();
      const double overlap =
          std::min(last.bottom(), box.bottom()) - std::max(last.top(), box.top());
      const bool sameLine = overlap > 0.5 * std::min(last.height(), box.height());
      const double gap = std::max(box.left() - last.right(), last.left() - box.right());
      if (sameLine && gap < 3 * std::max(last.height(), box.height())) {
        last = last.united(box);
        continue;
      }
    }
    boxes.append(box);
  }
  return boxes;
}

namespace {

/// One walk over the text that turns byte offsets into units.
qint64 unitAtByte(const QString& text, qint64 byte) {
  qint64 bytes = 0;
  qsizetype i = 0;
  for (; i < text.size() && bytes < byte; ++i) {
    const ushort c = text[i].unicode();
    if (text[i].isHighSurrogate()) {
      bytes += 4;
      ++i;
    } else {
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
    }
  }
  return std::min<qint64>(i, text.size());
}

}  // namespace

Span unitsOf(const PageText& page, const Span& bytes) {
  return {unitAtByte(page.text, bytes.begin), unitAtByte(page.text, bytes.end)};
}

Span bytesOf(const PageText& page, const Span& units) {
  const auto before = QStringView(page.text).left(units.begin).toUtf8().size();
  const auto inside =
      QStringView(page.text).mid(units.begin, units.end - units.begin).toUtf8().size();
  return {before, before + inside};
}

}  // namespace leyden::desktop
