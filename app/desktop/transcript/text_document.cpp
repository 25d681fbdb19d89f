// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/text_document.h"

#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <algorithm>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

constexpr int kIndent = 26;       // of one list or quotation
constexpr int kLineHeight = 142;  // per cent
constexpr int kPlainLineHeight = 125;
constexpr char16_t kFirstIdeograph = 0x2E80;  // lines may be broken behind signs from here on

QTextBlockFormat blockFormat(const Paragraph& p, bool first, bool plain) {
  QTextBlockFormat f;
  f.setLineHeight(plain ? kPlainLineHeight : kLineHeight, QTextBlockFormat::ProportionalHeight);
  const bool heading = p.kind == Paragraph::Kind::Heading;
  double above = heading ? 16 : p.tight ? 3 : 9;
  if (first || plain) above = 0;
  f.setTopMargin(above);
  f.setLeftMargin((p.depth + p.quote) * kIndent);
  if (!p.marker.isEmpty()) f.setTextIndent(-kIndent + 2);
  // The text of an item begins at one place whatever its marker, or at the next one behind a long
  // marker.
  if (!p.marker.isEmpty()) {
    f.setTabPositions({QTextOption::Tab(kIndent - 2, QTextOption::LeftTab),
                       QTextOption::Tab(kIndent + 10, QTextOption::LeftTab),
                       QTextOption::Tab(2 * kIndent, QTextOption::LeftTab)});
  }
  if (heading) f.setHeadingLevel(p.level);
  if (p.quote > 0) f.setProperty(QTextFormat::BlockQuoteLevel, p.quote);
  if (p.kind == Paragraph::Kind::Rule)
    f.setProperty(QTextFormat::BlockTrailingHorizontalRulerWidth,
                  QTextLength(QTextLength::PercentageLength, 100));
  return f;
}

/// "⟦7⟧ > passage", the way the default model quotes, is drawn as a quotation.
bool quotesPassage(const Paragraph& p, const QVector<AnswerMark>& marks) {
  if (p.quote > 0 || p.runs.isEmpty() || p.runs.first().source < 0) return false;
  const TextRun& first = p.runs.first();
  for (const AnswerMark& mark : marks) {
    if (mark.kind != AnswerMark::Kind::Reference || mark.text.begin != first.source) continue;
    return QStringView(first.text).mid(mark.text.end - mark.text.begin).trimmed().startsWith(u'>');
  }
  return false;
}

class DocumentBuilder {
 public:
  DocumentBuilder(QTextDocument* document, SourceMap* map, const QVector<AnswerMark>& marks,
                  const TextLook& look)
      : m_map(map), m_marks(marks), m_look(look), m_cursor(document) {
    m_body.setFont(uiFont(TextSize::Body));
    m_body.setForeground(tokens().text);
  }

  /// `passage`: the paragraph quotes one, see quotesPassage().
  void add(const Paragraph& p, bool first, bool passage) {
    m_passage = passage;
    const QTextBlockFormat block = blockFormat(p, first, m_look.plain);
    QTextCharFormat base = m_body;
    if (p.kind == Paragraph::Kind::Heading) {
      base.setFont(uiFont(p.level <= 2 ? TextSize::Large : TextSize::Body, QFont::DemiBold));
      base.setForeground(tokens().text);
    }
    if (p.quote > 0) base.setForeground(tokens().muted);
    if (first) {
      m_cursor.setBlockFormat(block);
      m_cursor.setBlockCharFormat(base);
    } else {
      m_cursor.insertBlock(block, base);
    }
    if (!p.marker.isEmpty()) {
      QTextCharFormat marker = base;
      marker.setForeground(tokens().muted);
      insert(p.marker + u'\t', marker, -1);
    }
    for (const TextRun& r : p.runs) addRun(r, base);
    placeChips(base);
  }

 private:
  void insert(const QString& text, const QTextCharFormat& format, int source) {
    const int at = m_cursor.position();
    m_cursor.insertText(text, format);
    m_map->add(at, m_cursor.position() - at, source);
  }

  QTextCharFormat formatOf(const TextRun& run, const QTextCharFormat& base) const {
    QTextCharFormat f = base;
    if ((run.look & TextRun::Bold) != 0) f.setFontWeight(QFont::DemiBold);
    if ((run.look & TextRun::Italic) != 0) f.setFontItalic(true);
    if ((run.look & TextRun::Strike) != 0) f.setFontStrikeOut(true);
    if ((run.look & TextRun::Code) != 0) {
      f.setFont(codeFont());
      f.setBackground(tokens().code);
    }
    if (!run.href.isEmpty()) {
      f.setAnchor(true);
      f.setAnchorHref(run.href);
      f.setForeground(tokens().accent);
      f.setToolTip(run.href);
    }
    return f;
  }

  /// A run is cut where marks begin and end: located quotations are tinted, unlocated ones
  /// underlined with dots, references replaced by their chip.
  void addRun(const TextRun& run, const QTextCharFormat& base) {
    const QTextCharFormat plain = formatOf(run, base);
    if (run.source < 0) {
      insert(run.text, plain, -1);
      return;
    }
    const qint64 end = run.source + run.text.size();
    qint64 at = run.source;
    while (at < end) {
      qint64 next = end;
      const AnswerMark* inside = nullptr;
      for (const AnswerMark& mark : m_marks) {
        if (mark.text.begin > at && mark.text.begin < next) next = mark.text.begin;
        if (mark.text.begin <= at && at < mark.text.end) {
          if (inside == nullptr || mark.kind == AnswerMark::Kind::Reference) inside = &mark;
          if (mark.text.end < next) next = mark.text.end;
        }
      }
      placeChips(base);
      const QString text = run.text.mid(at - run.source, next - at);
      if (inside != nullptr && inside->kind == AnswerMark::Kind::Reference) {
        hideReference(at, next, run, *inside);
        if (m_swallowed > next) next = std::min(m_swallowed, end);
      } else {
        QTextCharFormat f = plain;
        if (inside != nullptr && inside->kind == AnswerMark::Kind::Quote)
          f.setBackground(tokens().accentSoft);
        if (inside != nullptr && inside->kind == AnswerMark::Kind::Unlocated) {
          f.setUnderlineStyle(QTextCharFormat::DotLine);
          f.setUnderlineColor(tokens().warning);
        }
        insert(text, f, int(at));
      }
      if (inside != nullptr && next >= inside->text.end) wantChip(*inside);
      at = next;
    }
  }

