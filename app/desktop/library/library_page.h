// SPDX-License-Identifier: Apache-2.0
// The library: what documents and sessions cost on disk; add, pin, remove, quota, free space.
#pragma once

#include <QSortFilterProxyModel>

#include "app/desktop/models/document_table_model.h"
#include "app/desktop/shell/place.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTableView;
class QStackedWidget;

namespace leyden::desktop {

class AppSettings;
class EmptyState;
class EngineClient;

class LibraryPage : public Place {
  Q_OBJECT
 public:
  LibraryPage(EngineClient* client, AppSettings* settings, QWidget* parent = nullptr);

 signals:
  void addRequested();
  void filesRequested(const QStringList& paths);        ///< new versions of files, to be read
  void askRequested(const QVector<qint64>& documents);  ///< a new session over these

 protected:
  void retranslate() override;

 private:
  QVector<qint64> selected() const;
  QStringList changedFiles() const;  ///< of the selected documents
  void showDocuments();
  void showDisk();

  EngineClient* m_client;
  AppSettings* m_settings;
  DocumentTableModel m_documents;
  QSortFilterProxyModel m_sorted;
  QLabel* m_disk;
  QProgressBar* m_quota;
  QPushButton* m_collect;
  QPushButton* m_add;
  QPushButton* m_ask;
  QPushButton* m_pin;
  QPushButton* m_again;
  QPushButton* m_remove;
  QStackedWidget* m_stack;
  QTableView* m_table;
  EmptyState* m_empty;
};

}  // namespace leyden::desktop
