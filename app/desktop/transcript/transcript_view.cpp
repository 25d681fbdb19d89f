// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/transcript_view.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/transcript/agent_panel.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/transcript_model.h"

namespace leyden::desktop {

namespace {

/// A question with its attachments as the model reads it: each text under its name, the question
/// last.
QString wholeQuestion(const Question& question) {
  QString text;
  for (const Attachment& a : question.attachments)
    text += a.name + QStringLiteral(":\n\n") + a.text + QStringLiteral("\n\n");
  return text + question.text;
}

}  // namespace

TranscriptView::TranscriptView(EngineClient* client, QWidget* parent)
    : QWidget(parent), m_client(client), m_pane(new ConversationPane(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_pane);
  setFocusProxy(m_pane->composer()->edit());

  connect(m_pane, &ConversationPane::asked, this, &TranscriptView::ask);
  connect(m_pane, &ConversationPane::editSubmitted, this, &TranscriptView::askEdited);
  connect(m_pane, &ConversationPane::regenerateRequested, this, &TranscriptView::answerAgain);
  connect(m_pane, &ConversationPane::continueRequested, this, &TranscriptView::continueAnswer);
  connect(m_pane, &ConversationPane::branchChosen, this, &TranscriptView::chooseBranch);
  connect(m_pane, &ConversationPane::stopRequested, this, [this] { m_client->stop(m_session); });
  connect(m_pane, &ConversationPane::forkRequested, this, &TranscriptView::forkRequested);
  connect(m_pane, &ConversationPane::sourceRequested, this, &TranscriptView::sourceRequested);
  connect(m_pane, &ConversationPane::sourceHovered, this, &TranscriptView::sourceHovered);
  connect(m_pane, &ConversationPane::evidenceChanged, this, &TranscriptView::evidenceChanged);
  connect(m_pane, &ConversationPane::draftChanged, this, &TranscriptView::draftChanged);
  connect(m_pane, &ConversationPane::filesDropped, this, &TranscriptView::filesDropped);
  connect(m_pane, &ConversationPane::attachRequested, this, &TranscriptView::attachRequested);
  connect(m_pane, &ConversationPane::linkActivated, this, &TranscriptView::openLink);

  connect(m_pane, &ConversationPane::approvalChosen, m_client,
          [this](quint64 ticket, ApprovalDecision decision, const QString& reason) {
            m_client->answerApproval(ticket, {decision, reason});
          });
  connect(m_pane->composer(), &Composer::toolsChanged, this, [this](bool on) {
    m_choices.tools = on;
    m_client->setChoices(m_session, m_choices);
  });
  connect(m_pane->composer(), &Composer::choicesRequested, this, &TranscriptView::choicesRequested);
  connect(m_client, &EngineClient::approvalRequested, this, [this](const ApprovalRequest& request) {
    if (request.session < 0) return;
    m_live[request.session].approval = request;
    if (request.session == m_session && m_loaded) m_pane->askApproval(request);
  });
  connect(m_client, &EngineClient::approvalOver, this, [this](qint64 session, quint64 ticket) {
    if (const auto live = m_live.find(session); live != m_live.end()) live->approval.reset();
    if (session == m_session) m_pane->endApproval(ticket);
  });
  connect(m_client, &EngineClient::toolProblems, this,
          [this](qint64 session, const QStringList& problems) {
            if (session == m_session)
              m_pane->say(tr("Some tools could not be used: %1").arg(problems.join(' ')));
          });
  connect(m_client, &EngineClient::modelChanged, this, &TranscriptView::showReady);
  connect(m_client->ingest(), &IngestQueue::openingChanged, this, [this](qint64 session) {
    if (session == m_session) showReady();
  });
  connect(m_client, &EngineClient::answerEvent, this,
          [this](qint64 session, const QVector<AnswerEvent>& events) {
            // Reopening a session reports progress too; that is no answer.
            if (const auto live = m_live.find(session); live != m_live.end())
              live->events += events;
            if (session == m_session && m_loaded) m_pane->apply(events);
          });
  const auto opened = [this](qint64 session) {
    if (session == m_session && !m_live.contains(session)) m_pane->endReading();
  };
  connect(m_client, &EngineClient::sessionResumed, this, opened);
  connect(m_client, &EngineClient::sessionNotResumed, this, opened);
  connect(m_client, &EngineClient::answerFinished, this,
          [this](qint64 session, const Message& answer) {
            const QString question = m_live.take(session).question;
            if (session != m_session) return askNext(session);
            m_pane->finishAnswer(answer);
            const bool takenBack = answer.run && answer.run->stopped == QLatin1String("cancelled");
            if (session != 0 && takenBack && !question.isEmpty() && draft().isEmpty()) {
              setDraft(question);
              m_pane->say(tr("The run was stopped. Its question is in the field again."));
            }
            if (session != 0) loadMessages(false);  // ids and branches are the jar's
          });
  connect(m_client, &EngineClient::answerFailed, this,
          [this](qint64 session, const Failure& failure) {
            m_live.remove(session);
            if (session == m_session)
              m_pane->failAnswer(failureText(failure.code, failure.message));
          });
  connect(m_client, &EngineClient::answerWithdrawn, this, [this](qint64 session) {
    const QString question = m_live.take(session).question;
    if (session != m_session) return;
    m_pane->withdrawAnswer(!question.isEmpty());
    if (draft().isEmpty()) setDraft(question);
    if (session != 0) loadMessages(false);
  });
  showReady();
}

void TranscriptView::setSession(qint64 session) {
  if (const WaitingQuestions left = m_pane->composer()->takeWaiting(); !left.isEmpty())
    m_waiting[m_session] = {left, settings()};
  m_session = session;
  m_loaded = session == 0;
  m_wantedState = {};
  m_wantedMessage = 0;
  setChoices({});
  m_client->choices(session, this, [this, session](const Outcome<SessionChoices>& choices) {
    if (choices && session == m_session) setChoices(*choices);
  });
  m_pane->setMessages({});
  const SessionRow* row = m_client->session(session);
  m_pane->setTitle(row == nullptr ? QString() : row->title);
  m_pane->composer()->setBusy(m_live.contains(session));
  m_pane->composer()->setWaiting(m_waiting.take(session).questions);
  showReady();
  if (session != 0) loadMessages(true);
}

void TranscriptView::loadMessages(bool anew) {
  const qint64 session = m_session;
  m_client->messages(session, this, [this, session, anew](const Outcome<QVector<Message>>& reply) {
    if (session != m_session) return;
    if (!reply) {
      m_pane->showQuestion({});
      m_pane->beginAnswer();
      m_pane->failAnswer(reply.failure.message);
      return;
    }
    QVector<Message> messages = *reply;
    const auto live = m_live.constFind(session);
    if (live != m_live.constEnd()) {
      // The jar knows the answer up to a second ago; what streams in is complete.
      if (!messages.isEmpty() && messages.last().state == Message::State::Streaming)
        messages.removeLast();
    } else {
      // Nobody writes any more: the program ended before the answer did.
      for (Message& message : messages)
        if (message.state == Message::State::Streaming) message.state = Message::State::Interrupted;
    }
    if (anew) {
      m_loaded = true;
      m_pane->setMessages(messages);
      if (live != m_live.constEnd()) {
        const bool asked = !messages.isEmpty() && messages.last().role == Message::Role::User;
        if (!asked) m_pane->showQuestion(live->question);
        m_pane->beginAnswer();
        m_pane->apply(live->events);
        if (live->approval) m_pane->askApproval(*live->approval);
      }
      if (!m_wantedState.isEmpty()) m_pane->restoreViewState(m_wantedState);
      if (m_wantedMessage != 0) m_pane->showMessage(m_wantedMessage);
    } else if (live == m_live.constEnd()) {
      m_pane->refreshMessages(messages);
    }
  });
}

AskSettings TranscriptView::settings() const {
  AskSettings settings = m_choices.answers.value_or(m_settings);
  settings.maxSteps = m_settings.maxSteps;
  settings.maxSeconds = m_settings.maxSeconds;
  settings.thinking = m_pane->composer()->thinking();
  return settings;
}

void TranscriptView::ask(const Question& question) {
  const QString text = wholeQuestion(question);
  m_live[m_session] = {text, {}};
  m_pane->showQuestion(text);
  m_pane->beginAnswer();
  m_client->ask(m_session, text, settings());
}

/// The next question that waits in a session that is not shown.
void TranscriptView::askNext(qint64 session) {
  const auto waiting = m_waiting.find(session);
  if (waiting == m_waiting.end() || waiting->questions.next.isEmpty()) return;
  const QString text = wholeQuestion(waiting->questions.next.takeFirst());
  m_live[session] = {text, {}};
  m_client->ask(session, text, waiting->settings);
}

void TranscriptView::askEdited(qint64 message, const Question& question) {
  const int row = m_pane->model()->rowOf(message);
  if (row < 0) return;
  const qint64 parent = m_pane->model()->at(row).message.parent;
  const QString text = wholeQuestion(question);
  m_live[m_session] = {text, {}};
  m_pane->leaveFrom(message);
  m_pane->showQuestion(text);
  m_pane->beginAnswer();
  m_client->askAt(m_session, parent, text, settings());
}

// With tools the question is asked anew, beside itself: a run is more than one answer.
void TranscriptView::answerAgain(qint64 message) {
  const int row = m_pane->model()->rowOf(message);
  if (m_choices.usesTools() && row > 0) {
    const Message asked = m_pane->model()->at(row - 1).message;
    if (asked.role == Message::Role::User) return askEdited(asked.id, {asked.text, {}});
  }
  m_live[m_session] = {};
  m_pane->beginAnswerAgain(message);
  m_client->answerAgain(m_session, settings());
}

void TranscriptView::continueAnswer(qint64 message) {
  m_live[m_session] = {};
  m_pane->resumeAnswer(message);
  m_client->continueAnswer(m_session, settings());
}

// A branch is shown to the end of what was said last in it.
void TranscriptView::chooseBranch(qint64 message) {
  const qint64 session = m_session;
  qint64 end = message;
  for (const TranscriptEntry& entry : m_pane->model()->entries())
    if (const auto at = entry.message.siblings.indexOf(message); at >= 0)
      end = entry.message.branchEnds.value(at, message);
  m_client->goTo(session, end, this, [this, session, message](const Outcome<Done>& done) {
    if (session != m_session) return;
    if (!done) return m_pane->say(done.failure.message);
    m_wantedState = {};
    m_wantedMessage = message;
    loadMessages(true);
  });
}

void TranscriptView::showReady() {
  switch (m_client->modelState()) {
    case ModelState::Ready:
      if (m_client->ingest()->isOpeningFor(m_session))
        m_pane->composer()->setReady(false, tr("A file is being opened; your question waits."));
      else
        m_pane->composer()->setReady(true, {});
      break;
    case ModelState::Loading:
      m_pane->composer()->setReady(false, tr("The model is being opened; your question waits."));
      break;
    default:
      m_pane->composer()->setReady(false, tr("No model is open."));
      break;
  }
}

/// Nothing is fetched by itself: the reader sees the address, and decides.
void TranscriptView::openLink(const QUrl& url) {
  const QString scheme = url.scheme();
  if (scheme != QStringLiteral("http") && scheme != QStringLiteral("https") &&
      scheme != QStringLiteral("mailto"))
    return;
  QMessageBox box(QMessageBox::Question, tr("Open link"),
                  tr("Open this address outside of Leyden?"), QMessageBox::Cancel, this);
  box.setInformativeText(url.toDisplayString());
  QPushButton* open = nullptr;
  if (m_offline)
    box.setText(tr("Leyden is offline: it opens no address. You can copy it."));
  else
    open = box.addButton(tr("Open"), QMessageBox::AcceptRole);
  auto* copy = box.addButton(tr("Copy address"), QMessageBox::ActionRole);
  box.setDefaultButton(QMessageBox::Cancel);
  box.exec();
  if (open != nullptr && box.clickedButton() == open) QDesktopServices::openUrl(url);
  if (box.clickedButton() == copy) QGuiApplication::clipboard()->setText(url.toString());
}

void TranscriptView::setAskSettings(const AskSettings& settings) {
  m_settings = settings;
  m_pane->agent()->setLimits(settings.maxSteps, settings.maxSeconds);
  showChoices();
}

void TranscriptView::setChoices(const SessionChoices& choices) {
  m_choices = choices;
  showChoices();
}

void TranscriptView::showChoices() {
  m_pane->composer()->setThinking(m_choices.answers.value_or(m_settings).thinking);
  m_pane->composer()->setTools(m_choices.tools);
}

void TranscriptView::setPasteLimit(int units) { m_pane->composer()->edit()->setPasteLimit(units); }

void TranscriptView::setSendKey(SendKey key) { m_pane->composer()->edit()->setSendKey(key); }

void TranscriptView::setPlaceNames(std::function<QString(const EvidencePassage&)> place) {
  m_pane->setPlaceNames(std::move(place));
}

QString TranscriptView::draft() const { return m_pane->composer()->draft(); }
void TranscriptView::setDraft(const QString& text) { m_pane->composer()->setDraft(text); }

void TranscriptView::takeBackWaiting() {
  QStringList texts;
  for (const Question& question : m_pane->composer()->takeWaiting().next)
    texts.append(question.text);
  if (texts.isEmpty()) return;
  if (!draft().isEmpty()) texts.append(draft());
  setDraft(texts.join(QStringLiteral("\n\n")));
}

QJsonObject TranscriptView::viewState() const {
  return m_loaded ? m_pane->viewState() : m_wantedState;
}

void TranscriptView::restoreViewState(const QJsonObject& state) {
  if (m_loaded)
    m_pane->restoreViewState(state);
  else
    m_wantedState = state;
}

void TranscriptView::showMessage(qint64 message) {
  if (m_loaded)
    m_pane->showMessage(message);
  else
    m_wantedMessage = message;
}

void TranscriptView::askAbout(const QString& quote, const QString& source) {
  m_pane->askAbout(quote, source);
}
void TranscriptView::showFind() { m_pane->showFind(); }
void TranscriptView::focusComposer() { m_pane->composer()->edit()->setFocus(); }
void TranscriptView::exportSession() {
  const SessionRow* row = m_client->session(m_session);
  m_pane->setTitle(row == nullptr ? QString() : row->title);
  m_pane->exportSession();
}

}  // namespace leyden::desktop
