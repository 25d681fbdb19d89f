// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/agent_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/desktop/controls/icon_button.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/prefill_panel.h"

namespace leyden::desktop {
namespace {

constexpr int kTickMs = 500;
constexpr int kTreeHeight = 168;
constexpr int kSourceRole = Qt::UserRole;

/// The first call of this tool that has no result yet.
AgentCall* openCall(AgentRun& run, const QString& name) {
  for (AgentStep& step : run.steps)
    for (AgentCall& call : step.calls)
      if (call.name == name && call.result.isNull()) return &call;
  return nullptr;
}

}  // namespace

AgentPanel::AgentPanel(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("agentPanel"));
  m_icon = new QLabel(this);
  m_icon->setPixmap(icon(QStringLiteral("tools"), IconTone::Accent).pixmap(QSize(16, 16)));
  m_summary = new QLabel(this);
  m_summary->setObjectName(QStringLiteral("agentSummary"));
  m_summary->setTextFormat(Qt::PlainText);
  m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  m_fold = makeIconButton(QStringLiteral("chevron-down"), {}, this);
  m_fold->setObjectName(QStringLiteral("agentDetails"));
  m_fold->setCheckable(true);
  m_close = makeIconButton(QStringLiteral("close"), {}, this);
  m_stop = new QPushButton(icon(QStringLiteral("stop"), IconTone::Danger), {}, this);
  m_stop->setObjectName(QStringLiteral("agentStop"));
  m_tree = new QTreeWidget(this);
  m_tree->setObjectName(QStringLiteral("agentTree"));
  m_tree->setColumnCount(3);
  m_tree->setHeaderHidden(true);
  m_tree->setFrameShape(QFrame::NoFrame);
  m_tree->setFixedHeight(kTreeHeight);
  m_tree->setTabKeyNavigation(false);
  m_tree->header()->setStretchLastSection(false);
  m_tree->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
  m_tree->header()->setSectionResizeMode(1, QHeaderView::Stretch);
  m_tree->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
  m_tree->hide();
  auto* row = new QHBoxLayout;
  row->setSpacing(space::kOne);
  row->addWidget(m_icon);
  row->addWidget(m_summary, 1);
  row->addWidget(m_stop);
  row->addWidget(m_fold);
  row->addWidget(m_close);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(space::kTwo, space::kHalf, space::kTwo, space::kHalf);
  column->setSpacing(space::kHalf);
  column->addLayout(row);
  column->addWidget(m_tree);
  m_tick.setInterval(kTickMs);
  connect(&m_tick, &QTimer::timeout, this, &AgentPanel::showText);
  connect(m_stop, &QPushButton::clicked, this, &AgentPanel::stopRequested);
  connect(m_close, &QToolButton::clicked, this, &AgentPanel::clear);
  connect(m_fold, &QToolButton::toggled, this, [this](bool open) {
    m_fold->setIcon(icon(open ? QStringLiteral("chevron-up") : QStringLiteral("chevron-down")));
    m_tree->setVisible(open);
    showDetails();
    showText();
  });
  connect(m_tree, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
    const QVariant number = item->data(0, kSourceRole);
    if (number.isValid()) emit sourceActivated(m_run.sources[number.toInt()]);
  });
  hide();
}

void AgentPanel::setLimits(int steps, double seconds) {
  m_maxSteps = steps > 0 ? steps : 8;
  m_maxSeconds = seconds > 0 ? seconds : 600;
}

void AgentPanel::apply(const QVector<AnswerEvent>& events) {
  bool changed = false;
  for (const AnswerEvent& event : events) {
    switch (event.kind) {
      case AnswerEvent::Kind::Step:
        if (!m_running) {
          m_run = {};
          m_clock.start();
          m_tick.start();
          m_running = true;
        }
        m_run.steps.resize(qsizetype(event.progress.done));
        changed = true;
        break;
      case AnswerEvent::Kind::ToolCall: {
        if (m_run.steps.isEmpty()) break;
        AgentCall call;
        call.name = event.name;
        call.arguments = event.text;
        m_run.steps.last().calls.append(call);
        changed = true;
        break;
      }
      case AnswerEvent::Kind::ToolResult:
        if (AgentCall* call = openCall(m_run, event.name)) {
          call->result = event.text.isNull() ? QStringLiteral("") : event.text;
          changed = true;
        }
        break;
      default:
        break;
    }
  }
  if (!changed || !m_running) return;
  show();
  showDetails();
  showText();
}

void AgentPanel::setWaiting(bool forApproval) {
  m_waiting = forApproval;
  showText();
}

