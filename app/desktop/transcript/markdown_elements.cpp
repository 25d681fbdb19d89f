// SPDX-License-Identifier: Apache-2.0
// MD4C calls back with blocks, spans and text; a Builder turns the calls into elements. MD4C reads
// UTF-8: text that lies inside its input tells its offset, which is mapped back to UTF-16.
#include "app/desktop/transcript/markdown_elements.h"

#include <md4c.h>

#include <QTextDocumentFragment>
#include <algorithm>

namespace leyden::desktop {

namespace {

/// Byte offset -> UTF-16 offset. Nothing is stored for ASCII.
class OffsetMap {
 public:
  OffsetMap(QStringView text, const QByteArray& utf8) {
    if (utf8.size() == text.size()) return;
    m_units.resize(utf8.size() + 1);
    int units = 0;
    for (qsizetype i = 0; i < utf8.size(); ++i) {
      m_units[i] = units;
      const auto byte = static_cast<unsigned char>(utf8[i]);
      const bool last =
          i + 1 == utf8.size() || (static_cast<unsigned char>(utf8[i + 1]) & 0xC0u) != 0x80u;
      if (!last) continue;
      // Four bytes are a surrogate pair; the lead byte says so, and it may lie up to three back.
      qsizetype lead = i;
      while (lead > 0 && (static_cast<unsigned char>(utf8[lead]) & 0xC0u) == 0x80u) --lead;
      units += (static_cast<unsigned char>(utf8[lead]) >= 0xF0u && byte >= 0x80u) ? 2 : 1;
    }
    m_units[utf8.size()] = units;
  }
  int at(qsizetype byte) const { return m_units.isEmpty() ? int(byte) : m_units[byte]; }

 private:
  QVector<int> m_units;
};

struct OpenList {
  bool ordered = false;
  unsigned number = 0;
  QChar delimiter = u'.';
};

class Builder {
 public:
  Builder(QStringView stretch, int offset)
      : m_utf8(stretch.toUtf8()),
        m_map(stretch, m_utf8),
        m_offset(offset),
        m_size(int(stretch.size())) {}

  QVector<MarkdownElement> run() {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS |
                   MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_NOHTML;
    parser.enter_block = [](MD_BLOCKTYPE t, void* d, void* self) {
      return of(self).enterBlock(t, d);
    };
    parser.leave_block = [](MD_BLOCKTYPE t, void*, void* self) { return of(self).leaveBlock(t); };
    parser.enter_span = [](MD_SPANTYPE t, void* d, void* self) { return of(self).enterSpan(t, d); };
    parser.leave_span = [](MD_SPANTYPE t, void*, void* self) { return of(self).leaveSpan(t); };
    parser.text = [](MD_TEXTTYPE t, const MD_CHAR* s, MD_SIZE n, void* self) {
      return of(self).text(t, s, n);
    };
    if (md_parse(m_utf8.constData(), MD_SIZE(m_utf8.size()), &parser, this) != 0) return whole();
    closeParagraph();
    setSources();
    return std::move(m_elements);
  }

 private:
  static Builder& of(void* self) { return *static_cast<Builder*>(self); }

  /// MD4C gives up only when memory is gone; the text is shown as it is then.
  QVector<MarkdownElement> whole() const {
    Paragraph p;
    p.runs.append({QString::fromUtf8(m_utf8), TextRun::Plain, {}, m_offset});
    return {{p, {m_offset, m_offset + m_size}}};
  }

  static int shown(qsizetype depth) { return int(std::min<qsizetype>(depth, Paragraph::kDeepest)); }

  void openParagraph(Paragraph::Kind kind, int level) {
    closeParagraph();
    m_paragraph = Paragraph{};
    m_paragraph.kind = kind;
    m_paragraph.level = level;
    m_paragraph.depth = shown(m_lists.size());
    m_paragraph.quote = shown(m_quotes);
    m_paragraph.marker = std::exchange(m_marker, {});
    m_open = true;
  }

  void closeParagraph() {
    if (!std::exchange(m_open, false)) return;
    push(m_paragraph);
  }

  template <typename Content>
  void push(Content content) {
    m_elements.append({std::move(content), {m_first, m_last}});
    m_first = -1;
    m_last = -1;
  }

