// SPDX-License-Identifier: Apache-2.0
// The log, and diagnostics to copy into a report: versions, screen, model, jar; no text of anyone's.
#pragma once

#include "app/desktop/shell/place.h"

class QPlainTextEdit;
class QPushButton;

namespace leyden::desktop {

class AppLog;
class AppSettings;
class EngineClient;

class LogPage : public Place {
  Q_OBJECT
 public:
  LogPage(EngineClient* client, AppSettings* settings, AppLog* log, QWidget* parent = nullptr);
  QString diagnostics() const;
  void copyDiagnostics();

 protected:
  void retranslate() override;

 private:
  EngineClient* m_client;
  AppSettings* m_settings;
  AppLog* m_log;
  QPlainTextEdit* m_text;
  QPushButton* m_copy;
};

}  // namespace leyden::desktop
