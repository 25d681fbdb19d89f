// SPDX-License-Identifier: Apache-2.0
// The app's only way to the engine. Lives on the GUI thread; every call returns at once, the work
// is done on threads behind it, answers and signals come back on the GUI thread.
//
//   jar thread     catalogue: lists, search, settings          model thread   opening, facts, plans
//   file thread    the sandboxed reader                        one per chat   reading and answering
#pragma once

#include <QHash>
#include <QImage>
#include <QObject>
#include <QPointer>
#include <QSet>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

#include "app/desktop/engine/document_values.h"
#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/model_values.h"
#include "app/desktop/engine/session_choices.h"
#include "app/desktop/engine/session_values.h"
#include "app/desktop/engine/tool_shelf.h"
#include "app/desktop/engine/values.h"

struct leyden_model;
struct leyden_cancel;

namespace leyden::desktop {

class ChatLane;
class FileShelf;
class IngestQueue;
class Jar;
class PageApprovals;
struct AskRequest;
class TaskThread;

/// What an answer to a request is handed to; not called when its context object is gone by then.
template <typename T>
using Reply = std::function<void(const Outcome<T>&)>;

struct EngineOptions {
  QString store;           ///< folder of the jar; empty: the user's own
  QString model;           ///< folder of the model to open; empty: the default model
  QString device;          ///< to compute on, as DeviceFacts::id; empty: the CPU
  bool openModel = true;   ///< false in safe mode: nothing is loaded until the user says so
  bool safe = false;       ///< no plugins either
  ToolRules tools;         ///< offline too
  quint64 quotaBytes = 0;  ///< of what models have read; 0: no limit
  QString instructions;    ///< system text of new sessions
};

/// The tools there are, and what could not be started.
struct ToolCatalogue {
  QVector<ToolRow> tools;
  QStringList problems;
};

class EngineClient : public QObject {
  Q_OBJECT
 public:
  explicit EngineClient(EngineOptions options, QObject* parent = nullptr);
  ~EngineClient() override;

  /// Opens the jar, then the model, as the options ask for, in the background.
  void start();

  const EngineOptions& options() const { return m_options; }
  QString engineVersion() const;
  /// System text of sessions that begin from now on.
  void setInstructions(const QString& text) { m_options.instructions = text; }

  // ---- Model
  ModelState modelState() const { return m_modelState; }
  const ModelFacts& model() const { return m_model; }
  const Failure& modelFailure() const { return m_modelFailure; }
  Progress modelProgress() const { return m_modelProgress; }
  /// Opens a folder (empty: the default model) and closes the one that is open.
  /// @param device  as DeviceFacts::id; empty: the CPU
  void openModel(const QString& folder, const QString& device = {});
  /// What the model that is open, or was to be, is computed on.
  const QString& device() const { return m_device; }
  void cancelOpenModel();
  /// As EngineOptions::safe, from now on: the model is closed, or not opened.
  void enterSafeMode();
  /// What a folder holds; reads no weights. A folder that is no model is a value with its failure.
  void inspectModel(const QString& folder, QObject* context, Reply<ModelFacts> reply);
  /// Whether it would fit, before it is opened.
  /// @param gpuBytes  memory of each GPU; empty: into main memory
  void planModel(const QString& folder, const QVector<quint64>& gpuBytes, QObject* context,
                 Reply<MemoryPlan> reply);
  /// The devices of this computer as they are now, and whether a model fits on each.
  void planDevices(const QString& folder, QObject* context, Reply<DevicePlans> reply);

  // ---- The jar. Lists are kept here and told anew by *Changed() after every change.
  bool hasJar() const { return m_jar != nullptr; }
  const Failure& jarFailure() const { return m_jarFailure; }
  /// What was unusual about opening it, a sentence each.
  const QStringList& jarNotes() const { return m_jarNotes; }
  /// Opens it again, e.g. after the reason of a failure is gone.
  void openJar();
  /// Rebuilds a damaged jar, then opens it; replies what was done.
  void repairJar(QObject* context, Reply<QString> reply);
  const QVector<SessionRow>& sessions() const { return m_sessions; }
  const SessionRow* session(qint64 id) const;
  const QVector<DocumentRow>& documents() const { return m_documents; }
  const DocumentRow* document(qint64 id) const;
  JarDisk disk() const { return m_disk; }
  void refreshJar();
  void collect(qint64 quotaBytes, QObject* context, Reply<Done> reply);
  void jarSetting(const QString& key, QObject* context, Reply<QByteArray> reply);
  void setJarSetting(const QString& key, const QByteArray& value);
  void search(const QString& query, int limit, QObject* context, Reply<QVector<SearchHit>> reply);