void AgentPanel::finish(const AgentRun& run) {
  m_run = run;
  m_running = m_waiting = false;
  m_tick.stop();
  show();
  showDetails();
  showText();
}

void AgentPanel::clear() {
  m_run = {};
  m_running = m_waiting = false;
  m_tick.stop();
  m_fold->setChecked(false);
  hide();
}

QString AgentPanel::summary() const { return m_summary->text(); }

QString AgentPanel::stoppedText() const {
  if (m_run.stopped == QLatin1String("max_steps")) return tr("Limit of steps reached");
  if (m_run.stopped == QLatin1String("max_seconds")) return tr("Limit of time reached");
  if (m_run.stopped == QLatin1String("max_tokens")) return tr("Limit of tokens reached");
  if (m_run.stopped == QLatin1String("cancelled")) return tr("Stopped");
  return tr("Answered");
}

void AgentPanel::showText() {
  int calls = 0;
  double seconds = 0;
  for (const AgentStep& step : m_run.steps) {
    calls += int(step.calls.size());
    seconds += step.seconds;
    for (const AgentCall& call : step.calls) seconds += call.seconds;
  }
  QStringList parts;
  if (m_running) {
    if (m_waiting) parts.append(tr("Waits for your word"));
    parts.append(tr("Step %1 of at most %2").arg(m_run.steps.size()).arg(m_maxSteps));
    parts.append(
        tr("%1 of at most %2")
            .arg(timeLeftText(double(m_clock.elapsed()) / 1000), timeLeftText(m_maxSeconds)));
  } else {
    parts.append(stoppedText());
    parts.append(tr("%n step(s)", nullptr, int(m_run.steps.size())));
    parts.append(timeLeftText(seconds));
  }
  parts.append(tr("%n call(s)", nullptr, calls));
  if (!m_run.sources.isEmpty())
    parts.append(tr("%n passage(s) read", nullptr, int(m_run.sources.size())));
  m_summary->setFont(uiFont(TextSize::Small));
  m_summary->setText(parts.join(QStringLiteral(" · ")));
  m_summary->setToolTip(m_summary->text());
  m_stop->setVisible(m_running);
  m_stop->setText(tr("Stop"));
  m_stop->setAccessibleName(tr("Stop the run"));
  m_close->setVisible(!m_running);
  setButtonName(m_close, tr("Hide the run"));
  setButtonName(m_fold,
                m_fold->isChecked() ? tr("Hide steps and sources") : tr("Show steps and sources"));
  m_tree->setAccessibleName(tr("Steps and sources"));
}

void AgentPanel::setPlaceNames(std::function<QString(const EvidencePassage&)> place) {
  m_place = std::move(place);
  showDetails();
}

void AgentPanel::showDetails() {
  if (m_tree->isHidden()) return;
  m_tree->clear();
  for (qsizetype i = 0; i < m_run.steps.size(); ++i) {
    const AgentStep& step = m_run.steps[i];
    auto* top =
        new QTreeWidgetItem(m_tree, {tr("Step %1").arg(i + 1),
                                     step.calls.isEmpty() ? tr("writes the answer") : QString(),
                                     step.seconds > 0 ? timeLeftText(step.seconds) : QString()});
    for (const AgentCall& call : step.calls) {
      const bool waits = m_running && call.result.isNull();
      const QString state = waits                       ? tr("runs")
                            : call.decision == "denied" ? tr("denied")
                            : m_running || call.ok      ? tr("done")
                                                        : tr("failed");
      auto* item = new QTreeWidgetItem(top, {call.name, call.arguments.simplified(), state});
      item->setToolTip(1, call.arguments);
      if (!call.hosts.isEmpty()) item->setToolTip(2, tr("Reached: %1").arg(call.hosts.join(", ")));
    }
    top->setExpanded(true);
  }
  if (m_run.sources.isEmpty()) return;
  auto* read = new QTreeWidgetItem(m_tree, {tr("Read")});
  for (qsizetype i = 0; i < m_run.sources.size(); ++i) {
    const EvidencePassage& source = m_run.sources[i];
    const QString place = m_place ? m_place(source) : QString();
    auto* item = new QTreeWidgetItem(
        read, {source.title, source.quote.simplified(),
               place.isEmpty() ? tr("page %1").arg(source.page + 1) : place});
    item->setData(0, kSourceRole, int(i));
    item->setToolTip(1, source.quote.left(600));
  }
  read->setExpanded(true);
}

void AgentPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    showDetails();
    showText();
  }
  QFrame::changeEvent(event);
}

}  // namespace leyden::desktop
