// SPDX-License-Identifier: Apache-2.0
// Grabs every main screen in light and dark, English and Chinese, over a real jar and the default
// model: app_desktop_screenshots FOLDER. Run by tests/app/desktop/screenshots.sh; not a test.
#include <QApplication>
#include <QCursor>
#include <QDialog>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/command_registry.h"
#include "app/desktop/shell/language.h"
#include "app/desktop/shell/main_window.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/theme/theme.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/transcript_model.h"
#include "app/desktop/transcript/transcript_view.h"

using namespace leyden::desktop;

namespace {

/// A short handbook in both languages, so that the shots show what the app is for.
QByteArray handbook() {
  const QStringList pages{
      "Harbour handbook\n\nThe harbour office is open from 7:00 to 18:00. Ships longer than 120 "
      "metres need a pilot. The harbour closes when the wind exceeds 25 knots.",
      "Fees\n\nThe fee for one night is 40 crowns for boats up to 10 metres, and 65 crowns above. "
      "Fees are paid at the office before 11:00 on the day of departure.",
      "Waste\n\nOil and batteries are taken at the blue shed. The key is kept by the harbour "
      "master, Ingrid Solberg, telephone 5512. The access code for the archive room is 7402."};
  QJsonArray parts;
  for (int i = 0; i < pages.size(); ++i)
    parts.append(QJsonObject{{"label", QStringLiteral("p. %1").arg(i + 1)}, {"text", pages[i]}});
  return QJsonDocument(QJsonObject{{"title", "Harbour handbook"}, {"parts", parts}}).toJson();
}

void save(QWidget& window, const QString& path) {
  QApplication::processEvents();
  QTest::qWait(150);
  const QImage image = window.grab().toImage().convertToFormat(QImage::Format_RGB888);
  image.save(path, "PNG", 0);
}

bool shows(MainWindow& window, qint64 session) {
  return window.readingRoom()->session() == session &&
         window.readingRoom()->transcript()->pane()->model()->rowCount() > 0;
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  if (argc < 2) qFatal("usage: app_desktop_screenshots FOLDER");
  const QString out = argv[1];
  QDir().mkpath(out);
  QTemporaryDir folder;
  AppSettings settings(folder.filePath("desktop.ini"));
  AppLog log({});
  Language language;
  language.set("en");
  Theme theme(&app);
  EngineClient client({.store = folder.filePath("jar")});
  MainWindow window(&client, &settings, &log);
  window.resize(1280, 800);
  window.show();
  QCursor::setPos(window.mapToGlobal(window.rect().bottomLeft() - QPoint(-640, 10)));
  save(window, out + "/start-light-en.png");
  client.start();
  auto wait = [](auto done, int ms = 60'000) { return QTest::qWaitFor(done, ms); };
  if (!wait([&] { return client.modelState() == ModelState::Ready; })) qFatal("no model");
  if (!wait([&] { return window.readingRoom()->session() > 0; })) qFatal("no session");
  qint64 document = 0;
  client.addDocument(handbook(), &window,
                     [&](const Outcome<qint64>& id) { document = id ? *id : -1; });
  wait([&] { return document != 0 && client.document(document) != nullptr; });
  window.readingRoom()->askAbout({document});
  wait([&] {
    const SessionRow* row = client.session(window.readingRoom()->session());
    return row != nullptr && !row->documents.isEmpty();
  });
  bool answered = false;
  QObject::connect(&client, &EngineClient::answerFinished, &window, [&] { answered = true; });
  QObject::connect(&client, &EngineClient::answerFailed, &window, [&](qint64, const Failure& f) {
    qWarning("no answer: %s", qPrintable(f.message));
    answered = true;
  });
  client.ask(window.readingRoom()->session(), "What is the access code for the archive room?",
             {.constrainReferences = true, .maxTokens = 120});
  wait([&] { return answered; }, 180'000);
  // The same book searched by a run with tools, in a session of its own.
  const qint64 read = window.readingRoom()->session();
  qint64 searching = 0;
  client.createSession("Harbour questions", &window,
                       [&](const Outcome<qint64>& id) { searching = id ? *id : -1; });
  wait([&] { return searching > 0 && client.session(searching) != nullptr; });
  SessionChoices choices;
  choices.searched = {document};
  bool chosen = false;
  client.setChoices(searching, choices, &window, [&](const Outcome<Done>&) { chosen = true; });
  wait([&] { return chosen; });
  answered = false;
  client.ask(searching, "When does the harbour close?", {.maxTokens = 200});
  wait([&] { return answered; }, 180'000);
  for (const char* title : {"Lease contract, 2026", "年度报告 2025"}) {
    qint64 made = 0;
    client.createSession(title, &window, [&](const Outcome<qint64>& id) { made = id ? *id : -1; });
    wait([&] { return made != 0; });
  }
  wait([&] { return client.sessions().size() >= 4; });

  using Spot = MainWindow::Spot;
  const std::pair<Spot, const char*> spots[] = {
      {Spot::Reading, "reading"}, {Spot::Library, "library"}, {Spot::Models, "models"},
      {Spot::Tools, "tools"},     {Spot::Log, "log"},         {Spot::Settings, "settings"}};
  for (const auto& [scheme, schemeName] :
       {std::pair{Scheme::Light, "light"}, {Scheme::Dark, "dark"}}) {
    theme.setScheme(scheme);
    for (const char* code : {"en", "zh_CN"}) {
      language.set(code);
      const QString suffix = QStringLiteral("-%1-%2.png").arg(schemeName, QString(code).left(2));
      for (const auto& [spot, name] : spots) {
        window.go(spot);
        save(window, out + '/' + name + suffix);
      }
      window.go(Spot::Reading);
      window.readingRoom()->openSession(searching);
      wait([&] { return shows(window, searching); });
      if (auto* details = window.findChild<QToolButton*>("agentDetails")) details->setChecked(true);
      QTest::qWait(200);
      save(window, out + "/run" + suffix);
      window.readingRoom()->openSession(read);
      wait([&] { return shows(window, read); });
      QTest::qWait(200);
      window.readingRoom()->editSession();
      QTest::qWait(200);
      if (auto* dialog = window.findChild<QDialog*>("sessionDialog")) {
        auto* tabs = dialog->findChild<QTabWidget*>("sessionTabs");
        for (int tab = 0; tab < tabs->count(); ++tab) {
          tabs->setCurrentIndex(tab);
          save(*dialog, out + QStringLiteral("/session-%1").arg(tab + 1) + suffix);
        }
        dialog->reject();
        QTest::qWait(20);
      }
      window.commands()->action("palette")->trigger();
      QTest::qWait(100);
      if (auto* palette = window.findChild<QWidget*>("commandPalette")) {
        save(*palette, out + "/palette" + suffix);
        palette->close();
      }
    }
  }
  return 0;
}
