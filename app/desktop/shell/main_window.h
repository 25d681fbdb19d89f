// SPDX-License-Identifier: Apache-2.0
// The window: a rail of places on the left, a notice and the place itself, a status bar below.
#pragma once

#include <QMainWindow>
#include <QPointer>

#include "app/desktop/engine/session_values.h"
#include "app/desktop/transcript/transcript_export.h"

class QLabel;
class QStackedWidget;
class QToolButton;

namespace leyden::desktop {

class AppLog;
class AppSettings;
class CommandPalette;
class CommandRegistry;
class ContextMeter;
class EngineClient;
class IngestStrip;
class LibraryPage;
class LogPage;
class ModelPage;
class ModelStatus;
class NoticeBar;
class Rail;
class ReadingRoom;
class SettingsPage;
class ToolsPage;

class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  enum class Spot { Reading, Library, Models, Tools, Log, Settings };

  MainWindow(EngineClient* client, AppSettings* settings, AppLog* log, QWidget* parent = nullptr);
  ~MainWindow() override;

  ReadingRoom* readingRoom() const { return m_room; }
  CommandRegistry* commands() const { return m_commands; }
  NoticeBar* notice() const { return m_notice; }
  void go(Spot spot);
  Spot spot() const;
  /// Brings documents into the open session; also those handed over by another start.
  void openFiles(const QStringList& paths);
  void bringToFront();
  /// The last run died: says so, and offers to go on without model and plugins.
  void offerSafeMode();
  void tellSafeMode();

 protected:
  void changeEvent(QEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void addCommands();
  void openPalette();
  void chooseFiles();
  void exportToFolder(const QVector<qint64>& sessions, ExportFormat format);
  void exportAll();
  void tellOverflow(const ContextUse& use);
  void tellJar();
  void tellResume(qint64 session);
  void showResume();
  void hideResumeNotice();
  void showOffline();
  void applyToolRules();
  void retranslate();

  EngineClient* m_client;
  AppSettings* m_settings;
  CommandRegistry* m_commands;
  CommandPalette* m_palette;
  Rail* m_rail;
  QToolButton* m_menu;
  NoticeBar* m_notice;
  IngestStrip* m_ingest;
  QStackedWidget* m_stack;
  ReadingRoom* m_room;
  LibraryPage* m_library;
  ModelPage* m_models;
  ToolsPage* m_tools;
  LogPage* m_log;
  SettingsPage* m_settingsPage;
  ModelStatus* m_modelStatus;
  QLabel* m_resume;
  ContextMeter* m_meter;
  QToolButton* m_offline;
  bool m_firstList = true;
  bool m_overflows = false;  ///< what is written does not fit, and the reader knows
  qint64 m_readAgain = 0;  ///< a session that was answered in since: nothing is left to be read
  QString m_resumeNotice;  ///< said of the session that is open
};

}  // namespace leyden::desktop
