// SPDX-License-Identifier: Apache-2.0
// The sessions: search on top, the list below, and a bar that takes a deletion back.
#pragma once

#include <QTimer>
#include <QWidget>
#include <functional>

#include "app/desktop/models/search_model.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/transcript/transcript_export.h"

class QFrame;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace leyden::desktop {

class EmptyState;
class EngineClient;

class SessionSidebar : public QWidget {
  Q_OBJECT
 public:
  explicit SessionSidebar(EngineClient* client, QWidget* parent = nullptr);
  ~SessionSidebar() override;

  SessionListModel* model() { return &m_sessions; }
  /// Marks a session as the one that is open, without opening it.
  void setCurrent(qint64 session);
  qint64 current() const { return m_current; }
  QVector<qint64> selected() const;
  void focusSearch();
  void editTitle(qint64 session);
  /// Hides sessions; they are removed when the time to take it back is over.
  void removeWithUndo(const QVector<qint64>& sessions);
  void undoRemove();

 signals:
  void sessionChosen(qint64 session);
  void hitChosen(const leyden::desktop::SearchHit& hit);
  void newRequested();
  void forkRequested(qint64 session);
  void exportRequested(const QVector<qint64>& sessions, leyden::desktop::ExportFormat format);

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void retranslate();
  void search();
  void showSessions();
  void openMenu(const QPoint& at);
  void mark(const QVector<qint64>& sessions, const std::function<void(SessionMark&)>& change);
  void finishRemoval();
  void saveOrder();
  void takeOrder(const ArrangeOptions& order);

  EngineClient* m_client;
  SessionListModel m_sessions;
  SearchModel m_hits;
  QLineEdit* m_search;
  QToolButton* m_new;
  QToolButton* m_options;
  QStackedWidget* m_stack;
  QListView* m_list;
  QListView* m_results;
  EmptyState* m_empty;
  EmptyState* m_nothing;
  QFrame* m_undoBar;
  QLabel* m_undoText;
  QPushButton* m_undo;
  QTimer m_searchDelay;
  QTimer m_undoTime;
  QVector<qint64> m_removing;
  qint64 m_current = 0;
  quint64 m_searchTicket = 0;
};

}  // namespace leyden::desktop
