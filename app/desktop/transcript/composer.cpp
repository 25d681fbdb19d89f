// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/composer.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/desktop/controls/flow_layout.h"
#include "app/desktop/controls/icon_button.h"
#include "app/desktop/controls/local_paths.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

Composer::Composer(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("composer"));
  setAcceptDrops(true);
  m_edit = new ComposerEdit(this);
  m_edit->installEventFilter(this);
  m_chips = new QWidget(this);
  new FlowLayout(m_chips, space::kHalf);
  m_chips->hide();
  m_editing = new QLabel(this);
  m_editing->setProperty("role", QStringLiteral("muted"));
  m_cancelEdit = makeIconButton(QStringLiteral("close"), {}, this);
  m_attach = makeIconButton(QStringLiteral("file-plus"), {}, this);
  m_think = makeIconButton(QStringLiteral("thinking"), {}, this);
  m_think->setCheckable(true);
  m_tools = makeIconButton(QStringLiteral("tools"), {}, this);
  m_tools->setObjectName(QStringLiteral("useTools"));
  m_tools->setCheckable(true);
  m_choices = makeIconButton(QStringLiteral("sliders"), {}, this);
  m_choices->setObjectName(QStringLiteral("sessionChoices"));
  m_hint = new QLabel(this);
  m_hint->setProperty("role", QStringLiteral("muted"));
  m_hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // the buttons come first
  m_stop = new QPushButton(this);
  m_stop->setObjectName(QStringLiteral("stopButton"));
  m_stop->setIcon(icon(QStringLiteral("stop"), IconTone::Danger));
  m_send = new QPushButton(this);
  m_send->setObjectName(QStringLiteral("sendButton"));
  m_send->setProperty("role", QStringLiteral("primary"));
  m_send->setIcon(icon(QStringLiteral("send"), IconTone::OnAccent));

  auto* editing = new QHBoxLayout;
  editing->addWidget(m_editing, 1);
  editing->addWidget(m_cancelEdit);
  m_bar = new QHBoxLayout;
  m_bar->setSpacing(space::kHalf);
  m_bar->addWidget(m_attach);
  m_bar->addWidget(m_think);
  m_bar->addWidget(m_tools);
  m_bar->addWidget(m_choices);
  m_bar->addWidget(m_hint, 1);
  m_bar->addWidget(m_stop);
  m_bar->addWidget(m_send);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(space::kOne + 4, space::kOne, space::kOne, space::kOne);
  column->setSpacing(space::kHalf);
  column->addLayout(editing);
  column->addWidget(m_chips);
  column->addWidget(m_edit);
  column->addLayout(m_bar);
  setTabOrder(m_edit, m_attach);
  setTabOrder(m_attach, m_think);
  setTabOrder(m_think, m_tools);
  setTabOrder(m_tools, m_choices);
  setTabOrder(m_choices, m_stop);
  setTabOrder(m_stop, m_send);

  connect(m_edit, &ComposerEdit::sendRequested, this, &Composer::send);
  connect(m_edit, &ComposerEdit::filesDropped, this, &Composer::filesDropped);
  connect(m_edit, &ComposerEdit::editLastRequested, this, &Composer::editLastRequested);
  connect(m_edit, &ComposerEdit::longTextPasted, this, &Composer::takePaste);
  connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
    showState();
    emit draftChanged();
  });
  connect(m_send, &QPushButton::clicked, this, &Composer::send);
  connect(m_stop, &QPushButton::clicked, this, &Composer::stopRequested);
  connect(m_attach, &QToolButton::clicked, this, &Composer::attachRequested);
  connect(m_cancelEdit, &QToolButton::clicked, this, &Composer::editCancelled);
  connect(m_think, &QToolButton::toggled, this, &Composer::thinkingChanged);
  connect(m_tools, &QToolButton::clicked, this, &Composer::toolsChanged);
  connect(m_choices, &QToolButton::clicked, this, &Composer::choicesRequested);
  setEditing({});
  retranslate();
}

