// SPDX-License-Identifier: Apache-2.0
// The list of messages, marks of answers, heights, finder and export, without a window.
#include "app/desktop/transcript/transcript_model.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/transcript/answer_marks.h"
#include "app/desktop/transcript/code_highlighter.h"
#include "app/desktop/transcript/height_index.h"
#include "app/desktop/transcript/prefill_panel.h"
#include "app/desktop/transcript/transcript_export.h"
#include "app/desktop/transcript/transcript_finder.h"

using namespace leyden::desktop;

namespace {

Message message(qint64 id, Message::Role role, const QString& text) {
  Message m;
  m.id = id;
  m.role = role;
  m.text = text;
  return m;
}

/// "u: question" and "a: answer" lines.
QVector<Message> session(const char* lines) {
  QVector<Message> out;
  for (const QString& line : QString::fromUtf8(lines).split('\n', Qt::SkipEmptyParts))
    out.append(message(out.size() + 1,
                       line.startsWith("u:") ? Message::Role::User : Message::Role::Assistant,
                       line.mid(2).trimmed()));
  return out;
}

AnswerEvent streamed(AnswerEvent::Kind kind, const QString& text, const QString& name = {}) {
  AnswerEvent e;
  e.kind = kind;
  e.text = text;
  e.name = name;
  return e;
}

EvidencePassage passage(qint64 document, qint64 begin, qint64 end, int reference) {
  EvidencePassage p;
  p.document = document;
  p.title = "report";
  p.bytes = {begin, end};
  p.reference = reference;
  p.share = 0.4;
  p.quote = "the words";
  return p;
}

/// An answer as the default model writes it: a located quotation, and one that is nowhere.
Message quotingAnswer() {
  Message m = message(2, Message::Role::Assistant,
                      "⟦7⟧ > The harbour closes at six in the evening.\nAnswer: six.\n\n"
                      "It is said that “nobody ever reads this far down”, and “so”.");
  m.evidence = {passage(5, 1000, 1100, 7)};
  const auto begin = m.text.indexOf("The harbour");
  Quote q;
  q.answer = {begin, m.text.indexOf("\nAnswer")};
  q.source = passage(5, 1010, 1050, 7);
  m.quotes = {q};
  return m;
}

}  // namespace

