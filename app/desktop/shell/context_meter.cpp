// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/context_meter.h"

#include <QEvent>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

constexpr int kBarWidth = 96;
constexpr int kBarHeight = 6;

qint64 documentsOf(const ContextUse& use) {
  qint64 sum = 0;
  for (const auto& d : use.documents) sum += d.tokens;
  return sum;
}

qint64 usedOf(const ContextUse& use) {
  return use.system + use.tools + documentsOf(use) + use.history + use.thinking + use.toolResults +
         use.draft;
}

}  // namespace

ContextMeter::ContextMeter(EngineClient* client, QWidget* parent)
    : QToolButton(parent), m_client(client) {
  setObjectName("contextMeter");
  setFocusPolicy(Qt::TabFocus);
  connect(this, &QToolButton::clicked, this, &ContextMeter::openAccount);
  clear();
}

void ContextMeter::clear() {
  m_use = {};
  hide();
}

void ContextMeter::setUse(const ContextUse& use) {
  m_use = use;
  setVisible(use.maxContext > 0);
  retell();
}

void ContextMeter::retell() {
  setText(tr("%1 of %2 tokens").arg(tokenText(usedOf(m_use)), tokenText(m_use.maxContext)));
  setAccessibleName(tr("Context: %1").arg(text()));
  setToolTip(account());
  updateGeometry();
  update();
}

QString ContextMeter::account() const {
  const QLocale locale;
  QStringList lines;
  auto line = [&](const QString& name, qint64 tokens) {
    if (tokens > 0) lines << tr("%1: %2 tokens").arg(name, locale.toString(tokens));
  };
  line(tr("Instructions"), m_use.system);
  line(tr("Tools"), m_use.tools);
  for (const auto& d : m_use.documents) {
    const DocumentRow* row = m_client->document(d.document);
    line(row == nullptr ? tr("Document") : row->title, d.tokens);
  }
  line(tr("Conversation"), m_use.history);
  line(tr("Reasoning"), m_use.thinking);
  line(tr("Tool results"), m_use.toolResults);
  line(tr("What you are writing"), m_use.draft);
  line(tr("Kept for the answer"), m_use.reserve);
  if (m_use.free < 0)
    lines
        << tr("It does not fit: %1 tokens too many. Take a document out, or fork the session at an "
              "earlier message.")
               .arg(locale.toString(-m_use.free));
  else
    line(tr("Free"), m_use.free);
  return lines.join('\n');
}

QSize ContextMeter::sizeHint() const {
  return {fontMetrics().horizontalAdvance(text()) + kBarWidth + space::kFour,
          fontMetrics().height() + space::kOne};
}

void ContextMeter::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  if (underMouse() || hasFocus()) {
    painter.setPen(hasFocus() ? QPen(tokens().accent, 2) : QPen(Qt::NoPen));
    painter.setBrush(tokens().hover);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  }
  const QRectF frame(space::kOne, (height() - kBarHeight) / 2.0, kBarWidth, kBarHeight);
  QPainterPath clip;
  clip.addRoundedRect(frame, 3, 3);
  painter.setClipPath(clip);
  painter.fillRect(frame, tokens().line);
  const double scale = m_use.maxContext > 0 ? kBarWidth / double(m_use.maxContext) : 0;
  double x = frame.left();
  auto part = [&](qint64 amount, const QColor& colour) {
    painter.fillRect(QRectF(x, frame.top(), double(amount) * scale, kBarHeight), colour);
    x += double(amount) * scale;
  };
  QColor second = tokens().accent, third = tokens().accent;
  second.setAlphaF(0.6F);
  third.setAlphaF(0.3F);
  const bool over = m_use.free < 0;
  part(m_use.system + m_use.tools + documentsOf(m_use), over ? tokens().danger : tokens().accent);
  part(m_use.history + m_use.thinking + m_use.toolResults, over ? tokens().danger : second);
  part(m_use.draft, third);
  painter.setClipping(false);
  painter.setPen(over ? tokens().danger : tokens().muted);
  painter.drawText(rect().adjusted(kBarWidth + space::kTwo, 0, -space::kOne, 0), Qt::AlignVCenter,
                   text());
}

void ContextMeter::openAccount() {
  QMenu menu(this);
  for (const auto& line : account().split('\n')) menu.addAction(line)->setEnabled(false);
  menu.exec(mapToGlobal(QPoint(0, -menu.sizeHint().height())));
}

void ContextMeter::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retell();
  QToolButton::changeEvent(event);
}

}  // namespace leyden::desktop
