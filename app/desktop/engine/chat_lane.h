// SPDX-License-Identifier: Apache-2.0
// One chat of the engine, with the thread its calls run on. Made and used on the GUI thread.
#pragma once

#include <QMutex>
#include <QObject>
#include <QWaitCondition>
#include <functional>
#include <memory>

#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/session_values.h"
#include "app/desktop/engine/task_thread.h"
#include "app/desktop/engine/tool_shelf.h"

struct leyden_answer;
struct leyden_ask_options;
struct leyden_cancel;
struct leyden_chat;
struct leyden_event;
struct leyden_model;
struct leyden_progress;

namespace leyden::desktop {

/// What to write: an answer to a question, the last answer anew, or on from where it stopped.
struct AskRequest {
  enum class Kind { Question, Again, Continue };
  Kind kind = Kind::Question;
  QString question;
  qint64 parent = -1;  ///< message to put the question under; -1: the last one
  AskSettings settings;
};

class ChatLane : public QObject {
  Q_OBJECT
 public:
  /// @param session       of the jar; 0: nothing is saved
  /// @param jar           may be nullptr
  /// @param instructions  the system text of a session that is new and has none of its own
  ChatLane(qint64 session, std::shared_ptr<leyden_model> model, std::shared_ptr<Jar> jar,
           const QString& instructions, const ToolRules& rules, QObject* parent);
  ~ChatLane() override;

  /// Brings back what is saved; everything else does so first when it has not happened.
  void open();
  void ask(const AskRequest& request);
  void addDocuments(const QVector<qint64>& documents,
                    std::function<void(const Outcome<Done>&)> reply);
  /// Reads the documents ahead of the first question.
  void readAhead(std::function<void(const Progress&)> tell,
                 std::function<void(const Outcome<Done>&)> reply);
  void goTo(qint64 message, std::function<void(const Outcome<Done>&)> reply);
  void context(const QString& draft, std::function<void(const Outcome<ContextUse>&)> reply);
  /// What was chosen for the session; saved sessions bring theirs from the jar.
  void setChoices(const SessionChoices& choices);
  /// Offline binds the calls of a run that goes on; everything else holds from the next question
  /// on.
  void setToolRules(const ToolRules& rules);
  /// Answers approvalNeeded(); false when nobody waits under this ticket.
  bool answerApproval(quint64 ticket, const ApprovalAnswer& answer);
  /// Stops what runs and what waits.
  void stop();
  /// Stops everything, and deletes itself once the engine has let go; then calls `gone`.
  void retire(std::function<void()> gone = {});
  bool isBusy() const { return !m_cancels.isEmpty(); }

 signals:
  void opened(const leyden::desktop::ResumeFacts& facts);
  void openFailed(const leyden::desktop::Failure& failure);
  void started();
  void events(const QVector<leyden::desktop::AnswerEvent>& events);
  void finished(const leyden::desktop::Message& answer);
  void failed(const leyden::desktop::Failure& failure);
  /// A tool is to be used: the run waits for answerApproval().
  void approvalNeeded(const leyden::desktop::ApprovalRequest& request);
  /// It waits no more, e.g. because the run was stopped.
  void approvalOver(quint64 ticket);
  void toolsCalled(const QVector<leyden::desktop::ToolLogRow>& calls);
  void toolProblems(const QStringList& problems);

 private:
  static void onEvent(const leyden_event* event, void* self);
  static void onOpening(const leyden_progress* progress, void* self);
  void append(AnswerEvent event);
  void flush();
  void done(const Outcome<Message>& outcome);
  // Of the thread:
  Outcome<Done> openNow();
  Outcome<Done> setSystemNow();
  Outcome<Message> askNow(const AskRequest& request, leyden_cancel* cancel);
  Outcome<std::shared_ptr<ToolShelf>> toolsNow(const AskUser& ask);
  ApprovalAnswer askUser(ApprovalRequest request, leyden_cancel* cancel);
  void tellCalls(const ToolShelf& tools);
  template <typename T>
  void post(std::function<Outcome<T>()> body, std::function<void(const Outcome<T>&)> reply,
            std::shared_ptr<leyden_cancel> cancel = {});

  const qint64 m_session;
  std::shared_ptr<leyden_model> m_model;
  const std::shared_ptr<Jar> m_jar;
  const QString m_instructions;
  std::shared_ptr<leyden_chat> m_chat;                ///< of the thread
  SessionChoices m_choices;                           ///< of the thread
  qsizetype m_callsTold = 0;                          ///< of the thread, of this shelf's log
  QVector<std::shared_ptr<leyden_cancel>> m_cancels;  ///< of what has not ended and can be stopped
  QMutex m_mutex;
  QVector<AnswerEvent> m_pending;  ///< under m_mutex
  bool m_flushPosted = false;      ///< under m_mutex
  ToolRules m_rules;               ///< under m_mutex
  std::shared_ptr<ToolShelf> m_tools;  ///< under m_mutex; made when first needed
  quint64 m_ticket = 0;                ///< under m_mutex; of the approval that waits, 0: none does
  std::optional<ApprovalAnswer> m_answer;  ///< under m_mutex
  QWaitCondition m_answered;
  TaskThread m_thread;             ///< last: ends before what its jobs use
};

}  // namespace leyden::desktop
