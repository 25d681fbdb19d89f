// SPDX-License-Identifier: Apache-2.0
// What stands around the text of a message: who speaks, notices, "reading", and below an answer its
// sources, timing and what can be done with it.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/desktop/transcript/piece_widget.h"

namespace leyden::desktop {

class HeaderPiece : public QWidget, public PieceWidget {
  Q_OBJECT
 public:
  explicit HeaderPiece(QWidget* parent);
  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;

 private:
  QLabel* m_speaker;
  QLabel* m_time;
};

class NoticePiece : public QFrame, public PieceWidget {
  Q_OBJECT
 public:
  explicit NoticePiece(QWidget* parent);
  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;

 private:
  QLabel* m_icon;
  QLabel* m_text;
};

class WaitingPiece : public QWidget, public PieceWidget {
  Q_OBJECT
 public:
  explicit WaitingPiece(QWidget* parent);
  QWidget* widget() override { return this; }
  void show(const PieceContext&) override {}
  int heightFor(int width) override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void timerEvent(QTimerEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  int m_timer = 0;
  int m_phase = 0;
};

class FooterPiece : public QWidget, public PieceWidget {
  Q_OBJECT
 public:
  explicit FooterPiece(QWidget* parent);
  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;

  static constexpr int kSources = 6;

 private:
  void showSources(const PieceContext& context);
  QString timingText(const Message& message) const;

  QLabel* m_drawn;
  QVector<QPushButton*> m_sources;
  QToolButton* m_previous;
  QLabel* m_branch;
  QToolButton* m_next;
  QToolButton* m_copy;
  QToolButton* m_edit;
  QToolButton* m_again;
  QPushButton* m_continue;
  QToolButton* m_fork;
  QLabel* m_timing;
  TranscriptActions* m_actions = nullptr;
  int m_row = -1;
  QVector<qint64> m_siblings;
  int m_sibling = 0;
  QVector<EvidencePassage> m_evidence;
};

}  // namespace leyden::desktop