  /// "⟦7⟧ > passage": the arrow is not drawn, and where the located passage follows, its own chip
  /// says the same as the number.
  void hideReference(qint64 at, qint64 next, const TextRun& run, const AnswerMark& reference) {
    const qint64 end = run.source + run.text.size();
    m_swallowed = next;
    static const QRegularExpression arrow(QStringLiteral("^\\s*> ?"));
    if (m_passage && next == reference.text.end)
      m_swallowed += arrow.match(run.text.mid(next - run.source)).capturedLength();
    for (const AnswerMark& mark : m_marks) {
      const bool follows =
          mark.kind == AnswerMark::Kind::Quote && mark.number == reference.number &&
          mark.text.begin >= reference.text.end && mark.text.begin - reference.text.end <= 4;
      if (!follows) continue;
      m_muted.append(reference.text.begin);
      if (at == reference.text.begin) m_swallowed = std::min(mark.text.begin, end);
      return;
    }
  }

  void wantChip(const AnswerMark& mark) {
    if (!m_muted.contains(mark.text.begin) || mark.kind != AnswerMark::Kind::Reference)
      m_wanted.append(&mark);
  }

  /// Chips whose mark has ended. They stand behind their text, so the text stays whole.
  void placeChips(const QTextCharFormat& base) {
    for (const AnswerMark* mark : std::exchange(m_wanted, {})) {
      const auto index = int(mark - m_marks.constData());
      QTextCharFormat f = base;
      f.setFont(uiFont(TextSize::Small, QFont::Medium));
      f.setFontItalic(false);
      const bool unlocated = mark->kind == AnswerMark::Kind::Unlocated;
      f.setForeground(unlocated ? tokens().warning : tokens().accent);
      f.setProperty(kChipProperty, index);
      f.setAnchor(true);
      f.setAnchorHref(QStringLiteral("leyden:mark/%1").arg(index));
      const QString label = unlocated     ? QStringLiteral("?")
                            : m_look.chip ? m_look.chip(*mark)
                                          : QString::number(mark->number);
      insert(QStringLiteral("\u2009"), base, -1);
      QString shown;  // never broken: Chinese would be, behind every sign
      for (const QChar c : label) {
        shown += c == u' ' ? QChar(0xA0) : c;
        if (c.unicode() >= kFirstIdeograph && !c.isSurrogate()) shown += QChar(0x2060);
      }
      insert(QChar(0xA0) + shown + QChar(0xA0), f, -1);
      insert(QStringLiteral("\u2009"), base, -1);
    }
  }

  SourceMap* m_map;
  const QVector<AnswerMark>& m_marks;
  const TextLook& m_look;
  QTextCursor m_cursor;
  QTextCharFormat m_body;
  QVector<const AnswerMark*> m_wanted;
  QVector<qint64> m_muted;  ///< begins of references that show no chip
  qint64 m_swallowed = 0;   ///< source before this is not drawn
  bool m_passage = false;   ///< the paragraph is "⟦7⟧ > passage"
};

}  // namespace

void SourceMap::add(int position, int length, int source) {
  if (length > 0) m_runs.append({position, length, source});
}

int SourceMap::sourceAt(int position, bool after) const {
  int best = -1;
  for (const Run& r : m_runs) {
    if (r.source < 0) continue;
    const int end = r.position + r.length;
    if (after) {
      if (r.position >= position) break;
      best = r.source + std::min(position, end) - r.position;
    } else if (position < end) {
      return r.source + std::max(0, position - r.position);
    }
  }
  return best;
}

QVector<Span> SourceMap::positionsOf(const Span& source) const {
  QVector<Span> out;
  for (const Run& r : m_runs) {
    if (r.source < 0) continue;
    const qint64 begin = std::max<qint64>(source.begin, r.source);
    const qint64 end = std::min<qint64>(source.end, r.source + r.length);
    if (begin >= end) continue;
    const Span s{r.position + begin - r.source, r.position + end - r.source};
    if (!out.isEmpty() && out.last().end >= s.begin) {
      out.last().end = s.end;
    } else {
      out.append(s);
    }
  }
  return out;
}

void buildTextDocument(QTextDocument* document, SourceMap* map,
                       const QVector<Paragraph>& paragraphs, const QVector<AnswerMark>& marks,
                       const TextLook& look) {
  document->clear();
  document->setUndoRedoEnabled(false);
  document->setDocumentMargin(0);
  document->setIndentWidth(kIndent);
  document->setDefaultFont(uiFont(TextSize::Body));
  map->clear();
  DocumentBuilder builder(document, map, marks, look);
  for (qsizetype i = 0; i < paragraphs.size(); ++i) {
    if (!quotesPassage(paragraphs[i], marks)) {
      builder.add(paragraphs[i], i == 0, false);
      continue;
    }
    Paragraph quotation = paragraphs[i];
    quotation.quote = 1;
    builder.add(quotation, i == 0, true);
  }
}

}  // namespace leyden::desktop
