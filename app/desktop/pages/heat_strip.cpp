// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/heat_strip.h"

#include <QEvent>
#include <QMouseEvent>
#include <QPainter>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

HeatStrip::HeatStrip(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("heatStrip"));
  setFixedWidth(14);
  retranslate();
}

void HeatStrip::retranslate() {
  setAccessibleName(tr("Where the answer looked"));
  setToolTip(tr("Where the answer looked in this document. Click to go there."));
}

void HeatStrip::setEvidence(const EvidenceMap& evidence) {
  m_evidence = evidence;
  const int pages = int(evidence.pages().size());
  setAccessibleDescription(pages == 0 ? QString() : tr("Evidence on %n page(s)", nullptr, pages));
  update();
}

void HeatStrip::setGlow(const EvidenceMap& glow) {
  m_glow = glow;
  update();
}

void HeatStrip::setView(double top, double bottom) {
  m_top = top;
  m_bottom = bottom;
  update();
}

void HeatStrip::paintEvent(QPaintEvent*) {
  QPainter p(this);
  p.fillRect(rect(), tokens().window);
  p.setRenderHint(QPainter::Antialiasing);
  constexpr int kBin = 3;
  const int bins = std::max(1, height() / kBin);
  const auto paint = [&](const EvidenceMap& map, float least, int inset) {
    const auto warmth = map.warmth(bins);
    for (int i = 0; i < bins; ++i) {
      if (warmth[i] <= 0) continue;
      QColor c = tokens().heat;
      c.setAlphaF(least + (1 - least) * warmth[i]);
      p.setPen(Qt::NoPen);
      p.setBrush(c);
      p.drawRoundedRect(QRectF(inset, i * kBin, width() - 2 * inset, kBin), 1, 1);
    }
  };
  paint(m_evidence, 0.18f, 3);
  paint(m_glow, 0.7f, 1);
  if (m_bottom - m_top >= 1) return;  // all is in view: a frame would say nothing
  QColor frame = tokens().muted;
  frame.setAlphaF(0.5f);
  p.setPen(frame);
  p.setBrush(Qt::NoBrush);
  const double y0 = m_top * height(), y1 = m_bottom * height();
  p.drawRoundedRect(QRectF(1.5, y0 + 0.5, width() - 3, std::max(6.0, y1 - y0 - 1)), 3, 3);
}

void HeatStrip::mousePressEvent(QMouseEvent* event) {
  emit wanted(event->position().y() / std::max(1, height()));
}

void HeatStrip::mouseMoveEvent(QMouseEvent* event) {
  if ((event->buttons() & Qt::LeftButton) != 0)
    emit wanted(event->position().y() / std::max(1, height()));
}

void HeatStrip::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace leyden::desktop
