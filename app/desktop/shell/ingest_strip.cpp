// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/ingest_strip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QSet>
#include <QStyle>
#include <QToolButton>
#include <cmath>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

using Phase = IngestRow::Phase;
constexpr int kShowMs = 100;

bool hasEnded(Phase phase) {
  return phase == Phase::Done || phase == Phase::Failed || phase == Phase::Stopped;
}

QString unitText(const QString& unit, quint64 number) {
  const QString shown = QLocale().toString(qulonglong(number));
  if (unit == "pages") return IngestStrip::tr("%1 pages").arg(shown);
  if (unit == "tokens") return IngestStrip::tr("%1 tokens").arg(shown);
  return shown + ' ' + unit;
}

}  // namespace

QString ingestText(const IngestRow& row) {
  switch (row.phase) {
    case Phase::Waiting:
      return IngestStrip::tr("waiting");
    case Phase::Done:
      return IngestStrip::tr("read");
    case Phase::Stopped:
      return IngestStrip::tr("stopped; what was read is kept");
    case Phase::Failed:
      return failureText(row.failure.code, row.failure.message);
    case Phase::Opening:
    case Phase::Reading:
      break;
  }
  const Progress& p = row.progress;
  const QString doing =
      row.phase == Phase::Opening ? IngestStrip::tr("opening") : IngestStrip::tr("reading");
  if (p.total == 0) return doing;
  QStringList parts{
      IngestStrip::tr("%1 %2 of %3")
          .arg(doing, QLocale().toString(qulonglong(p.done)), unitText(p.unit, p.total))};
  if (row.perSecond >= 1)
    parts << IngestStrip::tr("%1/s").arg(unitText(p.unit, quint64(row.perSecond)));
  if (p.etaS >= 1) parts << IngestStrip::tr("%n second(s) left", nullptr, int(std::ceil(p.etaS)));
  return parts.join(QStringLiteral(" · "));
}

IngestStrip::IngestStrip(IngestQueue* queue, QWidget* parent)
    : QFrame(parent), m_queue(queue), m_layout(new QVBoxLayout(this)) {
  setObjectName("ingestStrip");
  setProperty("role", "notice");
  m_layout->setContentsMargins(space::kTwo, space::kHalf, space::kOne, space::kHalf);
  m_layout->setSpacing(0);
  m_soon.setSingleShot(true);
  m_soon.setInterval(kShowMs);
  connect(&m_soon, &QTimer::timeout, this, &IngestStrip::show);
  connect(queue, &IngestQueue::changed, this, [this] {
    if (!m_soon.isActive()) m_soon.start();
  });
  hide();
}

IngestStrip::Line IngestStrip::makeLine(quint64 ticket) {
  Line line{new QWidget(this), new QLabel,      new QLabel,
            new QProgressBar,  new QToolButton, new QToolButton};
  auto* row = new QHBoxLayout(line.box);
  row->setContentsMargins(0, 2, 0, 2);
  row->setSpacing(space::kOne);
  line.title->setFont(uiFont(TextSize::Body, QFont::DemiBold));
  line.text->setProperty("role", "muted");
  line.text->setWordWrap(true);
  line.bar->setTextVisible(false);
  line.bar->setRange(0, 1000);
  line.bar->setFixedWidth(160);
  line.retry->setIcon(icon("refresh"));
  for (QToolButton* button : {line.retry, line.stop}) button->setFocusPolicy(Qt::TabFocus);
  line.retry->setObjectName(QStringLiteral("ingestRetry-%1").arg(ticket));
  line.stop->setObjectName(QStringLiteral("ingestStop-%1").arg(ticket));
  row->addWidget(line.title);
  row->addWidget(line.text, 1);
  row->addWidget(line.bar);
  row->addWidget(line.retry);
  row->addWidget(line.stop);
  connect(line.retry, &QToolButton::clicked, this, [this, ticket] { m_queue->retry(ticket); });
  connect(line.stop, &QToolButton::clicked, this, [this, ticket] {
    m_queue->stop(ticket);
    m_queue->dismiss(ticket);
  });
  m_layout->addWidget(line.box);
  return line;
}

void IngestStrip::fill(const Line& line, const IngestRow& row) {
  const bool ended = hasEnded(row.phase);
  line.title->setText(line.title->fontMetrics().elidedText(row.title, Qt::ElideMiddle, 240));
  line.text->setText(ingestText(row));
  const QString role = row.phase == Phase::Failed ? "danger" : "muted";
  if (line.text->property("role") != role) {
    line.text->setProperty("role", role);
    line.text->style()->polish(line.text);  // the sheet looks at it anew
  }
  line.bar->setVisible(!ended);
  line.bar->setValue(int(row.progress.share() * 1000));
  line.bar->setAccessibleName(tr("%1: %2").arg(row.title, line.text->text()));
  line.retry->setVisible(row.phase == Phase::Failed || row.phase == Phase::Stopped);
  line.retry->setToolTip(tr("Try again"));
  line.retry->setAccessibleName(tr("%1: try again").arg(row.title));
  line.stop->setIcon(icon(ended ? "close" : "stop"));
  line.stop->setToolTip(ended ? tr("Close") : tr("Stop; what is read is kept"));
  line.stop->setAccessibleName(tr("%1: %2").arg(row.title, line.stop->toolTip()));
}

void IngestStrip::show() {
  QSet<quint64> there;
  for (const auto& row : m_queue->rows()) {
    if (row.phase == Phase::Done) continue;  // the document itself says that it is there
    there.insert(row.ticket);
    if (!m_lines.contains(row.ticket)) m_lines.insert(row.ticket, makeLine(row.ticket));
    fill(m_lines[row.ticket], row);
  }
  for (const quint64 ticket : m_lines.keys())
    if (!there.contains(ticket)) delete m_lines.take(ticket).box;
  setVisible(!m_lines.isEmpty());
}

void IngestStrip::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) show();
  QFrame::changeEvent(event);
}

}  // namespace leyden::desktop
