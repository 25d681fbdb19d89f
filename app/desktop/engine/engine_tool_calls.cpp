// SPDX-License-Identifier: Apache-2.0
// EngineClient's part on tools: what may be used, what was used, and what the reader chose for a
// session.
#include <atomic>

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/chat_lane.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/engine_on_jar.h"
#include "app/desktop/engine/jar.h"
#include "app/desktop/engine/page_approvals.h"
#include "app/desktop/engine/task_thread.h"

namespace leyden::desktop {
namespace {

constexpr qsizetype kMostCalls = 2000;
const auto kLogKey = QStringLiteral("desktop.tool_log");

/// Far from the tickets of chats, which count from 1.
quint64 pageTicket() {
  static std::atomic<quint64> last{1ULL << 62};
  return ++last;
}

}  // namespace

void EngineClient::choices(qint64 session, QObject* context, Reply<SessionChoices> reply) {
  if (session <= 0) return deliver<SessionChoices>(context, std::move(reply), m_unsavedChoices);
  onJar<SessionChoices>(context, std::move(reply), false,
                        [session](const Jar& jar) { return jar.choices(session); });
}

// The jar first: an open chat keeps its system text in the same settings.
void EngineClient::setChoices(qint64 session, const SessionChoices& choices, QObject* context,
                              Reply<Done> reply) {
  const auto kept = [this, session, choices, guarded = QPointer(context),
                     reply = std::move(reply)](const Outcome<Done>& done) {
    if (!done) emit jarRefused(done.failure);
    if (ChatLane* open = done ? m_lanes.value(session) : nullptr) open->setChoices(choices);
    if (guarded && reply) reply(done);
  };
  if (session > 0)
    return onJar<Done>(this, kept, true, [session, choices](const Jar& jar) {
      return jar.setChoices(session, choices);
    });
  m_unsavedChoices = choices;
  kept(Done{});
}

void EngineClient::setToolRules(const ToolRules& rules) {
  if (rules == m_options.tools) return;
  m_options.tools = rules;
  for (ChatLane* lane : std::as_const(m_lanes)) lane->setToolRules(rules);
}

void EngineClient::listTools(QObject* context, Reply<ToolCatalogue> reply) {
  m_toolThread->post([this, jar = m_jar, rules = m_options.tools, approvals = m_pageApprovals,
                      context = QPointer(context), reply = std::move(reply)] {
    const AskUser ask = [this, approvals](ApprovalRequest request) {
      request.ticket = pageTicket();
      request.session = kToolPage;
      return approvals->ask(request.ticket, [this, request] {
        QMetaObject::invokeMethod(
            this,
            [this, request] {
              m_approvals.insert(request.ticket, request);
              emit approvalRequested(request);
            },
            Qt::QueuedConnection);
      });
    };
    SessionChoices all;
    all.tools = true;
    const auto shelf = ToolShelf::make(jar.get(), rules, all, ask);
    if (!shelf) return deliver<ToolCatalogue>(context, reply, shelf.failure);
    const auto tools = (*shelf)->tools();
    if (!tools) return deliver<ToolCatalogue>(context, reply, tools.failure);
    deliver<ToolCatalogue>(context, reply, ToolCatalogue{*tools, (*shelf)->problems()});
  });
}

void EngineClient::answerApproval(quint64 ticket, const ApprovalAnswer& answer) {
  const ApprovalRequest request = m_approvals.take(ticket);
  if (request.ticket == 0) return;
  if (answer.decision == ApprovalDecision::Always && !request.onceOnly)
    emit alwaysAllowed(request.origin, request.name);
  if (request.session == kToolPage)
    m_pageApprovals->answer(ticket, answer);
  else if (ChatLane* lane = m_lanes.value(request.session))
    lane->answerApproval(ticket, answer);
}

void EngineClient::noteCalls(const QVector<ToolLogRow>& calls) {
  m_toolLog += calls;
  if (m_toolLog.size() > kMostCalls) m_toolLog.remove(0, m_toolLog.size() - kMostCalls);
  if (m_jar != nullptr) setJarSetting(kLogKey, toolLogToJson(m_toolLog));
  emit toolLogGrew();
}

void EngineClient::loadToolLog() {
  jarSetting(kLogKey, this, [this](const Outcome<QByteArray>& json) {
    if (!json) return;  // no tool was ever called
    m_toolLog = toolLogFromJson(*json) + m_toolLog;
    emit toolLogGrew();
  });
}

// A document that was read has been counted then; another is encoded part by part.
void EngineClient::countTokens(qint64 document, QObject* context, Reply<qint64> reply) {
  const DocumentRow* row = this->document(document);
  if (row != nullptr && row->tokens > 0)
    return deliver<qint64>(context, std::move(reply), row->tokens);
  if (m_modelHandle == nullptr)
    return deliver<qint64>(context, std::move(reply),
                           Failure{LEYDEN_E_NOT_FOUND, tr("No model is open.")});
  onJar<qint64>(context, std::move(reply), false,
                [document, parts = row == nullptr ? 0 : row->parts,
                 model = m_modelHandle](const Jar& jar) -> Outcome<qint64> {
                  const auto tokenizer =
                      make<TokenizerHandle>([&](leyden_tokenizer** out, leyden_error** e) {
                        return leyden_model_tokenizer(out, model.get(), e);
                      });
                  if (!tokenizer) return tokenizer.failure;
                  qint64 tokens = 0;
                  for (int part = 0; part < parts; ++part) {
                    const auto text = jar.partText(document, part);
                    if (!text) return text.failure;
                    const auto counted = tokensOf(tokenizer->get(), text->toUtf8());
                    if (!counted) return counted;
                    tokens += *counted;
                  }
                  return tokens;
                });
}

}  // namespace leyden::desktop
