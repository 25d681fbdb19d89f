// SPDX-License-Identifier: Apache-2.0
// What the model does before the first word: phase, tokens done of all, tokens a second, time left.
#pragma once

#include <QElapsedTimer>
#include <QFrame>
#include <QVector>

#include "app/desktop/engine/values.h"

class QLabel;
class QProgressBar;

namespace leyden::desktop {

/// Tokens a second over the last few seconds, from what progress says. A pure calculation.
class RateMeter {
 public:
  /// @param ms  any clock that grows
  void add(qint64 ms, quint64 done);
  void reset() { m_samples.clear(); }
  /// 0 until two samples lie at least 300 ms apart.
  double perSecond() const;

 private:
  struct Sample {
    qint64 ms;
    quint64 done;
  };
  QVector<Sample> m_samples;
};

class PrefillPanel : public QFrame {
  Q_OBJECT
 public:
  explicit PrefillPanel(QWidget* parent = nullptr);

  void setProgress(const Progress& progress);
  /// The first word has come, or the work ended.
  void finish();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void showText();

  QLabel* m_phase;
  QLabel* m_numbers;
  QProgressBar* m_bar;
  QElapsedTimer m_clock;
  RateMeter m_rate;
  Progress m_progress;
};

/// "29 s", "2 min 5 s", "1 h 10 min".
QString timeLeftText(double seconds);

}  // namespace leyden::desktop
