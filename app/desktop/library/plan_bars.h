// SPDX-License-Identifier: Apache-2.0
// One bar for each device: weights, memory of the context, workspace, and what stays free.
#pragma once

#include <QWidget>

#include "app/desktop/engine/model_values.h"

namespace leyden::desktop {

class PlanBars : public QWidget {
  Q_OBJECT
 public:
  explicit PlanBars(QWidget* parent = nullptr);
  void setPlan(const MemoryPlan& plan);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString deviceName(const PlanBar& bar) const;
  MemoryPlan m_plan;
};

}  // namespace leyden::desktop