  void createSession(const QString& title, QObject* context, Reply<qint64> reply);
  void renameSession(qint64 session, const QString& title);
  void pinSession(qint64 session, bool pinned);
  void removeSession(qint64 session);
  /// What the reader chose for a session; of 0 what was set since the start.
  void choices(qint64 session, QObject* context, Reply<SessionChoices> reply);
  void setChoices(qint64 session, const SessionChoices& choices, QObject* context = nullptr,
                  Reply<Done> reply = {});
  /// Forks at a message; 0: at the last one shown.
  void forkSession(qint64 session, qint64 atMessage, QObject* context, Reply<qint64> reply);
  void messages(qint64 session, QObject* context, Reply<QVector<Message>> reply);
  void transcript(qint64 session, TranscriptFormat format, QObject* context,
                  Reply<QByteArray> reply);

  /// {"title", "source", "parts": [{"label", "text"}], "page_map"}, as leyden_document_add_json.
  void addDocument(const QByteArray& json, QObject* context, Reply<qint64> reply);
  void pinDocument(qint64 document, bool pinned);
  void removeDocument(qint64 document, QObject* context, Reply<Done> reply);
  /// Tokens of a document by the open model's tokenizer, without reading it.
  void countTokens(qint64 document, QObject* context, Reply<qint64> reply);
  /// The texts of the first `count` parts.
  void partTexts(qint64 document, int count, QObject* context, Reply<QStringList> reply);
  /// JSON as leyden_document_info_json and leyden_document_page_map_json.
  void documentInfo(qint64 document, QObject* context, Reply<QByteArray> reply);
  void pageMap(qint64 document, QObject* context, Reply<QByteArray> reply);

  // ---- Chats. `session` names a chat in every call and signal; 0 is a chat that is not saved.
  // What needs a model waits while it opens. Calls for one session happen one after another.
  /// Brings a session's chat back, so that the first question need not wait; tells
  /// sessionResumed() or sessionNotResumed().
  void openChat(qint64 session);
  /// How an open chat came back; nothing while it is not open.
  std::optional<ResumeFacts> resumed(qint64 session) const;
  /// Asks, and streams the answer through answerEvent(); ends with answerFinished() or
  /// answerFailed(), or answerWithdrawn() where there was no model yet. The first question names a
  /// session that has no name of the user's.
  void ask(qint64 session, const QString& question, const AskSettings& settings);
  /// The same, as a child of `parent` (0: as a first message): an edited question is a branch.
  void askAt(qint64 session, qint64 parent, const QString& question, const AskSettings& settings);
  /// The last answer anew; the old one stays as a branch.
  void answerAgain(qint64 session, const AskSettings& settings);
  /// Goes on with an answer that was interrupted or reached its limit.
  void continueAnswer(qint64 session, const AskSettings& settings);
  /// Stops the running answer, reading included; what was written is kept.
  void stop(qint64 session);
  bool isAnswering(qint64 session) const;
  /// Shows another branch: the one that ends in `message`.
  void goTo(qint64 session, qint64 message, QObject* context, Reply<Done> reply);
  /// Where the tokens go if `draft` were asked. No reply while the chat is busy or not open.
  void context(qint64 session, const QString& draft, QObject* context, Reply<ContextUse> reply);
  /// Puts a document behind those of a session; only before its first question.
  void addToSession(qint64 session, qint64 document, QObject* context, Reply<Done> reply);
  /// Reads a session's documents ahead; stop() stops it and keeps what is read.
  void readAhead(qint64 session, std::function<void(const Progress&)> tell, QObject* context,
                 Reply<Done> reply);

  // ---- Tools
  /// Offline binds at once, everywhere; everything else holds from the next question on.
  void setToolRules(const ToolRules& rules);
  const ToolRules& toolRules() const { return m_options.tools; }
  /// All tools there are, plugins included, and servers that the user lets start:
  /// approvalRequested() comes with session kToolPage.
  void listTools(QObject* context, Reply<ToolCatalogue> reply);
  /// Every call of the last while, kept in the jar, the oldest first.
  const QVector<ToolLogRow>& toolLog() const { return m_toolLog; }
  void answerApproval(quint64 ticket, const ApprovalAnswer& answer);
  static constexpr qint64 kToolPage = -1;

  // ---- Files, through the sandboxed reader. Documents are named by their id; their file may have
  // gone, which is a failure that says so.
  IngestQueue* ingest() const { return m_ingest; }
  /// Reads a file into the jar. Used by IngestQueue.
  void addFile(const QString& path, std::shared_ptr<leyden_cancel> cancel,
               std::function<void(const Progress&)> tell, QObject* context, Reply<qint64> reply);
  void fileFacts(qint64 document, QObject* context, Reply<FileFacts> reply);
  void filePageText(qint64 document, int page, QObject* context, Reply<PageText> reply);
  /// @param scale  pixels a point
  void filePageImage(qint64 document, int page, double scale, QObject* context,
                     Reply<QImage> reply);

