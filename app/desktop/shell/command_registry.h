// SPDX-License-Identifier: Apache-2.0
// Every command of the window: one QAction each, from which palette, menu and F1 list are made.
#pragma once

#include <QAction>
#include <QVector>
#include <functional>

#include "app/desktop/models/command_model.h"

namespace leyden::desktop {

struct CommandSpec {
  const char* id;
  const char* section;  ///< English source, context "Commands"
  const char* title;    ///< English source, context "Commands"
  QKeySequence shortcut = {};
  const char* icon = "";
};

class CommandRegistry : public QObject {
  Q_OBJECT
 public:
  /// Actions are added to `window`, whose shortcuts they become.
  explicit CommandRegistry(QWidget* window);

  QAction* add(const CommandSpec& spec, std::function<void()> run);
  /// nullptr when there is none.
  QAction* action(const QString& id) const;
  /// Enabled commands with their texts in the language shown.
  QVector<PaletteEntry> entries() const;
  void retranslate();

 private:
  struct Known {
    CommandSpec spec;
    QAction* action;
  };
  QWidget* m_window;
  QVector<Known> m_known;
};

}  // namespace leyden::desktop
