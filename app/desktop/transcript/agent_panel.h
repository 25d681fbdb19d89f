// SPDX-License-Identifier: Apache-2.0
// A run with tools at a glance: step and limit, time, calls, what was read, stop; with its calls
// and sources one by one below, where they are asked for. Stays folded when the run is over.
#pragma once

#include <QElapsedTimer>
#include <QFrame>
#include <QTimer>
#include <functional>

#include "app/desktop/engine/message_values.h"

class QLabel;
class QPushButton;
class QToolButton;
class QTreeWidget;

namespace leyden::desktop {

class AgentPanel : public QFrame {
  Q_OBJECT
 public:
  explicit AgentPanel(QWidget* parent = nullptr);

  /// Of runs from now on; 0: the engine's own.
  void setLimits(int steps, double seconds);
  /// How a source's place is called; where it says nothing, the page the tool named is told.
  void setPlaceNames(std::function<QString(const EvidencePassage&)> place);
  /// Shows itself with the first step.
  void apply(const QVector<AnswerEvent>& events);
  void setWaiting(bool forApproval);
  void finish(const AgentRun& run);
  void clear();
  QString summary() const;

 signals:
  void stopRequested();
  void sourceActivated(const leyden::desktop::EvidencePassage& source);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void showText();
  void showDetails();
  QString stoppedText() const;

  QLabel* m_icon;
  QLabel* m_summary;
  QToolButton* m_fold;
  QToolButton* m_close;
  QPushButton* m_stop;
  QTreeWidget* m_tree;
  QTimer m_tick;
  QElapsedTimer m_clock;
  int m_maxSteps = 8;
  double m_maxSeconds = 600;
  AgentRun m_run;  ///< as far as it is known
  std::function<QString(const EvidencePassage&)> m_place;
  bool m_running = false, m_waiting = false;
};

}  // namespace leyden::desktop
