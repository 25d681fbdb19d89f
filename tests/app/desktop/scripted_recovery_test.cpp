// SPDX-License-Identifier: Apache-2.0
// What the window does when things do not go as they should, over the scripted engine: a model that
// takes long or fails to open, a context that is full, a process that is killed, a run that died.
#include <QAction>
#include <QApplication>
#include <QElapsedTimer>
#include <QLabel>
#include <QMenu>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/library/model_page.h"
#include "app/desktop/shell/command_registry.h"
#include "app/desktop/shell/context_meter.h"
#include "app/desktop/shell/notice_bar.h"
#include "app/desktop/shell/session_sidebar.h"
#include "app/desktop/theme/theme.h"
#include "tests/app/desktop/scripted_desk.h"

using namespace leyden::desktop;

namespace {

/// An answer of a minute, 50 words a second.
QByteArray longAnswer() {
  QString text;
  for (int i = 0; i < 3000; ++i) text += QStringLiteral("word%1 ").arg(i);
  return R"({"token_ms": 20, "answers": [{"steps": [{"text": ")" + text.toUtf8() + R"("}]}]})";
}

/// Plays the victim: asks, and tells how much of the answer it has shown, until it is killed.
int writeUntilKilled(const QString& home) {
  Desk desk(longAnswer(), true, home);
  if (!desk.ready()) return 1;
  desk.ask("Tell me everything.");
  QTimer tell;
  QObject::connect(&tell, &QTimer::timeout, desk.window.get(), [&desk] {
    if (desk.messages()->rowCount() < 2) return;
    std::printf("%d\n", int(desk.last().text.size()));
    std::fflush(stdout);
  });
  tell.start(50);
  return QApplication::exec();
}

}  // namespace

class ScriptedRecoveryTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void openingAModelShowsProgressAndIsStopped() {
    Desk desk(R"({"open": {"ms": 20000}, "answers": [{"steps": [{"text": "Yes."}]}]})");
    QTRY_VERIFY_WITH_TIMEOUT(desk.client->modelProgress().done > 0, kPatienceMs);
    desk.window->go(MainWindow::Spot::Models);
    auto* cancel = desk.window->findChild<QPushButton*>("modelCancel");
    QTRY_VERIFY(cancel->isVisible());
    auto* told = desk.window->findChild<QLabel*>("modelProgressText");
    QTRY_VERIFY2(told->text().contains("file 1 of 2: model-00001-of-00002.safetensors"),
                 qPrintable(told->text()));
    QElapsedTimer clock;
    clock.start();
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->modelState(), ModelState::Failed, 5000);
    QVERIFY(clock.elapsed() < 3000);
    auto* failure = desk.window->findChild<QLabel*>("modelFailure");
    QTRY_VERIFY(failure->isVisible());
    QCOMPARE(failure->text(), QString("Opening was stopped."));
    QTRY_COMPARE(desk.window->findChild<QPushButton*>("modelOpen")->text(), QString("Try again"));
  }

  void aModelThatDoesNotFitNamesTheCause() {
    Desk desk(R"({"open": {"ms": 50, "fail": "out_of_memory", "message": "GPU 1 lacks 3.2 GB"},
                  "answers": []})");
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->modelState(), ModelState::Failed, kPatienceMs);
    desk.window->go(MainWindow::Spot::Models);
    auto* failure = desk.window->findChild<QLabel*>("modelFailure");
    QTRY_VERIFY(failure->isVisible());
    QVERIFY2(failure->text().contains("GPU 1 lacks 3.2 GB"), qPrintable(failure->text()));
    QVERIFY2(failure->text().contains("memory"), qPrintable(failure->text()));
  }

  void whatWaitsForTheModelIsTakenBack() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    desk.ask("Is it?");
    QVERIFY(desk.keptAnswer());
    desk.setScript(R"({"open": {"ms": 4000}, "answers": [{"steps": [{"text": "No."}]}]})");
    desk.restart();
    QTRY_COMPARE_WITH_TIMEOUT(desk.messages()->rowCount(), 2, kPatienceMs);
    QCOMPARE(desk.client->modelState(), ModelState::Loading);
    // A question waits in the composer, where it can be taken back.
    desk.ask("And this?");
    QCOMPARE(desk.pane()->composer()->queued(), 1);
    desk.pane()->composer()->takeWaiting();
    // An answer that was to be written again waits behind the model, and is stopped there.
    emit desk.pane()->regenerateRequested(desk.last().id);
    QVERIFY(desk.pane()->composer()->isBusy());
    desk.window->commands()->action("stop")->trigger();
    QVERIFY(!desk.pane()->composer()->isBusy());
    QTRY_COMPARE(desk.messages()->rowCount(), 2);
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->modelState(), ModelState::Ready, kPatienceMs);
    QTest::qWait(300);
    QCOMPARE(desk.last().text, QString("Yes."));  // nothing was asked behind the reader's back
    QCOMPARE(desk.last().siblings.size(), 1);
  }

  void theMeterCountsEverySource() {
    Desk desk(R"({"answers": [{"steps": [{"thinking": "Let me see."}, {"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    QVERIFY(desk.openDocument(60) > 0);
    auto* meter = desk.window->findChild<ContextMeter*>();
    QTRY_VERIFY_WITH_TIMEOUT(meter->isVisible(), kPatienceMs);
    ContextUse use;
    QObject::connect(desk.room(), &ReadingRoom::contextCounted, desk.window.get(),
                     [&](const ContextUse& now) { use = now; });
    desk.ask("Were they lit?");
    QVERIFY(desk.keptAnswer());
    desk.pane()->composer()->setDraft("And then?");
    QTRY_VERIFY_WITH_TIMEOUT(use.history > 0 && use.draft > 0, kPatienceMs);
    QCOMPARE(use.documents.size(), 1);
    QVERIFY(use.documents[0].tokens > 500);
    // The sources, the reserve and what is free are the whole context, but for some signs of the
    // chat format between them.
    const qint64 told = use.system + use.tools + use.documents[0].tokens + use.history +
                        use.thinking + use.toolResults + use.draft + use.reserve + use.free;
    QVERIFY2(told <= use.maxContext && told > use.maxContext - 16, qPrintable(QString::number(told)));
    const QString account = meter->account();
    for (const char* line : {"Lamps: ", "Conversation: ", "What you are writing: ", "Free: "})
      QVERIFY2(account.contains(line), qPrintable(account));
    QVERIFY(meter->accessibleName().contains("tokens"));
  }

  void whatDoesNotFitIsToldBeforeItIsAsked() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    auto* meter = desk.window->findChild<ContextMeter*>();
    QTRY_VERIFY_WITH_TIMEOUT(meter->isVisible(), kPatienceMs);
    ContextUse use;
    QObject::connect(desk.room(), &ReadingRoom::contextCounted, desk.window.get(),
                     [&](const ContextUse& now) { use = now; });
    const QString longest = QStringLiteral("harbour 7919 lamps ").repeated(40'000);
    desk.pane()->composer()->setDraft(longest);
    QTRY_VERIFY_WITH_TIMEOUT(use.maxContext > 0 && use.free < 0, kPatienceMs);
    QVERIFY2(desk.window->notice()->text().contains("does not fit"),
             qPrintable(desk.window->notice()->text()));
    QVERIFY(meter->account().contains("does not fit"));
    auto* button = desk.window->notice()->findChild<QPushButton*>("noticeButton");
    QVERIFY(button->isVisible());
    // Asked nevertheless: it fails in words, and nothing was cut.
    QTest::keyClick(desk.pane()->composer()->edit(), Qt::Key_Return);
    QVERIFY(desk.answered());
    QVERIFY(desk.last().text != "Yes.");
  }

  void aKillLosesAtMostASecondAndTheAnswerGoesOn() {
    QTemporaryDir home;
    QProcess victim;
    victim.start(QCoreApplication::applicationFilePath(), {"--write-until-killed", home.path()});
    // What it had shown, and when.
    QVector<QPair<qint64, int>> shown;
    QElapsedTimer clock;
    clock.start();
    QVERIFY(QTest::qWaitFor(
        [&] {
          while (victim.canReadLine())
            shown.append({clock.elapsed(), victim.readLine().trimmed().toInt()});
          return !shown.isEmpty() && shown.last().second > 600;
        },
        2 * kPatienceMs));
    ::kill(pid_t(victim.processId()), SIGKILL);
    const qint64 killed = clock.elapsed();
    QVERIFY(victim.waitForFinished());
    QCOMPARE(victim.exitStatus(), QProcess::CrashExit);
    constexpr int kLossMs = 1250;  // a second, and the quarter that a busy machine may be late
    int least = 0;
    for (const auto& [at, size] : shown)
      if (at <= killed - kLossMs) least = size;

    Desk desk(R"({"answers": [{"steps": [{"text": "and so on."}]}]})", true, home.path());
    QVERIFY(desk.ready());
    QTRY_COMPARE_WITH_TIMEOUT(desk.messages()->rowCount(), 2, kPatienceMs);
    QCOMPARE(desk.messages()->at(0).message.text, QString("Tell me everything."));
    const Message cut = desk.last();
    qInfo("shown %d characters, %d of them %d ms before the kill; kept %d", shown.last().second,
          least, kLossMs, int(cut.text.size()));
    QCOMPARE(cut.state, Message::State::Interrupted);
    QVERIFY(cut.text.startsWith("word0 word1 "));
    QVERIFY2(cut.text.size() >= least, qPrintable(QString::number(cut.text.size())));
    // The interrupted answer is offered to be gone on with.
    QTRY_VERIFY(desk.button("continueButton"));
    QTest::mouseClick(desk.button("continueButton"), Qt::LeftButton);
    QVERIFY(desk.answered());
    QTRY_VERIFY_WITH_TIMEOUT(desk.last().text.size() > cut.text.size(), kPatienceMs);
    QVERIFY2(desk.last().text.startsWith(cut.text), qPrintable(desk.last().text.right(80)));
    QVERIFY2(desk.last().text.endsWith("and so on."), qPrintable(desk.last().text.right(80)));
  }

  // No file may grow: what a full disk does, without one.
  void aFullDiskIsSaidAndNothingIsLost() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    desk.ask("Is it?");
    QVERIFY(desk.keptAnswer());
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit full = before;
    full.rlim_cur = 4096;
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &full), 0);
    QSignalSpy failed(desk.client.get(), &EngineClient::answerFailed);
    desk.ask("Is it still?");
    const bool ended = desk.answered();
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
    QVERIFY(ended);
    QCOMPARE(failed.size(), 1);
    const auto failure = failed[0][1].value<Failure>();
    const QString said = failureText(failure.code, failure.message);
    QVERIFY2(said.startsWith("The system refused"), qPrintable(said));
    // There is room again: what was there is there, and the window goes on.
    desk.restart();
    QVERIFY(desk.ready());
    QTRY_VERIFY_WITH_TIMEOUT(desk.messages()->rowCount() >= 2, kPatienceMs);
    QCOMPARE(desk.messages()->at(1).message.text, QString("Yes."));
    desk.ask("And now?");
    QVERIFY(desk.keptAnswer());
    QCOMPARE(desk.last().text, QString("Yes."));
  }

  void safeModeIsOfferedAfterADeath() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    QVERIFY(desk.client->toolRules().plugins);
    desk.window->offerSafeMode();
    QVERIFY(desk.window->notice()->text().contains("did not close"));
    auto* button = desk.window->notice()->findChild<QPushButton*>("noticeButton");
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(desk.client->modelState(), ModelState::None);
    QVERIFY(!desk.client->toolRules().plugins);
    QVERIFY(desk.window->notice()->text().startsWith("Safe mode"));
    desk.client->openModel({});  // by hand it opens
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->modelState(), ModelState::Ready, kPatienceMs);
    desk.ask("Is it?");
    QVERIFY(desk.answered());
    QCOMPARE(desk.last().text, QString("Yes."));
  }

  void panesAndOrderComeBack() {
    Desk desk(R"({"answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    using Pane = ReadingRoom::Pane;
    desk.room()->setPaneShown(Pane::Documents, false);
    auto* options = desk.window->findChild<QToolButton*>("sessionOptions");
    options->menu()->actions()[2]->trigger();  // by name
    desk.restart();
    QVERIFY(desk.ready());
    QVERIFY(!desk.room()->isPaneShown(Pane::Documents));
    QVERIFY(desk.room()->isPaneShown(Pane::Sessions));
    QVERIFY(desk.room()->isPaneShown(Pane::Conversation));
    QTRY_COMPARE(desk.room()->sidebar()->model()->order().sort, SessionSort::Name);
    options = desk.window->findChild<QToolButton*>("sessionOptions");
    QVERIFY(options->menu()->actions()[2]->isChecked());
  }

 private:
  Theme* m_theme = nullptr;
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  if (argc == 3 && qstrcmp(argv[1], "--write-until-killed") == 0)
    return writeUntilKilled(QString::fromLocal8Bit(argv[2]));
  ScriptedRecoveryTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "scripted_recovery_test.moc"
