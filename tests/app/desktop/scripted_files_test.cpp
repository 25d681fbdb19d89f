// SPDX-License-Identifier: Apache-2.0
// What comes into the window and what goes out of it, over the scripted engine: dropped files and
// folders, files that fail, are stopped and tried again, and sessions written for others.
#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPdfWriter>
#include <QTest>
#include <QToolButton>
#include <QUrl>

#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/shell/ingest_strip.h"
#include "app/desktop/shell/session_export.h"
#include "app/desktop/theme/theme.h"
#include "tests/app/desktop/scripted_desk.h"
#include "tests/app/desktop/window_lint.h"

using namespace leyden::desktop;

namespace {

constexpr auto kYes = R"({"answers": [{"steps": [{"text": "Yes."}]}]})";

void write(const QString& path, const QByteArray& text) {
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) qFatal("no file");
}

QByteArray read(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Drags files over a widget and lets them fall. Whether it wanted them.
bool drop(QWidget* target, const QStringList& paths) {
  QMimeData data;
  QList<QUrl> urls;
  for (const QString& path : paths) urls.append(QUrl::fromLocalFile(path));
  data.setUrls(urls);
  QDragEnterEvent enter({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(target, &enter);
  if (!enter.isAccepted()) return false;
  QDropEvent fall(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(target, &fall);
  return fall.isAccepted();
}

using Phase = IngestRow::Phase;

}  // namespace

class ScriptedFilesTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void filesAndFoldersAreDroppedAnywhere() {
    Desk desk(kYes);
    QVERIFY(desk.ready());
    QVERIFY(desk.folder.mkpath("notes/deeper"));
    write(desk.folder.filePath("notes/one.txt"), "The harbour closes at six.");
    write(desk.folder.filePath("notes/deeper/two.md"), "# Fees\n\nForty crowns a night.");
    // In GB 18030: "The harbour closes at six. Ships longer than 120 metres need a pilot."
    write(desk.folder.filePath("three.txt"),
          QByteArray::fromHex("b8dbbfdad4dac1f9b5e3b9d8b1d5a1a3b4acb3a4b3acb9fdd2bb"
                              "b0d9b6fecaaec3d7b5c4b4acd6bbd0e8d2aad2fdbabdd4b1a1a3"));
    desk.window->go(MainWindow::Spot::Settings);
    QVERIFY(drop(desk.window.get(), {desk.folder.filePath("notes")}));
    QCOMPARE(desk.window->spot(), MainWindow::Spot::Reading);
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->documents().size(), 2, kPatienceMs);
    QVERIFY(drop(desk.room()->transcript()->pane(), {desk.folder.filePath("three.txt")}));
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->documents().size(), 3, kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(desk.client->session(desk.room()->session())->documents.size(), 3,
                              kPatienceMs);
    const auto told = std::make_shared<QStringList>();
    for (const DocumentRow& row : desk.client->documents())
      desk.client->partTexts(row.id, 1, desk.window.get(),
                             [told](const Outcome<QStringList>& parts) {
                               if (parts) *told += *parts;
                             });
    QTRY_COMPARE_WITH_TIMEOUT(told->size(), 3, kPatienceMs);
    QVERIFY2(told->join('\n').contains(QStringLiteral("港口")), qPrintable(told->join('\n')));
    // What is no file is not wanted.
    QMimeData words;
    words.setText("words");
    QDragEnterEvent enter({20, 20}, Qt::CopyAction, &words, Qt::LeftButton, Qt::NoModifier);
    enter.ignore();
    QApplication::sendEvent(desk.window.get(), &enter);
    QVERIFY(!enter.isAccepted());
  }

  void aFileThatCannotBeReadSaysWhyAndIsTriedAgain() {
    Desk desk(kYes);
    QVERIFY(desk.ready());
    const QString path = desk.folder.filePath("fees.pdf");
    write(path, "%PDF-1.7\nthis is no document\n");
    desk.window->openFiles({path});
    IngestQueue* queue = desk.client->ingest();
    QTRY_VERIFY_WITH_TIMEOUT(!queue->rows().isEmpty() && queue->rows()[0].phase == Phase::Failed,
                             kPatienceMs);
    auto* strip = desk.window->findChild<IngestStrip*>();
    QTRY_VERIFY(strip->isVisible());
    QString shown;
    for (const QLabel* label : strip->findChildren<QLabel*>()) shown += label->text() + '\n';
    QVERIFY2(shown.contains("fees.pdf"), qPrintable(shown));
    QVERIFY2(queue->rows()[0].failure.message.size() > 10, qPrintable(shown));
    QVERIFY(namelessControls(desk.window.get()).isEmpty());
    // The file is made whole, and read.
    QVERIFY(QFile::remove(path));
    {
      QPdfWriter writer(path);
      QPainter(&writer).drawText(200, 400, "Forty crowns a night.");
    }
    const quint64 ticket = queue->rows()[0].ticket;
    auto* retry = strip->findChild<QToolButton*>(QStringLiteral("ingestRetry-%1").arg(ticket));
    QVERIFY(retry != nullptr);
    QTRY_VERIFY(retry->isVisible());  // the strip follows a little later
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(queue->rows()[0].phase, Phase::Done, kPatienceMs);
    QTRY_VERIFY(!strip->isVisible());
    QCOMPARE(desk.client->documents().size(), 1);
  }

  void readingIsStoppedInTheStripAndGoesOn() {
    Desk desk(R"({"prefill": {"tokens_per_s": 200}, "answers": [{"steps": [{"text": "Yes."}]}]})");
    QVERIFY(desk.ready());
    const QString path = desk.folder.filePath("lamps.txt");
    QByteArray text;
    for (int i = 0; i < 300; ++i) text += "Lamp " + QByteArray::number(i) + " was lit.\n\n";
    write(path, text);
    desk.window->openFiles({path});
    IngestQueue* queue = desk.client->ingest();
    QTRY_VERIFY_WITH_TIMEOUT(!queue->rows().isEmpty() && queue->rows()[0].phase == Phase::Reading &&
                                 queue->rows()[0].progress.done > 0,
                             kPatienceMs);
    const quint64 ticket = queue->rows()[0].ticket;
    auto* strip = desk.window->findChild<IngestStrip*>();
    QTRY_VERIFY(strip->isVisible());
    // Progress is told: how much of it, how fast, how long it will take; the window is free.
    QTRY_VERIFY_WITH_TIMEOUT(queue->rows()[0].perSecond > 0, kPatienceMs);
    const QString words = ingestText(queue->rows()[0]);
    QVERIFY2(words.contains("tokens/s"), qPrintable(words));
    QTRY_VERIFY2_WITH_TIMEOUT(ingestText(queue->rows()[0]).contains("left"),
                              qPrintable(ingestText(queue->rows()[0])), kPatienceMs);
    desk.window->go(MainWindow::Spot::Library);
    desk.window->go(MainWindow::Spot::Reading);
    auto* stop = strip->findChild<QToolButton*>(QStringLiteral("ingestStop-%1").arg(ticket));
    QTest::mouseClick(stop, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(queue->rows()[0].phase, Phase::Stopped, 5000);
    QCOMPARE(desk.client->documents().size(), 1);  // what is read is kept
    auto* retry = strip->findChild<QToolButton*>(QStringLiteral("ingestRetry-%1").arg(ticket));
    QTRY_VERIFY(retry->isVisible());
    // It goes on where it was, and nothing stands there twice.
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(queue->rows()[0].phase, Phase::Done, kPatienceMs);
    QTRY_VERIFY(!strip->isVisible());
    QCOMPARE(desk.client->documents().size(), 1);
    QCOMPARE(desk.client->session(desk.room()->session())->documents.size(), 1);
  }

  void manySessionsAreWrittenAtOnce_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("ending");
    QTest::addColumn<QByteArray>("begins");
    QTest::newRow("Markdown") << int(ExportFormat::Markdown) << "md" << QByteArray("# ");
    QTest::newRow("HTML") << int(ExportFormat::Html) << "html" << QByteArray("<!DOCTYPE html>");
    QTest::newRow("PDF") << int(ExportFormat::Pdf) << "pdf" << QByteArray("%PDF-");
    QTest::newRow("JSON") << int(ExportFormat::Json) << "json" << QByteArray("{");
  }
  void manySessionsAreWrittenAtOnce() {
    QFETCH(const int, format);
    QFETCH(const QString, ending);
    QFETCH(const QByteArray, begins);
    Desk desk(kYes);
    QVERIFY(desk.ready());
    QVector<qint64> sessions;
    for (int i = 0; i < 2; ++i) {
      desk.room()->newSession();
      QTRY_COMPARE(desk.messages()->rowCount(), 0);
      desk.ask("Is it 7/8?");  // the same title twice, and no file name
      QVERIFY(desk.keptAnswer());
      sessions.append(desk.room()->session());
    }
    QVERIFY(sessions[0] != sessions[1]);
    QVERIFY(desk.folder.mkpath("out"));
    int written = -1;
    QStringList failures;
    exportSessions(desk.client.get(), sessions, desk.folder.filePath("out"), ExportFormat(format),
                   desk.window.get(), [&](int n, const QStringList& wrong) {
                     written = n;
                     failures = wrong;
                   });
    QTRY_COMPARE_WITH_TIMEOUT(written, 2, kPatienceMs);
    QVERIFY2(failures.isEmpty(), qPrintable(failures.join('\n')));
    const QStringList names = QDir(desk.folder.filePath("out")).entryList(QDir::Files, QDir::Name);
    QCOMPARE(names.size(), 2);
    for (const QString& name : names) {
      QVERIFY2(name.endsWith('.' + ending), qPrintable(name));
      const QByteArray bytes = read(desk.folder.filePath("out/" + name));
      QVERIFY(bytes.startsWith(begins));
      if (ExportFormat(format) != ExportFormat::Pdf) QVERIFY(bytes.contains("Yes."));
    }
    // A folder that cannot be written is a sentence, not a crash.
    written = -1;
    exportSessions(desk.client.get(), sessions, "/no/such/folder", ExportFormat(format),
                   desk.window.get(), [&](int n, const QStringList& wrong) {
                     written = n;
                     failures = wrong;
                   });
    QTRY_COMPARE_WITH_TIMEOUT(written, 0, kPatienceMs);
    QCOMPARE(failures.size(), 2);
    QVERIFY2(failures[0].contains("/no/such/folder"), qPrintable(failures[0]));
  }

 private:
  Theme* m_theme = nullptr;
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  ScriptedFilesTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "scripted_files_test.moc"
