// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/main_window.h"

#include <QCloseEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>
#include <algorithm>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/library/library_page.h"
#include "app/desktop/library/model_page.h"
#include "app/desktop/pages/page_view.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/settings/settings_page.h"
#include "app/desktop/shell/command_palette.h"
#include "app/desktop/shell/command_registry.h"
#include "app/desktop/shell/context_meter.h"
#include "app/desktop/shell/ingest_strip.h"
#include "app/desktop/shell/log_page.h"
#include "app/desktop/shell/model_status.h"
#include "app/desktop/shell/notice_bar.h"
#include "app/desktop/shell/rail.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/shell/session_export.h"
#include "app/desktop/shell/session_sidebar.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/tools/tool_settings.h"
#include "app/desktop/tools/tools_page.h"
#include "app/desktop/transcript/transcript_view.h"

namespace leyden::desktop {

MainWindow::MainWindow(EngineClient* client, AppSettings* settings, AppLog* log, QWidget* parent)
    : QMainWindow(parent),
      m_client(client),
      m_settings(settings),
      m_commands(new CommandRegistry(this)),
      m_palette(new CommandPalette(this)),
      m_rail(new Rail),
      m_notice(new NoticeBar),
      m_ingest(new IngestStrip(client->ingest())),
      m_stack(new QStackedWidget),
      m_room(new ReadingRoom(client, settings)),
      m_library(new LibraryPage(client, settings)),
      m_models(new ModelPage(client, settings)),
      m_tools(new ToolsPage(client, settings)),
      m_log(new LogPage(client, settings, log)),
      m_settingsPage(new SettingsPage(settings)),
      m_modelStatus(new ModelStatus(client)),
      m_resume(new QLabel),
      m_meter(new ContextMeter(client)),
      m_offline(new QToolButton) {
  setObjectName("mainWindow");
  setAcceptDrops(true);
  m_rail->addPlace("read", "placeReading");
  m_rail->addPlace("library", "placeLibrary");
  m_rail->addPlace("chip", "placeModels");
  m_rail->addPlace("tools", "placeTools");
  m_rail->addGap();
  m_rail->addPlace("log", "placeLog");
  m_rail->addPlace("settings", "placeSettings");
  m_menu = m_rail->addButton("menu", "mainMenu");
  m_menu->setPopupMode(QToolButton::InstantPopup);
  for (QWidget* place :
       std::initializer_list<QWidget*>{m_room, m_library, m_models, m_tools, m_log, m_settingsPage})
    m_stack->addWidget(place);

  auto* middle = new QWidget;
  auto* column = new QVBoxLayout(middle);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_notice);
  column->addWidget(m_ingest);
  column->addWidget(m_stack, 1);
  auto* all = new QWidget;
  auto* row = new QHBoxLayout(all);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(m_rail);
  row->addWidget(middle, 1);
  setCentralWidget(all);
  m_offline->setObjectName("offlineSwitch");
  m_offline->setCheckable(true);
  m_offline->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_offline->setIconSize({14, 14});
  m_offline->setFocusPolicy(Qt::TabFocus);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->addWidget(m_modelStatus);
  m_resume->setObjectName("resumeText");
  m_resume->setProperty("role", "muted");
  statusBar()->addWidget(m_resume);
  statusBar()->addPermanentWidget(m_meter);
  statusBar()->addPermanentWidget(m_offline);

