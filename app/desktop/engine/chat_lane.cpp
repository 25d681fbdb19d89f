// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/chat_lane.h"

#include <QMutexLocker>
#include <atomic>

#include "app/desktop/engine/answer_json.h"
#include "app/desktop/engine/approval_door.h"
#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/jar.h"
#include "app/desktop/engine/list_json.h"
#include "app/desktop/engine/tool_passages.h"

namespace leyden::desktop {
namespace {

QString textOf(const char* data, size_t size) { return QString::fromUtf8(data, qsizetype(size)); }

AnswerEvent toEvent(const leyden_event& event) {
  AnswerEvent out;
  switch (event.kind) {
    case LEYDEN_EVENT_PREFILL:
      out.kind = AnswerEvent::Kind::Prefill;
      break;
    case LEYDEN_EVENT_THINKING:
      out.kind = AnswerEvent::Kind::Thinking;
      break;
    case LEYDEN_EVENT_TOOL_CALL:
      out.kind = AnswerEvent::Kind::ToolCall;
      break;
    case LEYDEN_EVENT_MALFORMED_CALL:
      out.kind = AnswerEvent::Kind::MalformedCall;
      break;
    case LEYDEN_EVENT_TOOL_RESULT:
      out.kind = AnswerEvent::Kind::ToolResult;
      break;
    case LEYDEN_EVENT_STEP:
      out.kind = AnswerEvent::Kind::Step;
      break;
    case LEYDEN_EVENT_EVIDENCE:
      out.kind = AnswerEvent::Kind::Evidence;
      out.evidence = evidenceFromJson(QByteArray(event.text, qsizetype(event.text_size)));
      return out;
    default:
      out.kind = AnswerEvent::Kind::Text;
      break;
  }
  out.text = textOf(event.text, event.text_size);
  out.name = textOf(event.name, event.name_size);
  if (event.progress != nullptr) out.progress = toProgress(*event.progress);
  return out;
}

void tellProgress(const leyden_progress* progress, void* tell) {
  (*static_cast<std::function<void(const Progress&)>*>(tell))(toProgress(*progress));
}

}  // namespace

ChatLane::ChatLane(qint64 session, std::shared_ptr<leyden_model> model, std::shared_ptr<Jar> jar,
                   const QString& instructions, const ToolRules& rules, QObject* parent)
    : QObject(parent),
      m_session(session),
      m_model(std::move(model)),
      m_jar(std::move(jar)),
      m_instructions(instructions),
      m_rules(rules),
      m_thread(QStringLiteral("chat")) {}

ChatLane::~ChatLane() {
  stop();
  m_thread.post([this] { m_chat.reset(); });
}

template <typename T>
void ChatLane::post(std::function<Outcome<T>()> body, std::function<void(const Outcome<T>&)> reply,
                    std::shared_ptr<leyden_cancel> cancel) {
  if (cancel) m_cancels.append(cancel);
  m_thread.post([this, body = std::move(body), reply = std::move(reply), cancel] {
    const Outcome<Done> open = openNow();
    const Outcome<T> outcome = open ? body() : Outcome<T>(open.failure);
    QMetaObject::invokeMethod(
        this,
        [this, outcome, reply, cancel] {
          if (cancel) m_cancels.removeOne(cancel);
          if (reply) reply(outcome);
        },
        Qt::QueuedConnection);
  });
}

void ChatLane::open() {
  post<Done>([] { return Done{}; }, nullptr);
}

void ChatLane::ask(const AskRequest& request) {
  auto cancel = makeCancel();
  post<Message>(
      [this, request, cancel] {
        QMetaObject::invokeMethod(this, &ChatLane::started, Qt::QueuedConnection);
        return askNow(request, cancel.get());
      },
      [this](const Outcome<Message>& outcome) { done(outcome); }, cancel);
}

void ChatLane::addDocuments(const QVector<qint64>& documents,
                            std::function<void(const Outcome<Done>&)> reply) {
  post<Done>(
      [this, documents]() -> Outcome<Done> {
        for (const qint64 document : documents) {
          const auto added = call([&](leyden_error** e) {
            return leyden_chat_add_stored_document(nullptr, m_chat.get(), document, e);
          });
          if (!added) return added;
        }
        return Done{};
      },
      std::move(reply));
}

void ChatLane::readAhead(std::function<void(const Progress&)> tell,
                         std::function<void(const Outcome<Done>&)> reply) {
  auto cancel = makeCancel();
  post<Done>(
      [this, tell, cancel] {
        std::function<void(const Progress&)> tellHere = tell;
        leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
        options.on_progress = &tellProgress;
        options.user_data = &tellHere;
        options.cancel = cancel.get();
        return call(
            [&](leyden_error** e) { return leyden_chat_prefill(m_chat.get(), &options, e); });
      },
      std::move(reply), cancel);
}

void ChatLane::goTo(qint64 message, std::function<void(const Outcome<Done>&)> reply) {
  post<Done>(
      [this, message] {
        return call([&](leyden_error** e) { return leyden_chat_go_to(m_chat.get(), message, e); });
      },
      std::move(reply));
}

void ChatLane::context(const QString& draft,
                       std::function<void(const Outcome<ContextUse>&)> reply) {
  post<ContextUse>(
      [this, draft]() -> Outcome<ContextUse> {
        const QByteArray utf8 = draft.toUtf8();
        const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
          return leyden_chat_context_json(out, m_chat.get(), utf8.constData(), size_t(utf8.size()),
                                          e);
        });
        if (!json) return json.failure;
        return contextFromJson(*json);
      },
      std::move(reply));
}

