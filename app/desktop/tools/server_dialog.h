// SPDX-License-Identifier: Apache-2.0
// Asks for an MCP server: its name, and a command to run here or an address to reach.
#pragma once

#include <QDialog>

class QCheckBox;
class QLineEdit;
class QPushButton;

namespace leyden::desktop {

class ServerDialog : public QDialog {
  Q_OBJECT
 public:
  explicit ServerDialog(QWidget* parent = nullptr);
  /// As leyden_toolbox_add_mcp_json takes it.
  QByteArray json() const;

 private:
  void check();

  QLineEdit* m_name;
  QLineEdit* m_where;
  QCheckBox* m_network;
  QPushButton* m_add;
};

/// What a server is called, and what would be run or reached.
QString serverText(const QByteArray& json);

}  // namespace leyden::desktop