QString Composer::draft() const { return m_edit->toPlainText(); }

void Composer::setDraft(const QString& text) {
  if (text == draft()) return;
  m_edit->setPlainText(text);
  m_edit->moveCursor(QTextCursor::End);
}

void Composer::setBusy(bool busy) {
  if (std::exchange(m_busy, busy) == busy) return;
  showState();
  if (!busy) QMetaObject::invokeMethod(this, &Composer::sendQueued, Qt::QueuedConnection);
}

void Composer::setReady(bool ready, const QString& why) {
  m_ready = ready;
  m_why = why;
  showState();
  if (ready) QMetaObject::invokeMethod(this, &Composer::sendQueued, Qt::QueuedConnection);
}

bool Composer::thinking() const { return m_think->isChecked(); }
bool Composer::tools() const { return m_tools->isChecked(); }
void Composer::setTools(bool on) { m_tools->setChecked(on); }
void Composer::setThinking(bool on) { m_think->setChecked(on); }
void Composer::setThinkingOffered(bool offered) { m_think->setVisible(offered); }

void Composer::setEditing(const QString& what) {
  m_editing->setText(what);
  m_editing->setVisible(!what.isEmpty());
  m_cancelEdit->setVisible(!what.isEmpty());
}

WaitingQuestions Composer::takeWaiting() {
  const WaitingQuestions waiting{std::exchange(m_attachments, {}), std::exchange(m_queue, {})};
  showChips();
  showState();
  return waiting;
}

void Composer::setWaiting(const WaitingQuestions& waiting) {
  m_attachments = waiting.attachments;
  m_queue = waiting.next;
  showChips();
  showState();
  QMetaObject::invokeMethod(this, &Composer::sendQueued, Qt::QueuedConnection);
}

void Composer::setStatusWidget(QWidget* widget) {
  m_bar->insertWidget(m_bar->indexOf(m_stop), widget);
}

void Composer::takePaste(const QString& text) {
  if (m_taker && m_taker(text)) return;
  m_attachments.append({tr("Pasted text %1").arg(++m_pasted), text});
  emit said(tr("The pasted text has %n character(s): it goes along as an attachment.", nullptr,
               int(text.size())));
  showChips();
  showState();
}

void Composer::send() {
  if (m_edit->isComposing()) return;
  Question question{draft().trimmed(), m_attachments};
  if (question.isEmpty()) return;
  m_attachments.clear();
  m_edit->clear();
  if (m_busy || !m_ready) {
    m_queue.append(question);
    showChips();
    showState();
    return;
  }
  showChips();
  showState();
  emit submitted(question);
}

void Composer::sendQueued() {
  if (m_busy || !m_ready || m_queue.isEmpty()) return;
  const Question next = m_queue.takeFirst();
  showChips();
  emit submitted(next);
}

QWidget* Composer::makeChip(const QString& iconName, const QString& text, const QString& tip,
                            std::function<void()> open, std::function<void()> remove) {
  auto* chip = new QFrame(m_chips);
  chip->setProperty("role", QStringLiteral("card"));
  auto* row = new QHBoxLayout(chip);
  row->setContentsMargins(space::kHalf, 0, 0, 0);
  row->setSpacing(0);
  auto* label = new QPushButton(icon(iconName),
                                chip->fontMetrics().elidedText(text, Qt::ElideRight, 220), chip);
  label->setProperty("role", QStringLiteral("quiet"));
  label->setToolTip(tip.left(600));
  label->setAccessibleName(text);
  auto* close = makeIconButton(QStringLiteral("close"), tr("Remove %1").arg(text.left(40)), chip);
  row->addWidget(label);
  row->addWidget(close);
  // The chips are made anew by what the buttons do, so that is put off until the click is over.
  connect(label, &QPushButton::clicked, this, open, Qt::QueuedConnection);
  connect(close, &QToolButton::clicked, this, remove, Qt::QueuedConnection);
  return chip;
}

