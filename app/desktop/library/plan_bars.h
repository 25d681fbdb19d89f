// SPDX-License-Identifier: Apache-2.0
// One bar for each device: weights, memory of the context, workspace, what is in use already, and
// what stays free.
#pragma once

#include <QWidget>

#include "app/desktop/engine/model_values.h"

namespace leyden::desktop {

class PlanBars : public QWidget {
  Q_OBJECT
 public:
  /// @param named  false: something beside it says which device it is
  explicit PlanBars(bool named, QWidget* parent = nullptr);
  void setPlan(const MemoryPlan& plan);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Part {
    qint64 bytes;
    QColor colour;
    QString text;
  };
  QVector<Part> parts(const PlanBar& bar) const;
  QString deviceName(const PlanBar& bar) const;
  void describe();

  const bool m_named;
  MemoryPlan m_plan;
};

}  // namespace leyden::desktop
