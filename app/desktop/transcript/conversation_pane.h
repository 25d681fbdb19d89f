// SPDX-License-Identifier: Apache-2.0
// The whole conversation without an engine: messages, find, reading progress, composer, and the
// page that is shown while there is nothing. What the reader wants leaves as signals with ids of
// messages.
#pragma once

#include <QJsonObject>
#include <QUrl>
#include <QWidget>

#include "app/desktop/transcript/composer.h"
#include "app/desktop/transcript/transcript_entry.h"

class QLabel;
class QStackedWidget;

namespace leyden::desktop {

class AgentPanel;
class EmptyState;
class FindBar;
class MessageListView;
class PrefillPanel;
class TranscriptFinder;
class TranscriptModel;

class ConversationPane : public QWidget {
  Q_OBJECT
 public:
  explicit ConversationPane(QWidget* parent = nullptr);

  TranscriptModel* model() const { return m_model; }
  MessageListView* list() const { return m_list; }
  Composer* composer() const { return m_composer; }
  PrefillPanel* prefill() const { return m_prefill; }
  AgentPanel* agent() const { return m_agent; }

  /// Title of the session, for exports.
  void setTitle(const QString& title) { m_title = title; }
  /// How a source's place is called, e.g. "p. 12".
  void setPlaceNames(std::function<QString(const EvidencePassage&)> place);
  void setMessages(const QVector<Message>& messages);
  /// The same conversation as it is written down now: ids, branches and evidence are taken over,
  /// and the reader stays where they are.
  void refreshMessages(const QVector<Message>& messages);
  void showMessage(qint64 message);
  void askAbout(const QString& quote, const QString& source);
  void showFind();
  void exportSession();
  QJsonObject viewState() const;
  void restoreViewState(const QJsonObject& state);

  /// A polite line at the bottom that says what happened, e.g. where a file was written.
  void say(const QString& text);

  // ---- An answer being written
  /// The question stands in the transcript at once; `id` may be 0 until it is known.
  void showQuestion(const QString& text, qint64 id = 0);
  void beginAnswer();
  /// The answer of this id is written anew beside itself, or goes on.
  void beginAnswerAgain(qint64 message);
  void resumeAnswer(qint64 message);
  /// Forgets this message and everything behind it in the window; the jar keeps it as a branch.
  void leaveFrom(qint64 message);
  void apply(const QVector<AnswerEvent>& events);
  /// What was read had no answer behind it: a session was reopened.
  void endReading();
  /// The call that waits for the reader's word stands in the answer until endApproval().
  void askApproval(const ApprovalRequest& request);
  void endApproval(quint64 ticket);
  void finishAnswer(const Message& answer);
  void failAnswer(const QString& reason);
  /// The answer was never begun; with its question, that goes too.
  void withdrawAnswer(bool withQuestion);

 signals:
  void asked(const leyden::desktop::Question& question);
  /// An edited question: a branch beside `message`.
  void editSubmitted(qint64 message, const leyden::desktop::Question& question);
  void regenerateRequested(qint64 message);
  void continueRequested(qint64 message);
  void branchChosen(qint64 message);
  void forkRequested(qint64 message);
  void stopRequested();
  void attachRequested();
  void filesDropped(const QStringList& paths);
  void sourceRequested(const leyden::desktop::EvidencePassage& source);
  void sourceHovered(const QVector<leyden::desktop::EvidencePassage>& sources);
  void evidenceChanged(const QVector<leyden::desktop::EvidencePassage>& evidence);
  void approvalChosen(quint64 ticket, leyden::desktop::ApprovalDecision choice,
                      const QString& reason);
  void linkActivated(const QUrl& url);
  void draftChanged();

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void retranslate();
  void showEmptyOrList();
  void goToMatch();
  void beginEdit(int row);
  void endEdit();
  void submit(const Question& question);
  void copyMessage(int row);
  void saveCode(const QString& text, const QString& language);
  void reportEvidence(int row);

  TranscriptModel* m_model;
  MessageListView* m_list;
  TranscriptFinder* m_finder;
  FindBar* m_find;
  AgentPanel* m_agent;
  PrefillPanel* m_prefill;
  Composer* m_composer;
  QStackedWidget* m_stack;
  EmptyState* m_empty;
  QLabel* m_said;
  std::function<QString(const EvidencePassage&)> m_place;
  QString m_title;
  qint64 m_editing = 0;
  QString m_draftBeforeEdit;
};

}  // namespace leyden::desktop