  connect(m_rail, &Rail::chosen, this, [this](int place) { go(Spot(place)); });
  connect(m_modelStatus, &ModelStatus::clicked, this, [this] { go(Spot::Models); });
  connect(m_palette, &CommandPalette::chosen, this, [this](const QString& id) {
    if (QAction* action = m_commands->action(id)) return action->trigger();
    const QStringList parts = id.split(':');
    const qint64 number = parts.value(1).toLongLong();
    go(Spot::Reading);
    if (parts[0] == "session") m_room->openSession(number);
    if (parts[0] == "document") m_room->pages()->openDocument(number);
  });
  connect(m_library, &LibraryPage::addRequested, this, &MainWindow::chooseFiles);
  connect(m_library, &LibraryPage::filesRequested, this, &MainWindow::openFiles);
  connect(m_room->pages(), &PageView::openFilesRequested, this, &MainWindow::chooseFiles);
  connect(m_room->sidebar(), &SessionSidebar::exportRequested, this, &MainWindow::exportToFolder);
  connect(m_room, &ReadingRoom::sessionOpened, this, [this](qint64 session) {
    m_meter->clear();
    m_overflows = false;
    retranslate();
    // What was said of the session that was open is not true of this one.
    hideResumeNotice();
    tellResume(session);
  });
  connect(m_room, &ReadingRoom::contextCounted, m_meter, &ContextMeter::setUse);
  connect(m_room, &ReadingRoom::contextCounted, this, &MainWindow::tellOverflow);
  connect(m_client, &EngineClient::sessionResumed, this, &MainWindow::tellResume);
  connect(m_client, &EngineClient::answerFinished, this, [this](qint64 session) {
    m_readAgain = session;
    if (session != m_room->session()) return;
    hideResumeNotice();
    showResume();
  });
  connect(m_client, &EngineClient::sessionNotResumed, this,
          [this](qint64 session, const Failure& failure) {
            if (session == m_room->session())
              m_notice->say(failureText(failure.code, failure.message));
          });
  connect(m_library, &LibraryPage::askRequested, this, [this](const QVector<qint64>& documents) {
    go(Spot::Reading);
    m_room->askAbout(documents);
  });
  connect(m_client, &EngineClient::jarChanged, this, &MainWindow::tellJar);
  connect(m_client, &EngineClient::jarRefused, this,
          [this](const Failure& failure) { m_notice->say(failure.message); });
  connect(m_client, &EngineClient::sessionsChanged, this, [this] {
    if (m_firstList) m_room->openLast();
    m_firstList = false;
    retranslate();
  });
  connect(m_offline, &QToolButton::toggled, this,
          [this](bool on) { m_settings->set("privacy/offline", on); });
  connect(m_settings, &AppSettings::changed, this, &MainWindow::showOffline);
  connect(m_settings, &AppSettings::changed, this, &MainWindow::applyToolRules);
  connect(m_settings, &AppSettings::stateChanged, this, [this](const QString& key) {
    if (key.startsWith(QLatin1String("tool"))) applyToolRules();
  });
  connect(m_client, &EngineClient::alwaysAllowed, this,
          [this](const QString& origin, const QString& name) {
            setToolAlways(*m_settings, origin, name, true);
          });
  connect(m_room, &ReadingRoom::noticed, m_notice, &NoticeBar::say);
  applyToolRules();
  addCommands();
  resize(1280, 800);
  restoreGeometry(m_settings->state("geometry").toByteArray());
  retranslate();
}

MainWindow::~MainWindow() = default;