void Composer::showChips() {
  qDeleteAll(m_chips->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
  auto* flow = m_chips->layout();
  for (qsizetype i = 0; i < m_attachments.size(); ++i) {
    const Attachment& a = m_attachments[i];
    const QString text = tr("%1 · %n character(s)", nullptr, int(a.text.size())).arg(a.name);
    flow->addWidget(makeChip(
        QStringLiteral("file"), text, a.text,
        [this, i] {
          // Opened, an attachment becomes text of the question again.
          const QString whole = m_attachments.takeAt(i).text;
          m_edit->insertPlainText(whole);
          showChips();
        },
        [this, i] {
          m_attachments.removeAt(i);
          showChips();
          showState();
        }));
  }
  for (qsizetype i = 0; i < m_queue.size(); ++i) {
    flow->addWidget(makeChip(
        QStringLiteral("clock"), tr("Next: %1").arg(m_queue[i].text.simplified()), m_queue[i].text,
        [this, i] {
          const Question q = m_queue.takeAt(i);
          m_attachments += q.attachments;
          setDraft(q.text);
          m_edit->setFocus();
          showChips();
        },
        [this, i] {
          m_queue.removeAt(i);
          showChips();
        }));
  }
  m_chips->setVisible(flow->count() > 0);
  updateGeometry();
}

void Composer::showState() {
  const bool something = !draft().trimmed().isEmpty() || !m_attachments.isEmpty();
  m_stop->setVisible(m_busy);
  m_send->setEnabled(something);
  m_send->setText(m_busy || !m_ready ? tr("Queue") : tr("Send"));
  m_send->setAccessibleName(m_busy || !m_ready ? tr("Send when the answer is finished")
                                               : tr("Send"));
  QString hint = m_why;
  if (m_ready && m_edit->hasFocus() && something) {
    hint = m_edit->sendKey() == SendKey::Enter ? tr("Enter sends, Shift+Enter breaks the line")
                                               : tr("Ctrl+Enter sends");
  }
  m_hint->setText(width() < 460 && m_ready ? QString() : hint);
}

void Composer::retranslate() {
  m_edit->setPlaceholderText(tr("Ask about what you are reading"));
  m_edit->setAccessibleName(tr("Your question"));
  setButtonName(m_attach, tr("Add documents"));
  setButtonName(m_think, tr("Think before answering"));
  setButtonName(m_tools, tr("Let the model use tools"));
  setButtonName(m_choices, tr("Documents, answers and tools of this session"));
  setButtonName(m_cancelEdit, tr("Stop editing"));
  m_stop->setText(tr("Stop"));
  m_stop->setToolTip(tr("Stop the answer; what is written stays (Esc)"));
  showChips();
  showState();
}

void Composer::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QFrame::changeEvent(event);
}

void Composer::keyPressEvent(QKeyEvent* event) {
  if (event->key() != Qt::Key_Escape) return QFrame::keyPressEvent(event);
  if (m_cancelEdit->isVisible())
    emit editCancelled();
  else if (m_busy)
    emit stopRequested();
  else
    event->ignore();
}

bool Composer::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
    showState();
    update();
  }
  return QFrame::eventFilter(watched, event);
}

void Composer::resizeEvent(QResizeEvent* event) {
  QFrame::resizeEvent(event);
  showState();  // the hint has room, or not
}

void Composer::paintEvent(QPaintEvent*) {
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  const bool focused = m_edit->hasFocus();
  p.setPen(QPen(focused ? tokens().accent : tokens().line, focused ? 1.5 : 1));
  p.setBrush(tokens().raised);
  p.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), space::kRadius + 2, space::kRadius + 2);
}

void Composer::dragEnterEvent(QDragEnterEvent* event) {
  if (!localPaths(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void Composer::dropEvent(QDropEvent* event) {
  emit filesDropped(localPaths(*event->mimeData()));
  event->acceptProposedAction();
}

}  // namespace leyden::desktop