  int enterBlock(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        closeParagraph();
        ++m_quotes;
        break;
      case MD_BLOCK_UL:
        closeParagraph();
        m_lists.append(OpenList{});
        break;
      case MD_BLOCK_OL: {
        closeParagraph();
        const auto* d = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
        m_lists.append(OpenList{true, d->start, QChar::fromLatin1(d->mark_delimiter)});
        break;
      }
      case MD_BLOCK_LI: {
        closeParagraph();
        const auto* d = static_cast<MD_BLOCK_LI_DETAIL*>(detail);
        OpenList& list = m_lists.last();
        if (d->is_task) {
          m_marker = d->task_mark == ' ' ? QStringLiteral("☐") : QStringLiteral("☑");
        } else if (list.ordered) {
          m_marker = QString::number(list.number++) + list.delimiter;
        } else {
          m_marker = QStringLiteral("•");
        }
        break;
      }
      case MD_BLOCK_HR:
        openParagraph(Paragraph::Kind::Rule, 0);
        closeParagraph();
        break;
      case MD_BLOCK_H:
        openParagraph(Paragraph::Kind::Heading,
                      int(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level));
        break;
      case MD_BLOCK_P:
        openParagraph(Paragraph::Kind::Body, 0);
        break;
      case MD_BLOCK_CODE: {
        if (!m_marker.isEmpty())
          openParagraph(Paragraph::Kind::Body, 0);  // shows the item's marker
        closeParagraph();
        const auto* d = static_cast<MD_BLOCK_CODE_DETAIL*>(detail);
        m_code = CodeBlock{};
        m_code.language = QString::fromUtf8(d->lang.text, qsizetype(d->lang.size));
        m_code.depth = shown(m_lists.size());
        m_inCode = true;
        break;
      }
      case MD_BLOCK_TABLE: {
        closeParagraph();
        m_table = MarkdownTable{};
        m_inTable = true;
        break;
      }
      case MD_BLOCK_THEAD:
        m_inHead = true;
        break;
      case MD_BLOCK_TBODY:
        m_inHead = false;
        break;
      case MD_BLOCK_TR:
        if (!m_inHead) m_table.rows.append(QVector<MarkdownTable::Cell>{});
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD: {
        auto& row = m_inHead ? m_table.header : m_table.rows.last();
        row.append(MarkdownTable::Cell{});
        m_cell = &row.last();
        if (m_inHead)
          m_table.alignments.append(alignment(static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align));
        break;
      }
      default:
        break;
    }
    return 0;
  }

  int leaveBlock(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        closeParagraph();
        --m_quotes;
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        closeParagraph();
        m_lists.removeLast();
        break;
      case MD_BLOCK_LI:
        if (!m_marker.isEmpty()) openParagraph(Paragraph::Kind::Body, 0);  // an empty item
        closeParagraph();
        break;
      case MD_BLOCK_H:
      case MD_BLOCK_P:
        closeParagraph();
        break;
      case MD_BLOCK_CODE:
        m_inCode = false;
        if (m_code.text.endsWith(u'\n')) m_code.text.chop(1);
        push(m_code);
        break;
      case MD_BLOCK_TABLE:
        m_inTable = false;
        push(std::move(m_table));
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        m_cell = nullptr;
        break;
      default:
        break;
    }
    return 0;
  }

  static Qt::Alignment alignment(MD_ALIGN align) {
    if (align == MD_ALIGN_RIGHT) return Qt::AlignRight;
    return align == MD_ALIGN_CENTER ? Qt::AlignHCenter : Qt::AlignLeft;
  }

