// SPDX-License-Identifier: Apache-2.0
// Judges each complete line once. The last, unfinished line belongs to the last chunk, unless it begins one
// behind a quotation.
#include "app/desktop/transcript/markdown_chunks.h"

#include <algorithm>

namespace leyden::desktop {

namespace {

/// Length of the run of `mark` the text begins with.
int runOf(QStringView text, QChar mark) {
  int n = 0;
  while (n < text.size() && text[n] == mark) ++n;
  return n;
}

/// Characters of an item's marker with the space behind it; 0 when the line begins no item.
/// `interrupts`: only markers that may end a paragraph (a bullet with text, or number 1).
int itemMarker(QStringView text, bool interrupts) {
  int n = 0;
  if (!text.isEmpty() && (text[0] == u'-' || text[0] == u'*' || text[0] == u'+')) {
    n = 1;
  } else {
    while (n < text.size() && n < 10 && text[n].unicode() >= u'0' && text[n].unicode() <= u'9') ++n;
    if (n == 0 || n >= 10 || n >= text.size() || (text[n] != u'.' && text[n] != u')')) return 0;
    if (interrupts && (n != 1 || text[0] != u'1')) return 0;
    ++n;
  }
  if (n == text.size()) return interrupts ? 0 : n + 1;
  if (text[n] != u' ' && text[n] != u'\t') return 0;
  int spaces = 0;
  while (n + spaces < text.size() && text[n + spaces] == u' ') ++spaces;
  return n + (spaces >= 1 && spaces <= 4 ? spaces : 1);
}

int fenceLength(QStringView text) {
  if (text.isEmpty() || (text[0] != u'`' && text[0] != u'~')) return 0;
  const int n = runOf(text, text[0]);
  if (n < 3) return 0;
  return text[0] == u'`' && text.mid(n).contains(u'`') ? 0 : n;
}

bool isHeading(QStringView text) {
  const int n = runOf(text, u'#');
  return n >= 1 && n <= 6 && (n == text.size() || text[n] == u' ' || text[n] == u'\t');
}

bool isRule(QStringView text) {
  if (text.isEmpty() || (text[0] != u'-' && text[0] != u'*' && text[0] != u'_')) return false;
  int marks = 0;
  for (const QChar c : text) {
    if (c == text[0])
      ++marks;
    else if (c != u' ' && c != u'\t')
      return false;
  }
  return marks >= 3;
}

/// "⟦7⟧ > passage" or "[7] > passage", the way the default model quotes.
bool isPassage(QStringView text) {
  if (text.isEmpty() || (text[0] != u'⟦' && text[0] != u'[')) return false;
  qsizetype n = 1;
  while (n < text.size() && text[n].unicode() >= u'0' && text[n].unicode() <= u'9') ++n;
  if (n == 1 || n == text.size() || text[n] != (text[0] == u'[' ? u']' : u'⟧')) return false;
  return text.mid(n + 1).trimmed().startsWith(u'>');
}

}  // namespace

void MarkdownChunks::setSource(const QString& source) {
  *this = MarkdownChunks();
  append(source);
}

void MarkdownChunks::append(QStringView text) {
  if (text.isEmpty()) return;
  if (m_begins.isEmpty()) m_begins.append(0);
  m_source += text;
  scan();
}

Span MarkdownChunks::chunk(int index) const {
  const bool last = index + 1 == m_begins.size();
  return {m_begins[index], last ? m_source.size() : m_begins[index + 1]};
}

void MarkdownChunks::scan() {
  while (true) {
    const auto end = m_source.indexOf(u'\n', m_scanned);
    if (end < 0) break;
    const int begin = m_scanned;
    m_scanned = int(end) + 1;
    take(begin, QStringView(m_source).mid(begin, end - begin));
  }
  endQuote(m_scanned, QStringView(m_source).mid(m_scanned));
}

void MarkdownChunks::endQuote(int begin, QStringView line) {
  if (m_quote == Quote::None) return;
  qsizetype indent = 0;
  while (indent < line.size() && line[indent] == u' ') ++indent;
  if (indent > 3 || line.trimmed().isEmpty()) return;
  if (m_quote == Quote::Lines && line[indent] == u'>') return;
  m_quote = Quote::None;
  cut(begin);
}

bool MarkdownChunks::closesFence(const Line& line) const {
  const int n = runOf(line.text, m_fenceMark);
  return (line.indent <= 3 || m_listAround) && n >= m_fenceLength &&
         line.text.mid(n).trimmed().isEmpty();
}

void MarkdownChunks::cut(int begin) {
  if (begin > m_begins.last()) m_begins.append(begin);
  m_state = State::Free;
}

void MarkdownChunks::take(int begin, QStringView whole) {
  Line line;
  qsizetype i = 0;
  for (; i < whole.size() && (whole[i] == u' ' || whole[i] == u'\t'); ++i)
    line.indent += whole[i] == u'\t' ? 4 - line.indent % 4 : 1;
  line.text = whole.mid(i);
  if (line.text.endsWith(u'\r')) line.text.chop(1);
  const bool blank = line.text.isEmpty();

  if (m_state == State::Fence) {
    const bool leftItem = m_listAround && !blank && line.indent < m_itemIndent;
    if (!leftItem) {
      if (closesFence(line)) m_state = m_listAround ? State::List : State::Free;
      // A closed outer fence is a chunk of its own: what follows begins another.
      if (m_state == State::Free) m_blankBefore = true;
      return;
    }
    m_state = State::List;
  }
  if (blank) {
    m_blankBefore = true;
    m_quote = Quote::None;
    return;
  }

  endQuote(begin, whole);
  m_quote = Quote::None;
  const bool afterBlank = m_blankBefore;
  m_blankBefore = false;
  const bool rule = line.indent <= 3 && isRule(line.text);
  const bool fence = fenceLength(line.text) > 0;
  if (m_state == State::List) {
    const bool inside = line.indent >= m_itemIndent;
    const bool outer = line.indent <= 3 && line.indent < m_itemIndent;
    if (!inside) {
      const bool item = outer && !rule && itemMarker(line.text, false) > 0;
      const bool block = outer && (fence || rule || isHeading(line.text));
      if (item || block || afterBlank) cut(begin);
    }
  } else if (m_state == State::Text || m_state == State::Free) {
    const bool block = line.indent <= 3 && (fence || isHeading(line.text));
    if (block || (afterBlank && line.indent <= 3)) cut(begin);
  }

  if (fence && (line.indent <= 3 || m_state == State::List)) {
    m_listAround = m_state == State::List && line.indent >= m_itemIndent;
    m_state = State::Fence;
    m_fenceMark = line.text[0];
    m_fenceLength = fenceLength(line.text);
    return;
  }
  if (m_state == State::List && begin > m_begins.last()) return;  // goes on
  const int marker = rule || line.indent > 3 ? 0 : itemMarker(line.text, m_state == State::Text);
  if (marker > 0) {
    m_state = State::List;
    m_itemIndent = line.indent + marker;
    // "- ```" opens a fence in the same line.
    const QStringView rest = line.text.mid(std::min<qsizetype>(marker, line.text.size()));
    if (fenceLength(rest) > 0) {
      m_state = State::Fence;
      m_listAround = true;
      m_fenceMark = rest[0];
      m_fenceLength = fenceLength(rest);
    }
  } else if (isHeading(line.text) && line.indent <= 3) {
    m_state = State::Free;
    m_blankBefore = true;  // a heading is complete in its line
  } else {
    m_state = State::Text;
    if (line.indent <= 3 && line.text.startsWith(u'>')) m_quote = Quote::Lines;
    if (line.indent <= 3 && isPassage(line.text)) m_quote = Quote::Passage;
  }
}

}  // namespace leyden::desktop
