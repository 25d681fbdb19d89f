// SPDX-License-Identifier: Apache-2.0
// "This session": its documents, how it is answered, which tools it may use. Decides nothing
// itself: plan() is what the reader wants when the dialog was accepted.
#pragma once

#include <QDialog>

#include "app/desktop/models/preset_list.h"
#include "app/desktop/session/session_plan.h"

class QCheckBox;
class QLabel;
class QListWidget;
class QPushButton;
class QTabWidget;

namespace leyden::desktop {

class EngineClient;
class SessionAnswers;
class SessionDocuments;

/// What the dialog begins with.
struct SessionDialogInput {
  SessionPlan plan;
  AskSettings general;
  QString generalInstructions;
  QVector<Preset> presets;
  bool asked = false;  ///< the session has a question
};

class SessionDialog : public QDialog {
  Q_OBJECT
 public:
  SessionDialog(EngineClient* client, const SessionDialogInput& input, QWidget* parent = nullptr);

  SessionPlan plan() const;
  SessionDocuments* documents() const { return m_documents; }
  SessionAnswers* answers() const { return m_answers; }

 signals:
  void presetsChanged(const QVector<leyden::desktop::Preset>& presets);

 private:
  QWidget* makeTools();
  void listTools();

  EngineClient* m_client;
  const SessionPlan m_before;
  SessionDocuments* m_documents;
  SessionAnswers* m_answers;
  QCheckBox* m_useTools;
  QListWidget* m_tools;
  QLabel* m_problems;
};

}  // namespace leyden::desktop