 signals:
  void modelChanged();  ///< state, facts or failure
  void modelProgressed();
  void jarChanged();  ///< it was opened, or could not be
  void sessionsChanged();
  void documentsChanged();
  void diskChanged();
  /// A change the jar did not take: nothing was lost, but nothing was changed either.
  void jarRefused(const leyden::desktop::Failure& failure);
  void sessionResumed(qint64 session, const leyden::desktop::ResumeFacts& facts);
  void sessionNotResumed(qint64 session, const leyden::desktop::Failure& failure);
  void answerStarted(qint64 session);
  void answerEvent(qint64 session, const QVector<leyden::desktop::AnswerEvent>& events);
  void answerFinished(qint64 session, const leyden::desktop::Message& answer);
  void answerFailed(qint64 session, const leyden::desktop::Failure& failure);
  /// It was stopped while it waited for a model: nothing was asked.
  void answerWithdrawn(qint64 session);
  void approvalRequested(const leyden::desktop::ApprovalRequest& request);
  void approvalOver(qint64 session, quint64 ticket);
  /// The user has allowed a tool for good.
  void alwaysAllowed(const QString& origin, const QString& name);
  void toolLogGrew();
  void toolProblems(qint64 session, const QStringList& problems);

 private:
  template <typename T>
  void deliver(QPointer<QObject> context, Reply<T> reply, Outcome<T> outcome);
  /// Runs `body` on the jar thread. `changes`: the lists are told anew afterwards.
  template <typename T>
  void onJar(QObject* context, Reply<T> reply, bool changes,
             std::function<Outcome<T>(const Jar&)> body);
  void change(std::function<Outcome<Done>(const Jar&)> body);
  void closeModel();
  void setModelState(ModelState state, const Failure& failure = {});
  void takeJar(std::shared_ptr<Jar> jar, const Failure& failure, const QStringList& notes);
  void countDocumentUse();
  ChatLane* lane(qint64 session);
  /// Takes a chat out of use; it ends on its own time, off the GUI thread, and then `gone` is
  /// called.
  void retireLane(qint64 session, std::function<void()> gone = {});
  void retireLanes();
  void whenReady(std::function<void(const Failure&)> run);
  void runWaiting();
  void request(qint64 session, const AskRequest& request);
  void nameSession(qint64 session, const QString& question);
  void noteCalls(const QVector<ToolLogRow>& calls);
  void loadToolLog();
  template <typename T>
  void onFile(qint64 document, QObject* context, Reply<T> reply,
              std::function<Outcome<T>(FileShelf&, const QString& path)> body);

  EngineOptions m_options;
  ModelState m_modelState = ModelState::None;
  ModelFacts m_model;
  QString m_device = QStringLiteral("cpu");
  Failure m_modelFailure;
  Progress m_modelProgress;
  std::shared_ptr<leyden_model> m_modelHandle;
  std::shared_ptr<leyden_cancel> m_modelCancel;
  quint64 m_modelTicket = 0;  ///< which opening is the wanted one

  std::shared_ptr<Jar> m_jar;
  Failure m_jarFailure;
  QStringList m_jarNotes;
  QVector<SessionRow> m_sessions;
  QVector<DocumentRow> m_documents;
  JarDisk m_disk;
  QTimer m_refreshSoon;
  bool m_modelWanted = false;  ///< to be opened once the jar is

  QVector<std::function<void(const Failure&)>> m_waiting;  ///< for the model that opens
  QSet<qint64> m_asked;                                    ///< sessions whose question waits for it
  std::shared_ptr<FileShelf> m_shelf;                      ///< of the file thread
  IngestQueue* m_ingest;
  std::unique_ptr<TaskThread> m_modelThread;
  std::unique_ptr<TaskThread> m_jarThread;
  std::unique_ptr<TaskThread> m_fileThread;
  std::unique_ptr<TaskThread> m_toolThread;
  std::shared_ptr<PageApprovals> m_pageApprovals;  ///< of the tool thread
  SessionChoices m_unsavedChoices;                 ///< of the chat that is not saved
  QHash<quint64, ApprovalRequest> m_approvals;     ///< that wait
  QVector<ToolLogRow> m_toolLog;
  QHash<qint64, ChatLane*> m_lanes;
  QVector<qint64> m_laneOrder;  ///< the last used last
  QHash<qint64, ResumeFacts> m_resumed;
};

template <typename T>
void EngineClient::deliver(QPointer<QObject> context, Reply<T> reply, Outcome<T> outcome) {
  QMetaObject::invokeMethod(
      this,
      [context, reply = std::move(reply), outcome = std::move(outcome)] {
        if (context && reply) reply(outcome);
      },
      Qt::QueuedConnection);
}

}  // namespace leyden::desktop