void ChatLane::setChoices(const SessionChoices& choices) {
  post<Done>(
      [this, choices]() -> Outcome<Done> {
        const bool told = m_choices.instructions || choices.instructions;
        m_choices = choices;
        {
          QMutexLocker lock(&m_mutex);
          m_tools.reset();
        }
        return told ? setSystemNow() : Done{};
      },
      nullptr);
}

void ChatLane::setToolRules(const ToolRules& rules) {
  QMutexLocker lock(&m_mutex);
  ToolRules apart = rules;
  apart.offline = m_rules.offline;
  if (m_tools && apart != m_rules) {
    m_tools->setOffline(rules.offline);  // a run may still hold it
    m_tools.reset();
  } else if (m_tools) {
    m_tools->setOffline(rules.offline);
  }
  m_rules = rules;
}

bool ChatLane::answerApproval(quint64 ticket, const ApprovalAnswer& answer) {
  QMutexLocker lock(&m_mutex);
  if (m_ticket == 0 || m_ticket != ticket) return false;
  m_answer = answer;
  m_answered.wakeAll();
  return true;
}

void ChatLane::stop() {
  for (const auto& cancel : std::as_const(m_cancels)) leyden_cancel_request(cancel.get());
}

void ChatLane::retire(std::function<void()> gone) {
  stop();
  disconnect();
  m_thread.post([this, gone = std::move(gone)] {
    m_chat.reset();
    QMetaObject::invokeMethod(
        this,
        [this, gone] {
          if (gone) gone();
          deleteLater();
        },
        Qt::QueuedConnection);
  });
}

Outcome<Done> ChatLane::openNow() {
  if (m_chat != nullptr) return Done{};
  leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
  options.session = m_session;
  options.on_progress = &ChatLane::onOpening;
  options.user_data = this;
  const auto chat = make<ChatHandle>([&](leyden_chat** out, leyden_error** e) {
    return leyden_chat_open(out, m_model.get(), &options, e);
  });
  if (!chat) {
    QMetaObject::invokeMethod(
        this, [this, failure = chat.failure] { emit openFailed(failure); }, Qt::QueuedConnection);
    return chat.failure;
  }
  m_chat = *chat;
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_chat_resume_json(out, m_chat.get(), e);
  });
  if (!json) return json.failure;
  const ResumeFacts facts = resumeFromJson(*json);
  if (m_jar != nullptr && m_session > 0)
    if (const auto choices = m_jar->choices(m_session)) m_choices = *choices;
  QMetaObject::invokeMethod(
      this, [this, facts] { emit opened(facts); }, Qt::QueuedConnection);
  const bool told = !m_choices.instructions.value_or(m_instructions).isEmpty();
  return facts.kind == "new" && told ? setSystemNow() : Done{};
}

/// Has no effect once a question was asked: what was answered would no longer follow from it.
Outcome<Done> ChatLane::setSystemNow() {
  const QByteArray text = m_choices.instructions.value_or(m_instructions).toUtf8();
  const auto set = call([&](leyden_error** e) {
    return leyden_chat_set_system(m_chat.get(), text.constData(), size_t(text.size()), e);
  });
  return set || set.failure.code == LEYDEN_E_INVALID_ARGUMENT ? Done{} : set;
}

Outcome<std::shared_ptr<ToolShelf>> ChatLane::toolsNow(const AskUser& ask) {
  ToolRules rules;
  {
    QMutexLocker lock(&m_mutex);
    if (m_tools) return m_tools;
    rules = m_rules;
  }
  const auto made = ToolShelf::make(m_jar.get(), rules, m_choices, ask);
  if (!made) return made.failure;
  m_callsTold = 0;
  QMutexLocker lock(&m_mutex);
  if (rules.offline != m_rules.offline) (*made)->setOffline(m_rules.offline);
  m_tools = *made;
  if (!m_tools->problems().isEmpty())
    QMetaObject::invokeMethod(
        this, [this, problems = m_tools->problems()] { emit toolProblems(problems); },
        Qt::QueuedConnection);
  return m_tools;
}

ApprovalAnswer ChatLane::askUser(ApprovalRequest request, leyden_cancel* cancel) {
  static std::atomic<quint64> last{0};
  request.ticket = ++last;
  request.session = m_session;
  QMutexLocker lock(&m_mutex);
  m_ticket = request.ticket;
  m_answer.reset();
  QMetaObject::invokeMethod(
      this, [this, request] { emit approvalNeeded(request); }, Qt::QueuedConnection);
  while (!m_answer && leyden_cancel_requested(cancel) == 0) m_answered.wait(&m_mutex, 50);
  m_ticket = 0;
  QMetaObject::invokeMethod(
      this, [this, ticket = request.ticket] { emit approvalOver(ticket); }, Qt::QueuedConnection);
  return m_answer.value_or(ApprovalAnswer{});
}

