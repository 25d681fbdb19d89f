// SPDX-License-Identifier: Apache-2.0
// The whole way with the default model and a real PDF: open, read, ask, click a source, fork,
// restart, resume. Needs no network and no GPU; skipped, with the reason, where the default model
// is not there. What the small model answers is not judged here.
#include <QApplication>
#include <QFileInfo>
#include <QLabel>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/pages/page_canvas.h"
#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/page_view.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/main_window.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/theme/theme.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/text_piece.h"
#include "app/desktop/transcript/transcript_model.h"
#include "app/desktop/transcript/transcript_view.h"

using namespace leyden::desktop;

namespace {

constexpr int kPatienceMs = 180'000;
const QString kFact = QStringLiteral("The access code for the archive room is 7402.");

/// A sentence of its own for every number, so that no two passages read alike.
QString sentence(int i) {
  static const char* const kWho[]{"The keeper",     "A visitor",  "The gardener",
                                  "An old sailor",  "The miller", "A clerk of the town",
                                  "The bell ringer"};
  static const char* const kWhat[]{"counts the lamps in the long hall",
                                   "paints the northern gate green",
                                   "carries letters across the frozen river",
                                   "repairs the clock above the market",
                                   "plants pears behind the chapel",
                                   "sells maps of forgotten roads",
                                   "listens to rain on the copper roof",
                                   "writes the names of ships into a book",
                                   "keeps bees beside the quarry",
                                   "sharpens knives for the whole valley",
                                   "measures the snow with a painted pole"};
  return QStringLiteral("%1 %2 in the year %3.").arg(kWho[i % 7], kWhat[i % 11]).arg(1700 + i * 3);
}

/// Six pages of prose, one fact on the fourth.
void writePdf(const QString& path) {
  QPdfWriter writer(path);
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setResolution(96);
  QPainter p(&writer);
  QFont font(QStringLiteral("DejaVu Serif"));
  font.setPixelSize(15);
  p.setFont(font);
  for (int page = 0; page < 6; ++page) {
    if (page > 0) writer.newPage();
    int y = 40;
    for (int i = 0; i < 14; ++i, y += 46) {
      const QString line = page == 3 && i == 5 ? kFact : sentence(page * 14 + i);
      p.drawText(QRect(20, y, 640, 44), Qt::TextWordWrap, line);
    }
  }
}

struct Desk {
  explicit Desk(const QTemporaryDir& folder)
      : settings(folder.filePath("desktop.ini")),
        log({}),
        client({.store = folder.filePath("jar")}),
        window(&client, &settings, &log) {
    window.resize(1300, 860);
    window.show();
    client.start();
  }
  bool ready() {
    return QTest::qWaitFor(
               [&] {
                 return client.modelState() == ModelState::Ready ||
                        client.modelState() == ModelState::Failed;
               },
               kPatienceMs) &&
           client.modelState() == ModelState::Ready && client.hasJar() &&
           window.readingRoom()->session() > 0;
  }
  TranscriptModel* messages() { return window.readingRoom()->transcript()->pane()->model(); }

  AppSettings settings;
  AppLog log;
  EngineClient client;
  MainWindow window;
};

}  // namespace

class EndToEndTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void readAskClickForkRestartResume() {
    QTemporaryDir folder;
    const QString pdf = folder.filePath("house.pdf");
    writePdf(pdf);
    qint64 session = 0, fork = 0;
    {
      Desk desk(folder);
      if (!QTest::qWaitFor(
              [&] {
                return desk.client.modelState() != ModelState::Loading &&
                       desk.client.modelState() != ModelState::None;
              },
              kPatienceMs) ||
          desk.client.modelState() != ModelState::Ready)
        QSKIP(qPrintable("no default model: " + desk.client.modelFailure().message));
      QVERIFY(QTest::qWaitFor([&] { return desk.ready(); }, 20'000));
      // Open and read.
      desk.window.openFiles({pdf});
      PageView* pages = desk.window.readingRoom()->pages();
      QVERIFY(QTest::qWaitFor(
          [&] {
            return pages->currentPane() != nullptr && pages->currentPane()->source() != nullptr;
          },
          kPatienceMs));
      QCOMPARE(pages->currentPane()->source()->pageCount(), 6);
      session = desk.window.readingRoom()->session();
      // Ask.
      TranscriptView* transcript = desk.window.readingRoom()->transcript();
      transcript->setDraft("What is the access code for the archive room?");
      QTest::keyClick(transcript->pane()->composer()->edit(), Qt::Key_Return);
      QVERIFY(QTest::qWaitFor(
          [&] {
            return desk.messages()->rowCount() >= 2 && desk.messages()->streamingRow() < 0 &&
                   !desk.client.isAnswering(session);
          },
          kPatienceMs));
      const Message answer = desk.messages()->at(1).message;
      qInfo("answer: %s", qPrintable(answer.text));
      QVERIFY(!answer.text.isEmpty());
      QVERIFY2(!answer.evidence.isEmpty(), qPrintable(answer.text));
      QVERIFY(QTest::qWaitFor([&] { return desk.messages()->at(1).message.id > 0; }, 10'000));
      // Click the first source: its page comes, and nothing is said to be missing.
      auto* source = transcript->pane()->list()->findChild<QPushButton*>("source");
      QVERIFY(source != nullptr);
      const EvidencePassage first = *std::max_element(
          answer.evidence.begin(), answer.evidence.end(),
          [](const EvidencePassage& a, const EvidencePassage& b) { return a.share < b.share; });
      const int page = pages->currentPane()->source()->map().pageOf(first.bytes.begin);
      QTest::mouseClick(source, Qt::LeftButton);
      QTRY_COMPARE_WITH_TIMEOUT(pages->currentPane()->canvas()->currentPage(), page, 10'000);
      QVERIFY(!pages->currentPane()->findChild<QLabel*>("pageNotice")->isVisible());
      // Fork.
      desk.window.readingRoom()->fork(session, desk.messages()->at(1).message.id);
      QVERIFY(
          QTest::qWaitFor([&] { return desk.window.readingRoom()->session() != session; }, 20'000));
      fork = desk.window.readingRoom()->session();
      QTRY_COMPARE_WITH_TIMEOUT(desk.messages()->rowCount(), 2, 20'000);
    }
    {
      // Restart: the fork is open as it was left; nothing is read again.
      Desk desk(folder);
      QVERIFY(QTest::qWaitFor([&] { return desk.ready(); }, kPatienceMs));
      QVERIFY(QTest::qWaitFor(
          [&] {
            return desk.window.readingRoom()->session() == fork && desk.messages()->rowCount() == 2;
          },
          20'000));
      QVERIFY(QTest::qWaitFor([&] { return desk.client.resumed(fork).has_value(); }, kPatienceMs));
      const ResumeFacts facts = *desk.client.resumed(fork);
      qInfo("resumed as %s: %lld tokens in %.2f s", qPrintable(facts.kind), facts.restoredTokens,
            facts.restoreS);
      QCOMPARE(facts.kind, QString("ready"));
      QVERIFY(facts.restoredTokens > 0);
      QVERIFY(desk.client.session(session) != nullptr);
    }
  }

 private:
  Theme* m_theme = nullptr;
};

QTEST_MAIN(EndToEndTest)
#include "end_to_end_test.moc"
