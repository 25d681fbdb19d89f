// SPDX-License-Identifier: Apache-2.0
// A Markdown table as a table view: only visible cells are drawn, wide tables scroll sideways.
#pragma once

#include <QAbstractTableModel>
#include <QFrame>
#include <QTableView>
#include <QToolButton>

#include "app/desktop/transcript/piece_widget.h"

namespace leyden::desktop {

class MarkdownTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  using QAbstractTableModel::QAbstractTableModel;
  void setTable(const MarkdownTable& table);
  const MarkdownTable& table() const { return m_table; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  MarkdownTable m_table;
};

class TableView : public QTableView {
  Q_OBJECT
 public:
  explicit TableView(QWidget* parent);

 protected:
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
};

class TablePiece : public QFrame, public PieceWidget {
  Q_OBJECT
 public:
  explicit TablePiece(QWidget* parent);

  QWidget* widget() override { return this; }
  void show(const PieceContext& context) override;
  int heightFor(int width) override;
  void highlight(const QString& needle, int current) override;

  static constexpr int kWrappedRows = 60;  ///< larger tables have rows of one line
  static constexpr int kMaxHeight = 460;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void fitColumns();

  MarkdownTableModel m_model;
  TableView* m_view;
  QToolButton* m_copy;
  QString m_source;
};

}  // namespace leyden::desktop
