// SPDX-License-Identifier: Apache-2.0
// What a tool wants to do, in full, and the four ways to answer. Stands in the transcript where the
// call was made, so it never covers what it asks about.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "app/desktop/transcript/piece_widget.h"
#include "app/desktop/transcript/plain_box.h"

namespace leyden::desktop {

class ApprovalPiece : public QFrame, public PieceWidget {
  Q_OBJECT
 public:
  explicit ApprovalPiece(QWidget* parent);

  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;

 private:
  QPushButton* addChoice(const QString& name, ApprovalDecision choice);
  void choose(ApprovalDecision choice);
  void retranslate();

  QLabel* m_icon;
  QLabel* m_title;
  QLabel* m_about;
  PlainBox* m_arguments;
  QVector<QPushButton*> m_choices;
  QLineEdit* m_reason;
  TranscriptActions* m_actions = nullptr;
  int m_row = -1;
  quint64 m_ticket = 0;
};

}  // namespace leyden::desktop
