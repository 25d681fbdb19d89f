// SPDX-License-Identifier: Apache-2.0
// Ctrl+K: type a few letters of a command, a session or a document; Enter runs it. F1 shows the same
// list as a table of shortcuts.
#pragma once

#include <QDialog>

#include "app/desktop/models/command_model.h"

class QLineEdit;
class QListView;

namespace leyden::desktop {

class CommandPalette : public QDialog {
  Q_OBJECT
 public:
  explicit CommandPalette(QWidget* parent);
  /// Shows the entries, with an empty query, centred near the top of the window.
  void open(const QVector<PaletteEntry>& entries);

 signals:
  void chosen(const QString& id);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void accept() override;

  CommandModel m_model;
  QLineEdit* m_query;
  QListView* m_list;
};

class ShortcutsDialog : public QDialog {
  Q_OBJECT
 public:
  ShortcutsDialog(const QVector<PaletteEntry>& entries, QWidget* parent);
};

}  // namespace leyden::desktop
