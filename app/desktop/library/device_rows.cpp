// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/library/device_rows.h"

#include <QButtonGroup>
#include <QEvent>
#include <QLabel>
#include <QLocale>
#include <QRadioButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/library/plan_bars.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

DeviceRows::DeviceRows(QWidget* parent)
    : QWidget(parent),
      m_group(new QButtonGroup(this)),
      m_rows(new QVBoxLayout),
      m_noGpu(new QLabel) {
  setObjectName("deviceRows");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(space::kOne);
  m_rows->setSpacing(space::kOne);
  column->addLayout(m_rows);
  column->addWidget(m_noGpu);
  m_noGpu->setObjectName("noGpu");
  m_noGpu->setProperty("role", "muted");
  m_noGpu->setWordWrap(true);
}

DeviceRows::Line DeviceRows::makeLine(const QString& id, int row) {
  Line line{id, new QWidget, new QRadioButton, new QLabel, new PlanBars(false)};
  auto* column = new QVBoxLayout(line.box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(space::kHalf);
  line.button->setObjectName("device-" + id);
  line.reason->setProperty("role", "muted");
  line.reason->setWordWrap(true);
  column->addWidget(line.button);
  column->addWidget(line.reason);
  column->addWidget(line.bars);
  m_group->addButton(line.button);
  connect(line.button, &QRadioButton::clicked, this, [this, id] { emit deviceChosen(id); });
  m_rows->insertWidget(row, line.box);
  return line;
}

void DeviceRows::setPlans(const DevicePlans& plans, const QString& chosen) {
  DevicePlans all = plans;
  if (!plans.rows.isEmpty() && plans.find(chosen) == nullptr) {
    DeviceFacts missing;
    missing.id = missing.name = chosen;
    missing.reason = QStringLiteral("there is no such device");
    all.rows.append({missing, {}});
  }
  m_plans = all;
  m_chosen = chosen;
  // Lines stay where their device does: one of them may be in the middle of being clicked.
  QVector<Line> lines;
  for (const auto& row : std::as_const(m_plans.rows)) {
    const QString& id = row.device.id;
    const auto known = std::find_if(m_lines.begin(), m_lines.end(),
                                    [&](const Line& line) { return line.id == id; });
    if (known == m_lines.end()) {
      lines.append(makeLine(id, int(lines.size())));
    } else {
      lines.append(*known);
      m_lines.erase(known);
    }
  }
  for (const Line& line : std::as_const(m_lines)) {
    line.box->hide();
    line.box->deleteLater();
  }
  m_lines = lines;
  fill();
}

QString DeviceRows::nameOf(const DeviceFacts& device) const {
  const QString name = device.name.isEmpty() ? device.id : device.name;
  if (device.memory <= 0) return name;
  const QString units =
      device.isGpu() ? tr("%n multiprocessor(s)", nullptr, device.units)
                     : tr("%n core(s)", nullptr, device.units);
  QString text = tr("%1 · %2 · %3 free of %4")
                     .arg(name, units, sizeText(device.free), sizeText(device.memory));
  if (device.celsius) text += tr(" · %1 °C").arg(*device.celsius);
  if (device.watts) text += tr(" · %1 W").arg(QLocale().toString(*device.watts, 'f', 0));
  return text;
}

void DeviceRows::fill() {
  for (qsizetype i = 0; i < m_lines.size(); ++i) {
    const auto& [device, plan] = m_plans.rows[i];
    const Line& line = m_lines[i];
    line.button->setText(nameOf(device));
    line.button->setChecked(device.id == m_chosen);
    line.button->setEnabled(device.isUsable());
    line.reason->setText(engineText(device.reason));
    line.reason->setVisible(!device.isUsable());
    line.bars->setPlan(plan);
  }
  m_noGpu->setVisible(!m_plans.noGpu.isEmpty());
  m_noGpu->setText(tr("No GPU: %1").arg(engineText(m_plans.noGpu)));
}

void DeviceRows::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) fill();
  QWidget::changeEvent(event);
}

}  // namespace leyden::desktop