class TranscriptModelTest : public QObject {
  Q_OBJECT
 private slots:
  void obeysTheRulesOfModels() {
    TranscriptModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.reset(session("u: one\na: two\nu: three\na: four"));
    model.append(message(5, Message::Role::User, "five"));
    model.beginAnswer();
    model.apply(
        {streamed(AnswerEvent::Kind::Thinking, "hm"), streamed(AnswerEvent::Kind::Text, "six")});
    model.finishAnswer(message(6, Message::Role::Assistant, "six"));
    model.truncate(2);
    model.replace(0, message(1, Message::Role::User, "uno"));
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0).data(TranscriptModel::TextRole).toString(), QString("uno"));
    QCOMPARE(model.index(1).data(Qt::AccessibleTextRole).toString(), QString("Leyden: two"));
    QCOMPARE(model.rowOf(2), 1);
    QCOMPARE(model.rowOf(77), -1);
  }

  void streamsAnAnswer() {
    TranscriptModel model;
    model.reset(session("u: when?"));
    QSignalSpy grew(&model, &TranscriptModel::textGrew);
    QCOMPARE(model.beginAnswer(), 1);
    model.apply({streamed(AnswerEvent::Kind::Thinking, "let me ")});
    model.apply({streamed(AnswerEvent::Kind::Thinking, "see")});
    QTest::qWait(5);
    model.apply({streamed(AnswerEvent::Kind::Text, "At six")});
    QCOMPARE(grew.count(), 3);
    QCOMPARE(model.at(1).message.thinking, QString("let me see"));
    QVERIFY(model.at(1).thinkingMs >= 4);
    model.apply({streamed(AnswerEvent::Kind::ToolCall, "{}", "look"),
                 streamed(AnswerEvent::Kind::ToolResult, "found", "look")});
    QCOMPARE(model.at(1).message.toolCalls.size(), 1);
    QCOMPARE(model.at(1).message.toolCalls[0].result, QString("found"));
    model.failAnswer("The engine stopped.");
    QCOMPARE(model.streamingRow(), -1);
    QCOMPARE(model.at(1).message.state, Message::State::Interrupted);
    QCOMPARE(model.at(1).message.text, QString("At six"));
  }

  void anEmptyAnswerDisappears() {
    TranscriptModel model;
    model.reset(session("u: when?"));
    model.beginAnswer();
    model.finishAnswer(message(2, Message::Role::Assistant, {}));
    QCOMPARE(model.rowCount(), 1);
  }

  void marksSayWhatIsLocatedAndWhatIsNot() {
    const auto marks = findAnswerMarks(quotingAnswer());
    QCOMPARE(marks.size(), 3);
    QCOMPARE(marks[0].kind, AnswerMark::Kind::Reference);
    QCOMPARE(marks[1].kind, AnswerMark::Kind::Quote);
    QCOMPARE(marks[0].number, marks[1].number);            // the same passage
    QCOMPARE(marks[2].kind, AnswerMark::Kind::Unlocated);  // "so" is too short to be a quotation
    Message without = quotingAnswer();
    without.evidence.clear();
    without.quotes.clear();
    QVERIFY(findAnswerMarks(without).isEmpty());
    Message inCode = quotingAnswer();
    inCode.text = "`x = \"nobody ever reads this far down\"`";
    inCode.quotes.clear();
    QVERIFY(findAnswerMarks(inCode).isEmpty());
    // What a run's tools read is numbered too.
    Message run;
    run.role = Message::Role::Assistant;
    run.text = QStringLiteral("⟦4⟧ At six. ⟦9⟧");
    run.run.emplace();
    EvidencePassage read;
    read.reference = 4;
    read.document = 7;
    run.run->sources = {read};
    const auto numbers = findAnswerMarks(run);
    QCOMPARE(numbers.size(), 1);
    QCOMPARE(numbers[0].kind, AnswerMark::Kind::Reference);
    QCOMPARE(numbers[0].source.document, 7);
  }

  void heightsAddUpLikeASum() {
    QRandomGenerator random(7);
    HeightIndex index;
    QVector<int> plain;
    for (int i = 0; i < 300; ++i) plain.append(int(random.bounded(1, 400)));
    index.reset(plain);
    for (int i = 0; i < 600; ++i) {
      const int row = int(random.bounded(int(plain.size())));
      plain[row] = int(random.bounded(1, 400));
      index.set(row, plain[row]);
      if (i % 50 == 0) {
        plain.append(9);
        index.append(9);
      }
      if (i % 170 == 169) {
        plain.resize(plain.size() - 20);
        index.truncate(int(plain.size()));
      }
      const int probe = int(random.bounded(int(plain.size())));
      qint64 sum = 0;
      for (int r = 0; r < probe; ++r) sum += plain[r];
      QCOMPARE(index.top(probe), sum);
      QCOMPARE(index.rowAt(sum), probe);
      QCOMPARE(index.rowAt(sum + plain[probe] - 1), probe);
    }
    QCOMPARE(index.rowAt(index.total() + 100), index.count() - 1);
    QCOMPARE(HeightIndex().rowAt(3), -1);
  }

  void findsInFoldedPartsToo() {
    TranscriptModel model;
    auto messages = session("u: the harbour\na: Harbour **har**bour\nu: no\na: none");
    messages[1].thinking = "HARBOUR?";
    messages[3].toolCalls = {{"look", "{\"q\": \"harbour\"}", "harbour harbour", false}};
    model.reset(messages);
    TranscriptFinder finder(&model);
    finder.setQuery("harbour", 2);
    QTRY_VERIFY(!finder.isSearching());
    QCOMPARE(finder.total(), 7);
    QCOMPARE(finder.match().row, 3);  // at or below the row the reader is at
    finder.previous();
    QCOMPARE(finder.match().row, 1);
    finder.setQuery("nowhere", 0);
    QTRY_VERIFY(!finder.isSearching());
    QCOMPARE(finder.total(), 0);
    QCOMPARE(finder.match(), TranscriptFinder::Match());
    finder.setQuery({}, 0);
    QCOMPARE(finder.total(), 0);
  }

  void exportsWithSources() {
    TranscriptModel model;
    model.reset({message(1, Message::Role::User, "when <b>?</b>"), quotingAnswer()});
    ExportOptions options;
    options.title = "Harbour & co";
    options.place = [](const EvidencePassage&) { return QString("p. 3"); };
    const QString markdown = exportMarkdown(model.entries(), options);
    QVERIFY(markdown.startsWith("# Harbour & co\n"));
    QVERIFY(markdown.contains("1. report, p. 3: “the words”"));
    const QString html = exportHtml(model.entries(), options);
    QVERIFY(html.contains("<h1>Harbour &amp; co</h1>"));
    QVERIFY(html.contains("when &lt;b&gt;?&lt;/b&gt;"));
    const auto json = QJsonDocument::fromJson(exportJson(model.entries(), options)).object();
    QCOMPARE(json["messages"].toArray().size(), 2);
    QCOMPARE(
        json["messages"].toArray()[1].toObject()["quotes"].toArray()[0].toObject()["begin"].toInt(),
        1010);
    QTemporaryDir folder;
    for (const char* name : {"a.md", "a.html", "a.pdf", "a.json"}) {
      const QString path = folder.filePath(name);
      QCOMPARE(exportTo(path, exportFormatOf(path), model.entries(), options), QString());
      QVERIFY(QFileInfo(path).size() > 100);
    }
    QFile pdf(folder.filePath("a.pdf"));
    QVERIFY(pdf.open(QIODevice::ReadOnly));
    QVERIFY(pdf.read(5) == "%PDF-");
    QVERIFY(!exportTo("/nowhere/at/all/a.md", ExportFormat::Markdown, model.entries(), options)
                 .isEmpty());
  }

  void highlightsCode() {
    using Kind = CodeToken::Kind;
    OpenCode open = OpenCode::None;
    const auto line = codeTokens("int f(x) { return 42; } // \"no\"", "cpp", open);
    QCOMPARE(line.size(), 5);
    QCOMPARE(line[0], (CodeToken{0, 3, Kind::Keyword}));
    QCOMPARE(line[1].kind, Kind::Call);
    QCOMPARE(line[3].kind, Kind::Number);
    QCOMPARE(line[4].kind, Kind::Comment);
    codeTokens("/* begins", "cpp", open);
    QCOMPARE(open, OpenCode::BlockComment);
    const auto ends = codeTokens("still */ if", "cpp", open);
    QCOMPARE(open, OpenCode::None);
    QCOMPARE(ends.last().kind, Kind::Keyword);
    codeTokens("s = \"\"\"text", "python", open);
    QCOMPARE(open, OpenCode::TripleQuote);
    open = OpenCode::None;
    QVERIFY(codeTokens("what ever \"this\" is", "unknown", open).isEmpty());
    QCOMPARE(codeTokens("SELECT 1", "sql", open)[0].kind, Kind::Keyword);
  }

  void ratesAreOfTheLastSeconds() {
    RateMeter rate;
    rate.add(0, 0);
    QCOMPARE(rate.perSecond(), 0.0);
    for (int i = 1; i <= 40; ++i) rate.add(i * 250, quint64(i) * 100);
    QCOMPARE(rate.perSecond(), 400.0);
    rate.add(10'250, 3);  // a new phase counts from zero
    QCOMPARE(rate.perSecond(), 0.0);
    QCOMPARE(timeLeftText(59.2), QString("1 min 0 s"));
    QCOMPARE(timeLeftText(3.1), QString("4 s"));
    QCOMPARE(timeLeftText(3700), QString("1 h 1 min"));
  }
};

QTEST_MAIN(TranscriptModelTest)
#include "transcript_model_test.moc"
