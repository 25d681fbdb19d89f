// SPDX-License-Identifier: Apache-2.0
// What a desk feels like, in one program: app_desktop_desk_bench [PDF]. Prints a line for each;
// without a PDF it writes one of 1,000 pages first. No model is opened. Not a test: numbers mean
// something only on a machine that is otherwise idle. Run by measure.sh.
#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QProcess>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <cstdio>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/pages/page_canvas.h"
#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/page_source.h"
#include "app/desktop/pages/page_view.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/main_window.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/theme/theme.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/transcript_view.h"

using namespace leyden::desktop;

namespace {

constexpr int kMessages = 2000;
constexpr int kPages = 1000;
constexpr int kPatienceMs = 300'000;

qint64 statusKb(const char* field) {
  QFile file("/proc/self/status");
  if (!file.open(QIODevice::ReadOnly)) return 0;
  for (const QByteArray& line : file.readAll().split('\n'))
    if (line.startsWith(field)) return line.simplified().split(' ').value(1).toLongLong();
  return 0;
}

void printMemory(const char* when) {
  std::printf("memory %s: %.0f MB resident, %.0f MB of its own, %.0f MB at most\n", when,
              double(statusKb("VmRSS:")) / 1000, double(statusKb("RssAnon:")) / 1000,
              double(statusKb("VmHWM:")) / 1000);
}

/// Median, 95th percentile and worst of some times.
void printTimes(const char* what, QVector<qint64> us) {
  std::sort(us.begin(), us.end());
  std::printf("%s: median %.2f ms, 95 %% %.2f ms, worst %.1f ms, %lld times\n", what,
              double(us[us.size() / 2]) / 1000, double(us[us.size() * 95 / 100]) / 1000,
              double(us.last()) / 1000, static_cast<long long>(us.size()));
}

QVector<Message> conversation() {
  QVector<Message> messages;
  for (int i = 0; i < kMessages; ++i) {
    Message m;
    m.id = i + 1;
    m.role = i % 2 == 0 ? Message::Role::User : Message::Role::Assistant;
    m.text = QStringLiteral("Message %1. ").arg(i);
    if (i % 2 == 1) {
      m.text += QStringLiteral("Some **words** about the harbour and the `gate`, again and again. ")
                    .repeated(1 + i % 7);
      if (i % 5 == 0) m.text += QStringLiteral("\n\n- one\n- two\n- three\n");
      if (i % 9 == 0) m.text += QStringLiteral("\n\n```cpp\nint main() { return 0; }\n```\n");
      if (i % 11 == 0) m.text += QStringLiteral("\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    }
    m.siblings = {m.id};
    messages.append(m);
  }
  return messages;
}

/// A book of 1,000 pages of prose.
void writeBook(const QString& path) {
  QPdfWriter writer(path);
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setResolution(96);
  QPainter p(&writer);
  QFont font(QStringLiteral("DejaVu Serif"));
  font.setPixelSize(14);
  p.setFont(font);
  for (int page = 0; page < kPages; ++page) {
    if (page > 0) writer.newPage();
    for (int line = 0; line < 44; ++line)
      p.drawText(20, 40 + line * 22,
                 QStringLiteral("Entry %1 of day %2: the %3 keeper counts the lamps in hall %4.")
                     .arg(line)
                     .arg(page + 1)
                     .arg(line % 3 == 0 ? "old" : "young")
                     .arg((page * 44 + line) * 7919 % 1013));
  }
}

/// Waits until the open document shows a picture.
bool firstPage(PageView* pages, bool ofLibrary) {
  return QTest::qWaitFor(
      [&] {
        const PagePane* pane = pages->currentPane();
        return pane != nullptr && (pane->document() > 0) == ofLibrary &&
               pane->source() != nullptr && pane->canvas()->imageBytes() > 0;
      },
      kPatienceMs);
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  if (argc == 3 && QByteArray(argv[1]) == "--write") {
    writeBook(QString::fromLocal8Bit(argv[2]));
    return 0;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  QTemporaryDir folder;
  QString pdf = QString::fromLocal8Bit(argc > 1 ? argv[1] : "");
  if (pdf.isEmpty()) {
    // In a process of its own, whose memory is not counted here.
    pdf = folder.filePath("book.pdf");
    QProcess::execute(app.applicationFilePath(), {"--write", pdf});
  }
  AppSettings settings(folder.filePath("desktop.ini"));
  AppLog log({});
  Theme theme(&app);
  EngineClient client({.store = folder.filePath("jar"), .openModel = false});
  MainWindow window(&client, &settings, &log);
  window.resize(1280, 800);
  window.show();
  client.start();
  ReadingRoom* room = window.readingRoom();
  if (!QTest::qWaitFor([&] { return room->session() > 0; }, kPatienceMs)) qFatal("no session");
  printMemory("with an empty session");

  QElapsedTimer clock;
  clock.start();
  window.openFiles({pdf});
  if (!firstPage(room->pages(), false)) qFatal("no page of the file");
  std::printf("first of %d pages of a new file: %lld ms\n",
              room->pages()->currentPane()->source()->pageCount(),
              static_cast<long long>(clock.elapsed()));
  if (!QTest::qWaitFor([&] { return !client.documents().isEmpty(); }, kPatienceMs))
    qFatal("not read");
  std::printf("read into the library: %.1f s\n", double(clock.elapsed()) / 1000);
  const qint64 document = client.documents()[0].id;
  room->pages()->closeAll();
  QTest::qWait(500);
  clock.start();
  room->pages()->openDocument(document);
  if (!firstPage(room->pages(), true)) qFatal("no page of the document");
  std::printf("first page of the same document from the library: %lld ms\n",
              static_cast<long long>(clock.elapsed()));
  QTest::qWait(1000);
  printMemory("with the document open");

  ConversationPane* pane = room->transcript()->pane();
  clock.start();
  pane->setMessages(conversation());
  std::printf("showing %d messages: %lld ms\n", kMessages, static_cast<long long>(clock.elapsed()));
  QScrollBar* bar = pane->list()->verticalScrollBar();
  bar->setValue(bar->maximum() / 2);
  QVector<qint64> steps;
  for (int i = 0; i < 300; ++i) {
    clock.start();
    bar->setValue(bar->value() + (i < 150 ? 120 : -120));
    QApplication::processEvents();
    steps.append(clock.nsecsElapsed() / 1000);
  }
  printTimes("one step of scrolling", steps);
  pane->list()->scrollToEnd();

  // A timer of a millisecond tells how late the event loop comes while 100 tokens a second stream.
  pane->beginAnswer();
  const QString words = QStringLiteral(
      "The harbour **closes** at six, as page 3 says, and `gate.cpp` shows.\n\n- first\n- "
      "second\n\n");
  QVector<qint64> delays;
  QElapsedTimer beat;
  QTimer probe, tokens;
  probe.setTimerType(Qt::PreciseTimer);
  tokens.setTimerType(Qt::PreciseTimer);
  QObject::connect(&probe, &QTimer::timeout, &window, [&] {
    delays.append(std::max<qint64>(0, beat.nsecsElapsed() / 1000 - 1000));
    beat.start();
  });
  int at = 0;
  QObject::connect(&tokens, &QTimer::timeout, &window, [&] {
    AnswerEvent event;
    event.text = words.mid(at, 5);
    pane->apply({event});
    at = (at + 5) % int(words.size());
  });
  beat.start();
  probe.start(1);
  tokens.start(10);
  QEventLoop loop;
  QTimer::singleShot(20'000, &loop, &QEventLoop::quit);
  loop.exec();
  probe.stop();
  tokens.stop();
  printTimes("event loop delay, 100 tokens/s into 2,000 messages", delays);
  printMemory("with 2,000 messages");
  return 0;
}
