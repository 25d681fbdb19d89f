// SPDX-License-Identifier: Apache-2.0
// Turns of a conversation by the buttons of the window, down to the jar, over the scripted engine:
// again, on, another question in its place, a fork from the middle, a follow-up that waits.
#include <QApplication>
#include <QTest>
#include <QToolButton>

#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/page_view.h"
#include "app/desktop/theme/theme.h"
#include "tests/app/desktop/scripted_desk.h"

using namespace leyden::desktop;

namespace {

constexpr auto kTalk = R"({"answers": [
  {"when": "first", "steps": [{"text": "One."}]},
  {"when": "second", "steps": [{"text": "Two."}]},
  {"when": "third", "steps": [{"text": "Three."}]}]})";

/// A button below a message; nullptr where there is none to be seen.
QToolButton* footerButton(const Desk& desk, int row, const char* name) {
  MessageListView* list = desk.pane()->list();
  const auto pieces = list->rows().pieces(row).size();
  PieceWidget* footer = list->widgetOf(row, int(pieces) - 1);
  auto* button = footer == nullptr ? nullptr : footer->widget()->findChild<QToolButton*>(name);
  return button != nullptr && button->isVisible() ? button : nullptr;
}

}  // namespace

class ScriptedTurnsTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void anAnswerIsWrittenAgainBesideItself() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Another."}]},
                              {"when": "first", "times": 1, "steps": [{"text": "One."}]}]})");
    QVERIFY(desk.ready());
    desk.ask("The first?");
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.last().text, QString("One."));
    QTRY_VERIFY(footerButton(desk, 1, "refreshButton"));
    QTest::mouseClick(footerButton(desk, 1, "refreshButton"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(desk.last().text, QString("Another."), kPatienceMs);
    QVERIFY(desk.keptAnswer());
    QTRY_COMPARE(desk.last().siblings.size(), 2);
    QCOMPARE(desk.messages()->rowCount(), 2);
    // The arrow goes back to the one before.
    QTRY_VERIFY(footerButton(desk, 1, "chevron-leftButton"));
    QTest::mouseClick(footerButton(desk, 1, "chevron-leftButton"), Qt::LeftButton);
    QTRY_COMPARE(desk.last().text, QString("One."));
  }

  void aSessionIsForkedInTheMiddle() {
    Desk desk(kTalk);
    QVERIFY(desk.ready());
    const qint64 document = desk.openDocument(60);
    QVERIFY(document > 0);
    desk.ask("The first?");
    QVERIFY(desk.keptAnswer());
    desk.ask("The second?");
    QVERIFY(desk.keptAnswer());
    QTRY_COMPARE(desk.messages()->rowCount(), 4);
    const qint64 session = desk.room()->session();
    QTRY_VERIFY(footerButton(desk, 1, "branchButton"));
    QTest::mouseClick(footerButton(desk, 1, "branchButton"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(desk.room()->session() != session, kPatienceMs);
    QTRY_COMPARE(desk.messages()->rowCount(), 2);
    QCOMPARE(desk.last().text, QString("One."));
    QTRY_VERIFY(desk.room()->pages()->currentPane() != nullptr);
    QCOMPARE(desk.room()->pages()->currentPane()->document(), document);
    desk.ask("The third?");
    QVERIFY(desk.keptAnswer());
    QTRY_COMPARE(desk.messages()->rowCount(), 4);
    QCOMPARE(desk.last().text, QString("Three."));
    // What was read is shared: the fork did not read the document again.
    QVERIFY2(desk.last().timing.reusedTokens > 500,
             qPrintable(QString::number(desk.last().timing.reusedTokens)));
    desk.room()->openSession(session);
    QTRY_COMPARE(desk.messages()->rowCount(), 4);
    QCOMPARE(desk.last().text, QString("Two."));
  }

  /// "p. 1" alone says nothing where two documents have one.
  void placesNameTheirDocumentWhereThereAreTwo() {
    Desk desk(kTalk);
    QVERIFY(desk.ready());
    const PageView* pages = desk.room()->pages();
    EvidencePassage passage;
    passage.document = desk.openDocument(60);
    passage.bytes = {0, 10};
    QVERIFY(passage.document > 0);
    QTRY_COMPARE(pages->placeOf(passage), QString("p. 1"));
    const qint64 other = desk.addDocument(30);
    QVERIFY(other > 0);
    desk.room()->pages()->openDocument(other);
    QTRY_COMPARE(pages->placeOf(passage), QString("Lamps, p. 1"));
  }

  void aFollowUpIsAskedWhenTheAnswerIsThere() {
    Desk desk(R"({"token_ms": 30, "answers": [
      {"when": "first", "steps": [{"text": "One and some more words that take a while to write."}]},
      {"when": "second", "steps": [{"text": "Two."}]}]})");
    QVERIFY(desk.ready());
    desk.ask("The first?");
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->streamingRow() >= 0, kPatienceMs);
    desk.ask("The second?");
    QCOMPARE(desk.pane()->composer()->queued(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(desk.messages()->rowCount(), 4, kPatienceMs);
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.messages()->at(2).message.text, QString("The second?"));
    QCOMPARE(desk.last().text, QString("Two."));
    QCOMPARE(desk.pane()->composer()->queued(), 0);
  }

  void followUpsWaitInTheirOwnSession() {
    Desk desk(R"({"token_ms": 40, "answers": [
      {"when": "first", "steps": [{"text": "a b c d e f g h i j k l m n o p q r s t u v w x y z"}]},
      {"when": "second", "steps": [{"text": "Two."}]},
      {"when": "third", "steps": [{"text": "Three."}]},
      {"when": "elsewhere", "steps": [{"text": "Here."}]}]})");
    QVERIFY(desk.ready());
    Composer* composer = desk.pane()->composer();
    desk.ask("Is this elsewhere?");
    QVERIFY(desk.keptAnswer());
    const qint64 other = desk.room()->session();
    desk.room()->newSession();
    QTRY_VERIFY_WITH_TIMEOUT(desk.room()->session() != other, kPatienceMs);
    const qint64 session = desk.room()->session();
    desk.ask("The first?");
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->streamingRow() >= 0, kPatienceMs);
    desk.ask("The second?");
    desk.ask("The third?");
    QCOMPARE(composer->queued(), 2);
    desk.room()->openSession(other);
    QCOMPARE(composer->queued(), 0);
    desk.room()->openSession(session);
    QCOMPARE(composer->queued(), 2);
    desk.room()->openSession(other);
    QTRY_COMPARE(desk.messages()->rowCount(), 2);
    // The others are asked while another session is shown, or when one comes back.
    QTRY_VERIFY_WITH_TIMEOUT(desk.client->session(session)->messages >= 3, kPatienceMs);
    QCOMPARE(desk.last().text, QString("Here."));
    desk.room()->openSession(session);
    QTRY_COMPARE_WITH_TIMEOUT(desk.messages()->rowCount(), 6, kPatienceMs);
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.messages()->at(2).message.text, QString("The second?"));
    QCOMPARE(desk.messages()->at(4).message.text, QString("The third?"));
    QCOMPARE(desk.last().text, QString("Three."));
    QCOMPARE(composer->queued(), 0);
  }

  void whatWasStoppedIsKeptAndGoesOn() {
    Desk desk(R"({"token_ms": 40, "answers": [
      {"steps": [{"text": "a b c d e f g h i j k l m n o p q r s t u v w x y z"}]}]})");
    QVERIFY(desk.ready());
    desk.ask("The letters?");
    QTRY_VERIFY_WITH_TIMEOUT(
        desk.messages()->rowCount() == 2 && desk.last().text.startsWith("a b c"), kPatienceMs);
    QTest::mouseClick(desk.pane()->composer()->findChild<QPushButton*>("stopButton"),
                      Qt::LeftButton);
    QVERIFY(desk.keptAnswer());
    const QString kept = desk.last().text;
    QVERIFY2(kept.startsWith("a b c") && !kept.endsWith("z"), qPrintable(kept));
    QTRY_VERIFY(desk.button("continueButton"));
    QTest::mouseClick(desk.button("continueButton"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->streamingRow() < 0 &&
                                 desk.last().text.size() > kept.size(),
                             kPatienceMs);
    QVERIFY2(desk.last().text.startsWith(kept), qPrintable(desk.last().text));
    QCOMPARE(desk.messages()->rowCount(), 2);
  }

 private:
  Theme* m_theme = nullptr;
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  ScriptedTurnsTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "scripted_turns_test.moc"
