// SPDX-License-Identifier: Apache-2.0
// The whole window over the scripted engine (tests/fake), for tests.
#pragma once

#include <QAbstractButton>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <memory>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/main_window.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/tools/tool_settings.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/transcript_model.h"
#include "app/desktop/transcript/transcript_view.h"

namespace leyden::desktop {

inline constexpr int kPatienceMs = 30'000;

/// A window whose model plays a script.
struct Desk {
  /// @param keep  false: the jar cannot be opened, and the chat is not saved
  /// @param home  folder of jar and settings; empty: one that is gone with the desk
  explicit Desk(const QByteArray& script, bool keep = true, const QString& home = {})
      : kept(keep),
        folder(home.isEmpty() ? temporary.path() : home),
        settings(folder.filePath("desktop.ini")),
        log({}) {
    setScript(script);
    start();
  }
  /// What the model plays once it is opened anew.
  void setScript(const QByteArray& script) {
    const QString path = folder.filePath("script.json");
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(script) != script.size())
      qFatal("no script");
    qputenv("LEYDEN_FAKE_SCRIPT", path.toUtf8());
  }
  /// Closes the program and starts it again over the same jar.
  void restart() {
    window.reset();
    client.reset();
    start();
  }
  void start() {
    client = std::make_unique<EngineClient>(
        EngineOptions{.store = folder.filePath(kept ? "jar" : "script.json")});
    window = std::make_unique<MainWindow>(client.get(), &settings, &log);
    window->resize(1280, 800);
    window->show();
    client->start();
  }
  ~Desk() {
    window.reset();
    client.reset();
    qunsetenv("LEYDEN_FAKE_SCRIPT");
  }
  bool ready() {
    return QTest::qWaitFor(
        [&] {
          const bool shown =
              kept ? client->session(room()->session()) != nullptr : client->jarFailure().code != 0;
          return client->modelState() == ModelState::Ready && shown;
        },
        kPatienceMs);
  }
  ReadingRoom* room() const { return window->readingRoom(); }
  ConversationPane* pane() const { return room()->transcript()->pane(); }
  TranscriptModel* messages() const { return pane()->model(); }
  const Message& last() const { return messages()->entries().last().message; }

  /// Types a question and sends it.
  void ask(const QString& question) {
    pane()->composer()->setDraft(question);
    QTest::keyClick(pane()->composer()->edit(), Qt::Key_Return);
  }
  bool answered() {
    return QTest::qWaitFor(
        [&] { return messages()->rowCount() > 0 && messages()->streamingRow() < 0; }, kPatienceMs);
  }
  /// The answer is there, and the jar has told how it keeps it.
  bool keptAnswer() {
    return answered() &&
           QTest::qWaitFor([&] { return messages()->entries().first().message.id > 0; },
                           kPatienceMs) &&
           last().id > 0;
  }
  /// A document of `paragraphs` short paragraphs, in the jar.
  qint64 addDocument(int paragraphs) {
    QString text;
    for (int i = 0; i < paragraphs; ++i)
      text += QStringLiteral("The lamp of room %1 was lit again at seven.\n\n").arg(i);
    const QByteArray json =
        QJsonDocument(
            QJsonObject{{"title", "Lamps"},
                        {"parts", QJsonArray{QJsonObject{{"label", "p. 1"}, {"text", text}}}}})
            .toJson();
    qint64 id = 0;
    client->addDocument(json, window.get(),
                        [&](const Outcome<qint64>& made) { id = made ? *made : -1; });
    const bool there =
        QTest::qWaitFor([&] { return id > 0 && client->document(id) != nullptr; }, kPatienceMs);
    return there ? id : 0;
  }
  /// The same, in a new session of its own.
  qint64 openDocument(int paragraphs) {
    const qint64 id = addDocument(paragraphs);
    if (id == 0) return 0;
    const qint64 before = room()->session();
    room()->askAbout({id});
    const bool open = QTest::qWaitFor(
        [&] {
          const SessionRow* row = client->session(room()->session());
          return room()->session() != before && row != nullptr && row->documents.contains(id);
        },
        kPatienceMs);
    return open ? id : 0;
  }
  /// Lets the model use a server's tools: one that misbehaves on demand.
  void addServer() {
    const QJsonObject server{
        {"name", "port"},
        {"command", QJsonArray{"python3", LEYDEN_SOURCE_DIR "/tests/plugins/mcp/scripted_server.py",
                               "stateless"}},
        {"sandbox", false}};
    setToolServers(settings, {QJsonDocument(server).toJson(QJsonDocument::Compact)});
  }
  void useTools() {
    QTest::mouseClick(pane()->findChild<QToolButton*>("useTools"), Qt::LeftButton);
    const auto kept = std::make_shared<bool>(false);  // a late reply may outlive this function
    (void)QTest::qWaitFor([&] {
      client->choices(room()->session(), window.get(),
                      [kept](const Outcome<SessionChoices>& choices) {
                        if (choices) *kept = choices->tools;
                      });
      return *kept;
    });
  }
  /// The button of this name that can be seen in the conversation.
  QAbstractButton* button(const char* name) const {
    for (QAbstractButton* each : pane()->list()->findChildren<QAbstractButton*>(name))
      if (each->isVisible()) return each;
    return nullptr;
  }
  QPushButton* choice(const char* name) const {
    auto* button = pane()->list()->findChild<QPushButton*>(name);
    return button != nullptr && button->isVisible() && button->isEnabled() ? button : nullptr;
  }

  const bool kept;
  QTemporaryDir temporary;
  const QDir folder;
  AppSettings settings;
  AppLog log;
  std::unique_ptr<EngineClient> client;
  std::unique_ptr<MainWindow> window;
};

/// A script that calls one tool and then answers.
inline QByteArray calls(const QByteArray& tool, const QByteArray& arguments) {
  return R"({"answers": [{"steps": [{"text": "It is done."}]},
      {"when": "look", "times": 1, "steps": [{"tool_calls": [{"name": ")" +
         tool + R"(", "arguments": )" + arguments + "}]}]}]}";
}

}  // namespace leyden::desktop
