// SPDX-License-Identifier: Apache-2.0
// Fonts are measured without hinting at one pixel a point, so a page has the same lines at every
// scale.
#include "app/desktop/pages/text_page_source.h"

#include <QPainter>
#include <QTextLayout>
#include <algorithm>
#include <cmath>

namespace leyden::desktop {

namespace {

constexpr int kParagraphUnits = 6000;  // longer ones are laid out in parts
constexpr double kLeading = 1.35;

QFont pageFont(int pixels, bool bold) {
  QFont font(QStringLiteral("Noto Serif"));
  font.setStyleHint(QFont::Serif);
  font.setPixelSize(pixels);
  font.setBold(bold);
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

bool isHeadingLine(QStringView line) {
  int n = 0;
  while (n < line.size() && line[n] == u'#') ++n;
  return n >= 1 && n <= 6 && n < line.size() && line[n] == u' ' && line.size() < 200;
}

/// One line of a page, ready to draw or to measure.
void layOutLine(QTextLayout& layout) {
  QTextOption option;
  option.setWrapMode(QTextOption::NoWrap);
  layout.setTextOption(option);
  layout.setCacheEnabled(true);
  layout.beginLayout();
  layout.createLine();
  layout.endLayout();
}

bool standsAlone(QChar c) {
  return c.script() == QChar::Script_Han || c.script() == QChar::Script_Hiragana ||
         c.script() == QChar::Script_Katakana;
}

}  // namespace

TextPageSource::TextPageSource(const QString& title, const QString& text)
    : TextPageSource(title, joinParts({text})) {}

TextPageSource::TextPageSource(const QString& title, const JoinedParts& parts)
    : m_text(parts.text), m_font(pageFont(11, false)), m_headingFont(pageFont(14, true)) {
  m_facts.format = QStringLiteral("text");
  m_facts.title = title;
  layOut(parts.begins);
}

QFont TextPageSource::fontOf(const Line& line) const {
  return line.heading ? m_headingFont : m_font;
}

void TextPageSource::layOut(const QVector<qsizetype>& begins) {
  const double width = kWidth - 2 * kMargin;
  double y = kMargin;
  Page page;
  auto part = begins.begin();
  const auto turn = [&](int at) {
    page.end = at;
    m_pages.append(page);
    page = Page{int(m_lines.size()), 0, at, at};
    y = kMargin;
  };
  for (int begin = 0; begin < m_text.size() || (begin == 0 && m_text.isEmpty());) {
    auto end = m_text.indexOf(u'\n', begin);
    if (end < 0) end = m_text.size();
    int cut = int(end);
    if (cut - begin > kParagraphUnits) {
      cut = begin + kParagraphUnits;
      const auto space = m_text.lastIndexOf(u' ', cut);
      if (space > begin + kParagraphUnits / 2)
        cut = int(space) + 1;
      else if (m_text[cut].isLowSurrogate())
        --cut;
    }
    const auto paragraph = QStringView(m_text).mid(begin, cut - begin);
    bool anew = paragraph.startsWith(u'\f');
    for (; part != begins.end() && *part <= begin; ++part) anew = true;
    if (anew && page.lines > 0) turn(begin);
    const bool heading = isHeadingLine(paragraph);
    const QFont& font = heading ? m_headingFont : m_font;
    const double step = QFontMetricsF(font).height() * kLeading;
    QTextLayout layout(paragraph.toString(), font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    bool any = false;
    while (true) {
      QTextLine line = layout.createLine();
      if (!line.isValid() && any) break;
      int length = 0;
      if (line.isValid()) {
        line.setLineWidth(width);
        length = line.textLength();
      }
      if (y + step > kHeight - kMargin && page.lines > 0 && length > 0)
        turn(begin + (line.isValid() ? line.textStart() : 0));
      m_lines.append({begin + (line.isValid() ? line.textStart() : 0), length, float(y), heading});
      ++page.lines;
      y += step;
      any = true;
      if (!line.isValid()) break;
    }
    layout.endLayout();
    if (heading) {
      int level = 0;
      while (paragraph[level] == u'#') ++level;
      m_facts.outline.append(
          {paragraph.mid(level).trimmed().toString(), int(m_pages.size()), level - 1});
    }
    begin = cut == end ? int(end) + 1 : cut;
    if (m_text.isEmpty()) break;
  }
  page.end = int(m_text.size());
  m_pages.append(page);
  m_facts.pages = int(m_pages.size());
  qint64 bytes = 0;
  for (qsizetype i = 0; i < m_pages.size(); ++i) {
    const auto text = QStringView(m_text).mid(m_pages[i].begin, m_pages[i].end - m_pages[i].begin);
    const qint64 size = text.toUtf8().size();
    m_map.add(int(i), {bytes, bytes + size}, 0);
    bytes += size;
  }
}

Outcome<PageText> TextPageSource::text(int number) {
  const Page& page = m_pages[number];
  PageText out;
  out.size = pageSize(number);
  out.text = m_text.mid(page.begin, page.end - page.begin);
  qint64 bytes = 0;
  int counted = page.begin;  // `bytes` are those of the text before this
  const auto bytesAt = [&](int at) {
    bytes += QStringView(m_text).mid(counted, at - counted).toUtf8().size();
    counted = at;
    return bytes;
  };
  for (int l = page.firstLine; l < page.firstLine + page.lines; ++l) {
    const Line& line = m_lines[l];
    const QString shown = m_text.mid(line.begin, line.length);
    QTextLayout layout(shown, fontOf(line));
    layOutLine(layout);
    const QTextLine drawn = layout.lineAt(0);
    const double height = drawn.height();
    for (int i = 0; i < shown.size();) {
      if (shown[i].isSpace()) {
        ++i;
        continue;
      }
      int end = i + 1;
      if (!standsAlone(shown[i])) {
        while (end < shown.size() && !shown[end].isSpace() && !standsAlone(shown[end])) ++end;
      }
      const double x0 = drawn.cursorToX(i), x1 = drawn.cursorToX(end);
      PageWord word;
      word.text = {line.begin + i - page.begin, line.begin + end - page.begin};
      word.bytes.begin = bytesAt(line.begin + i);
      word.bytes.end = bytesAt(line.begin + end);
      word.rect = QRectF(kMargin + std::min(x0, x1), double(line.y), std::abs(x1 - x0), height);
      out.words.append(word);
      i = end;
    }
  }
  return out;
}

Outcome<QImage> TextPageSource::image(int number, double scale) {
  const Page& page = m_pages[number];
  QImage image(int(std::ceil(kWidth * scale)), int(std::ceil(kHeight * scale)),
               QImage::Format_RGB32);
  if (image.isNull()) return Failure{-5, QStringLiteral("page image of %1 x").arg(scale)};
  image.fill(Qt::white);
  QPainter p(&image);
  p.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  p.scale(scale, scale);
  p.setPen(QColor(0x1c, 0x1b, 0x19));
  for (int l = page.firstLine; l < page.firstLine + page.lines; ++l) {
    const Line& line = m_lines[l];
    if (line.length == 0) continue;
    QTextLayout layout(m_text.mid(line.begin, line.length), fontOf(line));
    layOutLine(layout);
    layout.lineAt(0).draw(&p, QPointF(kMargin, double(line.y)));
  }
  p.setPen(QColor(0xa3, 0x9e, 0x94));
  p.setFont(pageFont(9, false));
  p.drawText(QRectF(0, kHeight - 44, kWidth, 20), Qt::AlignCenter, QString::number(number + 1));
  return image;
}

}  // namespace leyden::desktop
