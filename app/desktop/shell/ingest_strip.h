// SPDX-License-Identifier: Apache-2.0
// Documents on their way: a row each with what happens to it, how far it is, speed, time left, and
// a button to stop, try again or close. Gone while there are none.
#pragma once

#include <QFrame>
#include <QHash>
#include <QTimer>

#include "app/desktop/engine/document_values.h"

class QLabel;
class QProgressBar;
class QToolButton;
class QVBoxLayout;

namespace leyden::desktop {

class IngestQueue;

/// "reading 1,200 of 8,400 tokens · 900 tokens/s · 8 s left", in the language shown.
QString ingestText(const IngestRow& row);

class IngestStrip : public QFrame {
  Q_OBJECT
 public:
  explicit IngestStrip(IngestQueue* queue, QWidget* parent = nullptr);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Line {
    QWidget* box;
    QLabel* title;
    QLabel* text;
    QProgressBar* bar;
    QToolButton* retry;
    QToolButton* stop;
  };
  void show();
  Line makeLine(quint64 ticket);
  void fill(const Line& line, const IngestRow& row);

  IngestQueue* m_queue;
  QVBoxLayout* m_layout;
  QHash<quint64, Line> m_lines;
  QTimer m_soon;  ///< progress comes faster than anyone reads
};

}  // namespace leyden::desktop
