// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/conversation_pane.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPointer>
#include <QSaveFile>
#include <QStackedWidget>
#include <QThread>
#include <QTimer>
#include <QVBoxLayout>

#include "app/desktop/controls/empty_state.h"
#include "app/desktop/controls/find_bar.h"
#include "app/desktop/controls/local_paths.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/agent_panel.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/prefill_panel.h"
#include "app/desktop/transcript/transcript_export.h"
#include "app/desktop/transcript/transcript_finder.h"
#include "app/desktop/transcript/transcript_model.h"

namespace leyden::desktop {

ConversationPane::ConversationPane(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("conversation"));
  setAcceptDrops(true);
  m_model = new TranscriptModel(this);
  m_list = new MessageListView(this);
  m_list->setModel(m_model);
  m_finder = new TranscriptFinder(m_model, this);
  m_find = new FindBar(this);
  m_agent = new AgentPanel(this);
  m_prefill = new PrefillPanel(this);
  m_composer = new Composer(this);
  m_said = new QLabel(this);
  m_said->setProperty("role", QStringLiteral("muted"));
  m_said->setContentsMargins(space::kTwo, 0, space::kTwo, space::kHalf);
  m_said->hide();

  m_empty = new EmptyState(QStringLiteral("chat"), this);

  m_stack = new QStackedWidget(this);
  m_stack->addWidget(m_empty);
  m_stack->addWidget(m_list);
  auto* around = new QWidget(this);
  auto* below = new QVBoxLayout(around);
  below->setContentsMargins(space::kTwo, 0, space::kTwo, space::kTwo);
  below->addWidget(m_composer);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_find);
  column->addWidget(m_stack, 1);
  column->addWidget(m_said);
  column->addWidget(m_agent);
  column->addWidget(m_prefill);
  column->addWidget(around);

  TranscriptActions* actions = m_list->actions();
  const auto idOf = [this](int row) { return m_model->at(row).message.id; };
  connect(actions, &TranscriptActions::copyMessage, this, &ConversationPane::copyMessage);
  connect(actions, &TranscriptActions::editMessage, this, &ConversationPane::beginEdit);
  connect(actions, &TranscriptActions::regenerate, this,
          [=, this](int row) { emit regenerateRequested(idOf(row)); });
  connect(actions, &TranscriptActions::continueAnswer, this,
          [=, this](int row) { emit continueRequested(idOf(row)); });
  connect(actions, &TranscriptActions::forkAt, this,
          [=, this](int row) { emit forkRequested(idOf(row)); });
  connect(actions, &TranscriptActions::chooseBranch, this,
          [this](int, qint64 message) { emit branchChosen(message); });
  connect(actions, &TranscriptActions::sourceActivated, this, &ConversationPane::sourceRequested);
  connect(actions, &TranscriptActions::evidenceHovered, this, &ConversationPane::sourceHovered);
  connect(actions, &TranscriptActions::linkActivated, this, &ConversationPane::linkActivated);
  connect(actions, &TranscriptActions::saveCode, this, &ConversationPane::saveCode);
  connect(actions, &TranscriptActions::approvalChosen, this,
          [this](int row, ApprovalDecision choice, const QString& reason) {
            if (const auto& request = m_model->at(row).approval)
              emit approvalChosen(request->ticket, choice, reason);
          });
  connect(m_agent, &AgentPanel::stopRequested, this, &ConversationPane::stopRequested);
  connect(m_agent, &AgentPanel::sourceActivated, this, &ConversationPane::sourceRequested);
  connect(m_list, &MessageListView::rowInViewChanged, this, &ConversationPane::reportEvidence);
  connect(m_model, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex& first) {
    if (first.row() == m_list->rowInView()) reportEvidence(first.row());
  });
  connect(m_model, &TranscriptModel::evidenceMoved, this, [this](int row) {
    if (row == m_list->rowInView() || m_list->follows()) reportEvidence(row);
  });
  for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
    connect(m_model, signal, this, &ConversationPane::showEmptyOrList);
  connect(m_model, &QAbstractItemModel::modelReset, this, &ConversationPane::showEmptyOrList);

  m_find->setFinder(m_finder, [this] { return m_list->place().row; });
  connect(m_find, &FindBar::closed, this, [this] {
    m_list->setFind({});
    m_list->setFocus();
  });
  connect(m_finder, &TranscriptFinder::currentChanged, this, &ConversationPane::goToMatch);

  connect(m_composer, &Composer::submitted, this, &ConversationPane::submit);
  connect(m_composer, &Composer::stopRequested, this, &ConversationPane::stopRequested);
  connect(m_composer, &Composer::attachRequested, this, &ConversationPane::attachRequested);
  connect(m_composer, &Composer::filesDropped, this, &ConversationPane::filesDropped);
  connect(m_composer, &Composer::draftChanged, this, &ConversationPane::draftChanged);
  connect(m_composer, &Composer::said, this, &ConversationPane::say);
  connect(m_composer, &Composer::editCancelled, this, &ConversationPane::endEdit);
  connect(m_composer, &Composer::editLastRequested, this, [this] {
    for (int row = m_model->rowCount() - 1; row >= 0; --row) {
      if (m_model->at(row).message.role == Message::Role::User) return beginEdit(row);
    }
  });
  retranslate();
  showEmptyOrList();
}

