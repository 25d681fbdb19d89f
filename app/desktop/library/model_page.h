// SPDX-License-Identifier: Apache-2.0
// Models: the folders known, what each holds, whether it fits, opening it with progress, and why
// not.
#pragma once

#include <QHash>
#include <QTimer>

#include "app/desktop/engine/model_values.h"
#include "app/desktop/shell/place.h"

class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace leyden::desktop {

class AppSettings;
class DeviceRows;
class EngineClient;
class PlanBars;

class ModelPage : public Place {
  Q_OBJECT
 public:
  ModelPage(EngineClient* client, AppSettings* settings, QWidget* parent = nullptr);
  void addFolder(const QString& folder);

 protected:
  void retranslate() override;
  void showEvent(QShowEvent* event) override;

 private:
  void askForFolder();
  void listFolders();
  void choose();
  void showFacts();
  void askPlan();
  void askDevices();
  QString chosenDevice() const;
  void showPlan();
  void showState();
  QString chosen() const;

  EngineClient* m_client;
  AppSettings* m_settings;
  QStringList m_folders;
  QHash<QString, ModelFacts> m_facts;
  QHash<QString, MemoryPlan> m_plans;  ///< for the GPUs that are written down
  DevicePlans m_devices;               ///< of the chosen folder
  bool m_asking = false;               ///< for them
  QTimer m_live;
  QListWidget* m_list;
  QPushButton* m_add;
  QPushButton* m_forget;
  QPushButton* m_open;
  QPushButton* m_cancel;
  QLabel* m_name;
  QVector<std::pair<QLabel*, QLabel*>> m_rows;
  QLabel* m_devicesLabel;
  DeviceRows* m_deviceRows;
  QLabel* m_deviceVerdict;
  QLineEdit* m_gpus;
  QLabel* m_gpusLabel;
  PlanBars* m_bars;
  QLabel* m_verdict;
  QLabel* m_failure;
  QProgressBar* m_progress;
  QLabel* m_progressText;
};

}  // namespace leyden::desktop