void ChatLane::tellCalls(const ToolShelf& tools) {
  const auto log = tools.log();
  if (!log || log->size() <= m_callsTold) return;
  QVector<ToolLogRow> fresh = log->mid(m_callsTold);
  m_callsTold = log->size();
  for (ToolLogRow& row : fresh) row.session = m_session;
  QMetaObject::invokeMethod(
      this, [this, fresh] { emit toolsCalled(fresh); }, Qt::QueuedConnection);
}

Outcome<Message> ChatLane::askNow(const AskRequest& request, leyden_cancel* cancel) {
  if (request.parent >= 0) {
    const auto moved =
        call([&](leyden_error** e) { return leyden_chat_go_to(m_chat.get(), request.parent, e); });
    if (!moved) return moved.failure;
  }
  const AskSettings& settings = request.settings;
  leyden_sampling sampling = LEYDEN_SAMPLING_INIT;
  sampling.temperature = float(settings.temperature);
  sampling.top_p = float(settings.topP);
  sampling.top_k = settings.topK;
  sampling.seed = settings.seed;
  leyden_ask_options options = LEYDEN_ASK_OPTIONS_INIT;
  options.thinking = settings.thinking ? 1 : 0;
  options.evidence = settings.evidence ? 2 : 0;
  options.constrain_references = settings.constrainReferences ? 1 : 0;
  options.sampling = &sampling;
  options.max_tokens = settings.maxTokens;
  options.on_event = &ChatLane::onEvent;
  options.user_data = this;
  options.cancel = cancel;
  const QByteArray utf8 = request.question.toUtf8();
  const ApprovalDoor door(
      [this, cancel](const ApprovalRequest& wanted) { return askUser(wanted, cancel); });
  leyden_agent_options agent = LEYDEN_AGENT_OPTIONS_INIT;
  agent.ask = &options;
  agent.max_steps = settings.maxSteps;
  agent.max_seconds = settings.maxSeconds;
  agent.approve = &ApprovalDoor::forward;
  agent.approve_data = door.data();
  std::shared_ptr<ToolShelf> tools;
  if (m_choices.usesTools() && request.kind == AskRequest::Kind::Question) {
    const auto made =
        toolsNow([this, cancel](const ApprovalRequest& wanted) { return askUser(wanted, cancel); });
    if (!made) return made.failure;
    tools = *made;
  }
  const auto answer = make<AnswerHandle>([&](leyden_answer** out, leyden_error** e) {
    if (tools)
      return leyden_chat_run(out, m_chat.get(), tools->handle(), utf8.constData(),
                             size_t(utf8.size()), &agent, e);
    switch (request.kind) {
      case AskRequest::Kind::Again:
        return leyden_chat_answer_again(out, m_chat.get(), &options, e);
      case AskRequest::Kind::Continue:
        return leyden_chat_continue(out, m_chat.get(), &options, e);
      case AskRequest::Kind::Question:
        break;
    }
    return leyden_chat_ask(out, m_chat.get(), utf8.constData(), size_t(utf8.size()), &options, e);
  });
  if (tools) tellCalls(*tools);
  if (!answer) return answer.failure;
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_answer_json(out, answer->get(), e);
  });
  if (!json) return json.failure;
  Message message = answerFromJson(*json);
  if (m_jar != nullptr) placeToolPassages(*m_jar, m_choices.searched, message);
  return message;
}

void ChatLane::onEvent(const leyden_event* event, void* self) {
  static_cast<ChatLane*>(self)->append(toEvent(*event));
}

void ChatLane::onOpening(const leyden_progress* progress, void* self) {
  AnswerEvent event;
  event.kind = AnswerEvent::Kind::Prefill;
  event.progress = toProgress(*progress);
  static_cast<ChatLane*>(self)->append(std::move(event));
}

// Tokens may come faster than the window wants to draw: they gather until the GUI thread takes
// them.
void ChatLane::append(AnswerEvent event) {
  QMutexLocker lock(&m_mutex);
  auto same = [&](const AnswerEvent& last) {
    return last.kind == event.kind &&
           (event.kind == AnswerEvent::Kind::Text || event.kind == AnswerEvent::Kind::Thinking);
  };
  if (!m_pending.isEmpty() && same(m_pending.last()))
    m_pending.last().text += event.text;
  else
    m_pending.append(std::move(event));
  if (m_flushPosted) return;
  m_flushPosted = true;
  QMetaObject::invokeMethod(this, &ChatLane::flush, Qt::QueuedConnection);
}

void ChatLane::flush() {
  QVector<AnswerEvent> taken;
  {
    QMutexLocker lock(&m_mutex);
    m_flushPosted = false;
    taken.swap(m_pending);
  }
  if (!taken.isEmpty()) emit events(taken);
}

void ChatLane::done(const Outcome<Message>& outcome) {
  flush();
  if (outcome)
    emit finished(*outcome);
  else
    emit failed(outcome.failure);
}

}  // namespace leyden::desktop
