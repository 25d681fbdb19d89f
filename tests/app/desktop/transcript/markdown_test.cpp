// SPDX-License-Identifier: Apache-2.0
// Markdown as elements and chunks. Elements are written as lines a reader can check:
//   "P text", "H2 text", "* text" and "3. text" for items (two spaces a level), "> text", "C
//   lang:code", "T 2x3", "---".
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QtTest>

#include "app/desktop/transcript/markdown_chunks.h"
#include "app/desktop/transcript/markdown_elements.h"
#include "app/desktop/transcript/message_pieces.h"

using namespace leyden::desktop;

namespace {

QString lineOf(const MarkdownElement& e) {
  if (const auto* code = std::get_if<CodeBlock>(&e.content))
    return "C " + code->language + ":" + code->text;
  if (const auto* t = std::get_if<MarkdownTable>(&e.content))
    return QStringLiteral("T %1x%2").arg(t->header.size()).arg(t->rows.size());
  const auto& p = std::get<Paragraph>(e.content);
  if (p.kind == Paragraph::Kind::Rule) return "---";
  QString line = QString(2 * std::max(0, p.depth - 1), u' ') + QString(p.quote, u'>') +
                 (p.quote > 0 ? " " : "");
  if (p.kind == Paragraph::Kind::Heading)
    line += QStringLiteral("H%1 ").arg(p.level);
  else if (!p.marker.isEmpty())
    line += (p.marker == "•" ? "*" : p.marker) + " ";
  else if (p.quote == 0)
    line += "P ";
  return line + p.text();
}

QStringList linesOf(const QVector<MarkdownElement>& elements) {
  QStringList lines;
  for (const auto& e : elements) lines.append(lineOf(e));
  return lines;
}

QStringList linesOf(const MarkdownChunks& chunks) {
  QStringList lines;
  for (int i = 0; i < chunks.count(); ++i) {
    const Span s = chunks.chunk(i);
    lines += linesOf(
        parseMarkdown(QStringView(chunks.source()).mid(s.begin, s.end - s.begin), int(s.begin)));
  }
  return lines;
}

const char* const kSample = R"(# Report

The **harbour** closes at `18:00`,
as page 3 says.

1. First
   more of it

   ```cpp
   int main() {}

   // still code
   ```
2. Second
   - inner *one*
   - inner two

10. Tenth

> A quotation
> of two lines

| a | b |
|---|--:|
| 1 | 2 |
| 3 | 4 |
text behind

~~~
plain
~~~
Last & done.
---
* x
* y

  y goes on

Setext
===
)";

TranscriptEntry answer(const QString& text, Message::State state = Message::State::Complete) {
  TranscriptEntry e;
  e.message.role = Message::Role::Assistant;
  e.message.state = state;
  e.message.text = text;
  return e;
}

}  // namespace

class MarkdownTest : public QObject {
  Q_OBJECT
 private slots:
  void readsEveryKindOfBlock() {
    const QStringList expected{"H1 Report",
                               "P The harbour closes at 18:00, as page 3 says.",
                               "1. First more of it",
                               "C cpp:int main() {}\n\n// still code",
                               "2. Second",
                               "  * inner one",
                               "  * inner two",
                               "3. Tenth",
                               "> A quotation of two lines",
                               "T 2x3",
                               "C :plain",
                               "H2 Last & done.",
                               "* x",
                               "* y",
                               "P y goes on",
                               "H1 Setext"};
    // Parsed at once "10." is the next item of its list; in chunks it keeps the number that is
    // written.
    const QStringList got = linesOf(parseMarkdown(QString::fromUtf8(kSample), 0));
    QCOMPARE(got, expected);
  }

  /// Parsed in chunks and parsed at once is the same, apart from numbers of ordered items.
  void chunksParseLikeTheWhole() {
    const QString sample = QString::fromUtf8(kSample);
    MarkdownChunks chunks;
    chunks.setSource(sample);
    QVERIFY(chunks.count() > 8);
    const auto strip = [](QStringList lines) {
      for (QString& l : lines) l.replace(QRegularExpression("^( *)\\d+\\."), "\\1#.");
      return lines;
    };
    QCOMPARE(strip(linesOf(chunks)), strip(linesOf(parseMarkdown(sample, 0))));
  }

  /// The answer behind a quotation is no part of it, from its first letter on.
  void aQuotationEndsWithItsLines() {
    const auto chunksOf = [](const char* source) {
      MarkdownChunks chunks;
      chunks.setSource(QString::fromUtf8(source));
      return linesOf(chunks);
    };
    QCOMPARE(chunksOf("> one\n> two\nAnswer: six."), QStringList({"> one two", "P Answer: six."}));
    QCOMPARE(chunksOf("> one\n  A"), QStringList({"> one", "P A"}));
    QCOMPARE(chunksOf("> one\n>"), QStringList({"> one"}));
    QCOMPARE(chunksOf("⟦7⟧ > one\nAnswer: six."), QStringList({"P ⟦7⟧ > one", "P Answer: six."}));
    QCOMPARE(chunksOf("[7] > one\n⟦8⟧ > two\n"), QStringList({"P [7] > one", "P ⟦8⟧ > two"}));
    QCOMPARE(chunksOf("⟦7⟧ says one\nand two"), QStringList({"P ⟦7⟧ says one and two"}));
    QCOMPARE(chunksOf("> ```\n> code\n> ```\ntext"), QStringList({"C :code", "P text"}));
  }

