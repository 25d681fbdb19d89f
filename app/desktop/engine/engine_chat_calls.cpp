// SPDX-License-Identifier: Apache-2.0
// EngineClient's half that talks to chats and to the reader of files.
#include <QDateTime>
#include <QFileInfo>

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/chat_lane.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/engine_on_jar.h"
#include "app/desktop/engine/file_shelf.h"
#include "app/desktop/engine/jar.h"
#include "app/desktop/engine/list_json.h"
#include "app/desktop/engine/task_thread.h"

namespace leyden::desktop {
namespace {

constexpr int kMostIdleLanes = 6;
constexpr int kTitleLength = 60;

/// The beginning of a question, cut at a word where there are words.
QString titleOf(const QString& question) {
  const QString line = question.simplified();
  if (line.size() <= kTitleLength) return line;
  const qsizetype space = line.lastIndexOf(' ', kTitleLength);
  return line.left(space > kTitleLength / 2 ? space : kTitleLength) + QStringLiteral("…");
}

}  // namespace

ChatLane* EngineClient::lane(qint64 session) {
  m_laneOrder.removeOne(session);
  m_laneOrder.append(session);
  if (ChatLane* known = m_lanes.value(session)) return known;
  auto* made =
      new ChatLane(session, m_modelHandle, m_jar, m_options.instructions, m_options.tools, this);
  if (session == 0) made->setChoices(m_unsavedChoices);
  connect(made, &ChatLane::opened, this, [this, session](const ResumeFacts& facts) {
    m_resumed.insert(session, facts);
    emit sessionResumed(session, facts);
  });
  connect(made, &ChatLane::openFailed, this, [this, session](const Failure& failure) {
    retireLane(session);  // the next try opens it anew
    emit sessionNotResumed(session, failure);
  });
  connect(made, &ChatLane::approvalNeeded, this, [this](const ApprovalRequest& request) {
    m_approvals.insert(request.ticket, request);
    emit approvalRequested(request);
  });
  connect(made, &ChatLane::approvalOver, this, [this, session](quint64 ticket) {
    m_approvals.remove(ticket);
    emit approvalOver(session, ticket);
  });
  connect(made, &ChatLane::toolsCalled, this, &EngineClient::noteCalls);
  connect(made, &ChatLane::toolProblems, this,
          [this, session](const QStringList& problems) { emit toolProblems(session, problems); });
  connect(made, &ChatLane::started, this, [this, session] { emit answerStarted(session); });
  connect(made, &ChatLane::events, this, [this, session](const QVector<AnswerEvent>& events) {
    const SessionRow* row = this->session(session);
    QVector<AnswerEvent> named = events;
    for (AnswerEvent& event : named)
      if (row != nullptr)
        for (EvidencePassage& passage : event.evidence)
          passage.document = row->documents.value(passage.document, 0);
    emit answerEvent(session, named);
  });
  connect(made, &ChatLane::finished, this, [this, session](const Message& answer) {
    Message named = answer;
    if (const SessionRow* row = this->session(session)) nameDocuments(named, row->documents);
    m_refreshSoon.start();
    emit answerFinished(session, named);
  });
  connect(made, &ChatLane::failed, this, [this, session](const Failure& failure) {
    m_refreshSoon.start();
    emit answerFailed(session, failure);
  });
  m_lanes.insert(session, made);
  // Chats hold memory of the engine: those not used for longest go; the jar has what they had.
  for (const qint64 other : QVector<qint64>(m_laneOrder)) {
    if (m_lanes.size() <= kMostIdleLanes) break;
    if (other != session && m_lanes.contains(other) && !m_lanes[other]->isBusy()) retireLane(other);
  }
  return made;
}

void EngineClient::retireLane(qint64 session, std::function<void()> gone) {
  m_laneOrder.removeOne(session);
  m_resumed.remove(session);
  if (ChatLane* retired = m_lanes.take(session))
    retired->retire(std::move(gone));
  else if (gone)
    gone();
}

void EngineClient::retireLanes() {
  for (const qint64 session : m_lanes.keys()) retireLane(session);
}

// What needs a model waits while it opens, and fails together with it.
void EngineClient::whenReady(std::function<void(const Failure&)> run) {
  if (m_modelHandle != nullptr) return run({});
  if (m_modelState == ModelState::Loading) {
    m_waiting.append(std::move(run));
    return;
  }
  const Failure none = m_modelState == ModelState::Failed
                           ? m_modelFailure
                           : Failure{LEYDEN_E_NOT_FOUND, tr("No model is open.")};
  QMetaObject::invokeMethod(
      this, [run = std::move(run), none] { run(none); }, Qt::QueuedConnection);
}

void EngineClient::runWaiting() {
  const auto waiting = std::exchange(m_waiting, {});
  const Failure failure = m_modelHandle != nullptr ? Failure{}
                          : m_modelFailure.code != 0
                              ? m_modelFailure
                              : Failure{LEYDEN_E_NOT_FOUND, tr("No model is open.")};
  for (const auto& run : waiting) run(failure);
}

void EngineClient::openChat(qint64 session) {
  whenReady([this, session](const Failure& none) {
    if (none.code == 0) lane(session)->open();
  });
}

std::optional<ResumeFacts> EngineClient::resumed(qint64 session) const {
  const auto it = m_resumed.constFind(session);
  return it == m_resumed.constEnd() ? std::nullopt : std::optional(*it);
}

void EngineClient::nameSession(qint64 session, const QString& question) {
  const SessionRow* row = this->session(session);
  if (row == nullptr || row->messages > 0) return;
  bool automatic = row->title.isEmpty();
  for (const qint64 id : row->documents)
    if (const DocumentRow* d = document(id)) automatic |= d->title == row->title;
  if (automatic) renameSession(session, titleOf(question));
}

void EngineClient::ask(qint64 session, const QString& question, const AskSettings& settings) {
  nameSession(session, question);
  request(session, {AskRequest::Kind::Question, question, -1, settings});
}

void EngineClient::askAt(qint64 session, qint64 parent, const QString& question,
                         const AskSettings& settings) {
  request(session, {AskRequest::Kind::Question, question, parent, settings});
}

void EngineClient::answerAgain(qint64 session, const AskSettings& settings) {
  request(session, {AskRequest::Kind::Again, {}, -1, settings});
}

void EngineClient::continueAnswer(qint64 session, const AskSettings& settings) {
  request(session, {AskRequest::Kind::Continue, {}, -1, settings});
}

void EngineClient::request(qint64 session, const AskRequest& request) {
  m_asked.insert(session);
  whenReady([this, session, request](const Failure& none) {
    if (!m_asked.remove(session)) return;  // it was stopped before there was a model
    if (none.code != 0)
      emit answerFailed(session, none);
    else
      lane(session)->ask(request);
  });
}

void EngineClient::stop(qint64 session) {
  if (m_asked.remove(session)) emit answerWithdrawn(session);
  if (ChatLane* running = m_lanes.value(session)) running->stop();
}

bool EngineClient::isAnswering(qint64 session) const {
  const ChatLane* known = m_lanes.value(session);
  return known != nullptr && known->isBusy();
}

void EngineClient::goTo(qint64 session, qint64 message, QObject* context, Reply<Done> reply) {
  auto told = [this, context = QPointer(context),
               reply = std::move(reply)](const Outcome<Done>& done) {
    m_refreshSoon.start();
    if (context && reply) reply(done);
  };
  if (ChatLane* open = m_lanes.value(session)) return open->goTo(message, told);
  onJar<Done>(this, told, true,
              [session, message](const Jar& jar) { return jar.setHead(session, message); });
}

void EngineClient::context(qint64 session, const QString& draft, QObject* context,
                           Reply<ContextUse> reply) {
  ChatLane* open = m_lanes.value(session);
  if (open == nullptr || open->isBusy()) return;  // it is told when the answer is there
  open->context(draft, [context = QPointer(context), reply](const Outcome<ContextUse>& use) {
    if (context) reply(use);
  });
}

void EngineClient::addToSession(qint64 session, qint64 document, QObject* context,
                                Reply<Done> reply) {
  whenReady([this, session, document, context = QPointer(context), reply](const Failure& none) {
    if (none.code != 0) {
      if (context && reply) reply(none);
      return;
    }
    lane(session)->addDocuments(
        {document}, [this, session, document, context, reply](const Outcome<Done>& added) {
          const SessionRow* row = this->session(session);
          const DocumentRow* known = this->document(document);
          if (added && row != nullptr && row->title.isEmpty() && known != nullptr)
            renameSession(session, known->title);
          m_refreshSoon.start();
          if (context && reply) reply(added);
        });
  });
}

void EngineClient::readAhead(qint64 session, std::function<void(const Progress&)> tell,
                             QObject* context, Reply<Done> reply) {
  ChatLane* open = m_lanes.value(session);
  if (open == nullptr)
    return deliver<Done>(context, reply, Failure{LEYDEN_E_NOT_FOUND, tr("No model is open.")});
  auto tellHere = [this, context = QPointer(context), tell = std::move(tell)](const Progress& p) {
    QMetaObject::invokeMethod(
        this,
        [context, tell, p] {
          if (context) tell(p);
        },
        Qt::QueuedConnection);
  };
  open->readAhead(tellHere, [this, context = QPointer(context), reply](const Outcome<Done>& read) {
    m_refreshSoon.start();
    if (context) reply(read);
  });
}

void EngineClient::addFile(const QString& path, std::shared_ptr<leyden_cancel> cancel,
                           std::function<void(const Progress&)> tell, QObject* context,
                           Reply<qint64> reply) {
  auto guarded = QPointer(context);
  if (m_jar == nullptr)
    return deliver<qint64>(guarded, std::move(reply),
                           Failure{LEYDEN_E_NOT_FOUND, tr("The library is not open.")});
  m_fileThread->post([this, path, cancel, tell = std::move(tell), guarded, reply, jar = m_jar] {
    auto tellHere = [&](const Progress& p) {
      QMetaObject::invokeMethod(
          this,
          [guarded, tell, p] {
            if (guarded) tell(p);
          },
          Qt::QueuedConnection);
    };
    const qint64 beginMs = QDateTime::currentMSecsSinceEpoch();
    const auto json = FileShelf::documentJson(path, tellHere, cancel.get());
    const Outcome<qint64> added = json ? jar->addDocument(*json) : Outcome<qint64>(json.failure);
    if (added) (void)jar->noteFileRead(*added, beginMs);
    const auto documents = jar->documents();
    QMetaObject::invokeMethod(
        this,
        [this, guarded, reply, added, documents] {
          if (documents) m_documents = *documents;
          countDocumentUse();
          emit documentsChanged();
          if (guarded) reply(added);
        },
        Qt::QueuedConnection);
  });
}

template <typename T>
void EngineClient::onFile(qint64 document, QObject* context, Reply<T> reply,
                          std::function<Outcome<T>(FileShelf&, const QString& path)> body) {
  const DocumentRow* row = this->document(document);
  const QString path = row == nullptr ? QString() : row->source;
  m_fileThread->post([this, path, shelf = m_shelf, context = QPointer(context),
                      reply = std::move(reply), body = std::move(body)] {
    if (!QFileInfo(path).isAbsolute() || !QFileInfo::exists(path))
      return deliver<T>(
          context, reply,
          Failure{LEYDEN_E_NOT_FOUND, path.isEmpty() ? tr("The document has no file.")
                                                     : tr("%1 is not there any more.").arg(path)});
    deliver<T>(context, reply, body(*shelf, path));
  });
}

void EngineClient::fileFacts(qint64 document, QObject* context, Reply<FileFacts> reply) {
  onFile<FileFacts>(document, context, std::move(reply),
                    [](FileShelf& shelf, const QString& path) { return shelf.facts(path); });
}

void EngineClient::filePageText(qint64 document, int page, QObject* context,
                                Reply<PageText> reply) {
  onFile<PageText>(
      document, context, std::move(reply),
      [page](FileShelf& shelf, const QString& path) { return shelf.pageText(path, page); });
}

void EngineClient::filePageImage(qint64 document, int page, double scale, QObject* context,
                                 Reply<QImage> reply) {
  onFile<QImage>(document, context, std::move(reply),
                 [page, scale](FileShelf& shelf, const QString& path) {
                   return shelf.pageImage(path, page, scale);
                 });
}

}  // namespace leyden::desktop
