// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/library/plan_bars.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "app/desktop/models/session_list_model.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

constexpr int kBar = 12;

int rowHeight() { return QFontMetrics(uiFont(TextSize::Small)).height() + kBar + space::kTwo; }

}  // namespace

PlanBars::PlanBars(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QString PlanBars::deviceName(const PlanBar& bar) const {
  return bar.gpu < 0 ? tr("Main memory") : tr("GPU %1").arg(bar.gpu);
}

void PlanBars::setPlan(const MemoryPlan& plan) {
  m_plan = plan;
  QStringList said;
  for (const auto& bar : plan.bars)
    said << tr("%1: weights %2, memory of the context %3, of %4")
                .arg(deviceName(bar), sizeText(bar.weights), sizeText(bar.kv), sizeText(bar.total));
  setAccessibleName(said.join("; "));
  setVisible(!plan.bars.isEmpty());
  updateGeometry();
  update();
}

QSize PlanBars::sizeHint() const { return {200, int(m_plan.bars.size()) * rowHeight()}; }

void PlanBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(uiFont(TextSize::Small));
  const int text = painter.fontMetrics().height();
  QColor kv = tokens().accent, workspace = tokens().accent;
  kv.setAlphaF(0.55F);
  workspace.setAlphaF(0.3F);
  int y = 0;
  for (const auto& bar : m_plan.bars) {
    const qint64 used = bar.weights + bar.kv + bar.workspace;
    const bool over = used > bar.total;
    painter.setPen(tokens().muted);
    painter.drawText(QRect(0, y, width(), text), Qt::AlignLeft, deviceName(bar));
    painter.setPen(over ? tokens().danger : tokens().muted);
    painter.drawText(QRect(0, y, width(), text), Qt::AlignRight,
                     tr("%1 of %2").arg(sizeText(used), sizeText(bar.total)));
    const QRectF frame(0, y + text + 2, width(), kBar);
    QPainterPath clip;
    clip.addRoundedRect(frame, 4, 4);
    painter.setClipPath(clip);
    painter.fillRect(frame, tokens().line);
    const double scale = double(width()) / double(std::max<qint64>({used, bar.total, 1}));
    double x = 0;
    auto part = [&](qint64 bytes, const QColor& colour) {
      painter.fillRect(QRectF(x, frame.top(), double(bytes) * scale, kBar), colour);
      x += double(bytes) * scale;
    };
    part(bar.weights, over ? tokens().danger : tokens().accent);
    part(bar.kv, kv);
    part(bar.workspace, workspace);
    painter.setClipping(false);
    y += rowHeight();
  }
}

}  // namespace leyden::desktop