  void anyWayOfStreamingGivesTheSameChunks() {
    const QString sample =
        (QString::fromUtf8(kSample) + "⟦7⟧ > one\nAnswer\n\n> two\n> lines\nAnswer\n\n"
         "> three\r\n\r\nAnswer\r\n\r\n> four\n\t\nAnswer\n\n")
            .repeated(3);
    MarkdownChunks whole;
    whole.setSource(sample);
    for (quint32 seed = 1; seed <= 30; ++seed) {
      QRandomGenerator random(seed);
      MarkdownChunks chunks;
      QVector<qint64> finals;
      for (qsizetype at = 0; at < sample.size();) {
        const auto n = std::min<qsizetype>(sample.size() - at, 1 + random.bounded(17));
        chunks.append(QStringView(sample).mid(at, n));
        at += n;
        // What was final stays final.
        for (qsizetype i = 0; i < finals.size(); ++i)
          QCOMPARE(chunks.chunk(int(i)).begin, finals[i]);
        finals.clear();
        for (int i = 0; i < chunks.count(); ++i) finals.append(chunks.chunk(i).begin);
      }
      QCOMPARE(linesOf(chunks), linesOf(whole));
    }
  }

  void runsKnowTheirSource() {
    const QString text = QStringLiteral("Grüße 😀 **fett** &amp; `x` \\* [link](https://a.b)");
    const auto elements = parseMarkdown(text, 100);
    QCOMPARE(elements.size(), 1);
    const auto& p = std::get<Paragraph>(elements[0].content);
    QCOMPARE(p.text(), QStringLiteral("Grüße 😀 fett & x * link"));
    for (const TextRun& r : p.runs) {
      if (r.source < 0 || r.text == "&") continue;
      QCOMPARE(text.mid(r.source - 100, r.text.size()), r.text);
    }
    QCOMPARE(p.runs.last().href, QStringLiteral("https://a.b"));
  }

  void htmlStaysText() {
    const auto elements = parseMarkdown(u"<script>alert(1)</script> <b>x</b>", 0);
    QCOMPARE(std::get<Paragraph>(elements[0].content).text(),
             QStringLiteral("<script>alert(1)</script> <b>x</b>"));
  }

  void streamingChangesOnlyTheTail() {
    MessagePieces pieces;
    QString text;
    for (int i = 0; i < 200; ++i)
      text +=
          QStringLiteral("Paragraph %1 with some words in it, long enough to matter.\n\n").arg(i);
    pieces.update(answer(text, Message::State::Streaming));
    const auto before = pieces.pieces().size();
    QVERIFY(before > 5);
    const int first = pieces.update(answer(text + "And the next", Message::State::Streaming));
    QVERIFY2(first >= before - 1, qPrintable(QString::number(first)));
  }

  void piecesCoverTheSource_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("sample") << QString::fromUtf8(kSample);
    QTest::newRow("blank line first") << QStringLiteral("\n`\n");
    QTest::newRow("link definitions around") << QStringLiteral("[a]: b\n\ntext\n\n[c]: d\n");
    QTest::newRow("a link definition between") << QStringLiteral("# a\n\n[b]: c\n\nd\n\n");
  }
  void piecesCoverTheSource() {
    QFETCH(QString, text);
    MessagePieces pieces;
    pieces.update(answer(text));
    qint64 end = 0;
    for (const Piece& p : pieces.pieces()) {
      if (p.kind != Piece::Kind::Text && p.kind != Piece::Kind::Code &&
          p.kind != Piece::Kind::Table)
        continue;
      QCOMPARE(p.source.begin, end);
      end = p.source.end;
    }
    QCOMPARE(end, text.size());
  }

  void pathologicalInputsAreQuick_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("256 KB table") << QStringLiteral("| a | b | c |\n|---|---|---|\n") +
                                         QStringLiteral("| 1 | two | 3.0 |\n").repeated(15000);
    QTest::newRow("1 MB line") << QStringLiteral("word ").repeated(200000);
    QTest::newRow("1 MB without a space") << QStringLiteral("a").repeated(1 << 20);
    QTest::newRow("10,000 nested lists") << QStringLiteral("- ").repeated(10000) + "deep";
    QTest::newRow("10,000 nested quotations") << QStringLiteral(">").repeated(10000) + "deep";
    QTest::newRow("50,000 brackets") << QStringLiteral("[").repeated(50000);
    QTest::newRow("50,000 stars") << QStringLiteral("*a ").repeated(50000);
    QTest::newRow("50,000 backticks") << QStringLiteral("`a``b").repeated(10000);
    QTest::newRow("right to left") << QStringLiteral("שלום **עולם** مرحبا\n").repeated(2000);
    QTest::newRow("emoji and zero width")
        << QStringLiteral("👩‍👩‍👧‍👦\u200b\u200d\ufeff e\u0301 \n").repeated(5000);
    QTest::newRow("lone surrogates") << QString(QChar(0xd800)) + "x" + QChar(0xdc00) + "y";
    QTest::newRow("NULs") << QString(1000, QChar(0));
  }
  void pathologicalInputsAreQuick() {
    QFETCH(QString, text);
    QElapsedTimer clock;
    clock.start();
    MessagePieces pieces;
    pieces.update(answer(text));
    qInfo("%lld ms, %lld pieces", clock.elapsed(), qint64(pieces.pieces().size()));
    QVERIFY2(clock.elapsed() < 3000, "parsing took longer than 3 s");
    for (const Piece& p : pieces.pieces()) {
      qsizetype units = 0;
      for (const Paragraph& q : p.paragraphs) units += q.text().size();
      QVERIFY(units <= MessagePieces::kTextUnits);
    }
  }
};

QTEST_GUILESS_MAIN(MarkdownTest)
#include "markdown_test.moc"
