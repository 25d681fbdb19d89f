// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/prefill_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QVBoxLayout>
#include <cmath>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

void RateMeter::add(qint64 ms, quint64 done) {
  if (!m_samples.isEmpty() && done < m_samples.last().done)
    m_samples.clear();  // another phase began
  m_samples.append({ms, done});
  constexpr qint64 kWindowMs = 5000;
  while (m_samples.size() > 2 && ms - m_samples[1].ms >= kWindowMs) m_samples.removeFirst();
}

double RateMeter::perSecond() const {
  if (m_samples.size() < 2) return 0;
  const qint64 ms = m_samples.last().ms - m_samples.first().ms;
  return ms < 300 ? 0 : double(m_samples.last().done - m_samples.first().done) * 1000 / double(ms);
}

PrefillPanel::PrefillPanel(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("prefillPanel"));
  m_phase = new QLabel(this);
  m_numbers = new QLabel(this);
  m_numbers->setProperty("role", QStringLiteral("muted"));
  m_numbers->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_numbers->setObjectName(QStringLiteral("prefillNumbers"));
  m_bar = new QProgressBar(this);
  m_bar->setTextVisible(false);
  m_bar->setRange(0, 1000);
  auto* row = new QHBoxLayout;
  row->addWidget(m_phase);
  row->addWidget(m_numbers, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(space::kTwo, space::kOne, space::kTwo, space::kOne);
  column->setSpacing(space::kHalf);
  column->addLayout(row);
  column->addWidget(m_bar);
  hide();
}

void PrefillPanel::setProgress(const Progress& progress) {
  if (!m_clock.isValid() || progress.phase != m_progress.phase) {
    m_clock.start();
    m_rate.reset();
  }
  m_progress = progress;
  m_rate.add(m_clock.elapsed(), progress.done);
  m_bar->setValue(int(std::lround(progress.share() * 1000)));
  showText();
  show();
}

void PrefillPanel::finish() {
  hide();
  m_clock.invalidate();
  m_rate.reset();
}

void PrefillPanel::showText() {
  const QLocale locale;
  const auto number = [&](quint64 n) { return locale.toString(n); };
  m_phase->setFont(uiFont(TextSize::Small, QFont::DemiBold));
  m_numbers->setFont(uiFont(TextSize::Small));
  m_phase->setText(m_progress.phase == QStringLiteral("load") ? tr("Loading the model")
                                                              : tr("Reading"));
  QStringList parts;
  const bool tokens = m_progress.unit == QStringLiteral("tokens");
  if (m_progress.total > 0) {
    parts.append(tokens
                     ? tr("%1 of %2 tokens").arg(number(m_progress.done), number(m_progress.total))
                     : tr("%1%").arg(std::lround(m_progress.share() * 100)));
  }
  const double rate = m_rate.perSecond();
  if (tokens && rate > 0) parts.append(tr("%1 tokens/s").arg(number(quint64(rate))));
  double left = m_progress.etaS;
  if (left < 0 && rate > 0 && m_progress.total > m_progress.done)
    left = double(m_progress.total - m_progress.done) / rate;
  if (left >= 0.5) parts.append(tr("%1 left").arg(timeLeftText(left)));
  m_numbers->setText(parts.join(QStringLiteral(" · ")));
  m_bar->setAccessibleName(m_phase->text() + QStringLiteral(", ") + m_numbers->text());
}

void PrefillPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) showText();
  QFrame::changeEvent(event);
}

QString timeLeftText(double seconds) {
  const auto s = qint64(std::ceil(seconds));
  if (s < 60) return PrefillPanel::tr("%1 s").arg(s);
  if (s < 3600) return PrefillPanel::tr("%1 min %2 s").arg(s / 60).arg(s % 60);
  return PrefillPanel::tr("%1 h %2 min").arg(s / 3600).arg(s % 3600 / 60);
}

}  // namespace leyden::desktop