// ---- Messages

void ConversationPane::setPlaceNames(std::function<QString(const EvidencePassage&)> place) {
  m_place = place;
  m_agent->setPlaceNames(place);
  m_list->setPlaceNames(std::move(place));
}

void ConversationPane::setMessages(const QVector<Message>& messages) {
  endEdit();
  m_prefill->finish();
  m_model->reset(messages);
  const bool ran = !messages.isEmpty() && messages.last().run;
  ran ? m_agent->finish(*messages.last().run) : m_agent->clear();
}

void ConversationPane::refreshMessages(const QVector<Message>& messages) {
  const auto shared = std::min<qsizetype>(messages.size(), m_model->rowCount());
  if (messages.size() < m_model->rowCount()) m_model->truncate(int(messages.size()));
  for (int row = 0; row < shared; ++row) {
    const Message& known = m_model->at(row).message;
    const Message& now = messages[row];
    const bool same = known.id == now.id && known.text == now.text &&
                      known.siblings == now.siblings && known.state == now.state &&
                      known.evidence.size() == now.evidence.size();
    if (same) continue;
    Message next = now;
    // What only the window saw, e.g. the timing of an answer, is kept where the jar has nothing.
    if (next.timing.completionTokens == 0) next.timing = known.timing;
    if (next.toolCalls.isEmpty()) next.toolCalls = known.toolCalls;
    if (!next.run) next.run = known.run;
    if (next.evidence.isEmpty() && next.text == known.text) {
      next.evidence = known.evidence;
      next.sentences = known.sentences;
      next.quotes = known.quotes;
    }
    m_model->replace(row, next);
  }
  for (auto row = shared; row < messages.size(); ++row) m_model->append(messages[row]);
}

void ConversationPane::showQuestion(const QString& text, qint64 id) {
  Message question;
  question.id = id;
  question.role = Message::Role::User;
  question.text = text;
  question.createdMs = QDateTime::currentMSecsSinceEpoch();
  m_model->append(question);
  m_list->scrollToEnd();
}

void ConversationPane::beginAnswer() {
  m_model->beginAnswer();
  m_agent->clear();
  m_composer->setBusy(true);
}

void ConversationPane::leaveFrom(qint64 message) {
  const int row = m_model->rowOf(message);
  if (row >= 0) m_model->truncate(row);
}

void ConversationPane::beginAnswerAgain(qint64 message) {
  leaveFrom(message);
  beginAnswer();
  m_list->scrollToEnd();
}

void ConversationPane::resumeAnswer(qint64 message) {
  const int row = m_model->rowOf(message);
  if (row < 0) return;
  m_model->resumeAnswer(row);
  m_composer->setBusy(true);
  m_list->scrollToEnd();
}

