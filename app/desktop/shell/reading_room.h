// SPDX-License-Identifier: Apache-2.0
// The room itself: sessions | documents | conversation. Joins TranscriptView and PageView, opens
// sessions, and keeps with each its draft, scroll position and open pages.
#pragma once

#include <QPointer>
#include <QSet>
#include <QTimer>
#include <QWidget>
#include <functional>

#include "app/desktop/engine/session_values.h"

class QSplitter;

namespace leyden::desktop {

class AppSettings;
class EngineClient;
class PageView;
class SessionDialog;
class SessionSidebar;
class TranscriptView;
struct SessionPlan;

class ReadingRoom : public QWidget {
  Q_OBJECT
 public:
  enum class Pane { Sessions, Documents, Conversation };
  ReadingRoom(EngineClient* client, AppSettings* settings, QWidget* parent = nullptr);
  ~ReadingRoom() override;

  SessionSidebar* sidebar() const { return m_sidebar; }
  TranscriptView* transcript() const { return m_transcript; }
  PageView* pages() const { return m_pages; }
  qint64 session() const { return m_session; }

  /// Shows a session as it was left; 0 shows an empty one, made when there is none.
  void openSession(qint64 session);
  /// The session that was open last, or an empty one.
  void openLast();
  void newSession();
  void fork(qint64 session, qint64 atMessage);
  /// Brings files into the open session while it has no question yet, else into a new one.
  void addFiles(const QStringList& paths);
  /// A new session over documents of the library.
  void askAbout(const QVector<qint64>& documents);

  /// Asks what shall hold in the open session: documents, answers, tools.
  void editSession();
  /// Does what was decided. What is read whole is fixed by the first question: another choice then
  /// begins a new session.
  void applyPlan(const SessionPlan& plan);

  bool isPaneShown(Pane pane) const;
  /// Hides or shows a pane; the last of documents and conversation stays.
  void setPaneShown(Pane pane, bool shown);
  /// Conversation left of the documents, or right of them.
  void swapPanes();
  /// Writes down what the open session looks like; also happens by itself.
  void saveView();

 signals:
  void sessionOpened(qint64 session);
  /// Something the reader should know, with at most one way out.
  void noticed(const QString& text, const QString& button, const std::function<void()>& run);
  /// The account of the context has changed.
  void contextCounted(const leyden::desktop::ContextUse& use);

 private:
  void show(qint64 session);
  QWidget* paneOf(Pane pane) const;
  void applySettings();
  void countContext();
  bool takePaste(const QString& text);
  void putDocument(qint64 session, qint64 document);
  void offerSearch(qint64 session, qint64 document, const Failure& failure);
  void tellChangedFiles(qint64 session);
  bool hasQuestion() const;
  void withEmptySession(std::function<void(qint64 session)> run);

  EngineClient* m_client;
  AppSettings* m_settings;
  QSplitter* m_splitter;
  SessionSidebar* m_sidebar;
  PageView* m_pages;
  TranscriptView* m_transcript;
  QTimer m_saveSoon;
  QTimer m_countSoon;
  qint64 m_session = 0;
  bool m_listed = false;       ///< the sessions have come once
  QStringList m_filesAtStart;  ///< to be read then
  QByteArray m_saved;          ///< the view as last written
  QPointer<SessionDialog> m_dialog;
  QSet<qint64> m_toldChanged;  ///< sessions whose changed files were told of
};

}  // namespace leyden::desktop