  int enterSpan(MD_SPANTYPE type, void* detail) {
    switch (type) {
      case MD_SPAN_STRONG:
        ++m_bold;
        break;
      case MD_SPAN_EM:
        ++m_italic;
        break;
      case MD_SPAN_CODE:
        ++m_codeSpan;
        break;
      case MD_SPAN_DEL:
        ++m_strike;
        break;
      case MD_SPAN_A:
        m_hrefs.append(attribute(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
        break;
      case MD_SPAN_IMG:
        m_hrefs.append(attribute(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src));
        break;
      default:
        break;
    }
    return 0;
  }

  int leaveSpan(MD_SPANTYPE type) {
    switch (type) {
      case MD_SPAN_STRONG:
        --m_bold;
        break;
      case MD_SPAN_EM:
        --m_italic;
        break;
      case MD_SPAN_CODE:
        --m_codeSpan;
        break;
      case MD_SPAN_DEL:
        --m_strike;
        break;
      case MD_SPAN_A:
      case MD_SPAN_IMG:
        m_hrefs.removeLast();
        break;
      default:
        break;
    }
    return 0;
  }

  static QString attribute(const MD_ATTRIBUTE& a) {
    return QString::fromUtf8(a.text, qsizetype(a.size));
  }

  int text(MD_TEXTTYPE type, const MD_CHAR* bytes, MD_SIZE size) {
    const auto n = qsizetype(size);
    int source = -1;
    const char* begin = m_utf8.constData();
    if (bytes >= begin && bytes + n <= begin + m_utf8.size()) {
      source = m_offset + m_map.at(bytes - begin);
      const int end = m_offset + m_map.at(bytes - begin + n);
      if (m_first < 0) m_first = source;
      m_last = std::max(m_last, end);
    }
    QString piece;
    switch (type) {
      case MD_TEXT_NULLCHAR:
        piece = QChar(QChar::ReplacementCharacter);
        break;
      case MD_TEXT_BR:
        piece = QChar(QChar::LineSeparator);
        source = -1;
        break;
      case MD_TEXT_SOFTBR:
        piece = QStringLiteral(" ");
        source = -1;
        break;
      case MD_TEXT_ENTITY:
        piece = QTextDocumentFragment::fromHtml(QString::fromUtf8(bytes, n)).toPlainText();
        break;
      default:
        piece = QString::fromUtf8(bytes, n);
    }
    if (m_inCode) {
      m_code.text += piece;
      return 0;
    }
    if (m_inTable) {
      if (m_cell != nullptr) add(*m_cell, piece, source);
      return 0;
    }
    if (!m_open) {  // a tight list puts text straight into its item
      openParagraph(Paragraph::Kind::Body, 0);
      m_paragraph.tight = true;
    }
    add(m_paragraph.runs, piece, source);
    return 0;
  }

  void add(QVector<TextRun>& runs, const QString& piece, int source) const {
    int look = TextRun::Plain;
    if (m_bold > 0) look |= TextRun::Bold;
    if (m_italic > 0) look |= TextRun::Italic;
    if (m_codeSpan > 0) look |= TextRun::Code;
    if (m_strike > 0) look |= TextRun::Strike;
    const QString href = m_hrefs.isEmpty() ? QString() : m_hrefs.last();
    if (!runs.isEmpty()) {
      TextRun& last = runs.last();
      const bool joined = last.source >= 0 && source == last.source + last.text.size();
      if (joined && last.look == look && last.href == href) {
        last.text += piece;
        return;
      }
    }
    runs.append({piece, look, href, source});
  }

  /// MD4C tells where texts are, not where blocks are: an element reaches from the end of the one
  /// before to its own end, the first from the beginning and the last to the end of the stretch.
  void setSources() {
    qint64 begin = m_offset;
    for (qsizetype i = 0; i < m_elements.size(); ++i) {
      Span& s = m_elements[i].source;
      s.begin = begin;
      s.end = i + 1 == m_elements.size() ? m_offset + m_size : std::max<qint64>(begin, s.end);
      begin = s.end;
    }
  }

  QByteArray m_utf8;
  OffsetMap m_map;
  int m_offset, m_size;
  QVector<MarkdownElement> m_elements;
  Paragraph m_paragraph;
  CodeBlock m_code;
  MarkdownTable m_table;
  MarkdownTable::Cell* m_cell = nullptr;
  QVector<OpenList> m_lists;
  QStringList m_hrefs;
  QString m_marker;
  qsizetype m_quotes = 0;
  int m_bold = 0, m_italic = 0, m_codeSpan = 0, m_strike = 0;
  int m_first = -1, m_last = -1;
  bool m_open = false, m_inCode = false, m_inTable = false, m_inHead = false;
};

}  // namespace

QString plainText(const QVector<TextRun>& runs) {
  QString out;
  for (const TextRun& r : runs) out += r.text;
  return out;
}

QString Paragraph::text() const { return plainText(runs); }

QVector<MarkdownElement> parseMarkdown(QStringView stretch, int offset) {
  return Builder(stretch, offset).run();
}

}  // namespace leyden::desktop
