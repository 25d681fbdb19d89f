// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/command_registry.h"

#include <QCoreApplication>
#include <QWidget>

#include "app/desktop/theme/icons.h"

namespace leyden::desktop {
namespace {

QString commandText(const char* text) { return QCoreApplication::translate("Commands", text); }

}  // namespace

CommandRegistry::CommandRegistry(QWidget* window) : QObject(window), m_window(window) {}

QAction* CommandRegistry::add(const CommandSpec& spec, std::function<void()> run) {
  auto* made = new QAction(m_window);
  made->setObjectName(QStringLiteral("action-") + QLatin1String(spec.id));
  made->setShortcut(spec.shortcut);
  if (*spec.icon != 0) made->setIcon(icon(QLatin1String(spec.icon)));
  connect(made, &QAction::triggered, this, [run = std::move(run)] { run(); });
  m_window->addAction(made);
  m_known.append({spec, made});
  made->setText(commandText(spec.title));
  return made;
}

QAction* CommandRegistry::action(const QString& id) const {
  for (const auto& known : m_known)
    if (id == QLatin1String(known.spec.id)) return known.action;
  return nullptr;
}

QVector<PaletteEntry> CommandRegistry::entries() const {
  QVector<PaletteEntry> all;
  for (const auto& [spec, action] : m_known)
    if (action->isEnabled())
      all.append({QLatin1String(spec.id), action->text(), commandText(spec.section),
                  action->shortcut().toString(QKeySequence::NativeText), QLatin1String(spec.icon)});
  return all;
}

void CommandRegistry::retranslate() {
  for (const auto& [spec, action] : m_known) action->setText(commandText(spec.title));
}

}  // namespace leyden::desktop