void ConversationPane::apply(const QVector<AnswerEvent>& events) {
  for (const AnswerEvent& e : events) {
    if (e.kind == AnswerEvent::Kind::Prefill)
      m_prefill->setProgress(e.progress);
    else if (!m_prefill->isHidden())
      m_prefill->finish();
  }
  m_agent->apply(events);
  m_model->apply(events);
}

void ConversationPane::endReading() { m_prefill->finish(); }

void ConversationPane::askApproval(const ApprovalRequest& request) {
  const int row = m_model->streamingRow();
  if (row < 0) return;
  m_agent->setWaiting(true);
  m_model->setApproval(row, request);
}

void ConversationPane::endApproval(quint64 ticket) {
  const int row = m_model->streamingRow();
  if (row < 0 || !m_model->at(row).approval || m_model->at(row).approval->ticket != ticket) return;
  m_agent->setWaiting(false);
  m_model->setApproval(row, std::nullopt);
}

void ConversationPane::finishAnswer(const Message& answer) {
  m_prefill->finish();
  answer.run ? m_agent->finish(*answer.run) : m_agent->clear();
  m_model->finishAnswer(answer);
  m_composer->setBusy(false);
}

void ConversationPane::failAnswer(const QString& reason) {
  m_prefill->finish();
  m_agent->clear();
  m_model->failAnswer(reason);
  m_composer->setBusy(false);
}

void ConversationPane::withdrawAnswer(bool withQuestion) {
  m_prefill->finish();
  m_agent->clear();
  if (const int row = m_model->streamingRow(); row >= 0) {
    Message known = m_model->at(row).message;
    known.state = Message::State::Interrupted;
    if (known.text.isEmpty())
      m_model->truncate(std::max(0, row - (withQuestion ? 1 : 0)));
    else
      m_model->finishAnswer(known);  // it was to be gone on with
  }
  m_composer->setBusy(false);
}

void ConversationPane::showMessage(qint64 message) { m_list->scrollToRow(m_model->rowOf(message)); }

void ConversationPane::askAbout(const QString& quote, const QString& source) {
  QString quoted;
  for (const QString& line : quote.split(u'\n')) quoted += QStringLiteral("> ") + line + u'\n';
  QString draft = m_composer->draft();
  if (!draft.isEmpty() && !draft.endsWith(u'\n')) draft += u'\n';
  m_composer->setDraft(draft + quoted + QStringLiteral("(%1)\n\n").arg(source));
  m_composer->edit()->setFocus();
}

void ConversationPane::reportEvidence(int row) {
  QVector<EvidencePassage> evidence;
  if (row >= 0 && row < m_model->rowCount()) {
    const Message& message = m_model->at(row).message;
    evidence = message.evidence;
    if (message.run) evidence += message.run->sources;
  }
  emit evidenceChanged(evidence);
}

void ConversationPane::showEmptyOrList() {
  m_stack->setCurrentIndex(m_model->rowCount() == 0 ? 0 : 1);
}

// ---- Editing and sending

void ConversationPane::beginEdit(int row) {
  if (m_model->streamingRow() >= 0) return;
  if (m_editing == 0) m_draftBeforeEdit = m_composer->draft();
  m_editing = m_model->at(row).message.id;
  m_composer->setEditing(tr("Your edit becomes a branch; nothing is lost."));
  m_composer->setDraft(m_model->at(row).message.text);
  m_composer->edit()->setFocus();
}

void ConversationPane::endEdit() {
  if (m_editing == 0) return;
  m_editing = 0;
  m_composer->setEditing({});
  m_composer->setDraft(std::exchange(m_draftBeforeEdit, {}));
}

void ConversationPane::submit(const Question& question) {
  if (m_editing == 0) {
    emit asked(question);
    return;
  }
  const qint64 message = m_editing;
  endEdit();
  emit editSubmitted(message, question);
}

// ---- Find

void ConversationPane::showFind() { m_find->open(); }

void ConversationPane::goToMatch() {
  const auto match = m_finder->match();
  m_list->setFind(m_finder->query(), match.row, match.piece, match.number);
}

