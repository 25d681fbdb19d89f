// SPDX-License-Identifier: Apache-2.0
// Where a question is written: text, attachments, follow-ups that wait, send and stop.
#pragma once

#include <QFrame>
#include <QVector>
#include <functional>

#include "app/desktop/transcript/composer_edit.h"

class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace leyden::desktop {

struct Attachment {
  QString name;
  QString text;
  bool operator==(const Attachment&) const = default;
};

/// What is sent: the question, and texts that belong to it.
struct Question {
  QString text;
  QVector<Attachment> attachments;
  bool isEmpty() const { return text.trimmed().isEmpty() && attachments.isEmpty(); }
};

/// What waits in a session: what belongs to the question that is being written, and those behind it.
struct WaitingQuestions {
  QVector<Attachment> attachments;
  QVector<Question> next;
  bool isEmpty() const { return attachments.isEmpty() && next.isEmpty(); }
};

class Composer : public QFrame {
  Q_OBJECT
 public:
  explicit Composer(QWidget* parent = nullptr);

  ComposerEdit* edit() const { return m_edit; }
  QString draft() const;
  void setDraft(const QString& text);
  /// While busy, sending queues; when it ends, the first of the queue is sent.
  void setBusy(bool busy);
  bool isBusy() const { return m_busy; }
  /// Whether anything can be sent at all; `why` is shown where not.
  void setReady(bool ready, const QString& why);
  bool isReady() const { return m_ready; }
  bool thinking() const;
  void setThinking(bool on);
  bool tools() const;
  void setTools(bool on);
  /// Is offered long pastes first; true: it made something of the text, which is no attachment
  /// then.
  void setPasteTaker(std::function<bool(const QString& text)> taker) { m_taker = std::move(taker); }
  /// Hides the switch where the model cannot reason.
  void setThinkingOffered(bool offered);
  /// Shown while a message is edited; empty: none is.
  void setEditing(const QString& what);
  int queued() const { return int(m_queue.size()); }
  /// Takes what waits out, e.g. while another session is shown, and puts it back.
  WaitingQuestions takeWaiting();
  void setWaiting(const WaitingQuestions& waiting);
  /// A line below the field at its right, e.g. the context meter.
  void setStatusWidget(QWidget* widget);

 signals:
  void submitted(const leyden::desktop::Question& question);
  void stopRequested();
  void attachRequested();
  void filesDropped(const QStringList& paths);
  void draftChanged();
  void editCancelled();
  void editLastRequested();
  void thinkingChanged(bool on);
  void toolsChanged(bool on);
  void choicesRequested();  ///< the button for what holds in this session
  void said(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void send();
  void sendQueued();
  void takePaste(const QString& text);
  void showChips();
  void showState();
  void retranslate();
  QWidget* makeChip(const QString& icon, const QString& text, const QString& tip,
                    std::function<void()> open, std::function<void()> remove);

  ComposerEdit* m_edit;
  QWidget* m_chips;
  QLabel* m_editing;
  QToolButton* m_cancelEdit;
  QToolButton* m_attach;
  QToolButton* m_think;
  QToolButton* m_tools;
  QToolButton* m_choices;
  std::function<bool(const QString& text)> m_taker;
  QLabel* m_hint;
  QHBoxLayout* m_bar;
  QPushButton* m_send;
  QPushButton* m_stop;
  QVector<Attachment> m_attachments;
  QVector<Question> m_queue;
  bool m_busy = false, m_ready = true;
  QString m_why;
  int m_pasted = 0;
};

}  // namespace leyden::desktop

Q_DECLARE_METATYPE(leyden::desktop::Question)
