// SPDX-License-Identifier: Apache-2.0
// The model in the status bar: its name when it is ready, a thin bar while it opens, why it did not.
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace leyden::desktop {

class EngineClient;

class ModelStatus : public QWidget {
  Q_OBJECT
 public:
  explicit ModelStatus(EngineClient* client, QWidget* parent = nullptr);

 signals:
  void clicked();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void show();

  EngineClient* m_client;
  QToolButton* m_button;
  QProgressBar* m_bar;
};

}  // namespace leyden::desktop
