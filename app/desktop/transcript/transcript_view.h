// SPDX-License-Identifier: Apache-2.0
// The conversation of one session, joined to the engine: what is asked goes there, what comes back
// is shown. Everything that needs no engine is in ConversationPane.
//
// Plug points for the main window (app/desktop/shell/reading_room.h), all on the GUI thread:
//   setSession()         shows a session; 0 is a chat that is not saved. Loads its messages itself,
//                        and listens to EngineClient's answer* signals of that session.
//   setAskSettings()     how questions are asked from now on; setSendKey() which key sends.
//   setPlaceNames()      what a source's place is called, e.g. "p. 12"; PageView knows.
//   draft(), setDraft()  the composer's text, which the window keeps with the session.
//   viewState(), restoreViewState()   scroll position: small JSON, opaque to others. May be called
//   before
//                        the messages have come.
//   showMessage()        scrolls to a message a search has found.
//   askAbout()           puts a quoted passage into the composer and focuses it.
//   showFind()           Ctrl+F while the conversation has the focus.
//   exportSession()      asks for a file and writes the conversation into it.
// What it tells the window: the signals below. The window joins them to PageView.
#pragma once

#include <QHash>
#include <QJsonObject>
#include <QUrl>
#include <QWidget>
#include <functional>

#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/session_choices.h"
#include "app/desktop/engine/tool_values.h"
#include "app/desktop/engine/values.h"
#include "app/desktop/transcript/composer.h"

namespace leyden::desktop {

class ConversationPane;
class EngineClient;

class TranscriptView : public QWidget {
  Q_OBJECT
 public:
  explicit TranscriptView(EngineClient* client, QWidget* parent = nullptr);

  void setSession(qint64 session);
  qint64 session() const { return m_session; }
  void setAskSettings(const AskSettings& settings);
  const AskSettings& askSettings() const { return m_settings; }
  /// What the reader chose for the session that is shown; may have come from elsewhere.
  void setChoices(const SessionChoices& choices);
  const SessionChoices& choices() const { return m_choices; }
  void setSendKey(SendKey key);
  void setPasteLimit(int units);
  /// Offline, no address is opened from here.
  void setOffline(bool offline) { m_offline = offline; }
  void setPlaceNames(std::function<QString(const EvidencePassage&)> place);
  QString draft() const;
  void setDraft(const QString& text);
  /// Questions that wait become the draft again: the window is being closed.
  void takeBackWaiting();
  QJsonObject viewState() const;
  void restoreViewState(const QJsonObject& state);
  void showMessage(qint64 message);
  void askAbout(const QString& quote, const QString& source);
  void showFind();
  void focusComposer();
  void exportSession();
  ConversationPane* pane() const { return m_pane; }

 signals:
  void sourceRequested(const leyden::desktop::EvidencePassage& source);  ///< a citation was clicked
  /// Where the sentence under the pointer came from; empty: the pointer has left.
  void sourceHovered(const QVector<leyden::desktop::EvidencePassage>& sources);
  /// Evidence of the answer in view or being written.
  void evidenceChanged(const QVector<leyden::desktop::EvidencePassage>& evidence);
  void forkRequested(qint64 message);
  void draftChanged();
  void filesDropped(const QStringList& paths);
  void attachRequested();  ///< the composer's button for documents
  void choicesRequested();  ///< the composer's button for what holds in this session

 private:
  void ask(const Question& question);
  void askNext(qint64 session);
  void askEdited(qint64 message, const Question& question);
  void answerAgain(qint64 message);
  void continueAnswer(qint64 message);
  void chooseBranch(qint64 message);
  AskSettings settings() const;
  void loadMessages(bool anew);
  void showReady();
  void showChoices();
  void openLink(const QUrl& url);

  EngineClient* m_client;
  ConversationPane* m_pane;
  qint64 m_session = 0;
  bool m_loaded = false;
  QJsonObject m_wantedState;  ///< to be restored once the messages are there
  qint64 m_wantedMessage = 0;
  AskSettings m_settings;
  SessionChoices m_choices;
  bool m_offline = false;
  /// What came for answers that are being written, by session: shown again when one comes back to
  /// it.
  struct Live {
    QString question;
    QVector<AnswerEvent> events;
    std::optional<ApprovalRequest> approval = {};
  };
  QHash<qint64, Live> m_live;
  /// Of sessions that are not shown: what waits there, and how it is to be answered.
  struct Waiting {
    WaitingQuestions questions;
    AskSettings settings;
  };
  QHash<qint64, Waiting> m_waiting;
};

}  // namespace leyden::desktop
