// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/message_pieces.h"

#include <algorithm>

#include "app/desktop/controls/engine_text.h"

namespace leyden::desktop {

namespace {

int textUnits(const Piece& piece) {
  qsizetype units = 0;
  for (const Paragraph& p : piece.paragraphs) {
    for (const TextRun& r : p.runs) units += r.text.size();
  }
  return int(units);
}

/// Where to cut `text` so that at most `limit` units stand in front: behind a space if one is near,
/// never inside a surrogate pair.
int cutAt(const QString& text, int limit) {
  if (text.size() <= limit) return int(text.size());
  const auto space = text.lastIndexOf(u' ', limit - 1);
  if (space > limit / 2) return int(space) + 1;
  return text[limit].isLowSurrogate() && limit > 1 ? limit - 1 : limit;
}

/// Takes at most `limit` units of text from the front of `runs`, at least one of them.
QVector<TextRun> takeFront(QVector<TextRun>& runs, int limit) {
  QVector<TextRun> front;
  while (!runs.isEmpty() && limit > 0) {
    TextRun& first = runs.first();
    const int n = cutAt(first.text, limit);
    if (n >= first.text.size()) {
      limit -= int(first.text.size());
      front.append(runs.takeFirst());
      continue;
    }
    TextRun part = first;
    part.text = first.text.left(n);
    front.append(part);
    first.text = first.text.mid(n);
    if (first.source >= 0) first.source += n;
    break;
  }
  return front;
}

}  // namespace

QString Piece::plainText() const {
  switch (kind) {
    case Kind::Text: {
      QStringList lines;
      for (const Paragraph& p : paragraphs)
        lines.append(p.marker.isEmpty() ? p.text() : p.marker + u'\t' + p.text());
      return lines.join(u'\n');
    }
    case Kind::Code:
      return code.text;
    case Kind::Table: {
      QStringList lines;
      const auto line = [](const QVector<MarkdownTable::Cell>& row) {
        QStringList cells;
        for (const auto& cell : row) cells.append(leyden::desktop::plainText(cell));
        return cells.join(u'\t');
      };
      lines.append(line(table.header));
      for (const auto& row : table.rows) lines.append(line(row));
      return lines.join(u'\n');
    }
    case Kind::Notice:
      return engineText(notice);
    default:
      return {};
  }
}

void MessagePieces::addParagraph(QVector<Piece>& out, const Paragraph& paragraph,
                                 const Span& source) const {
  Paragraph rest = paragraph;
  Span at = source;
  bool first = true;
  do {
    Paragraph part = rest;
    part.runs = takeFront(rest.runs, kTextUnits);
    const bool more = !rest.runs.isEmpty();
    if (!first) {
      part.marker.clear();
      part.tight = true;
    }
    Span partAt = at;
    if (more && rest.runs.first().source >= 0) {
      partAt.end = rest.runs.first().source;
      at.begin = partAt.end;
    }
    qsizetype units = 0;
    for (const TextRun& r : part.runs) units += r.text.size();
    const bool joins = !out.isEmpty() && out.last().kind == Piece::Kind::Text &&
                       textUnits(out.last()) + units <= kTextUnits;
    if (joins) {
      out.last().paragraphs.append(part);
      out.last().source.end = partAt.end;
    } else {
      Piece piece;
      piece.paragraphs.append(part);
      piece.source = partAt;
      out.append(piece);
    }
    first = false;
  } while (!rest.runs.isEmpty());
}

// A stretch may begin, end or consist of what is not drawn, e.g. blank lines and link definitions:
// that belongs to the piece before it, at the very beginning to the one behind it.
void MessagePieces::addElements(QVector<Piece>& out, QVector<MarkdownElement> elements,
                                const Span& stretch) const {
  if (elements.isEmpty()) {
    if (!out.isEmpty()) out.last().source.end = stretch.end;
    return;
  }
  elements.first().source.begin = out.isEmpty() ? 0 : out.last().source.end;
  for (const MarkdownElement& e : elements) {
    if (const auto* p = std::get_if<Paragraph>(&e.content)) {
      addParagraph(out, *p, e.source);
      continue;
    }
    Piece piece;
    piece.source = e.source;
    if (const auto* code = std::get_if<CodeBlock>(&e.content)) {
      piece.kind = Piece::Kind::Code;
      piece.code = *code;
    } else {
      piece.kind = Piece::Kind::Table;
      piece.table = std::get<MarkdownTable>(e.content);
    }
    out.append(piece);
  }
}

int MessagePieces::update(const TranscriptEntry& entry) {
  const Message& m = entry.message;
  const QString& text = m.text;
  const QString& known = m_chunks.source();
  // What a user wrote is shown as it is, line by line; only answers are Markdown.
  if (text.size() >= known.size() && QStringView(text).left(known.size()) == known) {
    m_chunks.append(QStringView(text).mid(known.size()));
  } else {
    m_chunks.setSource(text);
    m_parsedChunks = 0;
    m_final.clear();
  }
  const auto parse = [&](QVector<Piece>& out, const Span& s) {
    const auto stretch = QStringView(text).mid(s.begin, s.end - s.begin);
    if (m.role == Message::Role::Assistant) {
      addElements(out, parseMarkdown(stretch, int(s.begin)), s);
      return;
    }
    qint64 begin = s.begin;
    const QString body = stretch.toString();
    for (const QString& line : body.split(u'\n')) {
      Paragraph p;
      p.tight = true;
      p.runs.append({line, TextRun::Plain, {}, int(begin)});
      if (!(line.isEmpty() && begin == s.end)) addParagraph(out, p, {begin, begin + line.size()});
      begin += line.size() + 1;
    }
  };
  for (; m_parsedChunks + 1 < m_chunks.count(); ++m_parsedChunks)
    parse(m_final, m_chunks.chunk(m_parsedChunks));

  QVector<Piece> next;
  const auto add = [&](Piece::Kind kind, int call = -1, const QString& notice = {}) {
    Piece piece;
    piece.kind = kind;
    piece.call = call;
    piece.notice = notice;
    next.append(piece);
  };
  add(Piece::Kind::Header);
  if (!m.thinking.isEmpty()) add(Piece::Kind::Thinking);
  for (int i = 0; i < m.toolCalls.size(); ++i) add(Piece::Kind::Call, i);
  if (entry.approval) add(Piece::Kind::Approval);
  QVector<Piece> body = m_final;
  if (m_chunks.count() > 0) parse(body, m_chunks.chunk(m_chunks.count() - 1));
  next += body;
  if (m.state == Message::State::Streaming) {
    if (body.isEmpty() && !entry.approval) add(Piece::Kind::Waiting);
  } else {
    for (const QString& notice : m.notices) add(Piece::Kind::Notice, -1, notice);
    add(Piece::Kind::Footer);
  }

  int same = 0;
  const auto limit = std::min(next.size(), m_pieces.size());
  while (same < limit && next[same] == m_pieces[same]) ++same;
  m_pieces = std::move(next);
  return same;
}

}  // namespace leyden::desktop