// ---- Copy, save, export

void ConversationPane::copyMessage(int row) {
  QGuiApplication::clipboard()->setText(m_model->at(row).message.text);
  say(tr("Copied as Markdown"));
}

void ConversationPane::saveCode(const QString& text, const QString& language) {
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Save code"),
      tr("code") + u'.' + (language.isEmpty() ? QStringLiteral("txt") : language));
  if (path.isEmpty()) return;
  QSaveFile file(path);
  const QByteArray bytes = text.toUtf8() + '\n';
  const bool written =
      file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
  say(written ? tr("Written to %1").arg(path)
              : tr("%1 could not be written: %2").arg(path, file.errorString()));
}

void ConversationPane::exportSession() {
  const QString title = m_title.isEmpty() ? tr("Conversation") : m_title;
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Export conversation"), exportFileName(title) + QStringLiteral(".md"),
      tr("Markdown (*.md);;Web page (*.html);;PDF (*.pdf);;JSON (*.json)"));
  if (path.isEmpty()) return;
  ExportOptions options;
  options.title = title;
  // Places are looked up here: the writing thread must not touch widgets.
  QHash<QString, QString> places;
  const auto key = [](const EvidencePassage& e) {
    return QStringLiteral("%1:%2").arg(e.document).arg(e.bytes.begin);
  };
  if (m_place) {
    for (const TranscriptEntry& entry : m_model->entries()) {
      for (const EvidencePassage& e : entry.message.evidence) places.insert(key(e), m_place(e));
      for (const Quote& q : entry.message.quotes) places.insert(key(q.source), m_place(q.source));
    }
  }
  options.place = [places, key](const EvidencePassage& e) { return places.value(key(e)); };
  auto* thread =
      QThread::create([path, options, entries = m_model->entries(), self = QPointer(this)] {
        const QString failure = exportTo(path, exportFormatOf(path), entries, options);
        QMetaObject::invokeMethod(
            qApp,
            [self, failure, path] {
              if (self) self->say(failure.isEmpty() ? tr("Written to %1").arg(path) : failure);
            },
            Qt::QueuedConnection);
      });
  connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start();
}

void ConversationPane::say(const QString& text) {
  m_said->setText(text);
  m_said->show();
  QTimer::singleShot(4000, m_said, [this, text] {
    if (m_said->text() == text) m_said->hide();
  });
}

// ---- State

QJsonObject ConversationPane::viewState() const {
  const TranscriptPlace at = m_list->place();
  QJsonObject state{{"follow", m_list->follows()}};
  if (at.row < m_model->rowCount()) {
    state.insert("message", m_model->at(at.row).message.id);
    state.insert("piece", at.piece);
    state.insert("offset", at.offset);
  }
  return state;
}

void ConversationPane::restoreViewState(const QJsonObject& state) {
  if (state["follow"].toBool(true)) {
    m_list->scrollToEnd();
    return;
  }
  const int row = m_model->rowOf(qint64(state["message"].toDouble(-1)));
  if (row >= 0) m_list->setPlace({row, state["piece"].toInt(), state["offset"].toInt()});
}

// ---- Events

void ConversationPane::keyPressEvent(QKeyEvent* event) {
  if (m_find->takes(event)) return;
  if (event->key() == Qt::Key_Escape && m_composer->isBusy())
    emit stopRequested();
  else
    QWidget::keyPressEvent(event);
}

void ConversationPane::dragEnterEvent(QDragEnterEvent* event) {
  if (!localPaths(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void ConversationPane::dropEvent(QDropEvent* event) {
  emit filesDropped(localPaths(*event->mimeData()));
  event->acceptProposedAction();
}

void ConversationPane::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange) retranslate();
  QWidget::changeEvent(event);
}

void ConversationPane::retranslate() {
  m_find->setPrompt(tr("Find in this conversation"));
  m_empty->setTexts(tr("Ask about what you are reading"),
                    tr("Answers show the pages they were drawn from, and quotations lead to the "
                       "place where they stand."));
}

}  // namespace leyden::desktop
