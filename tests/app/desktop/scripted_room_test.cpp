// SPDX-License-Identifier: Apache-2.0
// The whole window over the scripted engine (tests/fake): what a model that uses tools, fails,
// takes long or reads too much does to it.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/page_view.h"
#include "app/desktop/session/session_answers.h"
#include "app/desktop/session/session_dialog.h"
#include "app/desktop/session/session_documents.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/main_window.h"
#include "app/desktop/shell/notice_bar.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/theme/theme.h"
#include "app/desktop/tools/tool_settings.h"
#include "app/desktop/tools/tools_page.h"
#include "app/desktop/transcript/agent_panel.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/transcript_model.h"
#include "app/desktop/transcript/transcript_view.h"
#include "tests/app/desktop/scripted_desk.h"
#include "tests/app/desktop/window_lint.h"

using namespace leyden::desktop;

class ScriptedRoomTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void evidenceGlowsWhileTheAnswerIsWritten() {
    Desk desk(R"({"token_ms": 40, "answers": [{"steps": [{"evidence": {"1": 3.0}},
        {"text": "The lamps were lit at seven, as the second passage says, and so on."}]}]})");
    QVERIFY(desk.ready());
    const qint64 document = desk.openDocument(60);
    QVERIFY(document > 0);
    QVector<EvidencePassage> whileWriting;
    QObject::connect(desk.pane(), &ConversationPane::evidenceChanged, desk.window.get(),
                     [&](const QVector<EvidencePassage>& evidence) {
                       if (desk.messages()->streamingRow() >= 0) whileWriting = evidence;
                     });
    desk.ask("When were they lit?");
    QVERIFY(desk.answered());
    QCOMPARE(whileWriting.size(), 1);
    QCOMPARE(whileWriting[0].document, document);
    QCOMPARE(whileWriting[0].reference, 1);
    QCOMPARE(desk.last().evidence.size(), 1);
  }

  void aToolIsAskedAboutAndItsCallLogged_data() {
    QTest::addColumn<bool>("kept");
    QTest::newRow("in a kept chat") << true;
    QTest::newRow("without a jar") << false;
  }
  void aToolIsAskedAboutAndItsCallLogged() {
    QFETCH(const bool, kept);
    Desk desk(calls("port-ok", "{}"), kept);
    QVERIFY(desk.ready());
    desk.addServer();
    desk.useTools();
    desk.ask("Please look.");
    QTRY_VERIFY_WITH_TIMEOUT(desk.choice("approveOnce"), kPatienceMs);  // of starting the server
    QTest::mouseClick(desk.choice("approveOnce"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->streamingRow() >= 0 &&
                                 desk.messages()->entries().last().approval &&
                                 desk.messages()->entries().last().approval->name == "port-ok",
                             kPatienceMs);
    QTRY_VERIFY(desk.choice("approveOnce"));
    QVERIFY(desk.pane()->agent()->isVisible());
    QTest::mouseClick(desk.choice("approveOnce"), Qt::LeftButton);
    QVERIFY(desk.answered());
    QCOMPARE(desk.last().text, QString("It is done."));
    QVERIFY(desk.last().run.has_value());
    QCOMPARE(desk.last().run->stopped, QString("answered"));
    QTRY_COMPARE(desk.client->toolLog().size(), 1);
    const ToolLogRow row = desk.client->toolLog()[0];
    QCOMPARE(row.name, QString("port-ok"));
    QCOMPARE(row.decision, QString("once"));
    QVERIFY(row.ok);
    QCOMPARE(row.session, desk.room()->session());
    // Exported.
    auto* page = desk.window->findChild<ToolsPage*>();
    const QString csv = desk.folder.filePath("calls.csv");
    QCOMPARE(page->exportLog(csv), QString());
    QFile file(csv);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().count('\n'), 2);
  }

  void aRunIsKeptWithItsStepsAndWhatItRead() {
    Desk desk(calls("search", R"({"query": "lamp of room 12"})"));
    QVERIFY(desk.ready());
    const qint64 document = desk.addDocument(60);
    QVERIFY(document > 0);
    const qint64 session = desk.room()->session();
    SessionChoices choices;
    choices.searched = {document};
    bool chosen = false;
    desk.client->setChoices(session, choices, desk.window.get(),
                            [&](const Outcome<Done>& done) { chosen = bool(done); });
    QTRY_VERIFY(chosen);
    desk.ask("Please look.");
    QVERIFY(desk.keptAnswer());
    const Message before = desk.last();
    QCOMPARE(desk.messages()->rowCount(), 2);  // a question and one answer, however many steps
    QCOMPARE(before.text, QString("It is done."));
    QVERIFY(before.run.has_value());
    QCOMPARE(before.run->steps.size(), 2);
    QCOMPARE(before.run->steps[0].calls.size(), 1);
    QVERIFY(!before.run->sources.isEmpty());
    const QString summary = desk.pane()->agent()->summary();

    desk.restart();
    QVERIFY(desk.ready());
    QTRY_COMPARE(desk.room()->session(), session);
    QTRY_COMPARE(desk.messages()->rowCount(), 2);
    const Message after = desk.last();
    QCOMPARE(after.id, before.id);
    QCOMPARE(after.text, before.text);
    QVERIFY(after.run.has_value());
    QCOMPARE(after.run->stopped, QString("answered"));
    QCOMPARE(after.run->steps.size(), 2);
    const AgentCall call = after.run->steps[0].calls.value(0);
    QCOMPARE(call.name, QString("search"));
    QCOMPARE(call.arguments, before.run->steps[0].calls[0].arguments);
    QCOMPARE(call.result, before.run->steps[0].calls[0].result);
    QCOMPARE(call.decision, QString("built in"));
    QCOMPARE(after.toolCalls.size(), 1);
    QCOMPARE(after.toolCalls[0].result, call.result);
    QCOMPARE(after.run->sources.size(), before.run->sources.size());
    for (qsizetype i = 0; i < after.run->sources.size(); ++i) {
      QCOMPARE(after.run->sources[i].document, document);
      QCOMPARE(after.run->sources[i].bytes, before.run->sources[i].bytes);
      QVERIFY(after.run->sources[i].bytes.end > after.run->sources[i].bytes.begin);
    }
    QVERIFY(desk.pane()->agent()->isVisible());
    QCOMPARE(desk.pane()->agent()->summary(), summary);
    QTRY_COMPARE(desk.client->toolLog().size(), 1);
    // What the run read is not read again.
    QTRY_VERIFY_WITH_TIMEOUT(desk.client->resumed(session).has_value(), kPatienceMs);
    QCOMPARE(desk.client->resumed(session)->kind, QString("ready"));
    desk.ask("And what else?");
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.messages()->rowCount(), 4);
    QVERIFY2(desk.last().timing.reusedTokens >= before.timing.promptTokens,
             qPrintable(QString::number(desk.last().timing.reusedTokens)));
  }

  void aBranchIsShownToItsEnd() {
    Desk desk(R"({"answers": [{"when": "first", "steps": [{"text": "One."}]},
                              {"when": "second", "steps": [{"text": "Two."}]}]})");
    QVERIFY(desk.ready());
    desk.ask("The first way?");
    QVERIFY(desk.keptAnswer());
    const qint64 question = desk.messages()->at(0).message.id;
    emit desk.pane()->editSubmitted(question, {"The second way?", {}});
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.last().text, QString("Two."));
    QTRY_COMPARE(desk.messages()->at(0).message.siblings.size(), 2);
    emit desk.pane()->branchChosen(question);
    QTRY_COMPARE(desk.messages()->at(0).message.text, QString("The first way?"));
    QCOMPARE(desk.messages()->rowCount(), 2);
    QCOMPARE(desk.last().text, QString("One."));
    desk.restart();
    QVERIFY(desk.ready());
    QTRY_COMPARE(desk.messages()->rowCount(), 2);
    QCOMPARE(desk.last().text, QString("One."));
  }

  void whatIsDeniedIsNotRunAndTheReasonIsKept() {
    Desk desk(calls("port-ok", "{}"));
    QVERIFY(desk.ready());
    desk.addServer();
    desk.useTools();
    desk.ask("Please look.");
    QTRY_VERIFY_WITH_TIMEOUT(desk.choice("approveOnce"), kPatienceMs);
    QTest::mouseClick(desk.choice("approveOnce"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->entries().last().approval &&
                                 desk.messages()->entries().last().approval->name == "port-ok",
                             kPatienceMs);
    QTRY_VERIFY(desk.choice("deny"));
    desk.pane()->list()->findChild<QLineEdit*>("denyReason")->setText("not now");
    QTest::mouseClick(desk.choice("deny"), Qt::LeftButton);
    QVERIFY(desk.answered());
    QTRY_COMPARE(desk.client->toolLog().size(), 1);
    QCOMPARE(desk.client->toolLog()[0].decision, QString("denied"));
    QVERIFY(desk.client->toolLog()[0].reason.contains("not now"));
  }

  void aServerThatDiesIsAMessage() {
    Desk desk(calls("port-die", "{}"));
    QVERIFY(desk.ready());
    desk.addServer();
    desk.useTools();
    desk.ask("Please look.");
    for (const char* name : {"port", "port-die"}) {
      QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->entries().last().approval &&
                                   desk.messages()->entries().last().approval->name == name,
                               kPatienceMs);
      QTRY_VERIFY(desk.choice("approveOnce"));
      QTest::mouseClick(desk.choice("approveOnce"), Qt::LeftButton);
    }
    QVERIFY(desk.answered());
    QCOMPARE(desk.last().text, QString("It is done."));
    QVERIFY(!desk.last().toolCalls.isEmpty());
    QVERIFY2(!desk.last().run->steps[0].calls[0].ok, "a call of a dead server failed");
  }

  void aRunThatWaitsForAWordCanBeStopped() {
    Desk desk(calls("port-ok", "{}"));
    QVERIFY(desk.ready());
    desk.addServer();
    desk.useTools();
    desk.ask("Please look.");
    QTRY_VERIFY_WITH_TIMEOUT(desk.choice("approveOnce"), kPatienceMs);
    QElapsedTimer clock;
    clock.start();
    desk.client->stop(desk.room()->session());
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->streamingRow() < 0, kPatienceMs);
    QVERIFY(clock.elapsed() < 5000);
    // The session is as it was before, and the question is not lost.
    QTRY_COMPARE(desk.messages()->rowCount(), 0);
    QCOMPARE(desk.pane()->composer()->draft(), QString("Please look."));
    desk.ask("What else?");
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.last().text, QString("It is done."));
  }

  void offlineBindsServersAndAddresses() {
    Desk desk(calls("port-ok", "{}"));
    QVERIFY(desk.ready());
    desk.addServer();
    desk.window->findChild<QToolButton*>("offlineSwitch")->click();
    QVERIFY(desk.client->toolRules().offline);
    ToolCatalogue found;
    bool told = false;
    QSignalSpy asked(desk.client.get(), &EngineClient::approvalRequested);
    desk.client->listTools(desk.window.get(), [&](const Outcome<ToolCatalogue>& catalogue) {
      told = true;
      if (catalogue) found = *catalogue;
    });
    QTRY_VERIFY_WITH_TIMEOUT(told, kPatienceMs);
    QCOMPARE(asked.size(), 0);  // what reaches the network is not even asked about
    QCOMPARE(found.problems.size(), 1);
    QVERIFY2(found.problems[0].contains("offline"), qPrintable(found.problems[0]));
    for (const ToolRow& tool : found.tools) QVERIFY(!tool.name.startsWith("port"));
  }

  void theToolPageListsWhatThereIs() {
    Desk desk(calls("search", R"({"query": "x"})"));
    QVERIFY(desk.ready());
    desk.window->go(MainWindow::Spot::Tools);
    auto* table = desk.window->findChild<QTableView*>("toolTable");
    QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() >= 2, kPatienceMs);  // search, open
    const QModelIndex first = table->model()->index(0, 0);
    QCOMPARE(first.data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
    table->model()->setData(first, Qt::Unchecked, Qt::CheckStateRole);
    QTRY_COMPARE_WITH_TIMEOUT(table->model()->index(0, 0).data(Qt::CheckStateRole).toInt(),
                              int(Qt::Unchecked), kPatienceMs);
    QCOMPARE(desk.client->toolRules().off.size(), 1);
    const QStringList nameless = namelessControls(desk.window.get());
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
  }

  void aDocumentIsLeftOutOrSearched() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    const qint64 document = desk.openDocument(20);
    QVERIFY(document > 0);
    const qint64 first = desk.room()->session();
    desk.room()->editSession();
    auto* dialog = desk.window->findChild<SessionDialog*>();
    QVERIFY(dialog != nullptr && dialog->isVisible());
    auto* table = dialog->findChild<QTableWidget*>("sessionDocuments");
    QCOMPARE(table->rowCount(), 1);
    QTRY_VERIFY(table->item(0, 1)->text().remove(QRegularExpression("\\D")).toInt() > 100);
    auto* tabs = dialog->findChild<QTabWidget*>("sessionTabs");
    for (int tab = tabs->count() - 1; tab >= 0; --tab) {
      tabs->setCurrentIndex(tab);
      const QStringList nameless = namelessControls(dialog);
      QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
      const QStringList unreached = unreachedControls(dialog);
      QVERIFY2(unreached.isEmpty(), qPrintable(unreached.join('\n')));
    }
    dialog->documents()->setUse(document, DocumentUse::Searched);
    dialog->accept();
    // The session had no question: another takes its place.
    QTRY_VERIFY_WITH_TIMEOUT(desk.room()->session() != first, kPatienceMs);
    const qint64 second = desk.room()->session();
    QTRY_VERIFY(desk.client->session(first) == nullptr);
    QTRY_VERIFY(desk.client->session(second) != nullptr);
    QVERIFY(desk.client->session(second)->documents.isEmpty());
    QCOMPARE(desk.room()->transcript()->choices().searched, QVector<qint64>{document});
    QVERIFY(desk.room()->pages()->currentPane() != nullptr);  // searched, and still read by people
  }

  void aDocumentThatIsTooLongIsOfferedToBeSearched() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    const QString path = desk.folder.filePath("log.txt");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (int i = 0; i < 60'000; ++i)
      file.write("Ship " + QByteArray::number(i * 7919) + " came in.\n");
    file.close();
    desk.window->openFiles({path});
    QTRY_VERIFY2_WITH_TIMEOUT(desk.window->notice()->text().contains("searched instead"),
                              qPrintable(desk.window->notice()->text()), 2 * kPatienceMs);
    QTest::mouseClick(desk.window->notice()->findChild<QPushButton*>("noticeButton"),
                      Qt::LeftButton);
    QTRY_COMPARE(desk.room()->transcript()->choices().searched.size(), 1);
    QVERIFY(desk.client->session(desk.room()->session())->documents.isEmpty());
  }

  void aQuestionWaitsForTheFileAndForNothingElse() {
    Desk desk(R"({"prefill": {"tokens_per_s": 4000}, "answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    QSignalSpy changed(desk.client->ingest(), &IngestQueue::changed);
    QSignalSpy opening(desk.client->ingest(), &IngestQueue::openingChanged);
    QString text;
    for (int i = 0; i < 400; ++i) text += QStringLiteral("Lamp %1 was lit.\n\n").arg(i);
    const QString path = desk.folder.filePath("lamps.txt");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text.toUtf8());
    file.close();
    desk.window->openFiles({path});
    QTRY_COMPARE_WITH_TIMEOUT(opening.size(), 1, kPatienceMs);
    const qint64 session = opening[0][0].toLongLong();
    QVERIFY(desk.client->ingest()->isOpeningFor(session));
    QTRY_COMPARE(desk.room()->session(), session);
    QVERIFY(!desk.pane()->composer()->isReady());
    desk.ask("Were they lit?");  // waits, and is asked behind the document
    QVERIFY(desk.answered());
    QVERIFY(desk.pane()->composer()->isReady());
    QCOMPARE(desk.client->session(session)->documents.size(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->ingest()->rows()[0].phase, IngestRow::Phase::Done,
                              kPatienceMs);
    QCOMPARE(opening.size(), 2);  // begun and ended, however often progress is told
    QVERIFY2(changed.size() > 5, qPrintable(QString::number(changed.size())));
  }

  void aSessionIsAnsweredInItsOwnWay() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    desk.room()->editSession();
    auto* dialog = desk.window->findChild<SessionDialog*>();
    dialog->findChild<QDoubleSpinBox*>("sessionTemperature")->setValue(0.7);
    dialog->findChild<QPlainTextEdit*>("sessionInstructions")->setPlainText("Be brief.");
    QCOMPARE(dialog->findChild<QComboBox*>("answerSource")->currentText(),
             QString("Of this session"));
    dialog->answers()->savePreset("brief");
    dialog->accept();
    QTRY_VERIFY(desk.room()->transcript()->choices().answers.has_value());
    QCOMPARE(desk.room()->transcript()->choices().answers->temperature, 0.7);
    QCOMPARE(desk.room()->transcript()->choices().instructions, QString("Be brief."));
    desk.ask("Is it?");
    QVERIFY(desk.answered());
    QCOMPARE(desk.last().text, QString("Yes."));
    // The preset is offered elsewhere; instructions of a session with a question are fixed.
    desk.room()->editSession();
    dialog = desk.window->findChild<SessionDialog*>();
    auto* source = dialog->findChild<QComboBox*>("answerSource");
    QCOMPARE(source->currentText(), QString("brief"));
    QVERIFY(dialog->findChild<QPlainTextEdit*>("sessionInstructions")->isReadOnly());
    dialog->reject();
    // The jar has it.
    SessionChoices kept;
    desk.client->choices(desk.room()->session(), desk.window.get(),
                         [&](const Outcome<SessionChoices>& choices) {
                           if (choices) kept = *choices;
                         });
    QTRY_COMPARE(kept.instructions, QString("Be brief."));
  }

  void progressOfReopeningIsNoAnswer() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    desk.ask("Is it?");
    QVERIFY(desk.answered());
    const qint64 first = desk.room()->session();
    desk.room()->newSession();
    QTRY_VERIFY(desk.room()->session() != first);
    AnswerEvent progress;
    progress.kind = AnswerEvent::Kind::Prefill;
    progress.progress.total = 100;
    emit desk.client->answerEvent(first, {progress});
    desk.room()->openSession(first);
    QTRY_COMPARE(desk.messages()->rowCount(), 2);
    QTest::qWait(50);
    QCOMPARE(desk.messages()->rowCount(), 2);
    QVERIFY(desk.messages()->streamingRow() < 0);
  }

  void aLongPasteBecomesADocument() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    desk.settings.set("composing/paste_limit", 1000);
    QGuiApplication::clipboard()->setText(QStringLiteral("The bell rings at noon. ").repeated(60));
    desk.pane()->composer()->edit()->paste();
    QVERIFY2(desk.window->notice()->text().contains("document"),
             qPrintable(desk.window->notice()->text()));
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->documents().size(), 1, kPatienceMs);
    const qint64 session = desk.room()->session();
    QTRY_VERIFY_WITH_TIMEOUT(desk.client->session(session)->documents.size() == 1, kPatienceMs);
    QVERIFY(desk.pane()->composer()->draft().isEmpty());
    desk.ask("When does the bell ring?");
    QVERIFY(desk.answered());
    // Behind the first question it goes along with the question it was pasted into.
    QTRY_VERIFY(desk.client->session(session)->messages > 0);
    desk.pane()->composer()->edit()->paste();
    QTest::qWait(50);
    QCOMPARE(desk.client->documents().size(), 1);
  }

  void aFileThatChangedIsToldNotReread() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    const QString path = desk.folder.filePath("tides.txt");
    auto write = [&](const QByteArray& text) {
      QFile file(path);
      if (file.open(QIODevice::WriteOnly)) file.write(text);
    };
    write("The tide turns at four.");
    desk.window->openFiles({path});
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->documents().size(), 1, kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(desk.client->session(desk.room()->session())->documents.size() == 1,
                             kPatienceMs);
    QTRY_COMPARE(desk.client->documents()[0].file, DocumentRow::File::Same);
    QTest::qWait(1100);  // file times may have whole seconds
    write("The tide turns at five.");
    desk.client->refreshJar();
    QTRY_COMPARE(desk.client->documents()[0].file, DocumentRow::File::Changed);
    const qint64 session = desk.room()->session();
    desk.room()->newSession();
    QTRY_VERIFY(desk.room()->session() != session);
    desk.room()->openSession(session);
    QTRY_VERIFY2(desk.window->notice()->text().contains("tides.txt"),
                 qPrintable(desk.window->notice()->text()));
    QCOMPARE(desk.client->documents().size(), 1);
    desk.window->openFiles({path});
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->documents().size(), 2, kPatienceMs);
  }

  void aLostDeviceDoesNotFreezeTheWindow() {
    Desk desk(R"({"answers": [{"steps": [{"text": "It was "}, {"fail": "device_lost"}]}]})");
    QVERIFY(desk.ready());
    desk.ask("What?");
    QVERIFY(desk.answered());
    QVERIFY(!desk.last().notices.isEmpty());
    QVERIFY2(desk.last().notices[0].contains("device"), qPrintable(desk.last().notices[0]));
    desk.window->go(MainWindow::Spot::Settings);
    desk.window->go(MainWindow::Spot::Reading);
    QVERIFY(!desk.pane()->composer()->isBusy());
  }

  void readingIsStoppedAtOnce() {
    Desk desk(R"({"prefill": {"tokens_per_s": 50}, "answers": [{"steps": [{"text": "Late."}]}]})");
    QVERIFY(desk.ready());
    QVERIFY(desk.openDocument(200) > 0);
    desk.ask("When?");
    QTest::qWait(600);
    QElapsedTimer clock;
    clock.start();
    desk.client->stop(desk.room()->session());
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->streamingRow() < 0, 5000);
    QVERIFY2(clock.elapsed() < 3000, qPrintable(QString::number(clock.elapsed())));
  }

 private:
  Theme* m_theme = nullptr;
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  ScriptedRoomTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "scripted_room_test.moc"
