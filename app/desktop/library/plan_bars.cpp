// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/library/plan_bars.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "app/desktop/models/session_list_model.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

constexpr int kBar = 12;
constexpr int kDot = 8;

int rowHeight() {
  return 2 * QFontMetrics(uiFont(TextSize::Small)).height() + kBar + space::kOne + space::kHalf;
}

}  // namespace

PlanBars::PlanBars(bool named, QWidget* parent) : QWidget(parent), m_named(named) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QString PlanBars::deviceName(const PlanBar& bar) const {
  return bar.gpu < 0 ? tr("Main memory") : tr("GPU %1").arg(bar.gpu);
}

QVector<PlanBars::Part> PlanBars::parts(const PlanBar& bar) const {
  QColor weights = bar.isOver() ? tokens().danger : tokens().accent;
  QColor kv = weights, workspace = weights;
  kv.setAlphaF(0.6F);
  workspace.setAlphaF(0.35F);
  return {{bar.weights, weights, tr("weights %1").arg(sizeText(bar.weights))},
          {bar.kv, kv, tr("context %1").arg(sizeText(bar.kv))},
          {bar.workspace, workspace, tr("workspace %1").arg(sizeText(bar.workspace))},
          {bar.taken, tokens().faint, tr("in use %1").arg(sizeText(bar.taken))}};
}

void PlanBars::setPlan(const MemoryPlan& plan) {
  m_plan = plan;
  describe();
  setVisible(!plan.bars.isEmpty());
  updateGeometry();
  update();
}

void PlanBars::describe() {
  QStringList said;
  for (const auto& bar : m_plan.bars) {
    QStringList texts;
    for (const Part& part : parts(bar))
      if (part.bytes > 0) texts << part.text;
    said << tr("%1: %2, of %3").arg(deviceName(bar), texts.join(", "), sizeText(bar.total));
  }
  setAccessibleName(said.join("; "));
  setToolTip(said.join('\n'));
}

QSize PlanBars::sizeHint() const { return {200, int(m_plan.bars.size()) * rowHeight()}; }

void PlanBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(uiFont(TextSize::Small));
  const QFontMetrics metrics = painter.fontMetrics();
  const int text = metrics.height();
  int y = 0;
  for (const auto& bar : m_plan.bars) {
    const QRect line(0, y, width(), text);
    painter.setPen(tokens().muted);
    if (m_named) painter.drawText(line, Qt::AlignLeft, deviceName(bar));
    painter.setPen(bar.isOver() ? tokens().danger : tokens().muted);
    painter.drawText(
        line, Qt::AlignRight,
        tr("%1 of %2").arg(sizeText(bar.needed() + bar.taken), sizeText(bar.total)));
    const QRectF frame(0, y + text + 2, width(), kBar);
    QPainterPath clip;
    clip.addRoundedRect(frame, 4, 4);
    painter.setClipPath(clip);
    painter.fillRect(frame, tokens().line);
    const double scale =
        double(width()) / double(std::max<qint64>({bar.needed() + bar.taken, bar.total, 1}));
    double x = 0;
    for (const Part& part : parts(bar)) {
      painter.fillRect(QRectF(x, frame.top(), double(part.bytes) * scale, kBar), part.colour);
      x += double(part.bytes) * scale;
    }
    painter.setClipping(false);
    // What is what, below.
    int at = 0;
    const int below = y + text + kBar + space::kHalf;
    for (const Part& part : parts(bar)) {
      if (part.bytes <= 0) continue;
      painter.setPen(Qt::NoPen);
      painter.setBrush(part.colour);
      painter.drawRoundedRect(QRectF(at, below + (text - kDot) / 2.0, kDot, kDot), 2, 2);
      painter.setPen(tokens().muted);
      painter.drawText(QRect(at + kDot + space::kHalf, below, width(), text), Qt::AlignLeft,
                       part.text);
      at += kDot + space::kHalf + metrics.horizontalAdvance(part.text) + space::kTwo;
    }
    y += rowHeight();
  }
}

void PlanBars::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    describe();
    update();
  }
  QWidget::changeEvent(event);
}

}  // namespace leyden::desktop
