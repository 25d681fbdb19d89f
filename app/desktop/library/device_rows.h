// SPDX-License-Identifier: Apache-2.0
// The devices of this computer to choose one from: what each is, what a model would take of it, or
// why it cannot be used.
#pragma once

#include <QWidget>

#include "app/desktop/engine/model_values.h"

class QButtonGroup;
class QLabel;
class QRadioButton;
class QVBoxLayout;

namespace leyden::desktop {

class PlanBars;

class DeviceRows : public QWidget {
  Q_OBJECT
 public:
  explicit DeviceRows(QWidget* parent = nullptr);
  /// @param chosen  DeviceFacts::id; one that is not there is shown all the same, as missing
  void setPlans(const DevicePlans& plans, const QString& chosen);

 signals:
  void deviceChosen(const QString& id);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Line {
    QString id;
    QWidget* box;
    QRadioButton* button;
    QLabel* reason;
    PlanBars* bars;
  };
  Line makeLine(const QString& id, int row);
  void fill();
  QString nameOf(const DeviceFacts& device) const;

  DevicePlans m_plans;
  QString m_chosen;
  QVector<Line> m_lines;
  QButtonGroup* m_group;
  QVBoxLayout* m_rows;
  QLabel* m_noGpu;
};

}  // namespace leyden::desktop
