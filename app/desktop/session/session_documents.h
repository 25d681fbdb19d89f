// SPDX-License-Identifier: Apache-2.0
// Documents of a session with their tokens, each read whole, searched, or left out.
#pragma once

#include <QWidget>

#include "app/desktop/session/session_plan.h"

class QLabel;
class QTableWidget;

namespace leyden::desktop {

class EngineClient;

class SessionDocuments : public QWidget {
  Q_OBJECT
 public:
  /// @param asked  the session has a question: changes of what is read whole begin a new session
  SessionDocuments(EngineClient* client, const SessionPlan& plan, bool asked,
                   QWidget* parent = nullptr);

  QVector<qint64> documents(DocumentUse use) const;
  void setUse(qint64 document, DocumentUse use);

 private:
  void addRow(qint64 document, DocumentUse use);
  void count(qint64 document);
  void showSum();
  void changeEvent(QEvent* event) override;

  struct Row {
    qint64 document;
    qint64 tokens;  ///< -1: not known yet
  };
  EngineClient* m_client;
  const bool m_asked;
  const QVector<qint64> m_before;
  QVector<Row> m_rows;
  QTableWidget* m_table;
  QLabel* m_sum;
};

}  // namespace leyden::desktop