void MainWindow::addCommands() {
  using K = QKeySequence;
  struct Line {
    CommandSpec spec;
    std::function<void()> run;
  };
  const QVector<Line> lines{
      {{"palette", QT_TRANSLATE_NOOP("Commands", "Window"),
        QT_TRANSLATE_NOOP("Commands", "Commands…"), K("Ctrl+K"), "search"},
       [this] { openPalette(); }},
      {{"new-session", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "New session"), K::New, "plus"},
       [this] {
         go(Spot::Reading);
         m_room->newSession();
       }},
      {{"open", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Open documents…"), K::Open, "file-plus"},
       [this] { chooseFiles(); }},
      {{"search", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Search sessions"), K("Ctrl+Shift+F"), "search"},
       [this] {
         go(Spot::Reading);
         m_room->setPaneShown(ReadingRoom::Pane::Sessions, true);
         m_room->sidebar()->focusSearch();
       }},
      {{"rename", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Rename the session"), K("F2"), "edit"},
       [this] { m_room->sidebar()->editTitle(m_room->session()); }},
      {{"fork", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Fork the session"), K("Ctrl+Shift+N"), "branch"},
       [this] { m_room->fork(m_room->session(), 0); }},
      {{"export", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Export the session…"), K("Ctrl+Shift+E"), "export"},
       [this] { m_room->transcript()->exportSession(); }},
      {{"export-all",
        QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Export all sessions…"),
        {},
        "export"},
       [this] { exportAll(); }},
      {{"session-choices", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Documents, answers and tools of the session…"),
        K("Ctrl+Shift+P"), "sliders"},
       [this] {
         go(Spot::Reading);
         m_room->editSession();
       }},
      {{"delete", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Delete the session"), K("Ctrl+Shift+Backspace"), "trash"},
       [this] { m_room->sidebar()->removeWithUndo({m_room->session()}); }},
      {{"undo-delete", QT_TRANSLATE_NOOP("Commands", "Session"),
        QT_TRANSLATE_NOOP("Commands", "Take back the deletion"), K("Ctrl+Shift+Z"), "undo"},
       [this] { m_room->sidebar()->undoRemove(); }},
      {{"stop", QT_TRANSLATE_NOOP("Commands", "Answer"),
        QT_TRANSLATE_NOOP("Commands", "Stop the answer"), K("Ctrl+."), "stop"},
       [this] { m_client->stop(m_room->session()); }},
      {{"composer", QT_TRANSLATE_NOOP("Commands", "Answer"),
        QT_TRANSLATE_NOOP("Commands", "Write a question"), K("Ctrl+L"), "chat"},
       [this] {
         go(Spot::Reading);
         m_room->setPaneShown(ReadingRoom::Pane::Conversation, true);
         m_room->transcript()->focusComposer();
       }},
      {{"find", QT_TRANSLATE_NOOP("Commands", "Window"), QT_TRANSLATE_NOOP("Commands", "Find"),
        K::Find, "search"},
       [this] {
         if (m_room->pages()->isAncestorOf(focusWidget()))
           m_room->pages()->showFind();
         else
           m_room->transcript()->showFind();
       }},
      {{"go-reading", QT_TRANSLATE_NOOP("Commands", "Go"),
        QT_TRANSLATE_NOOP("Commands", "Reading room"), K("Ctrl+1"), "read"},
       [this] { go(Spot::Reading); }},
      {{"go-library", QT_TRANSLATE_NOOP("Commands", "Go"), QT_TRANSLATE_NOOP("Commands", "Library"),
        K("Ctrl+2"), "library"},
       [this] { go(Spot::Library); }},
      {{"go-models", QT_TRANSLATE_NOOP("Commands", "Go"), QT_TRANSLATE_NOOP("Commands", "Models"),
        K("Ctrl+3"), "chip"},
       [this] { go(Spot::Models); }},
      {{"go-tools", QT_TRANSLATE_NOOP("Commands", "Go"), QT_TRANSLATE_NOOP("Commands", "Tools"),
        K("Ctrl+4"), "tools"},
       [this] { go(Spot::Tools); }},
      {{"go-log", QT_TRANSLATE_NOOP("Commands", "Go"), QT_TRANSLATE_NOOP("Commands", "Log"),
        K("Ctrl+5"), "log"},
       [this] { go(Spot::Log); }},
      {{"go-settings", QT_TRANSLATE_NOOP("Commands", "Go"),
        QT_TRANSLATE_NOOP("Commands", "Settings"), K("Ctrl+,"), "settings"},
       [this] {
         go(Spot::Settings);
         m_settingsPage->focusSearch();
       }},
      {{"pane-sessions", QT_TRANSLATE_NOOP("Commands", "Panes"),
        QT_TRANSLATE_NOOP("Commands", "Show or hide the sessions"), K("Ctrl+B"), "panel-left"},
       [this] {
         const auto pane = ReadingRoom::Pane::Sessions;
         m_room->setPaneShown(pane, !m_room->isPaneShown(pane));
       }},
      {{"pane-documents", QT_TRANSLATE_NOOP("Commands", "Panes"),
        QT_TRANSLATE_NOOP("Commands", "Show or hide the documents"), K("Ctrl+Shift+D"),
        "panel-middle"},
       [this] {
         const auto pane = ReadingRoom::Pane::Documents;
         m_room->setPaneShown(pane, !m_room->isPaneShown(pane));
       }},
      {{"pane-conversation", QT_TRANSLATE_NOOP("Commands", "Panes"),
        QT_TRANSLATE_NOOP("Commands", "Show or hide the conversation"), K("Ctrl+Shift+C"),
        "panel-right"},
       [this] {
         const auto pane = ReadingRoom::Pane::Conversation;
         m_room->setPaneShown(pane, !m_room->isPaneShown(pane));
       }},
      {{"swap",
        QT_TRANSLATE_NOOP("Commands", "Panes"),
        QT_TRANSLATE_NOOP("Commands", "Swap documents and conversation"),
        {},
        "swap"},
       [this] { m_room->swapPanes(); }},
      {{"larger", QT_TRANSLATE_NOOP("Commands", "Window"),
        QT_TRANSLATE_NOOP("Commands", "Larger text"), K::ZoomIn, "zoom-in"},
       [this] {
         m_settings->set("appearance/text_size",
                         m_settings->value("appearance/text_size").toDouble() + 0.5);
       }},
      {{"smaller", QT_TRANSLATE_NOOP("Commands", "Window"),
        QT_TRANSLATE_NOOP("Commands", "Smaller text"), K::ZoomOut, "zoom-out"},
       [this] {
         m_settings->set("appearance/text_size",
                         m_settings->value("appearance/text_size").toDouble() - 0.5);
       }},
      {{"offline",
        QT_TRANSLATE_NOOP("Commands", "Window"),
        QT_TRANSLATE_NOOP("Commands", "Offline on or off"),
        {},
        "offline"},
       [this] { m_offline->toggle(); }},
      {{"diagnostics",
        QT_TRANSLATE_NOOP("Commands", "Help"),
        QT_TRANSLATE_NOOP("Commands", "Copy diagnostics"),
        {},
        "copy"},
       [this] { m_log->copyDiagnostics(); }},
      {{"shortcuts", QT_TRANSLATE_NOOP("Commands", "Help"),
        QT_TRANSLATE_NOOP("Commands", "Keyboard shortcuts"), K::HelpContents, "keyboard"},
       [this] { ShortcutsDialog(m_commands->entries(), this).exec(); }},
      {{"quit", QT_TRANSLATE_NOOP("Commands", "Window"), QT_TRANSLATE_NOOP("Commands", "Quit"),
        K::Quit, "close"},
       [this] { close(); }},
  };
  auto* menu = new QMenu(m_menu);
  for (const auto& line : lines) menu->addAction(m_commands->add(line.spec, line.run));
  m_menu->setMenu(menu);
}

void MainWindow::go(Spot spot) {
  m_stack->setCurrentIndex(int(spot));
  m_rail->setCurrent(int(spot));
}

MainWindow::Spot MainWindow::spot() const { return Spot(m_stack->currentIndex()); }

void MainWindow::openPalette() {
  QVector<PaletteEntry> entries = m_commands->entries();
  entries.removeIf([](const PaletteEntry& entry) { return entry.id == QLatin1String("palette"); });
  for (const auto& row : m_client->sessions())
    if (!row.title.isEmpty())
      entries.append(
          {QStringLiteral("session:%1").arg(row.id), row.title, tr("Session"), {}, "chat"});
  for (const auto& row : m_client->documents())
    entries.append(
        {QStringLiteral("document:%1").arg(row.id), row.title, tr("Document"), {}, "file"});
  m_palette->open(entries);
}

void MainWindow::chooseFiles() {
  const QStringList paths = QFileDialog::getOpenFileNames(
      this, tr("Open documents"), m_settings->state("last_folder").toString(),
      tr("Documents (*.pdf *.docx *.epub *.html *.htm *.md *.txt);;All files (*)"));
  if (!paths.isEmpty()) openFiles(paths);
}

void MainWindow::openFiles(const QStringList& paths) {
  if (paths.isEmpty()) return;
  m_settings->setState("last_folder", QFileInfo(paths.first()).path());
  go(Spot::Reading);
  m_room->addFiles(paths);
}

void MainWindow::bringToFront() {
  setWindowState(windowState() & ~Qt::WindowMinimized);
  show();
  raise();
  activateWindow();
}

void MainWindow::exportToFolder(const QVector<qint64>& sessions, ExportFormat format) {
  const QString folder = QFileDialog::getExistingDirectory(
      this, tr("Folder for the exported sessions"), m_settings->state("last_folder").toString());
  if (folder.isEmpty()) return;
  exportSessions(m_client, sessions, folder, format, this,
                 [this, folder](int written, const QStringList& failures) {
                   QStringList said{tr("%n session(s) written to %1", nullptr, written).arg(folder)};
                   m_notice->say((said + failures).join('\n'));
                 });
}

void MainWindow::exportAll() {
  QVector<qint64> sessions;
  for (const SessionRow& row : m_client->sessions())
    if (row.messages > 0) sessions.append(row.id);
  if (sessions.isEmpty()) return m_notice->say(tr("No session has a message yet."));
  QMenu formats(this);
  for (const auto& [name, format] : exportFormats())
    formats.addAction(name, this,
                      [this, sessions, format = format] { exportToFolder(sessions, format); });
  formats.exec(m_menu->mapToGlobal(QPoint(m_menu->width(), 0)));
}

// What the jar says when it opens, each with its way out.
void MainWindow::tellJar() {
  const Failure& failure = m_client->jarFailure();
  if (failure.code == 0) {
    if (!m_client->jarNotes().isEmpty()) m_notice->say(engineTexts(m_client->jarNotes()));
    return;
  }
  constexpr int kCorrupt = -3;
  if (failure.code == kCorrupt)
    m_notice->say(tr("The library is damaged: %1").arg(failure.message), tr("Repair"), [this] {
      m_client->repairJar(this, [this](const Outcome<QString>& done) {
        m_notice->say(done ? tr("Repaired. %1").arg(*done) : done.failure.message);
      });
    });
  else
    m_notice->say(tr("Nothing can be saved: %1").arg(failure.message), tr("Try again"),
                  [this] { m_client->openJar(); });
  m_room->openSession(0);
}

void MainWindow::tellResume(qint64 session) {
  if (session != m_room->session()) return;
  showResume();
  const auto facts = m_client->resumed(session);
  if (!facts || facts->notices.isEmpty()) return;
  m_resumeNotice = engineTexts(facts->notices);
  m_notice->say(m_resumeNotice);
}

void MainWindow::hideResumeNotice() {
  if (!m_resumeNotice.isEmpty() && m_notice->text() == m_resumeNotice) m_notice->hide();
}

// "Read once", in the status bar: what came back and how fast, or why not.
void MainWindow::showResume() {
  const auto facts = m_client->resumed(m_room->session());
  QString text;
  if (facts && facts->restoredTokens > 0)
    text = tr("Restored %1 tokens in %2 s")
               .arg(QLocale().toString(facts->restoredTokens),
                    QLocale().toString(std::max(facts->restoreS, 0.01), 'f', 2));
  else if (facts && m_readAgain != m_room->session() &&
           (facts->kind == "reread" || facts->kind == "other_model"))
    text = engineText(facts->reason);  // says itself that the text is read again
  m_resume->setText(text);
}

// Before it is asked: nothing is ever cut without a word.
void MainWindow::tellOverflow(const ContextUse& use) {
  const bool over = use.maxContext > 0 && use.free < 0;
  if (!std::exchange(m_overflows, over) && over)
    m_notice->say(tr("This does not fit: %1 tokens more than the model can read at once. Have a "
                     "document searched instead, or fork the session at an earlier message.")
                      .arg(QLocale().toString(-use.free)),
                  tr("Choose what is read"), [this] { m_room->editSession(); });
}

void MainWindow::offerSafeMode() {
  m_notice->say(tr("Leyden did not close as it should last time. Everything up to the last second "
                   "is there."),
                tr("Go on in safe mode"), [this] {
                  m_client->enterSafeMode();
                  applyToolRules();
                  tellSafeMode();
                });
}

void MainWindow::tellSafeMode() {
  m_notice->say(tr("Safe mode: no plugins are loaded, and no model until you open one."));
}

void MainWindow::applyToolRules() {
  m_client->setToolRules(toolRules(*m_settings, m_client->options().safe));
}

void MainWindow::showOffline() {
  const bool offline = m_settings->value("privacy/offline").toBool();
  m_offline->setChecked(offline);
  m_offline->setIcon(
      icon(offline ? "offline" : "online", offline ? IconTone::Accent : IconTone::Muted));
  m_offline->setText(offline ? tr("Offline") : tr("Tools may use the network"));
  m_offline->setToolTip(
      offline ? tr("No tool may reach the network.")
              : tr("Tools you allow may reach the network. Leyden itself never does."));
  m_offline->setAccessibleName(m_offline->text());
}

void MainWindow::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QMainWindow::changeEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  m_room->transcript()->takeBackWaiting();
  m_room->saveView();
  m_settings->setState("geometry", saveGeometry());
  QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList paths;
  for (const auto& url : event->mimeData()->urls())
    if (url.isLocalFile()) paths.append(url.toLocalFile());
  event->acceptProposedAction();
  openFiles(paths);
}

void MainWindow::retranslate() {
  const SessionRow* row = m_client->session(m_room->session());
  const QString title = row == nullptr ? QString() : row->title;
  setWindowTitle(title.isEmpty() ? tr("Leyden") : tr("%1 — Leyden").arg(title));
  m_commands->retranslate();
  int place = 0;
  for (const char* id :
       {"go-reading", "go-library", "go-models", "go-tools", "go-log", "go-settings"}) {
    const QAction* action = m_commands->action(id);
    m_rail->setTexts(place++, action->text(),
                     action->shortcut().toString(QKeySequence::NativeText));
  }
  m_menu->setToolTip(tr("Menu"));
  m_menu->setAccessibleName(m_menu->toolTip());
  showResume();
  showOffline();
}

}  // namespace leyden::desktop
